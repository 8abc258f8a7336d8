"""Live enrichment: what a stream tells, in which order, and that nothing is lost or told twice, whatever breaks."""

import threading
from collections.abc import Iterator
from functools import partial
from itertools import cycle
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from config import events
from config.broker import breaker
from config.servers import Valkey
from enrichment import dispatch, live, processor, story
from enrichment.models import EnrichmentEvent, EnrichmentItem, Worker
from tests.brokers import trust_again
from tests.callers import import_request, load_catalogue, signed_in
from tests.enrichment.items import claim, long_prescription
from tests.factories import TrainingSessionFactory, UserFactory
from tests.processes import eventually
from tests.streams import Heard, Listener
from training.models import EnrichmentStatus, TrainingSession

pytestmark = pytest.mark.django_db(transaction=True)

PROMISED_SECONDS = 15  # the contract's: no stream is silent for longer


@pytest.fixture(autouse=True)
def catalogue(transactional_db: None) -> None:
    load_catalogue()


@pytest.fixture
def session() -> TrainingSession:
    session: TrainingSession = TrainingSessionFactory.create(prescription=long_prescription(4))
    return session


def listening(session: TrainingSession, after: int = 0) -> Listener:
    return Listener(partial(live.follow, session.pk, session.owner_id, after))


def enrich() -> None:
    assert processor.enrich_next(worker="celery@test", task_id="task") is not None


def item_of(session: TrainingSession) -> EnrichmentItem:
    return EnrichmentItem.objects.get(session=session)


def numbers(heard: list[Heard]) -> list[int]:
    return [event.number for event in heard if event.number is not None]


# --- what is told ---


def test_a_stream_tells_the_enrichment_as_it_happens_and_ends_with_it(session: TrainingSession) -> None:
    with listening(session) as stream:
        queued = stream.next()
        assert (queued.name, queued.number) == ("status", 1)
        assert queued.data["status"] == "fast"
        assert queued.data["queue_position"] == 1
        assert queued.data["progress"] == {"enriched": 0, "total": 4}
        enrich()
        heard = stream.until("done")
        assert stream.ended()
    assert numbers(heard) == list(range(2, 10))
    assert [event.name for event in heard] == ["status", *["exercise"] * 4, "analysis", "status", "done"]
    assert heard[0].data["status"] == "enriching"
    assert {event.data["key"] for event in heard[1:5]} == {"b1e1", "b1e2", "b1e3", "b1e4"}
    assert all(event.data["details"]["coaching_cues_detailed"] for event in heard[1:5])
    assert set(heard[5].data) == {"volume_analysis", "intensity_distribution"}
    assert heard[7].data["status"] == "enriched"
    assert heard[7].data["progress"] == {"enriched": 4, "total": 4}
    assert heard[7].data["item"]["status"] == "completed"


def test_progress_grows_with_the_events_when_the_story_is_told_afterwards(session: TrainingSession) -> None:
    enrich()
    with listening(session) as stream:
        statuses = [event.data for event in stream.until("done") if event.name in {"status", "done"}]
    assert [status["progress"]["enriched"] for status in statuses] == [0, 0, 4, 4]
    assert [status["status"] for status in statuses] == ["fast", "enriching", "enriched", "enriched"]
    assert [status["queue_position"] for status in statuses] == [None] * 4


@pytest.mark.parametrize("after", [0, 1, 4, 8])
def test_a_stream_resumes_after_any_number(session: TrainingSession, after: int) -> None:
    enrich()
    with listening(session, after) as stream:
        assert numbers(stream.until("done")) == list(range(after + 1, 10))
        assert stream.ended()


def test_a_number_of_another_story_tells_all(session: TrainingSession) -> None:
    with listening(session, after=77) as stream:
        assert stream.next().number == 1


def test_a_session_that_came_complete_tells_just_that() -> None:
    full = TrainingSessionFactory.create(enrichment_status=EnrichmentStatus.FULL, enriched_at="2026-01-01T00:00Z")
    with listening(full) as stream:
        assert [(e.name, e.number, e.data["status"]) for e in stream.until("done")] == [
            ("status", 1, "full"),
            ("done", 2, "full"),
        ]
        assert stream.ended()


def test_a_done_that_a_requeue_has_overtaken_is_not_told(session: TrainingSession) -> None:
    EnrichmentItem.objects.filter(session=session).cancel()
    EnrichmentItem.objects.enqueue(session, None)
    enrich()
    with listening(session) as stream:
        heard = stream.until("done")
        assert stream.ended()
    assert [event.name for event in heard].count("done") == 1
    assert heard[-1].number == item_of(session).event_count
    assert heard[-1].data["status"] == "enriched"


def test_after_its_events_were_pruned_a_story_ends_under_its_last_numbers(session: TrainingSession) -> None:
    enrich()
    last = item_of(session).event_count
    EnrichmentEvent.objects.filter(session=session).delete()
    with listening(session) as stream:
        assert [(event.name, event.number) for event in stream.until("done")] == [("status", last - 1), ("done", last)]
        assert stream.ended()


def test_a_requeue_after_pruning_counts_the_details_that_are_there(session: TrainingSession) -> None:
    enrich()
    EnrichmentEvent.objects.filter(session=session).delete()
    EnrichmentItem.objects.filter(session=session).update(status="failed")
    EnrichmentItem.objects.filter(session=session).requeue()
    with listening(session) as stream:
        assert stream.next().data["progress"] == {"enriched": 4, "total": 4}


def test_a_deleted_session_ends_its_streams(session: TrainingSession) -> None:
    with patch.object(live, "BEAT_SECONDS", 0.1), listening(session) as stream:
        stream.next()
        session.delete()
        assert stream.ended()


def test_a_moving_place_is_told_without_a_number(session: TrainingSession) -> None:
    Worker.objects.seen("celery@test", capacity=1, active=0)
    second = TrainingSessionFactory.create()
    with patch.object(live, "PLACES_SECONDS", 0.1), listening(second) as stream:
        assert stream.next().data["queue_position"] == 2
        EnrichmentItem.objects.filter(session=session).cancel()
        moved = stream.next()
    assert (moved.name, moved.number) == ("status", None)
    assert moved.data["queue_position"] == 1
    assert moved.data["estimated_wait_seconds"] is not None


def test_who_comes_back_while_waiting_is_told_the_place_of_now(session: TrainingSession) -> None:
    second = TrainingSessionFactory.create()
    with listening(second, after=1) as stream:
        now = stream.next()
    assert (now.name, now.number, now.data["queue_position"]) == ("status", None, 2)


# --- whatever breaks ---


def test_what_is_recorded_while_a_stream_reads_is_neither_lost_nor_told_twice(session: TrainingSession) -> None:
    item, recorded = claim(), iter(range(10_000))
    read = story.read

    def recording(*arguments: object) -> story.Chapter:
        chapter = read(*arguments)  # type: ignore[arg-type]
        number = next(recorded)
        if number < 30:  # after the read and before the stream waits: only a wake-up kept from then shows it
            item.record([(f"k{number}", {})])
        return chapter

    with patch.object(story, "read", recording), listening(session) as stream:
        heard = [stream.next() for _ in range(32)]
    assert numbers(heard) == list(range(1, 33))


def test_without_valkey_a_stream_hears_later_and_not_never(
    session: TrainingSession, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"  # nobody there
    monkeypatch.setattr(breaker, "closed", lambda: False)
    with patch.object(live, "BEAT_SECONDS", 0.2), listening(session) as stream:
        stream.next()
        enrich()
        assert stream.until("done")[-1].data["status"] == "enriched"


@pytest.fixture
def broker_of_streams(own_broker: Valkey, settings: Settings) -> Iterator[Valkey]:
    """A Valkey to stop and start, through which the streams of this process are woken."""
    settings.REDIS_URL = own_broker.url
    dispatch._redis.cache_clear()
    yield own_broker
    dispatch._redis.cache_clear()


def test_a_stream_is_woken_by_valkey_again_once_it_is_back(session: TrainingSession, broker_of_streams: Valkey) -> None:
    item = EnrichmentItem.objects.filter(session=session)
    priorities = cycle([3, 4])
    never = patch.object(live, "BEAT_SECONDS", 3600.0)  # by Valkey alone
    with never, patch.object(live, "RECONNECT_SECONDS", 0.05), listening(session) as stream:
        stream.next()
        broker_of_streams.stop()
        item.set_priority(2)
        broker_of_streams.start()

        def heard() -> bool:
            trust_again()
            item.set_priority(next(priorities))
            return not stream.events.empty()

        eventually(heard, within=15, what="a stream that is woken")
        assert [stream.next().number for _ in range(2)] == [2, 3]


# --- through the API ---


@pytest.fixture
def owner() -> User:
    user: User = UserFactory.create()
    return user


def imported(owner: User) -> str:
    answer = signed_in(owner).post("/api/v1/sessions/", import_request(), format="json")
    events_path: str = answer.json()["links"]["events"]
    return events_path


def test_the_link_of_a_session_leads_to_its_stream(owner: User) -> None:
    answer = signed_in(owner).get(imported(owner), headers={"Accept": "text/event-stream"})
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/event-stream; charset=utf-8"
    assert answer["X-Accel-Buffering"] == "no"
    answer.close()


def test_a_stream_says_that_it_lives_whatever_it_waits_for(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    path, answers = imported(owner), threading.Event()

    def hangs(*_: object) -> story.Chapter:  # as a database does that is away
        answers.wait()
        return story.Chapter((), 0, over=True)

    monkeypatch.setattr(story, "read", hangs)
    assert events.HEARTBEAT_SECONDS < PROMISED_SECONDS
    monkeypatch.setattr(events, "HEARTBEAT_SECONDS", 0.05)
    answer: Any = signed_in(owner).get(path, headers={"Accept": "text/event-stream"})
    with Listener(lambda: answer.streaming_content) as stream:
        assert stream.comments.get(timeout=10).startswith(":")
        assert stream.comments.get(timeout=10).startswith(":")
        answers.set()
        assert stream.ended()


def test_whoever_heard_the_end_is_told_to_stay_away(owner: User) -> None:
    path = imported(owner)
    enrich()
    last = EnrichmentItem.objects.get().event_count
    for number in (last, last + 1, 10**9, 10**40, "9" * 5000):
        answer = signed_in(owner).get(path, headers={"Accept": "text/event-stream", "Last-Event-ID": str(number)})
        assert answer.status_code == 204, number
    for unreadable in ("", "x", "-1", "1.5", "٣", str(last - 1)):
        answer = signed_in(owner).get(path, headers={"Accept": "text/event-stream", "Last-Event-ID": unreadable})
        assert answer.status_code == 200, unreadable
        answer.close()


@pytest.mark.parametrize(("accept", "status"), [("text/event-stream", 200), ("*/*", 200), ("application/json", 406)])
def test_only_event_streams_are_served_here(owner: User, accept: str, status: int) -> None:
    answer = signed_in(owner).get(imported(owner), headers={"Accept": accept})
    assert answer.status_code == status
    answer.close()


def test_another_athletes_stream_does_not_exist_and_the_refusal_is_a_problem(owner: User) -> None:
    answer = signed_in(UserFactory.create()).get(imported(owner), headers={"Accept": "text/event-stream"})
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


def test_staff_may_listen(owner: User, operator: User) -> None:
    answer = signed_in(operator).get(imported(owner), headers={"Accept": "text/event-stream"})
    assert answer.status_code == 200
    answer.close()
