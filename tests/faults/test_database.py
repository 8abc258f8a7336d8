"""The database goes and comes back under a working worker."""

import os
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from enrichment.models import EnrichmentItem, Status
from tests.enrichment.items import finished
from tests.factories import TrainingSessionFactory
from tests.faults.proxy import Proxy, proxy_to
from tests.model_server import Behaviour, ModelServer
from tests.processes import Processes, eventually

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def way(processes: Processes) -> Iterator[Proxy]:
    """The way of every process to the database; the test has its own."""
    url = urlsplit(processes.environment["DATABASE_URL"])
    with proxy_to(url.port or 5432) as proxy:
        host = url.netloc.rpartition(":")[0]
        processes.environment["DATABASE_URL"] = url._replace(netloc=f"{host}:{proxy.port}").geturl()
        yield proxy


def test_a_database_that_was_away_for_a_while_loses_nothing(
    processes: Processes, model: ModelServer, way: Proxy
) -> None:
    model.script(Behaviour(delay_seconds=1, times=8))
    worker = processes.worker(LEASE_SECONDS=6, DATABASE_POOL_TIMEOUT_SECONDS=5)
    processes.maintenance()
    TrainingSessionFactory.create_batch(6)
    eventually(lambda: len(model.requests) == 8, what="the questions")
    way.close()
    eventually(lambda: b"OperationalError" in worker.log.read_bytes(), within=60, what="word of it")
    TrainingSessionFactory.create_batch(2)
    way.open()
    items = finished(8, within=60)
    assert max(item.attempts for item in items) <= 2


def test_a_worker_whose_database_falls_silent_exits_and_its_items_are_rescued(
    processes: Processes, model: ModelServer, way: Proxy
) -> None:
    model.script(Behaviour(delay_seconds=1, times=2))
    worker = processes.worker("w1", LLM_TIMEOUT_SECONDS=5, ITEM_DEADLINE_SECONDS=6, LEASE_SECONDS=3)
    TrainingSessionFactory.create()
    eventually(lambda: len(model.requests) == 2, what="the questions")
    way.fall_silent()
    assert worker.process.wait(20) == os.EX_SOFTWARE
    processes.worker("w2")
    assert EnrichmentItem.objects.filter(status=Status.PROCESSING).expired().reclaim()
    (item,) = finished()
    assert item.attempts == 2
