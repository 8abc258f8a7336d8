"""sessions/: imported, shown, listed, done, deleted; and whose they are."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from tests.callers import SESSIONS, import_request, load_catalogue, pointers, signed_in
from tests.factories import TrainingSessionFactory, UserFactory
from training.models import ExerciseNote, ModelCall, SessionDetail, TrainingSession
from training.prescription import Block, PrescribedExercise, Prescription, Set

FAR_WEST = "9999-12-31T23:59:59.999999-23:59"  # Python knows such a zone, PostgreSQL does not

DETAILS = {
    "coaching_cues_detailed": ["Brace.", "Sit.", "Drive."],
    "common_mistakes": ["Knees cave in.", "Heels rise."],
    "progression_suggestions": {"easier": "Goblet.", "harder": "Pause.", "variation": "Front."},
    "technical_breakdown": {"setup": "Under.", "execution": "Down, up.", "breathing": "Hold."},
}


@pytest.fixture
def client(athlete: User) -> APIClient:
    """The athlete's."""
    return signed_in(athlete)


@pytest.fixture
def catalogue(db: None) -> None:
    """The whole catalogue, in the database."""
    load_catalogue()


def teach(session: TrainingSession, key: str) -> None:
    """Enrich one exercise of a session."""
    note = ExerciseNote.objects.create(
        exercise="back-squat", coach="force", level="beginner", language="en", version="1", details=DETAILS
    )
    SessionDetail.objects.create(session=session, key=key, note=note, source="llm")
    TrainingSession.objects.filter(pk=session.pk).update(updated_at=timezone.now())


# --- POST ---


def test_an_import_is_created_as_given_and_shown_whole(client: APIClient, catalogue: None) -> None:
    response = client.post(SESSIONS, import_request(priority=2, language="fr"), format="json")
    body = response.json()
    assert response.status_code == 201, body
    assert response["Location"] == f"{SESSIONS}{body['id']}/" == body["links"]["self"]
    assert body.keys() == {
        "id", "coach", "discipline", "mode", "language", "enrichment_status", "source", "model", "fallback_reason",
        "prescription", "analysis", "checks", "usage", "created_at", "updated_at", "enriched_at", "done", "links",
    }  # fmt: skip
    assert {key: body[key] for key in ("coach", "discipline", "mode", "language", "enrichment_status", "source")} == {
        "coach": "force",
        "discipline": "strength",
        "mode": "fast",
        "language": "fr",
        "enrichment_status": "fast",
        "source": "imported",
    }
    assert body["usage"] == {"input_tokens": 0, "cached_input_tokens": 0, "output_tokens": 0, "cost_usd": "0.000000"}
    assert body["created_at"].endswith("Z")
    exercise = body["prescription"]["blocks"][0]["exercises"][0]
    assert (exercise["key"], exercise["exercise"], exercise["details"]) == ("b1e1", "back-squat", None)
    assert exercise["sets"][0]["load_kg"] == 100
    assert client.get(response["Location"]).json() == body


def test_a_prescription_is_told_in_the_order_of_its_shape(client: APIClient, catalogue: None) -> None:
    url = client.post(SESSIONS, import_request(), format="json")["Location"]
    teach(TrainingSession.objects.get(), "b1e1")
    told = client.get(url).json()["prescription"]
    assert list(told) == list(Prescription.model_fields)
    block = told["blocks"][0]
    assert list(block) == list(Block.model_fields)
    assert list(block["exercises"][0]) == [*PrescribedExercise.model_fields, "details"]
    assert list(block["exercises"][0]["sets"][0]) == list(Set.model_fields)
    assert list(block["exercises"][0]["details"]) == [*DETAILS, "source"]


def test_what_get_gives_can_be_posted(client: APIClient, catalogue: None) -> None:
    first = client.post(SESSIONS, import_request(), format="json").json()
    teach(TrainingSession.objects.get(), "b1e1")
    shown = client.get(f"{SESSIONS}{first['id']}/").json()["prescription"]
    assert shown["blocks"][0]["exercises"][0]["details"] is not None
    again = client.post(SESSIONS, import_request(prescription=shown), format="json")
    assert again.status_code == 201, again.json()
    assert again.json()["prescription"] == first["prescription"]


def test_a_refused_request_saves_nothing_and_names_each_place(client: APIClient, catalogue: None) -> None:
    response = client.post(
        SESSIONS, {"coach": "force", "available_minutes": 0, "priority": 11, "hurry": True}, format="json"
    )
    assert response.status_code == 422
    assert response["Content-Type"] == "application/problem+json"
    assert sorted(pointers(response)) == ["/available_minutes", "/hurry", "/priority"]
    assert not TrainingSession.objects.exists()


def test_a_coach_that_does_not_serve_yet_is_a_clear_refusal(client: APIClient) -> None:
    response = client.post(SESSIONS, {"coach": "hopscotch"}, format="json")
    assert response.status_code == 422
    assert pointers(response) == ["/coach"]


def test_the_url_needs_its_slash_and_a_list_is_no_stream(client: APIClient) -> None:
    assert client.post(SESSIONS.rstrip("/"), import_request(), format="json").status_code == 404
    response = client.get(SESSIONS, HTTP_ACCEPT="text/event-stream")
    assert response.status_code == 406
    assert response["Content-Type"] == "application/problem+json"


# --- GET one ---


def test_a_recorded_detail_stands_in_its_exercise_and_moves_the_etag(client: APIClient, athlete: User) -> None:
    session = TrainingSessionFactory.create(owner=athlete)
    url = f"{SESSIONS}{session.pk}/"
    before = client.get(url)
    teach(session, "b1e1")
    after = client.get(url)
    told = {
        exercise["key"]: exercise["details"]
        for block in after.json()["prescription"]["blocks"]
        for exercise in block["exercises"]
    }
    assert told == {"b1e1": {**DETAILS, "source": "llm"}, "b2e1": None}
    assert after["ETag"] != before["ETag"]
    assert after.json()["updated_at"] > before.json()["updated_at"]


def test_usage_is_the_sum_of_every_call_failed_ones_too(client: APIClient, athlete: User) -> None:
    session = TrainingSessionFactory.create(owner=athlete)
    for outcome, cost in [("ok", "0.001"), ("timeout", None), ("ok", "0.0025")]:
        ModelCall.objects.create(
            session=session, purpose="generation", model="m", outcome=outcome, started_at=timezone.now(), seconds=1,
            input_tokens=10, cached_input_tokens=4, output_tokens=3, cost_usd=None if cost is None else Decimal(cost),
        )  # fmt: skip
    assert client.get(f"{SESSIONS}{session.pk}/").json()["usage"] == {
        "input_tokens": 30,
        "cached_input_tokens": 12,
        "output_tokens": 9,
        "cost_usd": "0.003500",
    }


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', '"a" , W/{} , "b"', "*"])
def test_who_has_the_session_already_is_told_so(client: APIClient, athlete: User, form: str) -> None:
    url = f"{SESSIONS}{TrainingSessionFactory.create(owner=athlete).pk}/"
    etag = client.get(url)["ETag"]
    assert etag.startswith('"')
    response = client.get(url, HTTP_IF_NONE_MATCH=form.format(etag))
    assert response.status_code == 304
    assert response.content == b""
    assert not response.has_header("Content-Type")
    assert response["ETag"] == etag


@pytest.mark.parametrize("form", ['"other"', "", "junk", 'W/"other"', "{}x"])
def test_who_has_another_state_gets_the_session(client: APIClient, athlete: User, form: str) -> None:
    url = f"{SESSIONS}{TrainingSessionFactory.create(owner=athlete).pk}/"
    etag = client.get(url)["ETag"].strip('"')
    assert client.get(url, HTTP_IF_NONE_MATCH=form.format(etag)).status_code == 200


def test_head_is_get_without_the_body(client: APIClient, athlete: User) -> None:
    url = f"{SESSIONS}{TrainingSessionFactory.create(owner=athlete).pk}/"
    assert client.head(url)["ETag"] == client.get(url)["ETag"]


# --- whose ---


@pytest.mark.parametrize(("method", "tail"), [("get", ""), ("delete", ""), ("post", "done/"), ("delete", "done/")])
def test_a_session_of_somebody_else_is_not_there(client: APIClient, method: str, tail: str) -> None:
    session = TrainingSessionFactory.create()
    response = getattr(client, method)(f"{SESSIONS}{session.pk}/{tail}")
    assert response.status_code == 404
    assert getattr(client, method)(f"{SESSIONS}{session.pk}/{tail}", {"x": 1}).status_code == 404, "whatever it says"
    missing = getattr(client, method)(f"{SESSIONS}{uuid4()}/{tail}")
    assert missing.content == response.content, "nobody learns which ids exist"
    session.refresh_from_db()
    assert session.done_at is None


@pytest.mark.parametrize(("method", "tail"), [("delete", ""), ("post", "done/"), ("delete", "done/")])
def test_staff_read_all_and_act_on_their_own(operator: User, method: str, tail: str) -> None:
    client = signed_in(operator)
    theirs = TrainingSessionFactory.create()
    shown = client.get(f"{SESSIONS}{theirs.pk}/")
    assert shown.status_code == 200
    assert shown.json()["owner"] == theirs.owner.username
    assert getattr(client, method)(f"{SESSIONS}{theirs.pk}/{tail}").status_code == 403
    assert TrainingSession.objects.filter(pk=theirs.pk, done_at=None).exists()
    own = TrainingSessionFactory.create(owner=operator)
    assert getattr(client, method)(f"{SESSIONS}{own.pk}/{tail}").status_code in (200, 204)
    assert client.get(SESSIONS).json()["results"]


@pytest.mark.parametrize("id_", ["1", "x", "00000000", "%00", "..", "é", "a" * 3_000])
def test_a_malformed_id_is_not_there(client: APIClient, id_: str) -> None:
    for tail in ("", "done/"):
        assert client.get(f"{SESSIONS}{id_}/{tail}").status_code == 404


# --- GET many ---


def test_the_list_holds_own_sessions_newest_first(client: APIClient, athlete: User) -> None:
    own = [TrainingSessionFactory.create(owner=athlete) for _ in range(3)]
    TrainingSessionFactory.create()
    base = timezone.now()
    for age, session in enumerate(own):
        TrainingSession.objects.filter(pk=session.pk).update(created_at=base - timedelta(hours=age))
    body = client.get(SESSIONS).json()
    assert [row["id"] for row in body["results"]] == [str(session.pk) for session in own]
    assert "owner" not in body["results"][0]
    pages = client.get(SESSIONS, {"page_size": 2}).json()
    assert client.get(pages["next"]).json()["results"] == body["results"][2:]


def test_sessions_made_at_the_same_moment_are_paged_without_loss(client: APIClient, athlete: User) -> None:
    for _ in range(5):
        TrainingSessionFactory.create(owner=athlete, created_at=timezone.now().replace(microsecond=0))
    TrainingSession.objects.update(created_at=timezone.now())
    seen: list[str] = []
    page: dict[str, Any] = {"next": f"{SESSIONS}?page_size=2"}
    while page["next"]:
        page = client.get(page["next"]).json()
        seen += [row["id"] for row in page["results"]]
    assert len(seen) == len(set(seen)) == 5


def test_filters_narrow_the_list(client: APIClient, athlete: User) -> None:
    old = TrainingSessionFactory.create(owner=athlete)
    TrainingSession.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=2))
    enriched = TrainingSessionFactory.create(
        owner=athlete, coach="endurance", enrichment_status="enriched", enriched_at=timezone.now()
    )
    yesterday = (timezone.now() - timedelta(days=1)).isoformat()

    def ids(**query: str) -> list[str]:
        return [row["id"] for row in client.get(SESSIONS, query).json()["results"]]

    assert ids(coach="endurance") == ids(enrichment_status="enriched") == [str(enriched.pk)]
    assert ids(created_after=yesterday) == [str(enriched.pk)]
    assert ids(created_before=yesterday) == [str(old.pk)]
    assert ids(coach="force", enrichment_status="enriched") == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("coach", "hopscotch"), ("coach", "\0"), ("enrichment_status", "done"), ("created_after", "yesterday"),
        ("created_after", "2026-13-01T00:00:00Z"), ("created_before", "\0"), ("created_before", "9" * 400),
    ],
)  # fmt: skip
def test_a_filter_that_cannot_be_is_refused_by_name(client: APIClient, name: str, value: str) -> None:
    response = client.get(SESSIONS, {name: value})
    assert response.status_code == 422
    assert pointers(response) == [f"/{name}"]


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-22T10:00", FAR_WEST]
)
def test_a_moment_at_the_end_of_time_is_a_moment(client: APIClient, moment: str) -> None:
    assert client.get(SESSIONS, {"created_after": moment}).status_code == 200


def test_a_page_takes_as_many_queries_as_a_session(
    client: APIClient, athlete: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(8):
        TrainingSessionFactory.create(owner=athlete)
    with django_assert_max_num_queries(10):
        assert len(client.get(SESSIONS).json()["results"]) == 8


# --- done ---


def test_a_session_is_done_and_not_done_after_all(client: APIClient, athlete: User) -> None:
    session = TrainingSessionFactory.create(owner=athlete)
    url = f"{SESSIONS}{session.pk}/done/"
    done = client.post(url, {"at": "2026-01-02T10:00:00+02:00", "rpe": 7.5}, format="json")
    assert done.status_code == 200
    assert done.json()["done"] == {"at": "2026-01-02T08:00:00.000000Z", "rpe": 7.5}
    assert done.json()["updated_at"] > done.json()["created_at"]
    again = client.post(url)
    assert again.status_code == 200, "the body is optional: now, and nothing said of how hard it was"
    assert again.json()["done"]["rpe"] is None
    assert again.json()["done"]["at"] > "2026-01-02"
    undone = client.delete(url)
    assert undone.status_code == 200
    assert undone.json()["done"] is None


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"at": "yesterday"}, "/at"), ({"at": 5}, "/at"), ({"at": "9999-12-31T23:59:59Z"}, "/at"), ({"rpe": 0}, "/rpe"),
        ({"rpe": 11}, "/rpe"), ({"rpe": "7"}, "/rpe"), ({"rpe": True}, "/rpe"), ({"mood": "good"}, "/mood"), ([], ""),
        ({"at": "0001-01-01T00:00:00+14:00"}, "/at"), ({"at": "1899-12-31T23:59:59Z"}, "/at"),
        ({"at": FAR_WEST}, "/at"),
    ],
)  # fmt: skip
def test_done_that_cannot_be_is_refused_at_its_place(client: APIClient, athlete: User, body: Any, place: str) -> None:
    session = TrainingSessionFactory.create(owner=athlete)
    response = client.post(f"{SESSIONS}{session.pk}/done/", body, format="json")
    assert response.status_code == 422
    assert pointers(response) == [place]
    session.refresh_from_db()
    assert session.done_at is None


# --- DELETE ---


def test_a_deleted_session_takes_its_item_and_details_along(client: APIClient, athlete: User) -> None:
    session = TrainingSessionFactory.create(owner=athlete)
    teach(session, "b1e1")
    url = f"{SESSIONS}{session.pk}/"
    assert client.get(f"{url}enrichment/").status_code == 200
    response = client.delete(url)
    assert (response.status_code, response.content) == (204, b"")
    assert not SessionDetail.objects.exists()
    assert ExerciseNote.objects.exists(), "a shared note stays for others"
    assert client.get(url).status_code == client.delete(url).status_code == 404
    assert client.get(f"{url}enrichment/").status_code == 404


def test_a_deleted_user_takes_everything_along(athlete: User) -> None:
    TrainingSessionFactory.create(owner=athlete)
    UserFactory.create()
    athlete.delete()
    assert not TrainingSession.objects.exists()
