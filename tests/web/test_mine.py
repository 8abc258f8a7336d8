"""Everything that is an athlete's: told whole in one file, and gone with the account. No table can be forgotten."""

import io
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any
from unittest.mock import Mock
from zipfile import ZipFile

import pytest
import redis
from asgiref.sync import async_to_sync
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.contrib.sessions.models import Session
from django.db import connection, models, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.models import Token
from config.roles import Role
from enrichment.models import EnrichmentEvent, EnrichmentItem
from tests.callers import load_catalogue, signed_in
from tests.database_roles import acting_as
from tests.enrichment.items import claim
from tests.factories import PASSWORD, TrainingSessionFactory, UserFactory
from training.models import ExerciseNote, IdempotencyKey, ModelCall, SessionDetail, TrainingSession
from web import deletion, everything

DETAILS = {
    "coaching_cues_detailed": ["push the floor away"],
    "common_mistakes": ["rushing"],
    "progression_suggestions": {"easier": "box squat", "harder": "pause squat", "variation": "front squat"},
    "technical_breakdown": {"setup": "stand", "execution": "squat", "breathing": "brace"},
}
# What is an athlete's by a column or by way of another table: how a test finds those rows, after they are made.
OF: dict[type[models.Model], Callable[[User], dict[str, Any]]] = {
    User: lambda user: {"pk": user.pk},
    Token: lambda user: {"user": user.pk},
    LogEntry: lambda user: {"user": user.pk},
    User.groups.through: lambda user: {"user": user.pk},
    User.user_permissions.through: lambda user: {"user": user.pk},
    TrainingSession: lambda user: {"owner": user.pk},
    IdempotencyKey: lambda user: {"owner": user.pk},
    ExerciseNote: lambda user: {"exercise": None},  # a stranger's, which is private
    SessionDetail: lambda user: {},
    ModelCall: lambda user: {},
    EnrichmentItem: lambda user: {"owner": user.pk},
    EnrichmentEvent: lambda user: {"owner": user.pk},
}
NOW = datetime(2026, 1, 1, tzinfo=UTC)
STAYS = ModelCall  # a bill, without a name or a word on it


@pytest.fixture
def rich(athlete: User, broker: redis.Redis) -> User:
    """An athlete with rows in every table that there is, and a login."""
    load_catalogue()
    session = TrainingSessionFactory.create(
        owner=athlete,
        request={"coach": "force", "goal": "a heavy squat on Saturday"},
        analysis={"volume_analysis": {"total_sets": 5, "reasons": {}}, "intensity_distribution": {"reasons": {}}},
    )
    private = ExerciseNote.objects.create(
        session=session, coach="force", level="beginner", language="en", version="1", details=DETAILS
    )
    SessionDetail.objects.create(session=session, key="b1e1", note=private, source="llm")
    shared = ExerciseNote.objects.create(
        exercise="romanian-deadlift", coach="force", level="beginner", language="en", version="1", details=DETAILS
    )
    SessionDetail.objects.create(session=session, key="b2e1", note=shared, source="library")
    ModelCall.objects.create(
        session=session,
        purpose="generation",
        model="model-of-theirs",
        outcome="ok",
        started_at=NOW,
        seconds=1,
    )
    IdempotencyKey.objects.create(owner=athlete, key="key-of-theirs", body_sha256="0" * 64, session=session)
    Token.objects.create(athlete, name="token-of-theirs")
    athlete.groups.add(Group.objects.create(name="group-of-theirs"))
    athlete.user_permissions.add(Permission.objects.get(codename="view_trainingsession"))
    LogEntry.objects.create(user=athlete, object_repr="act-of-theirs", action_flag=CHANGE)
    athlete.email = "athlete@example.com"
    athlete.save()
    return athlete


def own(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def theirs(user: User, model: type[models.Model]) -> Any:
    return model._default_manager.filter(**OF[model](user))


def unzipped(response: Any) -> dict[str, str]:
    """A whole download, by file."""

    async def collect() -> bytes:
        return b"".join([piece async for piece in response.streaming_content])

    with ZipFile(io.BytesIO(async_to_sync(collect)())) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def downloaded(user: User) -> dict[str, str]:
    response = own(user).post(reverse("everything"))
    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"].endswith('.zip"')
    assert "no-store" in response["Cache-Control"]
    return unzipped(response)


@pytest.fixture
def _one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """The download gives its connection back between two pieces; here that would end the test's transaction."""
    monkeypatch.setattr(everything, "connection", Mock())


# --- no table is forgotten ---


def test_these_tests_know_every_table_that_hangs_on_a_user() -> None:
    known: set[type[models.Model]] = {User}
    while True:
        more = {
            model
            for model in apps.get_models(include_auto_created=True)
            for field in model._meta.concrete_fields
            if field.remote_field is not None and field.remote_field.model in known
        } - known
        if not more:
            break
        known |= more
    assert known == set(OF)


# --- everything of mine ---


@pytest.mark.usefixtures("_one_connection")
def test_the_download_has_every_row_with_every_column_but_the_secrets(rich: User, database_roles: None) -> None:
    with acting_as(Role.WEB):
        files = downloaded(rich)
    account = json.loads(files["account.json"])
    (session,) = [json.loads(text) for name, text in files.items() if name.startswith("sessions/") and ".json" in name]
    told: dict[type[models.Model], Any] = {
        User: [account["account"]],
        Token: account["tokens"],
        LogEntry: account["acts_in_the_admin"],
        IdempotencyKey: account["idempotency_keys"],
        TrainingSession: [session],
        ExerciseNote: session["private_notes"],
        SessionDetail: session["details"],
        ModelCall: session["model_calls"],
        EnrichmentItem: [session["item"]],
        EnrichmentEvent: session["events"],
    }
    secrets = {"password", "digest"}
    for model, rows in told.items():
        assert len(rows) == theirs(rich, model).count() > 0, model
        columns = {field.attname for field in model._meta.concrete_fields}
        assert all(columns - set(row) <= secrets for row in rows), model
    assert account["account"]["groups"] == ["group-of-theirs"]
    assert "view training session" in account["account"]["user_permissions"][0]
    assert set(OF) == {*told, User.groups.through, User.user_permissions.through}
    whole = "\n".join(files.values())
    for words in ("a heavy squat on Saturday", "athlete@example.com", "token-of-theirs", "model-of-theirs"):
        assert words in whole
    for secret in (rich.password, Token.objects.get(user=rich).digest):
        assert secret not in whole


@pytest.mark.usefixtures("_one_connection")
def test_a_session_is_there_to_read_and_as_the_api_shows_it(rich: User) -> None:
    files = downloaded(rich)
    page = next(text for name, text in files.items() if name.endswith(".md"))
    assert page.startswith("# Lower strength")
    assert "push the floor away" in page
    told = json.loads(next(text for name, text in files.items() if name.startswith("sessions/") and ".json" in name))
    shown = signed_in(rich).get(reverse("session", args=[told["id"]])).json()
    assert {key: told[key] for key in shown} == shown
    assert told["prescription"]["blocks"][0]["exercises"][0]["details"]["source"] == "llm"


@pytest.mark.usefixtures("_one_connection")
def test_nothing_of_anybody_else_is_in_it(rich: User) -> None:
    TrainingSessionFactory.create(request={"coach": "force", "goal": "words of a stranger"})
    assert "words of a stranger" not in "\n".join(downloaded(rich).values())


@pytest.mark.usefixtures("_one_connection")
@pytest.mark.parametrize(("language", "name"), [("en", "read-me.txt"), ("fr", "lisez-moi.txt")])
def test_a_word_about_the_file_is_in_its_readers_language(athlete: User, language: str, name: str) -> None:
    response = own(athlete).post(reverse("everything"), headers={"accept-language": language})
    assert name in unzipped(response)


@pytest.mark.usefixtures("_one_connection")
def test_a_thousand_sessions_are_sent_a_few_at_a_time(athlete: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(everything, "SESSIONS_AT_ONCE", 2)
    TrainingSessionFactory.create_batch(7, owner=athlete)
    pieces = everything._pieces(athlete, "en")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        next(pieces)
        next(pieces)
    assert sum('FROM "training_trainingsession"' in query["sql"] for query in asked.captured_queries) == 2
    assert len(list(pieces)) == 4


@pytest.mark.django_db(transaction=True)
def test_no_connection_is_held_while_a_piece_is_sent(athlete: User) -> None:
    TrainingSessionFactory.create(owner=athlete)
    pieces = everything._pieces(athlete, "en")
    while everything._next(pieces) is not None:
        assert connection.connection is None


def test_the_download_takes_a_post_of_who_is_signed_in(client: Client, athlete: User) -> None:
    assert client.post(reverse("everything"))["Location"].startswith(reverse("sign-in"))
    assert own(athlete).get(reverse("everything")).status_code == 405


# --- good-bye ---


def leave(client: Client, **fields: str) -> Any:
    return client.post(reverse("delete-account"), {"username": "athlete", "password": PASSWORD, **fields})


def test_who_deletes_the_account_is_told_what_goes(rich: User) -> None:
    page = own(rich).get(reverse("delete-account")).content.decode()
    assert "1 session, with its details" in page
    assert "1 API token" in page


@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"password": ""}, {"username": "Athlete"}, {"username": ""}])
def test_only_who_knows_the_password_and_types_the_name_deletes_it(
    athlete: User, broker: redis.Redis, wrong: dict[str, str]
) -> None:
    client = own(athlete)
    assert b'aria-invalid="true"' in leave(client, **wrong).content
    assert client.get(reverse("account")).status_code == 200


def test_an_account_goes_with_every_row_and_login_and_nobody_elses(rich: User, database_roles: None) -> None:
    other: User = UserFactory.create()
    TrainingSessionFactory.create(owner=other)
    phone, computer, others = own(rich), own(rich), own(other)
    bearer = signed_in(rich)
    rows = {model: list(theirs(rich, model).values_list("pk", flat=True)) for model in OF}
    assert all(rows.values()), "there is something to delete in every table"
    with acting_as(Role.WEB):
        assert leave(phone)["Location"] == reverse("goodbye")
        assert phone.get(reverse("goodbye")).status_code == 200
    left = {model for model, ids in rows.items() if model._default_manager.filter(pk__in=ids).exists()}
    assert left == {STAYS}
    assert ExerciseNote.objects.get().exercise == "romanian-deadlift", "a shared note holds nobody's words"
    for browser in (phone, computer):
        assert browser.get(reverse("account")).status_code == 302
    assert bearer.get("/api/v1/sessions/").status_code == 401
    assert others.get(reverse("account")).status_code == 200
    assert Session.objects.count() == 1
    assert TrainingSession.objects.get().owner_id == other.pk


def test_many_sessions_go_in_short_steps(athlete: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deletion, "SESSIONS_A_STEP", 2)
    TrainingSessionFactory.create_batch(5, owner=athlete)
    assert [deletion._delete_some_sessions(athlete.pk) for _ in range(4)] == [2, 2, 1, 0]


@pytest.mark.django_db(transaction=True)
def test_an_account_goes_while_workers_are_in_the_middle_of_its_sessions(athlete: User, broker: redis.Redis) -> None:
    TrainingSessionFactory.create_batch(24, owner=athlete)
    *items, last = [claim() for _ in range(24)]

    def work(item: EnrichmentItem) -> bool:
        """Exercise after exercise, until the claim is gone."""
        with closing_connection():
            return all(record(item, f"e{n}") for n in range(6)) and item.complete({})

    def leave() -> None:
        with closing_connection():
            deletion.delete_account(athlete)

    with ThreadPoolExecutor(8) as pool:
        working = [pool.submit(work, item) for item in items[:12]]
        left = pool.submit(leave)
        working += [pool.submit(work, item) for item in items[12:]]
        left.result(timeout=60)
        for future in working:
            future.result(timeout=60)  # neither a deadlock nor a broken reference
    assert not record(last, "e0"), "who comes late finds the claim gone"
    for model in set(OF) - {Token, STAYS, LogEntry}:
        assert not model._default_manager.exists(), model


def record(item: EnrichmentItem, key: str) -> bool:
    """As a worker records an exercise: the fence first."""
    with transaction.atomic():
        if not item.renew():
            return False
        note = ExerciseNote.objects.create(
            session_id=item.session_id, coach="force", level="beginner", language="en", version="1", details=DETAILS
        )
        SessionDetail.objects.create(session_id=item.session_id, key=key, note=note, source="llm")
        return item.record([(key, DETAILS)])


class closing_connection(nullcontext[None]):  # noqa: N801 - a context manager is named like a function
    """A thread's own connection, given back."""

    def __exit__(self, *exception: object) -> None:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_session_that_is_saved_while_its_owner_leaves_goes_too(
    athlete: User, broker: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    delete_some, late = deletion._delete_some_sessions, iter([True])

    def and_then_one_is_saved(owner_id: int) -> int:
        deleted = delete_some(owner_id)
        if not deleted and next(late, False):
            TrainingSessionFactory.create(owner=athlete)
        return deleted

    monkeypatch.setattr(deletion, "_delete_some_sessions", and_then_one_is_saved)
    deletion.delete_account(athlete)
    assert not User.objects.exists()
    assert not TrainingSession.objects.exists()


def test_who_was_deleted_elsewhere_meanwhile_is_gone_all_the_same(athlete: User) -> None:
    again = User.objects.get(pk=athlete.pk)
    deletion.delete_account(athlete)
    deletion.delete_account(again)
    assert not User.objects.exists()
