"""Fixtures for every room. Loaded by tests/conftest.py once Django is ready."""

import os
from collections.abc import Iterator

import pytest
import redis
from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from psycopg import sql
from pytest_django import DjangoDbBlocker

from config import roles
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
def desk(client: Client, operator: User) -> Client:
    """The operator's browser."""
    client.force_login(operator)
    return client


@pytest.fixture
def onlooker(db: None) -> Client:
    """The browser of somebody who may see everything, and no more."""
    user = UserFactory.create(username="onlooker", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    browser = Client()
    browser.force_login(user)
    return browser


@pytest.fixture(scope="session")
def database_roles(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The two roles of this test database, gone with it."""
    with django_db_blocker.unblock():
        names = roles.ensure()
        connection.close()
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for name in names:  # names are the server's, not the database's: they would stay
            cursor.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(name)))
            cursor.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


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
