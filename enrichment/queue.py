"""What people are told of the queue: a place in it, honest estimates, and the numbers of the whole.

Only reads. Two functions see everybody's rows and answer with numbers alone: `position` and `stats`.
"""

import json
import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Count, Sum

from enrichment import overview
from enrichment.models import FINAL, EnrichmentItem, Status, Worker
from training import coaches, details
from training.models import TrainingSession

# Beyond this a place is the planner's estimate: counting a million rows takes 86 ms, each time somebody asks.
EXACT_PLACES = 1_000
# 90 % of a normal distribution lie below its mean plus this many standard deviations.
Z_P90 = 1.2816
POLL_SECONDS_WHILE_PROCESSING = 2

_READY = "SELECT 1 FROM enrichment_enrichmentitem WHERE status = 'pending' AND next_attempt_at IS NULL"
_AHEAD = f"{_READY} AND (priority, queued_at, id) < (%s, %s, %s) LIMIT %s"
_COUNT_AHEAD = f"SELECT count(*) FROM ({_AHEAD}) AS ahead"  # noqa: S608  # of constants
# The planner looks at no more than the first column of a row comparison: of a million items at one priority it would
# expect none ahead. Of these conditions it knows.
_ESTIMATE_AHEAD = (
    f"EXPLAIN (FORMAT JSON) {_READY} AND (priority < %(priority)s"
    " OR (priority = %(priority)s AND queued_at < %(queued_at)s))"
)


@dataclass(frozen=True)
class Service:
    """How long items take from claim to completion, over the window: seconds."""

    mean: float
    deviation: float


def position(item: EnrichmentItem) -> int | None:
    """The item's place among the ready ones, from 1, in the order of claims; None where it is not ready."""
    if not item.is_ready:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_AHEAD, [item.priority, item.queued_at, item.pk, EXACT_PLACES + 1])
        ahead = int(cursor.fetchone()[0])
        if ahead > EXACT_PLACES:
            cursor.execute(_ESTIMATE_AHEAD, {"priority": item.priority, "queued_at": item.queued_at})
            plan = cursor.fetchone()[0]
            plan = json.loads(plan) if isinstance(plan, str) else plan
            ahead = max(ahead, int(plan[0]["Plan"]["Plan Rows"]))
    return ahead + 1


def status(session: TrainingSession) -> dict[str, Any]:
    """The contract's enrichment status of a session."""
    # Both statuses in one statement: a session is `enriching` exactly while its item is processing.
    item = EnrichmentItem.objects.select_related("session").filter(session=session).first()
    place = position(item) if item else None
    wait, wait_p90 = estimate(place) if place else (None, None)
    return {
        "session": str(session.pk),
        "status": (item.session if item else session).enrichment_status,
        "item": item.as_json() if item else None,
        "queue_position": place,
        "estimated_wait_seconds": wait,
        "estimated_wait_seconds_p90": wait_p90,
        "progress": {"enriched": session.details.count(), "total": details.total(session)},
    }


def poll_after_seconds(status: dict[str, Any]) -> int | None:
    """When it is worth asking for a status again; None once it is final."""
    item = status["item"]
    if item is None or item["status"] in FINAL:
        return None
    if item["status"] == Status.PROCESSING:
        return POLL_SECONDS_WHILE_PROCESSING
    wait = status["estimated_wait_seconds"]
    # A quarter of the wait: late by a quarter at most, and not asked in vain too often.
    return POLL_SECONDS_WHILE_PROCESSING if wait is None else min(30, max(1, wait // 4))


def estimate(place: int) -> tuple[int | None, int | None]:
    """Seconds until the item at this place is enriched: the mean and the 90th percentile; None without a worker."""
    return outlook().wait(place)


@dataclass(frozen=True)
class Outlook:
    """How fast the queue moves now."""

    capacity: int  # items that the workers there are can hold
    free: int  # of them
    service: Service

    def wait(self, place: int) -> tuple[int | None, int | None]:
        """Seconds until the item at a place is enriched: the mean and the 90th percentile; None without a worker.

        Workers take items in order as they become free: (place - free) / capacity rounds of the mean service time
        before it starts, and its own. The spread of a sum of n like times grows with the root of n.
        """
        if not self.capacity:
            return None, None
        behind = max(0, place - self.free)
        mean = self.service.mean * (behind / self.capacity + 1)
        rounds = math.ceil(behind / self.capacity)
        p90 = mean + Z_P90 * self.service.deviation * math.sqrt(rounds + 1)
        return math.ceil(mean), math.ceil(p90)


def outlook() -> Outlook:
    """As it is now, by the workers that were heard of lately."""
    capacity = _workers()["capacity"]
    if not capacity:
        return Outlook(0, 0, Service(0, 0))
    return Outlook(capacity, max(0, capacity - EnrichmentItem.objects.processing().count()), _service())


def places() -> dict[UUID, int]:
    """The places of the first EXACT_PLACES ready items, in one query: for whoever watches many."""
    first = EnrichmentItem.objects.ready().in_claim_order().values_list("pk", flat=True)[:EXACT_PLACES]
    return {pk: place for place, pk in enumerate(first, start=1)}


def numbers(sessions: Collection[UUID]) -> dict[UUID, int]:
    """How many events each of these sessions has, 0 for those without an item; a deleted one is left out."""
    rows = TrainingSession.objects.filter(pk__in=sessions).values_list("pk", "item__event_count")
    return {pk: count or 0 for pk, count in rows}


def stats() -> dict[str, Any]:
    """The contract's queue stats: what is, and what the window saw."""
    pending = overview.pending()
    with connection.cursor() as cursor:
        cursor.execute(_WINDOW, {"window": settings.STATS_WINDOW_SECONDS})
        columns = [column.name for column in cursor.description or ()]
        window = dict(zip(columns, cursor.fetchone(), strict=True))
    workers = _workers()
    return {
        "pending": pending.count,
        "processing": EnrichmentItem.objects.processing().count(),
        "completed": window["completed"],
        "failed": window["failed"],
        "cancelled": window["cancelled"],
        "by_priority": {str(priority): pending.by_priority.get(priority, 0) for priority in range(1, 11)},
        "by_coach": {slug: pending.by_coach.get(slug, 0) for slug in coaches.REGISTRY},
        "oldest_pending_seconds": _rounded(pending.oldest_seconds),
        "workers": workers["workers"],
        "capacity": workers["capacity"],
        "throughput_per_minute": round(window["completed"] * 60 / settings.STATS_WINDOW_SECONDS, 4),
        "wait_seconds": {"p50": _rounded(window["wait_p50"]), "p95": _rounded(window["wait_p95"])},
        "service_seconds": {"p50": _rounded(window["service_p50"]), "p95": _rounded(window["service_p95"])},
        "window_seconds": settings.STATS_WINDOW_SECONDS,
    }


_WINDOW = """
    SELECT
        count(*) FILTER (WHERE status = 'completed') AS completed,
        count(*) FILTER (WHERE status = 'failed') AS failed,
        count(*) FILTER (WHERE status = 'cancelled') AS cancelled,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY wait) AS wait_p50,
        percentile_cont(0.95) WITHIN GROUP (ORDER BY wait) AS wait_p95,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY service) FILTER (WHERE status = 'completed') AS service_p50,
        percentile_cont(0.95) WITHIN GROUP (ORDER BY service) FILTER (WHERE status = 'completed') AS service_p95
    FROM (
        SELECT status,
            extract(epoch FROM first_claimed_at - queued_at) AS wait,
            extract(epoch FROM completed_at - started_at) AS service
        FROM enrichment_enrichmentitem
        WHERE completed_at > statement_timestamp() - make_interval(secs => %(window)s)
    ) AS finished
"""

_SERVICE = """
    SELECT avg(service), stddev_pop(service) FROM (
        SELECT extract(epoch FROM completed_at - started_at) AS service
        FROM enrichment_enrichmentitem
        WHERE status = 'completed' AND completed_at > statement_timestamp() - make_interval(secs => %s)
        ORDER BY completed_at DESC LIMIT 1000
    ) AS latest
"""


def _service() -> Service:
    """Measured over the window; before anything was measured ITEM_EXPECTED_SECONDS, as widely spread as it is long."""
    with connection.cursor() as cursor:
        cursor.execute(_SERVICE, [settings.STATS_WINDOW_SECONDS])
        mean, deviation = cursor.fetchone()
    if mean is None:
        return Service(settings.ITEM_EXPECTED_SECONDS, settings.ITEM_EXPECTED_SECONDS)
    return Service(float(mean), float(deviation))


def _workers() -> dict[str, int]:
    return Worker.objects.live().aggregate(workers=Count("*"), capacity=Sum("capacity", default=0))


def _rounded(seconds: Any) -> float | None:
    return None if seconds is None else round(float(seconds), 3)
