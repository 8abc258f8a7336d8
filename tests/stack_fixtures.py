"""A whole Second Wind behind real sockets: web, a worker, a model's server; one for all tests of a module."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
import pytest
import redis
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from pytest_django import DjangoDbBlocker

from config.models import Token
from config.roles import Role, url
from config.servers import free_port
from tests.callers import load_catalogue
from tests.factories import PASSWORD, UserFactory
from tests.model_server import ModelServer
from tests.processes import Processes, eventually


@dataclass(frozen=True)
class Stack:
    """Where it is, and an athlete's keys to it."""

    port: int
    token: str
    password: str
    model: ModelServer

    @property
    def url(self) -> str:
        """The root of its addresses."""
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture(scope="module")
def stack(
    database_roles: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """Ready when web and the worker are. What it leaves in the database and the broker is gone after the module."""
    port = free_port()
    with (
        django_db_blocker.unblock(),
        redis.Redis.from_url(settings.REDIS_URL) as broker,
        ModelServer.running() as model,
    ):
        broker.flushdb()
        load_catalogue()
        _, token = Token.objects.create(UserFactory.create(username="athlete"))
        database = f"{settings.DATABASE_URL.rpartition('/')[0]}/{connection.settings_dict['NAME']}"
        environment = {
            **os.environ,
            "REDIS_URL": settings.REDIS_URL,
            "OPENAI_API_KEY": "sk-test",
            "OPENAI_BASE_URL": model.url,
        }
        processes = Processes(environment, tmp_path_factory.mktemp("stack"))
        try:
            processes.starting_web(port, DATABASE_URL=url(Role.WEB, database))
            processes.worker(DATABASE_URL=url(Role.WORKER, database))
            eventually(lambda: _is_ready(port), what="the web process's readiness")
            yield Stack(port, token, PASSWORD, model)
        finally:
            processes.close()
            print(processes.logs())
            broker.flushdb()
            call_command("flush", verbosity=0, interactive=False)


def _is_ready(port: int) -> bool:
    try:
        answer = httpx2.get(f"http://127.0.0.1:{port}/readyz")
    except httpx2.TransportError:
        return False
    return set(answer.json().values()) == {"ok"}
