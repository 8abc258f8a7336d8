"""The operator's desk on sessions: a prescription is read like one, the bill shows a model that was retired."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from enrichment.models import EnrichmentEvent, EnrichmentItem
from tests.factories import TrainingSessionFactory, UserFactory
from training.catalogue import Catalogue
from training.catalogue.stored import load
from training.models import Exercise, ExerciseNote, ModelCall, SessionDetail, TrainingSession

pytestmark = pytest.mark.django_db

SESSIONS = "/admin/training/trainingsession/"
CALLS = "/admin/training/modelcall/"


def text(answer: Any) -> str:
    """What a page says, without its marks."""
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def listed(browser: Client, address: str) -> list[Any]:
    """The rows that a list shows."""
    answer = browser.get(address)
    assert answer.status_code == 200
    return list(answer.context["cl"].result_list)


def call(session: TrainingSession | None = None, **given: Any) -> ModelCall:
    """A model call of a minute ago."""
    minute_ago = timezone.now() - timedelta(minutes=1)
    return ModelCall.objects.create(
        **{"session": session, "model": "gpt-5-mini", "outcome": "ok", "purpose": "generation", "seconds": 1.5}
        | {"started_at": minute_ago}
        | given
    )


def test_a_sessions_page_reads_like_a_prescription(desk: Client) -> None:
    session = TrainingSessionFactory.create(
        checks=[
            {"code": "time_budget", "ok": True, "detail": "30 of 45 min"},
            {"code": "equipment", "ok": False, "detail": "No rack."},
        ],
        analysis={"intensity_distribution": {"heavy": 0.75, "average_percent_1rm": None}},
        request={"coach": "force", "goal": "A <script>stronger</script> squat"},
    )
    note = ExerciseNote.objects.create(
        exercise="back-squat",
        coach="force",
        level="intermediate",
        language="en",
        version="1",
        details={"coaching_cues_detailed": ["Spread the floor."], "technical_breakdown": {"setup": "Bar on the back."}},
    )
    SessionDetail.objects.create(session=session, key="b1e1", note=note, source="library")
    answer = desk.get(f"{SESSIONS}{session.pk}/change/")
    page = text(answer)
    for said in (
        "Lower strength", "main, sets", "3 × 5 reps, 100 kg, rest 3 min", "2 × 8 reps, 80 kg, rest 2 min",
        "details, library", "Spread the floor.", "setup Bar on the back.", "time_budget 30 of 45 min", "No rack.",
        "heavy 0.75", "average percent 1rm –", "No model was asked.",
    ):  # fmt: skip
        assert said in page, said
    assert "<script>stronger" not in answer.content.decode()


def test_a_sessions_page_shows_what_its_models_took(desk: Client) -> None:
    session = TrainingSessionFactory.create()
    call(session, input_tokens=2000, output_tokens=300, cost_usd=Decimal("0.0011"))
    call(session, outcome="rate_limited", detail="Too many requests")
    call(outcome="refused", detail="of another session")
    page = text(desk.get(f"{SESSIONS}{session.pk}/change/"))
    assert "2000 tokens in, 0 of them cached, 300 out; $0.001100" in page
    assert "Too many requests" in page
    assert "of another session" not in page


def test_sessions_are_narrowed_down_and_found(desk: Client) -> None:
    marie = UserFactory.create(username="marie")
    mine = TrainingSessionFactory.create(owner=marie, source="llm", model="gpt-5-mini", fallback_reason="deadline")
    done = TrainingSessionFactory.create(coach="endurance", done_at=timezone.now())
    for query in (
        "source=llm",
        "fallback=deadline",
        "q=marie",
        f"q={mine.pk}",
        f"q={str(mine.pk)[:8]}",
        "q=gpt-5-mini",
    ):
        assert listed(desk, f"{SESSIONS}?{query}") == [mine], query
    for query in ("coach=endurance", "done=yes"):
        assert listed(desk, f"{SESSIONS}?{query}") == [done], query
    assert len(listed(desk, f"{SESSIONS}?status=fast&age=minute")) == 2
    for junk in ("q=%00", "q=%22", "coach=%00", "p=x"):
        assert desk.get(f"{SESSIONS}?{junk}", follow=True).status_code == 200


def test_the_list_asks_as_few_questions_for_many_sessions_as_for_one(desk: Client) -> None:
    TrainingSessionFactory.create()
    with CaptureQueriesContext(connection) as for_one:
        listed(desk, SESSIONS)
    TrainingSessionFactory.create_batch(20)
    with CaptureQueriesContext(connection) as for_many:
        assert len(listed(desk, SESSIONS)) == 21
    assert len(for_many) == len(for_one)


def test_a_deleted_session_takes_its_item_along_and_leaves_its_bill(desk: Client) -> None:
    session = TrainingSessionFactory.create()
    bill = call(session)
    asked = text(desk.get(f"{SESSIONS}{session.pk}/delete/"))
    assert "Enrichment items: 1" in asked
    assert desk.post(f"{SESSIONS}{session.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not EnrichmentItem.objects.exists()
    assert not EnrichmentEvent.objects.exists()
    assert "gpt-5-mini" in text(desk.get(f"{CALLS}{bill.pk}/change/"))
    assert listed(desk, CALLS) == [bill]


def test_who_may_only_delete_sessions_needs_no_permission_for_what_hangs_on_them(client: Client) -> None:
    user = UserFactory.create(is_staff=True)
    permissions = ["view_trainingsession", "delete_trainingsession"]
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(user)
    session = TrainingSessionFactory.create()
    client.post(f"{SESSIONS}{session.pk}/delete/", {"post": "yes"})
    assert not TrainingSession.objects.exists()


def test_selected_sessions_are_deleted_once_that_was_confirmed(desk: Client) -> None:
    kept, *gone = TrainingSessionFactory.create_batch(3)
    selection = {"action": "delete_selected", "_selected_action": [str(session.pk) for session in gone]}
    assert "delete 2 of 2 selected training sessions" in text(desk.post(SESSIONS, selection))
    assert TrainingSession.objects.count() == 3
    desk.post(SESSIONS, {**selection, "confirmed": "yes"})
    assert list(TrainingSession.objects.all()) == [kept]
    assert EnrichmentItem.objects.get().session == kept


def test_who_may_only_look_deletes_nothing(client: Client) -> None:
    user = UserFactory.create(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(user)
    session = TrainingSessionFactory.create()
    assert 'name="action"' not in client.get(SESSIONS).content.decode()
    assert client.post(f"{SESSIONS}{session.pk}/delete/", {"post": "yes"}).status_code == 403
    for across in ("0", "1"):
        posted = {"action": "delete_selected", "_selected_action": [str(session.pk)], "select_across": across}
        client.post(SESSIONS, {**posted, "confirmed": "yes", "post": "yes"})
    assert TrainingSession.objects.exists()


def test_nothing_that_the_program_writes_is_added_or_edited_by_hand(desk: Client) -> None:
    load([Catalogue.from_files()["back-squat"]])
    session = TrainingSessionFactory.create()
    note = ExerciseNote.objects.create(exercise="x", coach="force", level="beginner", language="en", details={})
    for row in (session, call(), note, Exercise.objects.get()):
        address = f"/admin/training/{row._meta.model_name}/"
        assert desk.post(f"{address}add/", {}).status_code == 403
        assert desk.post(f"{address}{row.pk}/change/", {"model": "x"}).status_code == 403
        if row is not session:
            assert desk.post(f"{address}{row.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_retired_model_is_seen(desk: Client) -> None:
    call(model="gpt-5-mini", outcome="unknown_model", detail="gpt-5-mini has been retired")
    call(model="gpt-6-luna", outcome="ok")
    call(model="of-last-week", started_at=timezone.now() - timedelta(days=7))
    answer = desk.get(CALLS)
    fared = {row["model"]: (row["calls"], row["answered"], row["unknown"]) for row in answer.context["models"]}
    assert fared == {"gpt-5-mini": (1, 0, 1), "gpt-6-luna": (1, 1, 0)}
    bad = re.findall(r'<tr class="bad">\s*<td>([^<]+)</td>', answer.content.decode())
    assert bad == ["gpt-5-mini"]
    assert [row.model for row in listed(desk, f"{CALLS}?outcome=unknown_model")] == ["gpt-5-mini"]
    assert [row.model for row in listed(desk, f"{CALLS}?model=gpt-6-luna")] == ["gpt-6-luna"]
    assert listed(desk, f"{CALLS}?purpose=enrichment") == []
    assert [row.model for row in listed(desk, f"{CALLS}?q=retired")] == ["gpt-5-mini"]


def test_notes_and_exercises_are_readable(desk: Client) -> None:
    load([Catalogue.from_files()["back-squat"], Catalogue.from_files()["romanian-deadlift"]])
    note = ExerciseNote.objects.create(
        exercise="back-squat", coach="force", level="beginner", language="en", details={"common_mistakes": ["Haste."]}
    )
    assert "common mistakes Haste." in text(desk.get(f"/admin/training/exercisenote/{note.pk}/change/"))
    assert "quadriceps" in text(desk.get("/admin/training/exercise/back-squat/change/"))
    found = listed(desk, "/admin/training/exercise/?coach=force&q=Soulevé+de+terre+roumain")
    assert [exercise.slug for exercise in found] == ["romanian-deadlift"]
