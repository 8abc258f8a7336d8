"""Real workers, really killed: nothing is lost, nothing is done twice, and the urgent comes first."""

import pytest
from celery import current_app
from django_celery_results.models import TaskResult

from enrichment import dispatch, rescue
from enrichment.models import EnrichmentItem, Status, Worker
from tests.enrichment.items import finished, story
from tests.factories import TrainingSessionFactory, UserFactory
from tests.model_server import Behaviour, ModelServer
from tests.processes import Processes, eventually
from training.models import ExerciseNote, ModelCall, SessionDetail, TrainingSession

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_worker_without_a_model_enriches_from_the_catalogue(processes: Processes) -> None:
    processes.worker()
    session = TrainingSessionFactory.create()
    (item,) = finished()
    session.refresh_from_db()
    assert session.enrichment_status == "enriched"
    assert set(session.analysis or {}) == {"volume_analysis", "intensity_distribution"}
    assert {detail.key: detail.source for detail in session.details.all()} == {"b1e1": "builtin", "b2e1": "builtin"}
    assert story(item) == ["queued", "claimed", "exercise", "exercise", "analysis", "completed", "done"]
    attempt = TaskResult.objects.filter(task_id=item.events.get(kind="claimed").data["task_id"], status="SUCCESS")
    eventually(attempt.exists, what="the task's result")
    eventually(Worker.objects.live().filter(name="w1@test", capacity=4).exists, what="the worker's report")


def test_a_second_session_is_told_from_the_library_and_costs_nothing(processes: Processes, model: ModelServer) -> None:
    processes.worker()
    first = TrainingSessionFactory.create()
    finished(1)
    asked = len(model.requests)
    second = TrainingSessionFactory.create()
    finished(2)
    assert asked == 2
    assert len(model.requests) == asked
    assert set(first.details.values_list("source", flat=True)) == {"llm"}
    assert set(second.details.values_list("source", flat=True)) == {"library"}
    assert ModelCall.objects.filter(session=first, outcome="ok").count() == 2


def test_the_most_urgent_is_worked_on_first_by_a_busy_worker(processes: Processes, model: ModelServer) -> None:
    model.script(Behaviour(delay_seconds=2, times=2))
    processes.worker(concurrency=1)
    owner = UserFactory.create()
    TrainingSessionFactory.create(owner=owner, priority=5)
    eventually(lambda: EnrichmentItem.objects.processing().exists(), what="the first claim")
    for priority in (7, 3, 10, 1, 5, 2, 9):
        TrainingSessionFactory.create(owner=owner, priority=priority)
    finished(8)
    later = EnrichmentItem.objects.order_by("started_at").values_list("priority", flat=True)[1:]
    assert list(later) == [1, 2, 3, 5, 7, 9, 10]


def test_an_item_of_a_killed_worker_is_finished_by_another_that_asks_only_for_what_is_missing(
    processes: Processes, model: ModelServer
) -> None:
    model.script(Behaviour(about="Romanian", hang=True))
    worker = processes.worker("w1", LEASE_SECONDS=3)
    TrainingSessionFactory.create()
    eventually(SessionDetail.objects.exists, what="the first exercise")
    eventually(lambda: len(model.requests) == 2, what="the second question")
    worker.kill()

    processes.worker("w2", LEASE_SECONDS=3)
    processes.maintenance()
    (item,) = finished()
    assert item.attempts == 2
    assert "rescued" in story(item)
    assert story(item).count("exercise") == 2
    assert len(model.requests) == 3
    assert [event.number for event in item.events.order_by("number")] == list(range(1, item.event_count + 1))


def test_each_attempt_has_its_own_result_and_the_last_one_its_error(processes: Processes, model: ModelServer) -> None:
    model.script(Behaviour(status=503, times=-1))
    processes.worker(RETRY_BACKOFF_SECONDS=0.2)
    processes.maintenance()
    TrainingSessionFactory.create()
    (item,) = finished(status=Status.FAILED)
    assert item.attempts == 3
    assert item.error_kind == "unavailable"
    assert item.session.enrichment_status == "fast"
    tasks = list(item.events.filter(kind="claimed").values_list("data__task_id", flat=True))
    assert len(set(tasks)) == 3
    failures = TaskResult.objects.filter(task_id__in=tasks, status="FAILURE")
    eventually(lambda: failures.count() == 3, what="three results")


def test_a_message_that_comes_a_second_time_does_not_share_its_result(processes: Processes) -> None:
    TrainingSessionFactory.create()
    with current_app.connection_for_read() as connection:
        message = connection.default_channel.basic_get(dispatch.QUEUE)  # type: ignore[attr-defined]
        message.requeue()
    processes.worker()
    (item,) = finished()
    assert item.task_id != message.headers["id"]
    assert item.attempts == 1


def test_a_worker_whose_limits_do_not_fit_does_not_start(processes: Processes) -> None:
    worker = processes.starting_worker("w1", LLM_TIMEOUT_SECONDS=200)
    assert worker.process.wait(30) != 0
    assert "LLM_TIMEOUT_SECONDS (200) must be less than ITEM_DEADLINE_SECONDS (120)." in worker.log.read_text()


def test_a_rate_limit_costs_no_attempt(processes: Processes, model: ModelServer) -> None:
    model.script(Behaviour(status=429, headers={"Retry-After": "1"}, times=2))
    processes.worker()
    processes.maintenance()
    TrainingSessionFactory.create()
    (item,) = finished()
    assert item.attempts == 1
    assert "snoozed" in story(item)


def test_deleting_a_session_in_the_middle_makes_its_worker_drop_the_result(
    processes: Processes, model: ModelServer
) -> None:
    model.script(Behaviour(delay_seconds=1, times=2))
    worker = processes.worker()
    session = TrainingSessionFactory.create()
    eventually(lambda: len(model.requests) == 2, what="the questions")
    session.delete()
    eventually(lambda: b"action=dropped" in worker.log.read_bytes(), what="the dropped result")
    assert not SessionDetail.objects.exists()
    assert not ExerciseNote.objects.filter(session__isnull=False).exists()
    assert not TrainingSession.objects.exists()


def test_messages_that_were_all_lost_are_sent_anew(processes: Processes, broker: object) -> None:
    TrainingSessionFactory.create_batch(3)
    broker.flushdb()  # type: ignore[attr-defined]
    processes.worker()
    rescue.rescue()
    finished(3)
