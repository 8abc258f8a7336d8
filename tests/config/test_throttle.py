"""Throttles: counted for each caller, and in nobody's way when the broker is gone."""

import socket
import time
from collections.abc import Iterator

import pytest
import redis
from django.contrib.auth.models import User
from pytest_django import Settings

from config import throttle
from config.broker import Breaker
from tests.callers import SESSIONS, signed_in
from tests.factories import UserFactory


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A breaker and a connection of this test's own."""
    monkeypatch.setattr(throttle, "breaker", Breaker())
    throttle._limiter.cache_clear()
    yield
    throttle._limiter.cache_clear()


def test_one_more_than_the_limit_is_told_when_to_come_back(
    athlete: User, settings: Settings, broker: redis.Redis
) -> None:
    settings.THROTTLE_READ = "3/min"
    client = signed_in(athlete)
    assert [client.get(SESSIONS).status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = client.get(SESSIONS)
    assert refused["Content-Type"] == "application/problem+json"
    assert 1 <= int(refused["Retry-After"]) <= 60


def test_callers_are_counted_apart(athlete: User, settings: Settings, broker: redis.Redis) -> None:
    settings.THROTTLE_READ = "1/min"
    first, second = signed_in(athlete), signed_in(UserFactory.create())
    assert first.get(SESSIONS).status_code == 200
    assert first.get(SESSIONS).status_code == 429
    assert second.get(SESSIONS).status_code == 200


def test_generation_is_counted_apart_from_everything_else(
    athlete: User, settings: Settings, broker: redis.Redis
) -> None:
    settings.THROTTLE_GENERATE, settings.THROTTLE_READ = "1/min", "2/min"
    client = signed_in(athlete)
    assert client.post(SESSIONS, {}, format="json").status_code == 422
    assert client.post(SESSIONS, {}, format="json").status_code == 429
    assert [client.get(SESSIONS).status_code for _ in range(3)] == [200, 200, 429]


def test_a_broker_that_is_not_there_lets_everybody_through(athlete: User, settings: Settings) -> None:
    settings.REDIS_URL, settings.THROTTLE_READ = "redis://127.0.0.1:1/0", "1/min"
    client = signed_in(athlete)
    assert [client.get(SESSIONS).status_code for _ in range(3)] == [200, 200, 200]


def test_a_frozen_broker_costs_half_a_second_once(athlete: User, settings: Settings) -> None:
    client = signed_in(athlete)
    with socket.create_server(("127.0.0.1", 0)) as frozen:  # accepts, and never answers
        settings.REDIS_URL = f"redis://127.0.0.1:{frozen.getsockname()[1]}/0"
        started = time.monotonic()
        assert client.get(SESSIONS).status_code == 200
        first = time.monotonic() - started
        assert [client.get(SESSIONS).status_code for _ in range(5)] == [200] * 5
        others = time.monotonic() - started - first
    assert throttle.TIMEOUT_SECONDS <= first < throttle.TIMEOUT_SECONDS + 0.5
    assert others < throttle.TIMEOUT_SECONDS


@pytest.mark.parametrize(
    ("rate", "amount", "seconds"), [("120/min", 120, 60), ("5/s", 5, 1), ("1000/hour", 1000, 3600), ("9/d", 9, 86400)]
)
def test_a_rate_is_a_number_and_a_period(rate: str, amount: int, seconds: int) -> None:
    limit = throttle.limit(rate)
    assert (limit.amount, limit.get_expiry()) == (amount, seconds)


@pytest.mark.parametrize("rate", ["", "12", "12/", "12/week", "x/min", "-1/min"])
def test_a_rate_that_cannot_be_read_is_an_error(rate: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - limits has no error of its own for it
        throttle.limit(rate)
