"""Fixtures for every room. Loaded by tests/conftest.py once Django is ready."""

import os
from collections.abc import Iterator

import pytest
import redis
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection

from tests.factories import UserFactory


@pytest.fixture
def athlete(db: None) -> User:
    """Somebody who trains."""
    return UserFactory.create(username="athlete")


@pytest.fixture
def operator(db: None) -> User:
    """Somebody who runs the place: staff and superuser."""
    return UserFactory.create(username="operator", is_staff=True, is_superuser=True)


@pytest.fixture
def broker() -> Iterator[redis.Redis]:
    """This test process's own Valkey database, empty before and after."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()
        yield client
        client.flushdb()


@pytest.fixture
def process_environment(transactional_db: None, broker: redis.Redis) -> dict[str, str]:
    """The environment with which a process of one's own (a worker, beat, a command) works on the test's database."""
    server = settings.DATABASE_URL.rpartition("/")[0]
    return {
        **os.environ,
        "DATABASE_URL": f"{server}/{connection.settings_dict['NAME']}",
        "REDIS_URL": settings.REDIS_URL,
    }
