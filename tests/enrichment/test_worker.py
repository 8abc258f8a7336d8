"""What a worker process does beside its tasks, in this process: reports itself, keeps its leases, and pulses."""

from collections.abc import Iterator

import pytest
from redis.exceptions import OutOfMemoryError

from enrichment import dispatch
from enrichment.leases import leases
from enrichment.models import EnrichmentItem, Worker
from enrichment.worker import Process
from tests.enrichment.items import claim, set_back
from tests.factories import TrainingSessionFactory
from tests.processes import eventually

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pulses(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Who was sent a pulse; the broker is not asked."""
    sent: list[str] = []
    monkeypatch.setattr(dispatch, "pulse", sent.append)
    return sent


@pytest.fixture
def process(transactional_db: None, pulses: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Process]:
    monkeypatch.setattr("enrichment.worker.FIRST_PULSE_SECONDS", 0.02)
    monkeypatch.setattr("enrichment.worker.PULSE_SECONDS", 0.02)
    process = Process()
    yield process
    process.stop()


def renewed() -> bool:
    return not EnrichmentItem.objects.expired().exists()


def test_a_worker_is_there_once_it_has_consumed(process: Process, pulses: list[str]) -> None:
    process.start("w", 4)
    eventually(lambda: len(pulses) > 2, what="pulses")
    assert not Worker.objects.exists()
    process.consumed()
    eventually(Worker.objects.live().filter(name="w", capacity=4, active=0).exists, what="the report")


def test_a_worker_at_work_is_there_and_sends_no_pulses_that_would_pile_up(process: Process, pulses: list[str]) -> None:
    TrainingSessionFactory.create()
    item = claim()
    with leases.hold(item):
        process.start("w", 4)
        eventually(Worker.objects.live().filter(active=1).exists, what="the report")
        assert pulses == []
    eventually(lambda: pulses, what="a pulse")


@pytest.mark.parametrize("error", [OutOfMemoryError("refused"), RuntimeError("a bug")])
def test_leases_are_renewed_whatever_becomes_of_a_pulse(
    process: Process, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    failed = []

    def fail(name: str) -> None:
        failed.append(name)
        raise error

    monkeypatch.setattr(dispatch, "pulse", fail)
    process.start("w", 4)
    eventually(lambda: failed, what="a pulse")
    TrainingSessionFactory.create()
    item = claim()
    with leases.hold(item):
        set_back(item, lease_expires_at=1)
        eventually(renewed, what="the lease")


def test_a_worker_that_stopped_is_gone(process: Process) -> None:
    process.start("w", 4)
    process.consumed()
    eventually(Worker.objects.exists, what="the report")
    process.stop()
    assert not Worker.objects.exists()
