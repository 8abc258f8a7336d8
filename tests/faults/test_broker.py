"""The broker goes and comes back under load: what was accepted is enriched, soon."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from kombu.exceptions import OperationalError

from config.servers import Valkey
from enrichment import dispatch
from enrichment.models import EnrichmentItem, Status
from tests.brokers import send_to
from tests.factories import TrainingSessionFactory, UserFactory
from tests.faults.proxy import proxy_to
from tests.processes import Processes, eventually

pytestmark = pytest.mark.django_db(transaction=True)

# Long enough that kombu's own growing pause between two attempts to connect would be too long.
AWAY_SECONDS = 25
PROMISED_SECONDS = 15


@pytest.fixture
def stack(processes: Processes, own_broker: Valkey) -> Processes:
    """A worker, the maintenance worker and beat on a broker of their own."""
    start_on(own_broker.url, processes)
    return processes


def start_on(url: str, processes: Processes) -> None:
    processes.environment |= {"REDIS_URL": url, "RESCUE_INTERVAL_SECONDS": "5"}
    processes.worker()
    processes.maintenance()
    eventually(lambda: processes.logs().count("ready.") == 2, what="both workers")


def completed() -> int:
    return EnrichmentItem.objects.filter(status=Status.COMPLETED).count()


def ask_at_once(calls: int) -> None:
    """Asks the broker so many times at once."""
    with ThreadPoolExecutor(calls) as pool:
        for asked in [pool.submit(dispatch.waiting) for _ in range(calls)]:
            asked.result()


def broker_answers() -> bool:
    try:
        dispatch.waiting()
    except OperationalError:
        return False
    return True


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


def test_a_broker_that_vanished_without_closing_a_connection_loses_nothing(
    processes: Processes, own_broker: Valkey
) -> None:
    with proxy_to(own_broker.port) as proxy:
        url = f"redis://127.0.0.1:{proxy.port}/0"
        send_to(url)
        start_on(url, processes)
        saved = save_for(1)
        eventually(lambda: completed() == saved, what="the first sessions")
        proxy.fall_silent()
        saved += save_for(2)
        eventually(lambda: completed() == saved, within=2 * PROMISED_SECONDS, what=f"all {saved} sessions")
        # And here as well: threads that wait for ever would be used up, one with each connection that was lost.
        ask_at_once(4)
        proxy.fall_silent()
        with pytest.raises(OperationalError):
            ask_at_once(4)
        eventually(broker_answers, within=2 * PROMISED_SECONDS, what="an answer")


def test_a_broker_that_refuses_what_is_new_loses_nothing(stack: Processes, own_broker: Valkey) -> None:
    saved = save_for(1)
    eventually(lambda: completed() == saved, what="the first sessions")
    with redis.Redis.from_url(own_broker.url) as client:
        client.config_set("maxmemory", "1")
        saved += save_for(6)
        client.config_set("maxmemory", "0")
    eventually(lambda: completed() == saved, within=PROMISED_SECONDS, what=f"all {saved} sessions")
