"""Whatever a crash, a lost message or a lost broker left behind; and what time has made superfluous.

Both may run anywhere, any number of times: every step is a guarded transition or a deletion by age.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.contrib.sessions.models import Session as LoginSession
from django.db import connection, transaction
from django.db.models.functions import Now
from django_celery_results.models import TaskResult

from config.broker import breaker
from config.models import Token
from enrichment import dispatch
from enrichment.models import EnrichmentEvent, EnrichmentItem, EnrichmentItemQuerySet, Worker, interval
from training.models import IdempotencyKey

ROWS_A_STEP = 500  # a transaction's
STEPS_A_RUN = 10
MESSAGES_A_RUN = 2_000

DAY_SECONDS = 86_400
KEEP_IDEMPOTENCY_KEYS_SECONDS = DAY_SECONDS
KEEP_TASK_RESULTS_SECONDS = 7 * DAY_SECONDS
KEEP_EVENTS_SECONDS = 30 * DAY_SECONDS
KEEP_SILENT_WORKERS_SECONDS = 3_600

# Arbitrary, but the same on every machine: one rescue and one prune at a time in a database.
RESCUE_LOCK = 7_305_001
PRUNE_LOCK = 7_305_002

logger = logging.getLogger(__name__)


def rescue() -> dict[str, int]:
    """One round: lost workers' items, delayed ones that are due, ageing, and messages that are missing."""
    with _alone(RESCUE_LOCK) as alone:
        if not alone:
            return {}
        items = EnrichmentItem.objects
        done = {
            "reclaimed": _move(items.expired(), EnrichmentItemQuerySet.reclaim, first="lease_expires_at"),
            "due": _move(items.due(), EnrichmentItemQuerySet.wake, first="next_attempt_at"),
            "promoted": _move(items.ageing(), EnrichmentItemQuerySet.promote, first="priority_since"),
            "sent": _send_missing(),
        }
    if any(done.values()):
        logger.info("rescue", extra=done)
    return done


def prune() -> dict[str, int]:
    """Deletes by age what nobody reads any more; never an item, never a session. Answers with the rows a kind."""
    with _alone(PRUNE_LOCK) as alone:
        if not alone:
            return {}
        old = {
            "idempotency_keys": IdempotencyKey.objects.filter(
                started_at__lt=Now() - interval(KEEP_IDEMPOTENCY_KEYS_SECONDS)
            ),
            "task_results": TaskResult.objects.filter(date_done__lt=Now() - interval(KEEP_TASK_RESULTS_SECONDS)),
            "events": EnrichmentEvent.objects.filter(
                item__in=EnrichmentItem.objects.final().filter(completed_at__lt=Now() - interval(KEEP_EVENTS_SECONDS))
            ),
            "tokens": Token.objects.filter(expiry__lt=Now()),
            "logins": LoginSession.objects.filter(expire_date__lt=Now()),
            "workers": Worker.objects.filter(seen_at__lt=Now() - interval(KEEP_SILENT_WORKERS_SECONDS)),
        }
        done = {name: rows.delete()[0] for name, rows in old.items()}
    if any(done.values()):
        logger.info("prune", extra=done)
    return done


@contextmanager
def _alone(lock: int) -> Iterator[bool]:
    """Whether this is the only run: a lock of the database's, gone with the connection if the process dies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [lock])
        alone = bool(cursor.fetchone()[0])
    try:
        yield alone
    finally:
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [lock])


def _move(
    rows: EnrichmentItemQuerySet, move: "Callable[[EnrichmentItemQuerySet], list[EnrichmentItem]]", *, first: str
) -> int:
    """Moves these rows, those first that have waited longest by that column, a bounded number; how many it moved."""
    moved = 0
    for _ in range(STEPS_A_RUN):
        with transaction.atomic():
            step = len(move(rows.locked(ROWS_A_STEP, first=first)))
        moved += step
        if step < ROWS_A_STEP:
            break
    return moved


def _send_missing() -> int:
    """As many wake-ups as there are ready items without one; each wakes a worker for the first in line."""
    ready = EnrichmentItem.objects.ready()
    missing = min(ready.count() - dispatch.waiting(), MESSAGES_A_RUN)
    if missing <= 0:
        return 0
    sent = 0
    # Which items they name matters to no worker: the first in line are those that will be claimed.
    for item_id, priority in ready.in_claim_order().values_list("id", "priority")[:missing]:
        dispatch.send(item_id, priority)
        if not breaker.closed():
            break
        sent += 1
    return sent
