"""Celery tasks: shells. What stops a task outside a claimed row, the database or the broker, Celery tries again."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from celery import Task, shared_task
from celery.exceptions import Ignore
from django.db import InterfaceError, OperationalError
from kombu.exceptions import OperationalError as BrokerError

from enrichment import dispatch, processor
from enrichment import rescue as rescuing
from enrichment.leases import leases
from enrichment.worker import process

# Its retries keep their message in this worker's memory, so they end long before the visibility timeout.
OUTSIDE_A_ROW: Any = {
    "autoretry_for": (OperationalError, InterfaceError, BrokerError),
    "retry_backoff": 1,
    "retry_backoff_max": 8,
    "retry_jitter": True,
    "max_retries": 5,
}


class AttemptFailed(Exception):
    """An attempt that its row will repeat or has given up: the task result says so, with the reason."""


@shared_task(name="enrichment.enrich", bind=True, throws=(AttemptFailed,), **OUTSIDE_A_ROW)
def enrich(self: "Task[Any, Any]", **message: Any) -> dict[str, Any]:
    """Wakes this worker to claim the first ready item, which need not be the one that the message names.

    The message's keys are for logs and tracing, and may grow: an old worker may meet a new message.
    """
    process.consumed()
    delivery: Any = self.request.delivery_info
    # A stopping worker leaves the item to others. What comes a second time has an id that may already be that of an
    # attempt whose worker was lost, and each attempt has a result of its own. Both need another message.
    if leases.stopping.is_set() or delivery["redelivered"]:
        dispatch.send(UUID(message["item_id"]), delivery["priority"] + 1)
        raise Ignore
    outcome = processor.enrich_next(worker=process.name or str(self.request.hostname), task_id=str(self.request.id))
    if outcome is None:
        raise Ignore  # another message's worker was here: no result to keep
    if outcome.error:
        raise AttemptFailed(f"{outcome.action}: {outcome.error} (item {outcome.item}, attempt {outcome.attempt})")
    return asdict(outcome)


@shared_task(name="enrichment.pulse", ignore_result=True)
def pulse() -> None:
    """This worker's message to itself."""
    process.consumed()


@shared_task(name="enrichment.rescue", ignore_result=True, **OUTSIDE_A_ROW)
def rescue() -> None:
    """Every RESCUE_INTERVAL_SECONDS, by beat."""
    rescuing.rescue()


@shared_task(name="enrichment.prune", ignore_result=True, **OUTSIDE_A_ROW)
def prune() -> None:
    """Every hour, by beat."""
    rescuing.prune()
