"""One claim, from the row to what becomes of it: by the type of what went wrong, and by nothing else."""

from collections.abc import Iterator
from concurrent.futures import wait
from typing import Any

import pytest
from django.db import DataError, OperationalError, connection

from enrichment import processor
from enrichment.leases import leases
from enrichment.models import EnrichmentEvent, EnrichmentItem, Status
from enrichment.processor import EXERCISES_IN_PARALLEL, Outcome
from tests.callers import load_catalogue
from tests.enrichment.items import long_prescription, story
from tests.factories import TrainingSessionFactory
from tests.model_server import FOREVER, Behaviour, ModelServer
from training import coaches, llm
from training.models import ModelCall, SessionDetail

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def catalogue(transactional_db: None) -> None:
    load_catalogue()


@pytest.fixture
def told_to_stop() -> Iterator[None]:
    leases.stopping.set()
    yield
    leases.stopping.clear()


def enrich_next() -> Outcome:
    outcome = processor.enrich_next(worker="celery@test", task_id="task-1")
    assert outcome is not None
    return outcome


def raising(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """The analysis, after all exercises were recorded, ends so."""

    def analyse(*arguments: Any) -> dict[str, Any]:
        raise error

    monkeypatch.setattr(type(coaches.get("force")), "analyse", analyse)


def waits_seconds(item: EnrichmentItem) -> float:
    """From the last event to the next attempt."""
    last = item.events.latest("number")
    assert item.next_attempt_at is not None
    return float((item.next_attempt_at - last.created_at).total_seconds())


def test_nothing_ready_is_no_outcome() -> None:
    assert processor.enrich_next(worker="celery@test", task_id="task-1") is None


def test_no_database_connection_is_held_while_a_model_thinks(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[object] = []

    def looking(*arguments: Any, **options: Any) -> Any:
        held.append(connection.connection)
        return wait(*arguments, **options)

    monkeypatch.setattr("enrichment.processor.wait", looking)
    TrainingSessionFactory.create()
    assert enrich_next().action == "completed"
    assert set(held) == {None}


def test_a_database_that_fails_in_the_middle_is_a_retry(monkeypatch: pytest.MonkeyPatch) -> None:
    item = TrainingSessionFactory.create().item
    raising(monkeypatch, OperationalError("server closed the connection unexpectedly"))
    outcome = enrich_next()
    assert (outcome.action, outcome.error) == ("retried", "database")
    item.refresh_from_db()
    assert (item.status, item.attempts) == (Status.PENDING, 1)
    assert item.next_attempt_at is not None


def test_a_connection_that_broke_is_not_used_to_record_it() -> None:
    item = TrainingSessionFactory.create().item
    broken = _enrich_with_a_broken_connection()
    assert (broken.action, broken.error) == ("retried", "database")
    item.refresh_from_db()
    assert item.status == Status.PENDING


def _enrich_with_a_broken_connection() -> Outcome:
    """The server ends the worker's connection just after its claim."""
    with pytest.MonkeyPatch.context() as patch:
        session_of = processor._session

        def cut_off(item: EnrichmentItem) -> Any:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                (pid,) = cursor.fetchone()
            other = connection.copy()
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
            other.close()
            return session_of(item)

        patch.setattr(processor, "_session", cut_off)
        return enrich_next()


def test_what_a_database_refuses_is_a_bug_that_ends_with_the_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    item = TrainingSessionFactory.create().item
    raising(monkeypatch, DataError("invalid input"))
    for _ in range(3):
        assert enrich_next().error == "internal"
        EnrichmentItem.objects.update(next_attempt_at=None)
    item.refresh_from_db()
    assert (item.status, item.error_kind, item.error_message) == ("failed", "internal", "Internal error: DataError.")
    assert SessionDetail.objects.count() == 2


def test_what_an_athlete_wrote_is_not_in_the_log_of_a_bug(caplog: pytest.LogCaptureFixture) -> None:
    item = TrainingSessionFactory.create(request={"coach": "force", "goal": ["my secret goal"]}).item
    assert enrich_next().error == "internal"
    item.refresh_from_db()
    assert item.error_message == "Internal error: ValidationError."
    assert "goal" in caplog.text
    assert "my secret" not in caplog.text


def test_retries_wait_longer_and_longer(model_server: ModelServer, settings: Any) -> None:
    model_server.script(Behaviour(status=503, times=FOREVER))
    item = TrainingSessionFactory.create().item
    for expected in (2, 4):
        assert enrich_next().action == "retried"
        item.refresh_from_db()
        assert 0.5 * expected <= waits_seconds(item) <= 1.5 * expected
        EnrichmentItem.objects.update(next_attempt_at=None)


def test_waiting_without_an_attempt_grows_too_and_never_ends_before_it_was_asked_to(
    model_server: ModelServer,
) -> None:
    model_server.script(Behaviour(status=429, headers={"Retry-After": "7"}, times=FOREVER))
    item = TrainingSessionFactory.create().item
    for expected in (2, 4, 8, 16):
        assert enrich_next().action == "snoozed"
        item.refresh_from_db()
        assert item.attempts == 0
        assert 7 + 0.5 * expected <= waits_seconds(item) <= 7 + 1.5 * expected
        EnrichmentItem.objects.update(next_attempt_at=None)


@pytest.mark.parametrize("claims", [11, 5_000])
def test_no_pause_of_ours_is_longer_than_some_minutes(claims: int) -> None:
    assert processor._pause(claims) <= 1.5 * processor.LONGEST_PAUSE_SECONDS


def test_a_key_that_is_refused_fails_at_once(model_server: ModelServer) -> None:
    model_server.script(Behaviour(status=401, times=FOREVER))
    item = TrainingSessionFactory.create().item
    assert (enrich_next().action, enrich_next_is_idle()) == ("failed", True)
    item.refresh_from_db()
    assert (item.status, item.attempts, item.error_kind) == ("failed", 1, "bad_key")


def enrich_next_is_idle() -> bool:
    return processor.enrich_next(worker="celery@test", task_id="task-2") is None


def test_the_items_own_deadline_ends_what_hangs(model_server: ModelServer, settings: Any) -> None:
    settings.ITEM_DEADLINE_SECONDS = 1
    model_server.script(Behaviour(hang=True, times=FOREVER))
    item = TrainingSessionFactory.create().item
    outcome = enrich_next()
    assert (outcome.action, outcome.error) == ("retried", "deadline")
    assert 1 <= outcome.seconds < 20
    item.refresh_from_db()
    assert item.attempts == 1
    assert set(ModelCall.objects.values_list("outcome", flat=True)) == {"deadline"}


def test_of_many_exercises_a_few_are_asked_for_at_once(model_server: ModelServer) -> None:
    model_server.script(Behaviour(delay_seconds=1, times=EXERCISES_IN_PARALLEL))
    TrainingSessionFactory.create(prescription=long_prescription(EXERCISES_IN_PARALLEL + 3))
    assert enrich_next().action == "completed"
    assert model_server.most_at_once == EXERCISES_IN_PARALLEL
    assert len(model_server.requests) == EXERCISES_IN_PARALLEL + 3


def test_who_claimed_while_told_to_stop_asks_nothing_and_gives_back(
    model_server: ModelServer, told_to_stop: None
) -> None:
    item = TrainingSessionFactory.create().item
    assert enrich_next().action == "given_back"
    assert model_server.requests == []
    item.refresh_from_db()
    assert (item.status, item.attempts) == (Status.PENDING, 0)


def test_who_is_told_to_stop_completes_what_needs_no_question(told_to_stop: None) -> None:
    item = TrainingSessionFactory.create().item
    assert enrich_next().action == "completed"
    assert story(item)[-1] == "done"


def test_what_was_paid_for_is_recorded_though_another_exercise_failed(model_server: ModelServer) -> None:
    model_server.script(Behaviour(about="Romanian", status=503, times=1))
    TrainingSessionFactory.create()
    assert enrich_next().action == "retried"
    assert list(SessionDetail.objects.values_list("key", flat=True)) == ["b1e1"]
    EnrichmentItem.objects.update(next_attempt_at=None)
    assert enrich_next().action == "completed"
    assert len(model_server.requests) == 3
    assert sorted(ModelCall.objects.values_list("outcome", flat=True)) == ["ok", "ok", "unavailable"]


@pytest.mark.parametrize("step", ["record", "complete"])
def test_a_record_that_breaks_off_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """As when the process is killed between two statements: event and fact come together, or not at all."""
    item = TrainingSessionFactory.create().item
    save = EnrichmentEvent.objects.bulk_create

    def break_off(events: Any) -> Any:
        events = list(events)
        if {event.kind for event in events} & {"exercise" if step == "record" else "completed"}:
            raise RuntimeError("killed")
        return save(events)

    monkeypatch.setattr(EnrichmentEvent.objects, "bulk_create", break_off)
    assert enrich_next().error == "internal"
    item.refresh_from_db()
    assert item.session.analysis is None
    assert SessionDetail.objects.count() == (0 if step == "record" else 2)
    numbers = list(item.events.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, item.event_count + 1))


def test_an_item_cancelled_while_its_model_thinks_is_dropped_without_a_trace(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    item = TrainingSessionFactory.create().item
    model_server.script(Behaviour(about="Romanian", hang=True, times=1))

    def cancelled(*arguments: Any, **options: Any) -> Any:
        EnrichmentItem.objects.filter(pk=item.pk).cancel()
        return wait(*arguments, **options)

    monkeypatch.setattr("enrichment.processor.wait", cancelled)
    assert enrich_next().action == "dropped"
    llm.close()
    assert not SessionDetail.objects.exists()
    assert story(item)[-2:] == ["cancelled", "done"]
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
