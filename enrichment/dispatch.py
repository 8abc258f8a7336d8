"""The one door for the queue's side effects: after the commit, a Celery message that wakes a worker, and a word to
the live streams of a session.

A message carries no work: it permits its worker to claim the first ready item. Lost, doubled or late ones change
nothing but latency, for `rescue` compares what waits in the broker with the rows and sends what is missing. So whoever
saves a session waits for a lost broker at most SEND_SECONDS, once, and then nobody does for a while.
"""

import logging
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Any
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu import Exchange, Queue
from kombu.exceptions import OperationalError
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from config.broker import breaker

QUEUE = "enrichment"
TASK = "enrichment.enrich"
MESSAGE_VERSION = 1
CHANNEL = "enrichment.sessions"  # of Valkey's pub/sub; a message is a session's id in 16 bytes
MOST_TOLD = 100  # of one transition: the streams of more find out in their own time
PULSE_TASK = "enrichment.pulse"
PULSE_EXPIRES_SECONDS = 15
PULSE_QUEUE_EXPIRES_SECONDS = 60  # since its last pulse: what a dead worker leaves behind in the broker
SEND_SECONDS = 1.0

# Not there, too slow, or there and refusing: full, loading, a replica by now.
BROKER_ERRORS = (OperationalError, RedisError, OSError)

logger = logging.getLogger(__name__)


def send(item_id: UUID, priority: int) -> None:
    """Sends the wake-up of a ready item once the transaction is committed; never raises for the broker's sake."""
    transaction.on_commit(partial(_send_now, item_id, priority), robust=True)


def tell(session_ids: Collection[UUID]) -> None:
    """Wakes the live streams of these sessions once the transaction is committed; they would find out by themselves."""
    if len(session_ids) <= MOST_TOLD:
        transaction.on_commit(partial(_tell_now, list(session_ids)), robust=True)


def pulse(worker: str) -> None:
    """A worker's message to itself, last in line: it must not delay an item. Not sent while the broker is away."""
    if breaker.closed():
        _bounded(
            current_app.send_task,
            PULSE_TASK,
            queue=pulse_queue(worker),
            priority=9,
            expires=PULSE_EXPIRES_SECONDS,
            retry=False,
        )


def pulse_queue(worker: str) -> Queue:
    """The queue that only this worker consumes; with an exchange of its own, which goes with it."""
    name = f"pulse.{worker}"
    return Queue(name, Exchange(name), routing_key=name, expires=PULSE_QUEUE_EXPIRES_SECONDS)


def waiting() -> int:
    """How many wake-ups wait in the broker. Raises OperationalError where it does not say so in SEND_SECONDS."""
    try:
        return _sender().submit(_count_waiting).result(timeout=SEND_SECONDS)
    except BROKER_ERRORS as error:
        raise OperationalError(f"the broker does not answer: {type(error).__name__}") from error


def _count_waiting() -> int:
    with current_app.connection_or_acquire() as connection:
        connection.ensure_connection(max_retries=1, interval_start=0)  # by itself kombu would knock for ever
        channel: Any = connection.default_channel
        return int(channel.queue_declare(queue=QUEUE).message_count)


def _send_now(item_id: UUID, priority: int) -> None:
    if breaker.closed():  # else the row waits; `rescue` will send
        _bounded(
            current_app.send_task,
            TASK,
            kwargs={"item_id": str(item_id), "version": MESSAGE_VERSION},
            queue=QUEUE,
            priority=priority - 1,  # 1..10, 1 the most urgent, onto Redis' 0..9, 0 the most urgent
            retry=False,
        )


def _tell_now(session_ids: list[UUID]) -> None:
    if breaker.closed():
        _bounded(_publish, session_ids)


def _publish(session_ids: list[UUID]) -> None:
    with _redis().pipeline(transaction=False) as pipe:
        for session_id in session_ids:
            pipe.publish(CHANNEL, session_id.bytes)
        pipe.execute()


def _bounded(call: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
    """In a thread, for no timeout of the broker's client bounds the whole of connecting, sending and its retries."""
    try:
        _sender().submit(call, *args, **kwargs).result(timeout=SEND_SECONDS)
    except BROKER_ERRORS as error:
        breaker.open()
        logger.warning("broker away, message not sent", extra={"error": type(error).__name__})


@cache
def _sender() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=4, thread_name_prefix="dispatch")


@cache
def _redis() -> Redis:
    timeouts = {"socket_timeout": SEND_SECONDS, "socket_connect_timeout": SEND_SECONDS}
    return Redis.from_url(settings.REDIS_URL, **timeouts, retry=Retry(NoBackoff(), 0))
