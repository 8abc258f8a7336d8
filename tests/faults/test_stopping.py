"""Workers that are told to stop, in every way, and those that must stop themselves: nothing is lost or done twice."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
from django.db import connection

from config.servers import Valkey
from enrichment.models import EnrichmentItem, Status, Worker
from enrichment.processor import EXERCISES_IN_PARALLEL
from tests.enrichment.items import finished, long_prescription, story
from tests.factories import TrainingSessionFactory
from tests.model_server import Behaviour, ModelServer
from tests.processes import Processes, eventually
from training.models import ModelCall, SessionDetail

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_worker_that_is_told_to_stop_finishes_the_exercises_in_hand_and_gives_the_item_back(
    processes: Processes, model: ModelServer
) -> None:
    model.script(Behaviour(delay_seconds=1.5, times=EXERCISES_IN_PARALLEL))
    worker = processes.worker()
    TrainingSessionFactory.create(prescription=long_prescription(EXERCISES_IN_PARALLEL + 2))
    eventually(lambda: len(model.requests) == EXERCISES_IN_PARALLEL, what="the questions")
    assert worker.stop() < 20
    item = EnrichmentItem.objects.get()
    assert SessionDetail.objects.count() == EXERCISES_IN_PARALLEL
    assert (item.status, item.attempts, item.claim_number) == ("pending", 0, 1)
    assert story(item)[-1] == "given_back"
    assert not Worker.objects.exists()

    processes.worker("w2")
    (item,) = finished()
    assert item.attempts == 1
    assert len(model.requests) == EXERCISES_IN_PARALLEL + 2


def test_a_worker_that_is_told_to_stop_completes_an_item_whose_last_exercises_are_in_hand(
    processes: Processes, model: ModelServer
) -> None:
    model.script(Behaviour(delay_seconds=1.5, times=2))
    worker = processes.worker()
    TrainingSessionFactory.create()
    eventually(lambda: len(model.requests) == 2, what="the questions")
    worker.stop()
    item = EnrichmentItem.objects.get()
    assert story(item)[-2:] == ["completed", "done"]


def test_a_worker_that_is_told_to_stop_does_not_wait_for_a_model_that_hangs(
    processes: Processes, model: ModelServer
) -> None:
    model.script(Behaviour(hang=True, times=2))
    worker = processes.worker(STOP_GRACE_SECONDS=4)
    TrainingSessionFactory.create()
    eventually(lambda: len(model.requests) == 2, what="the questions")
    assert worker.stop() < 4.5
    item = EnrichmentItem.objects.get()
    assert (item.status, item.attempts) == ("pending", 0)
    assert set(ModelCall.objects.values_list("outcome", flat=True)) == {"cancelled"}


@pytest.mark.parametrize("signals", [[signal.SIGQUIT], [signal.SIGINT, signal.SIGINT], [signal.SIGTERM] * 3])
def test_however_a_worker_is_told_to_stop_it_gives_back_what_it_holds(
    processes: Processes, model: ModelServer, signals: list[signal.Signals]
) -> None:
    model.script(Behaviour(hang=True, times=-1))
    worker = processes.worker(STOP_GRACE_SECONDS=8)
    TrainingSessionFactory.create_batch(3)
    eventually(lambda: len(model.requests) == 6, what="the questions")
    for number in signals:
        worker.process.send_signal(number)
        eventually(lambda: b"Warm shutdown" in worker.log.read_bytes(), what="its answer")
    worker.process.wait(8)
    assert set(EnrichmentItem.objects.values_list("status", "attempts")) == {("pending", 0)}
    assert not Worker.objects.exists()
    assert "Traceback" not in worker.log.read_text()


def test_a_worker_stops_within_its_grace_though_the_broker_is_frozen(
    processes: Processes, model: ModelServer, own_broker: Valkey
) -> None:
    model.script(Behaviour(hang=True, times=-1))
    worker = processes.worker(REDIS_URL=own_broker.url, STOP_GRACE_SECONDS=10)
    TrainingSessionFactory.create()
    eventually(lambda: len(model.requests) == 2, what="the questions")
    eventually(Worker.objects.exists, what="the report")
    assert own_broker.process is not None
    os.kill(own_broker.process.pid, signal.SIGSTOP)
    try:
        assert worker.stop() < 10
    finally:
        os.kill(own_broker.process.pid, signal.SIGCONT)
    item = EnrichmentItem.objects.get()
    assert (item.status, item.attempts) == (Status.PENDING, 0)
    assert not Worker.objects.exists()


@contextmanager
def held_up(session_id: UUID) -> Iterator[None]:
    """Somebody else's transaction holds the session's row."""
    other = connection.copy()
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute("SELECT 1 FROM training_trainingsession WHERE id = %s FOR UPDATE", [session_id])
    try:
        yield
    finally:
        other.rollback()
        other.close()


def test_a_worker_with_a_hung_thread_gives_back_the_rest_and_exits(processes: Processes, model: ModelServer) -> None:
    model.script(Behaviour(delay_seconds=1, times=2))
    worker = processes.worker(LLM_TIMEOUT_SECONDS=9, ITEM_DEADLINE_SECONDS=10, LEASE_SECONDS=3)
    hung = TrainingSessionFactory.create().item
    last_moment = time.monotonic() + 10
    eventually(lambda: len(model.requests) == 2, what="the questions")
    with held_up(hung.session_id):  # its thread waits with an exercise to record
        eventually(lambda: time.monotonic() > last_moment, what="the last moment")
        model.script(Behaviour(hang=True, times=-1))
        other = TrainingSessionFactory.create(prescription=long_prescription(2)).item
        assert worker.process.wait(10) == os.EX_SOFTWARE
    other.refresh_from_db()
    assert (other.status, other.attempts) == (Status.PENDING, 0)
    assert story(other)[-1] == "given_back"
    assert EnrichmentItem.objects.expired().reclaim() == [hung]
    hung.refresh_from_db()
    assert (hung.status, hung.attempts) == (Status.PENDING, 1)
