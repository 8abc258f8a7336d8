"""The queue's endpoints as a caller meets them."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from rest_framework.test import APIClient

from enrichment import queue
from enrichment.models import EnrichmentItem, Worker
from tests.factories import TrainingSessionFactory, UserFactory
from training.models import TrainingSession

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(athlete: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(athlete)
    return client


@pytest.fixture
def session(athlete: User) -> TrainingSession:
    return TrainingSessionFactory.create(owner=athlete)


def path(session: TrainingSession) -> str:
    return f"/api/v1/sessions/{session.pk}/enrichment/"


def claim() -> EnrichmentItem:
    item = EnrichmentItem.objects.claim(worker="w", task_id="t")
    assert item is not None
    return item


def live_worker(capacity: int = 2) -> None:
    Worker.objects.seen("w@test", capacity=capacity, active=0)


def test_the_status_of_a_queued_session_tells_its_place_and_how_long(api: APIClient, session: TrainingSession) -> None:
    live_worker()
    answer = api.get(path(session))
    assert answer.status_code == 200
    body = answer.json()
    assert body["status"] == "fast"
    assert body["queue_position"] == 1
    assert body["estimated_wait_seconds"] == 30  # nothing was measured yet
    assert body["estimated_wait_seconds_p90"] > 30
    assert set(body["item"]) == {
        "id", "status", "priority", "attempts", "max_attempts", "error_message", "next_attempt_at", "created_at",
        "started_at", "completed_at",
    }  # fmt: skip
    assert answer["Retry-After"]
    assert api.get(path(session), headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert api.get(path(session), headers={"If-None-Match": answer["ETag"]})["Retry-After"]


def test_without_a_worker_nobody_promises_a_time(api: APIClient, session: TrainingSession) -> None:
    body = api.get(path(session)).json()
    assert body["queue_position"] == 1
    assert body["estimated_wait_seconds"] is None
    Worker.objects.create(name="silent", capacity=5, seen_at=timezone.now() - timedelta(seconds=16))
    assert api.get(path(session)).json()["estimated_wait_seconds"] is None


def test_a_session_is_enriching_exactly_while_its_item_is_processing(session: TrainingSession) -> None:
    claim()  # between reading the session and reading its item
    told = queue.status(session)
    assert (told["status"], told["item"]["status"]) == ("enriching", "processing")


def test_the_place_is_the_order_of_claims(api: APIClient, athlete: User) -> None:
    sessions = [TrainingSessionFactory.create(owner=athlete, priority=priority) for priority in (5, 1, 5, 9)]
    assert [api.get(path(session)).json()["queue_position"] for session in sessions] == [2, 1, 3, 4]


def test_a_delayed_item_has_no_place(api: APIClient, session: TrainingSession) -> None:
    live_worker()
    claim().retry("unavailable", "no answer", after_seconds=60)
    body = api.get(path(session)).json()
    assert (body["queue_position"], body["estimated_wait_seconds"]) == (None, None)
    assert body["item"]["error_message"] == "no answer"
    assert body["item"]["next_attempt_at"]
    assert body["status"] == "fast"


def test_estimates_come_from_measured_service_times(api: APIClient, athlete: User) -> None:
    live_worker(capacity=1)
    for _ in range(3):
        TrainingSessionFactory.create(owner=athlete)
        item = claim()
        EnrichmentItem.objects.filter(pk=item.pk).update(started_at=timezone.now() - timedelta(seconds=10))
        item.complete({})
    sessions = [TrainingSessionFactory.create(owner=athlete) for _ in range(3)]
    waits = [api.get(path(session)).json()["estimated_wait_seconds"] for session in sessions]
    assert waits == [pytest.approx(10, abs=1), pytest.approx(20, abs=1), pytest.approx(30, abs=2)]


def test_queueing_again_is_idempotent_and_a_priority_changes_the_place(
    api: APIClient, session: TrainingSession
) -> None:
    other = TrainingSessionFactory.create(owner=session.owner, priority=2)
    first = api.post(path(session))
    assert (first.status_code, first.json()["item"]["priority"]) == (202, 5)
    again = api.post(path(session), {"priority": 1}, format="json")
    assert (again.status_code, again.json()["item"]["priority"], again.json()["queue_position"]) == (202, 1, 1)
    assert api.get(path(other)).json()["queue_position"] == 2
    assert EnrichmentItem.objects.filter(session=session).count() == 1


def test_queueing_changes_nothing_while_it_is_processing(api: APIClient, session: TrainingSession) -> None:
    claim()
    answer = api.post(path(session), {"priority": 1}, format="json")
    assert (answer.status_code, answer.json()["status"], answer.json()["item"]["priority"]) == (202, "enriching", 5)


@pytest.mark.parametrize("end", ["fail", "cancel"])
def test_a_failed_or_cancelled_item_is_queued_anew(api: APIClient, session: TrainingSession, end: str) -> None:
    item = claim()
    if end == "fail":
        item.fail("refused", "no")
    else:
        assert api.delete(path(session)).status_code == 202
    answer = api.post(path(session), {"priority": 3}, format="json")
    assert answer.status_code == 202
    shown = answer.json()["item"]
    assert (shown["status"], shown["attempts"], shown["priority"], shown["error_message"]) == ("pending", 0, 3, None)


def test_an_enriched_session_answers_200_and_stays_as_it_is(api: APIClient, session: TrainingSession) -> None:
    claim().complete({"x": 1})
    answer = api.post(path(session), {"priority": 1}, format="json")
    assert (answer.status_code, answer.json()["status"]) == (200, "enriched")
    assert api.delete(path(session)).status_code == 409
    assert "Retry-After" not in api.get(path(session))


def test_a_full_session_cannot_be_queued_or_cancelled(api: APIClient, athlete: User) -> None:
    session = TrainingSessionFactory.create(owner=athlete, enrichment_status="full", enriched_at=timezone.now())
    assert api.post(path(session)).status_code == 409
    assert api.delete(path(session)).status_code == 409
    body = api.get(path(session)).json()
    assert (body["status"], body["item"], body["queue_position"]) == ("full", None, None)


def test_cancelling_keeps_the_session_usable_and_is_final(api: APIClient, session: TrainingSession) -> None:
    answer = api.delete(path(session))
    assert (answer.status_code, answer.json()["status"]) == (202, "fast")
    assert answer.json()["item"]["status"] == "cancelled"
    assert api.delete(path(session)).status_code == 409


def test_other_athletes_do_not_see_it_and_staff_only_read(
    api: APIClient, session: TrainingSession, operator: User
) -> None:
    stranger = APIClient()
    stranger.force_authenticate(UserFactory.create())
    item = f"/api/v1/enrichment/items/{session.item.pk}/"
    for method in (stranger.get, stranger.post, stranger.delete):
        assert method(path(session)).status_code == 404
        assert method(path(session), {"priority": 99}).status_code == 404, "whatever it says"
    assert stranger.get(item).status_code == 404
    staff = APIClient()
    staff.force_authenticate(operator)
    assert staff.get(path(session)).status_code == 200
    assert staff.get(item).json()["owner"] == session.owner.username
    assert staff.post(path(session)).status_code == 403
    assert staff.post(path(session), {"priority": 99}).status_code == 403
    assert staff.delete(path(session)).status_code == 403
    assert "owner" not in api.get(item).json()


@pytest.mark.parametrize("place", ["", "events/"])
def test_options_tell_what_may_be_asked(api: APIClient, session: TrainingSession, place: str) -> None:
    answer = api.options(path(session) + place)
    assert answer.status_code == 200
    assert "GET" in answer["Allow"]
    assert "actions" not in answer.json()  # the schema has them


def test_the_head_of_a_stream_ends_at_once(api: APIClient, session: TrainingSession) -> None:
    answer = api.head(path(session) + "events/")
    assert (answer.status_code, answer["Content-Type"], answer.streaming) == (200, "text/event-stream", False)


@pytest.mark.parametrize("body", [{"priority": 11}, {"priority": 0}, {"priority": "1"}, {"priority": True}, {"p": 1}])
def test_a_wrong_priority_is_refused_with_its_place(
    api: APIClient, session: TrainingSession, body: dict[str, Any]
) -> None:
    answer = api.post(path(session), body, format="json")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == f"/{next(iter(body))}"
    assert EnrichmentItem.objects.get().priority == 5


@pytest.mark.parametrize("method", ["get", "post", "delete"])
@pytest.mark.parametrize("session_id", ["0b3f3979-9599-432a-b6e9-e0712d044e70", "not-an-id", "1"])
def test_a_session_that_is_not_there_is_404(api: APIClient, method: str, session_id: str) -> None:
    answer = getattr(api, method)(f"/api/v1/sessions/{session_id}/enrichment/")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


def test_own_items_newest_first_filtered_and_in_pages(api: APIClient, athlete: User) -> None:
    TrainingSessionFactory.create()  # somebody else's
    mine = [TrainingSessionFactory.create(owner=athlete).item for _ in range(3)]
    claim()
    body = api.get("/api/v1/enrichment/items/?page_size=2").json()
    assert [row["id"] for row in body["results"]] == [str(item.pk) for item in reversed(mine)][:2]
    rest = api.get(body["next"]).json()
    assert [row["id"] for row in rest["results"]] == [str(mine[0].pk)]
    assert body["results"][0]["session"] == str(mine[2].session_id)
    assert len(api.get("/api/v1/enrichment/items/?status=pending&coach=force").json()["results"]) == 3
    assert api.get("/api/v1/enrichment/items/?status=nonsense").status_code == 422


def test_stats_show_the_whole_queue_and_nobodys_data(api: APIClient, athlete: User) -> None:
    live_worker(capacity=4)
    for priority in (1, 5, 5):
        TrainingSessionFactory.create(priority=priority)
    claim().complete({})
    body = api.get("/api/v1/enrichment/stats/").json()
    assert body["pending"] == 2
    assert body["by_priority"] == {**{str(n): 0 for n in range(1, 11)}, "5": 2}
    assert body["by_coach"] == {
        "force": 2, "endurance": 0, "functional": 0, "calisthenics": 0, "competitions": 0,
    }  # fmt: skip
    assert (body["completed"], body["workers"], body["capacity"]) == (1, 1, 4)
    assert body["throughput_per_minute"] == pytest.approx(1 / 60, abs=1e-4)
    assert body["wait_seconds"]["p50"] is not None
    assert body["service_seconds"]["p95"] is not None
    assert body["oldest_pending_seconds"] is not None


def test_stats_of_an_empty_queue_are_zeros_and_nulls(api: APIClient) -> None:
    body = api.get("/api/v1/enrichment/stats/").json()
    assert body["oldest_pending_seconds"] is None
    assert body["wait_seconds"] == {"p50": None, "p95": None}
    assert (body["pending"], body["processing"], body["throughput_per_minute"]) == (0, 0, 0.0)


def test_without_a_token_401() -> None:
    for each in ("enrichment/stats/", "enrichment/items/", f"sessions/{uuid4()}/enrichment/"):
        answer = APIClient().get(f"/api/v1/{each}")
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"].startswith("Bearer")
