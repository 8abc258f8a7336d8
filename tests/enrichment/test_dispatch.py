"""Messages: sent after the commit, by priority, and nobody's problem when the broker is away."""

import base64
import json
import os
import signal
import time
from typing import Any

import pytest
import redis
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import OutOfMemoryError

from config.servers import Valkey
from enrichment import dispatch
from enrichment.models import EnrichmentItem
from enrichment.rescue import rescue
from tests.brokers import own_broker, trust_again
from tests.factories import TrainingSessionFactory, UserFactory

__all__ = ["own_broker"]

pytestmark = pytest.mark.django_db(transaction=True)


def messages(broker: redis.Redis, queue: str = dispatch.QUEUE) -> list[tuple[int, dict[str, Any]]]:
    """What waits in the broker: each message's Redis priority and its keyword arguments."""
    found = []
    for step in range(10):
        for raw in broker.lrange(f"{queue}:{step}" if step else queue, 0, -1):
            body = json.loads(base64.b64decode(json.loads(raw)["body"]))
            found.append((step, body[1]))
    return found


def test_a_saved_session_sends_one_message_with_its_priority(broker: redis.Redis) -> None:
    for priority in (1, 5, 10):
        TrainingSessionFactory.create(priority=priority)
    assert sorted(step for step, _ in messages(broker)) == [0, 4, 9]
    ids = {str(pk) for pk in EnrichmentItem.objects.values_list("pk", flat=True)}
    assert {message["item_id"] for _, message in messages(broker)} == ids
    assert {message["version"] for _, message in messages(broker)} == {dispatch.MESSAGE_VERSION}


def test_nothing_is_sent_before_the_commit_nor_after_a_rollback(broker: redis.Redis) -> None:
    owner = UserFactory.create()
    with transaction.atomic():
        TrainingSessionFactory.create(owner=owner)
        assert messages(broker) == []
        transaction.set_rollback(True)
    assert messages(broker) == []


def test_a_claim_sends_nothing_and_a_give_back_wakes_a_worker(broker: redis.Redis) -> None:
    TrainingSessionFactory.create()
    broker.flushdb()
    item = EnrichmentItem.objects.claim(worker="w", task_id="t")
    assert item is not None
    assert messages(broker) == []
    item.give_back()
    assert [message["item_id"] for _, message in messages(broker)] == [str(item.pk)]


def test_rescue_sends_as_many_messages_as_are_missing(broker: redis.Redis) -> None:
    TrainingSessionFactory.create_batch(3)
    broker.flushdb()
    TrainingSessionFactory.create(priority=1)
    assert rescue()["sent"] == 3
    assert len(messages(broker)) == 4
    assert rescue()["sent"] == 0


def test_a_run_of_rescue_sends_a_bounded_number(broker: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("enrichment.rescue.MESSAGES_A_RUN", 2)
    TrainingSessionFactory.create_batch(5)
    broker.flushdb()
    assert [rescue()["sent"] for _ in range(4)] == [2, 2, 1, 0]


def test_rescue_counts_what_it_sent_and_no_more(broker: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    TrainingSessionFactory.create_batch(3)
    broker.flushdb()

    def fail(*arguments: Any, **options: Any) -> None:
        raise OutOfMemoryError("command not allowed when used memory > 'maxmemory'.")

    monkeypatch.setattr(current_app, "send_task", fail)
    try:
        assert rescue()["sent"] == 0
    finally:
        trust_again()


def test_waiting_counts_all_priorities(broker: redis.Redis) -> None:
    assert dispatch.waiting() == 0
    for priority in (1, 4, 10):
        TrainingSessionFactory.create(priority=priority)
    assert dispatch.waiting() == 3


def test_a_pulse_goes_to_its_workers_own_queue_last_in_line(broker: redis.Redis) -> None:
    dispatch.pulse("celery@here")
    assert [step for step, _ in messages(broker, dispatch.pulse_queue("celery@here").name)] == [9]


def saving_seconds() -> float:
    owner = UserFactory.create()
    started = time.monotonic()
    TrainingSessionFactory.create(owner=owner)
    return time.monotonic() - started


@pytest.mark.parametrize("after_a_first_message", [True, False])
def test_a_frozen_broker_costs_a_save_at_most_three_seconds_once(
    own_broker: Valkey, after_a_first_message: bool
) -> None:
    if after_a_first_message:
        saving_seconds()
    assert own_broker.process is not None
    os.kill(own_broker.process.pid, signal.SIGSTOP)
    try:
        assert saving_seconds() < 3
        assert saving_seconds() < 0.5  # nobody asks again for a while
    finally:
        os.kill(own_broker.process.pid, signal.SIGCONT)
    assert EnrichmentItem.objects.ready().count() == EnrichmentItem.objects.count()


@pytest.mark.parametrize("lost_by", ["freezing", "stopping"])
def test_counting_what_waits_gives_up_on_a_lost_broker_soon(own_broker: Valkey, lost_by: str) -> None:
    process = own_broker.process
    assert process is not None
    started = time.monotonic()
    if lost_by == "freezing":
        os.kill(process.pid, signal.SIGSTOP)
    else:
        own_broker.stop()
    try:
        with pytest.raises(OperationalError):
            dispatch.waiting()
        assert time.monotonic() - started < 3
    finally:
        if lost_by == "freezing":
            os.kill(process.pid, signal.SIGCONT)
        else:
            own_broker.start()


def test_a_broker_that_is_away_costs_nothing_and_is_used_again_when_it_is_back(own_broker: Valkey) -> None:
    saving_seconds()
    own_broker.stop()
    assert saving_seconds() < 3
    own_broker.start()
    trust_again()
    rescue()
    with redis.Redis.from_url(own_broker.url) as client:
        assert len(messages(client)) == 2
