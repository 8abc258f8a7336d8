"""The broker goes and comes back under load: what was accepted is enriched, soon."""

import os
import signal
import time

import pytest
from django.core.management import call_command

from config.servers import Valkey
from enrichment.models import EnrichmentItem, Status
from tests.factories import TrainingSessionFactory, UserFactory
from tests.processes import Processes, eventually

pytestmark = pytest.mark.django_db(transaction=True)

# Long enough that kombu's own growing pause between two attempts to connect would be too long.
AWAY_SECONDS = 25
PROMISED_SECONDS = 15


@pytest.fixture
def stack(processes: Processes, own_broker: Valkey, transactional_db: None) -> Processes:
    """A worker, the maintenance worker and beat on a broker of their own."""
    call_command("load_catalogue")
    processes.environment |= {"REDIS_URL": own_broker.url, "RESCUE_INTERVAL_SECONDS": "5"}
    processes.worker()
    processes.maintenance()
    return processes


def completed() -> int:
    return EnrichmentItem.objects.filter(status=Status.COMPLETED).count()


def save_for(seconds: float) -> int:
    """Sessions keep coming; how many."""
    owner, saved, until = UserFactory.create(), 0, time.monotonic() + seconds
    while time.monotonic() < until:
        started = time.monotonic()
        TrainingSessionFactory.create(owner=owner)
        assert time.monotonic() - started < 3
        saved += 1
        eventually(lambda started=started: time.monotonic() - started > 0.5)  # type: ignore[misc]
    return saved


def test_a_broker_that_was_stopped_and_started_under_load_loses_nothing(stack: Processes, own_broker: Valkey) -> None:
    saved = save_for(2)
    own_broker.stop()
    saved += save_for(AWAY_SECONDS)
    own_broker.start()
    eventually(lambda: completed() == saved, within=PROMISED_SECONDS, what=f"all {saved} sessions")


def test_a_broker_that_was_frozen_loses_nothing(stack: Processes, own_broker: Valkey) -> None:
    saved = save_for(1)
    eventually(lambda: completed() == saved, what="the first sessions")
    assert own_broker.process is not None
    os.kill(own_broker.process.pid, signal.SIGSTOP)
    try:
        saved += save_for(AWAY_SECONDS)
    finally:
        os.kill(own_broker.process.pid, signal.SIGCONT)
    eventually(lambda: completed() == saved, within=PROMISED_SECONDS, what=f"all {saved} sessions")
