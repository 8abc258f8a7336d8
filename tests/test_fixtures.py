"""What every test leans on: the servers, the users and the rows of the factories."""

import os

import redis
from django.conf import settings
from django.contrib.auth.models import User

from tests.factories import TrainingSessionFactory


def test_a_session_of_the_factory_has_a_valid_request_and_prescription(athlete: User) -> None:
    session = TrainingSessionFactory.create(owner=athlete)
    session.refresh_from_db()
    assert session.parsed_request().coach == "force"
    assert [exercise.key for _, exercise in session.parsed_prescription().exercises()] == ["b1e1", "b2e1"]


def test_the_broker_of_a_test_is_empty(broker: redis.Redis) -> None:
    assert broker.dbsize() == 0


def test_a_process_of_a_test_is_given_the_tests_own_database(process_environment: dict[str, str]) -> None:
    assert "/test_" in process_environment["DATABASE_URL"]


def test_each_test_process_has_a_broker_database_of_its_own() -> None:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw-1")  # alone it has the first, 0
    assert settings.REDIS_URL.rpartition("/")[2] == str(int(worker.removeprefix("gw")) + 1)
