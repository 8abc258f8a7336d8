"""What the tests with killed processes share: a catalogue, a model's server, a broker of their own, processes."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command

from tests.brokers import own_broker
from tests.model_server import ModelServer
from tests.processes import Processes, processes

__all__ = ["own_broker", "processes"]


@pytest.fixture(autouse=True)
def catalogue(transactional_db: None) -> None:
    call_command("load_catalogue")


@pytest.fixture
def model(processes: Processes) -> Iterator[ModelServer]:
    """A model's server that every process started from now on asks."""
    with ModelServer.running() as server:
        processes.environment |= {
            "OPENAI_API_KEY": "sk-test",
            "OPENAI_BASE_URL": server.url,
            "ENRICHMENT_MODELS": "gpt-5-mini",
        }
        yield server
