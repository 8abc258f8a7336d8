"""Idempotency-Key: what is asked twice happens once."""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from tests.callers import SESSIONS, import_request, load_catalogue, signed_in
from tests.factories import UserFactory
from training import generation
from training.llm import Unavailable
from training.models import IdempotencyKey, TrainingSession


@pytest.fixture
def catalogue(db: None) -> None:
    """The whole catalogue, in the database."""
    load_catalogue()


@pytest.fixture
def client(athlete: User, catalogue: None) -> APIClient:
    """The athlete's."""
    return signed_in(athlete)


def post(client: APIClient, key: str | None, **changes: Any) -> Any:
    headers: dict[str, Any] = {} if key is None else {"HTTP_IDEMPOTENCY_KEY": key}
    return client.post(SESSIONS, json.dumps(import_request(**changes)), content_type="application/json", **headers)


def test_the_same_key_and_bytes_are_answered_the_first_answer(client: APIClient) -> None:
    first, second = post(client, "k"), post(client, "k")
    assert first.status_code == second.status_code == 201
    assert second.content == first.content
    assert second["Location"] == first["Location"]
    assert second["Content-Type"] == first["Content-Type"]
    assert second["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert TrainingSession.objects.count() == 1


def test_the_same_key_with_other_bytes_is_refused(client: APIClient) -> None:
    post(client, "k")
    response = post(client, "k", priority=1)
    assert response.status_code == 422
    assert response.json()["errors"][0]["code"] == "idempotency_key_reused"
    assert TrainingSession.objects.count() == 1


def test_another_key_none_or_another_user_is_another_request(client: APIClient) -> None:
    post(client, "k")
    post(client, "l")
    post(client, None)
    post(client, None)
    post(signed_in(UserFactory.create()), "k")
    assert TrainingSession.objects.count() == 5


@pytest.mark.parametrize("body", [b"{", b'{"coach": "hopscotch"}', b"[]", b""])
def test_a_refusal_of_the_request_is_kept(client: APIClient, body: bytes) -> None:
    def send() -> Any:
        return client.post(SESSIONS, body, content_type="application/json", HTTP_IDEMPOTENCY_KEY="k")

    first, second = send(), send()
    assert first.status_code == second.status_code
    assert 400 <= first.status_code < 500
    assert second.content == first.content
    assert second["Content-Type"] == first["Content-Type"] == "application/problem+json"
    assert second["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize(
    ("error", "status"), [(generation.ModelUnavailable(Unavailable("Away.")), 503), (ZeroDivisionError(), 500)]
)
def test_what_may_be_better_next_time_is_not_kept(
    client: APIClient, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise error

    client.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr(generation, "create", fail)
        failed = post(client, "k")
    assert failed.status_code == status
    assert failed.has_header("Retry-After") == (status == 503)
    again = post(client, "k")
    assert again.status_code == 201
    assert "Idempotent-Replayed" not in again


@pytest.mark.parametrize(("key", "status"), [("", 422), ("k" * 256, 422), ("k" * 255, 201), ("\xe9 \t'\"--", 201)])
def test_a_key_has_up_to_255_characters(client: APIClient, key: str, status: int) -> None:
    assert post(client, key).status_code == status


def test_a_key_goes_with_its_session(client: APIClient) -> None:
    first = post(client, "k")
    client.delete(first["Location"])
    assert not IdempotencyKey.objects.exists()
    assert post(client, "k").json()["id"] != first.json()["id"]


def test_a_key_is_forgotten_after_a_day(client: APIClient) -> None:
    first = post(client, "k")
    IdempotencyKey.objects.update(started_at=timezone.now() - timedelta(hours=24, seconds=1))
    assert post(client, "k", priority=1).json()["id"] != first.json()["id"]


# --- at once ---


@contextmanager
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[threading.Event, threading.Event]]:
    """The first generation stops half-way: sets the first event when it is there, goes on when the second is set."""
    arrived, go_on = threading.Event(), threading.Event()
    real: Callable[..., TrainingSession] = generation.create

    def create(*args: Any, **kwargs: Any) -> TrainingSession:
        if not arrived.is_set():
            arrived.set()
            assert go_on.wait(30)
        return real(*args, **kwargs)

    monkeypatch.setattr(generation, "create", create)
    try:
        yield arrived, go_on
    finally:
        go_on.set()


def in_thread(function: Callable[[], Any]) -> Any:
    """A thread of this test must not leave its connection behind."""
    try:
        return function()
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_while_one_runs_the_other_is_told_to_come_back(client: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    with ThreadPoolExecutor(1) as pool, held(monkeypatch) as (arrived, go_on):
        first = pool.submit(in_thread, lambda: post(client, "k"))
        assert arrived.wait(30)
        second = post(client, "k")
        assert second.status_code == 409
        assert int(second["Retry-After"]) >= 1
        go_on.set()
        assert first.result(30).status_code == 201
    third = post(client, "k")
    assert third.content == first.result().content
    assert TrainingSession.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_runs(client: APIClient) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: in_thread(lambda: post(client, "k")), range(16)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert TrainingSession.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_mark_left_behind_is_taken_over_and_who_comes_back_late_saves_nothing(
    client: APIClient, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    with ThreadPoolExecutor(1) as pool, held(monkeypatch) as (arrived, go_on):
        late = pool.submit(in_thread, lambda: post(client, "k"))
        assert arrived.wait(30)
        IdempotencyKey.objects.update(started_at=timezone.now() - timedelta(seconds=settings.FULL_DEADLINE_SECONDS))
        assert post(client, "k", priority=1).status_code == 422, "even then the bytes must be the same"
        taken_over = post(client, "k")
        assert taken_over.status_code == 201
        go_on.set()
        assert late.result(30).status_code == 409
    assert TrainingSession.objects.count() == 1
    assert post(client, "k").content == taken_over.content
