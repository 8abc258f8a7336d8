"""Fixtures for tests that need a model: a real HTTP server, and settings that point at it."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.model_server import ModelServer
from training import llm

KEY = "sk-the-tests-own-key"


@pytest.fixture
def model_server(settings: Settings) -> Iterator[ModelServer]:
    """A model's server, and this process set up to ask it. Left alone it answers everything, and well."""
    with ModelServer.running() as server:
        settings.OPENAI_API_KEY = KEY
        settings.OPENAI_BASE_URL = server.url
        settings.FAST_MODELS = settings.ENRICHMENT_MODELS = ["gpt-5-mini", "gpt-6-luna"]
        llm.close()  # a door that an earlier test opened leads elsewhere
        yield server
        llm.close()
