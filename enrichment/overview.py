"""The queue as its operator watches it: aggregates and short lists, each bounded, each one statement.

Only reads. With a coach every number is of that coach's items alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.models import BooleanField, DurationField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import Extract, Now

from enrichment.models import EnrichmentItem, EnrichmentItemQuerySet, Worker, interval

ROWS_SHOWN = 20  # of delayed items, of those that have waited long
HELD_SHOWN = 200
WAITING = ("id", "coach", "priority", "attempts", "max_attempts", "error_kind")  # shown of an item that waits
LONG_WAIT_SHARE = 0.8  # of MAX_WAIT_SECONDS: from here on an item is shown as close to it


@dataclass(frozen=True)
class Window:
    """A stretch of time up to now, in buckets that begin when the clock says so."""

    name: str
    bucket_seconds: int
    buckets: int
    stale_seconds: int  # how old its numbers may be: a day of a million items takes the database a second

    @property
    def seconds(self) -> int:
        """The whole of it; the last bucket is still filling."""
        return self.bucket_seconds * self.buckets


HOUR = Window("hour", 60, 60, stale_seconds=0)
DAY = Window("day", 1800, 48, stale_seconds=60)


@dataclass(frozen=True)
class Finished:
    """What became final within some time, and how long it took: seconds; None where nothing was measured."""

    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    wait_p50: float | None = None
    wait_p95: float | None = None
    service_p50: float | None = None
    service_p95: float | None = None


@dataclass(frozen=True)
class History:
    """A window's buckets, the oldest first, and the whole of it."""

    window: Window
    starts: tuple[datetime, ...]
    buckets: tuple[Finished, ...]
    whole: Finished
    read_at: datetime


@dataclass(frozen=True)
class Pending:
    """What waits."""

    count: int
    delayed: int
    long: int  # close to MAX_WAIT_SECONDS, after which an item that is put off again fails
    oldest_seconds: float | None
    by_priority: Mapping[int, int]
    by_coach: Mapping[str, int]


@dataclass(frozen=True)
class Failures:
    """Failed items with the same kind of error."""

    kind: str
    count: int
    coaches: tuple[str, ...]
    newest_at: datetime
    newest_message: str
    newest_item: UUID


def pending(coach: str = "") -> Pending:
    """What waits, by priority and coach, in one statement."""
    rows = _rows(_PENDING, coach, long=settings.MAX_WAIT_SECONDS * LONG_WAIT_SHARE)
    by_priority: dict[int, int] = {}
    by_coach: dict[str, int] = {}
    for row in rows:
        by_priority[row["priority"]] = by_priority.get(row["priority"], 0) + row["count"]
        by_coach[row["coach"]] = by_coach.get(row["coach"], 0) + row["count"]
    return Pending(
        count=sum(by_priority.values()),
        delayed=sum(row["delayed"] for row in rows),
        long=sum(row["long"] for row in rows),
        oldest_seconds=max((float(row["oldest_seconds"]) for row in rows), default=None),
        by_priority=by_priority,
        by_coach=by_coach,
    )


def history(window: Window, coach: str = "") -> History:
    """What became final within a window, by bucket; no older than the window's `stale_seconds`."""
    if not window.stale_seconds:
        return _history(window, coach)
    key = f"enrichment.overview.{window.name}.{coach}"
    kept: History | None = cache.get(key)
    if kept is None:
        kept = _history(window, coach)
        cache.set(key, kept, window.stale_seconds)
    return kept


def _history(window: Window, coach: str) -> History:
    rows = _rows(_FINISHED, coach, width=window.bucket_seconds, before=window.seconds - window.bucket_seconds)
    read_at, first = rows[0]["read_at"], rows[0]["first"]
    found = {row["bucket"]: Finished(**{name: row[name] for name in Finished.__annotations__}) for row in rows}
    starts = tuple(first + timedelta(seconds=window.bucket_seconds * n) for n in range(window.buckets))
    buckets = tuple(found.get(start, Finished()) for start in starts)
    return History(window, starts, buckets, found[None], read_at)


def failures(coach: str = "") -> list[Failures]:
    """Every failed item, whenever it failed, by kind of error: the most frequent first."""
    return [Failures(**{**row, "coaches": tuple(row["coaches"])}) for row in _rows(_FAILURES, coach)]


def held(coach: str = "") -> list[dict[str, Any]]:
    """Items in the hands of workers, those first whose lease ends first."""
    items = _of(coach).processing().order_by("lease_expires_at", "id")[:HELD_SHOWN]
    return _listed(
        items.values(
            "id",
            "worker",
            "coach",
            "attempts",
            "max_attempts",
            held=_since("started_at"),
            lease=_until("lease_expires_at"),
        )
    )


def workers() -> list[dict[str, Any]]:
    """Worker processes as they report themselves, and whether each was heard of lately."""
    heard = Q(seen_at__gt=Now() - interval(settings.WORKER_SILENT_SECONDS))
    live = ExpressionWrapper(heard, output_field=BooleanField())
    known = Worker.objects.order_by("name")
    return _listed(
        known.values("name", "active", "capacity", live=live, seen=_since("seen_at"), started=_since("started_at"))
    )


def delayed(coach: str = "") -> list[dict[str, Any]]:
    """Items that wait for a moment of their own, the next first."""
    items = _of(coach).pending().filter(next_attempt_at__isnull=False).order_by("next_attempt_at", "id")[:ROWS_SHOWN]
    return _listed(items.values(*WAITING, waited=_since("queued_at"), due=_until("next_attempt_at")))


def long_waiting(coach: str = "") -> list[dict[str, Any]]:
    """Pending items close to MAX_WAIT_SECONDS, the oldest first."""
    longest = Now() - interval(settings.MAX_WAIT_SECONDS * LONG_WAIT_SHARE)
    items = _of(coach).filter(queued_at__lt=longest).order_by("queued_at")
    # Apart, as each has its index; with every priority named, the ready ones' serves for a time alone.
    ready, later = (
        items.ready().filter(priority__in=range(1, 11)),
        items.pending().filter(next_attempt_at__isnull=False),
    )
    shown = {"waited": _since("queued_at")}
    oldest = [rows.values(*WAITING, "queued_at", **shown)[:ROWS_SHOWN] for rows in (ready, later)]
    return _listed(oldest[0].union(oldest[1], all=True).order_by("queued_at")[:ROWS_SHOWN])


def _of(coach: str) -> EnrichmentItemQuerySet:
    return EnrichmentItem.objects.filter(coach=coach) if coach else EnrichmentItem.objects.all()


def _listed(rows: QuerySet[Any, Any]) -> list[dict[str, Any]]:
    return list(rows)


def _since(moment: str) -> Extract:
    return _seconds(Now() - F(moment))


def _until(moment: str) -> Extract:
    return _seconds(F(moment) - Now())


def _seconds(duration: Any) -> Extract:
    return Extract(ExpressionWrapper(duration, output_field=DurationField()), "epoch")


def _rows(statement: str, coach: str, **parameters: Any) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        of_coach = "AND coach = %(coach)s" if coach else ""
        cursor.execute(statement.format(of_coach=of_coach, first=_FIRST_BUCKET), {**parameters, "coach": coach})
        columns = [column.name for column in cursor.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


# Ready and delayed items apart, each has its index; together they have none.
_PENDING = """
    SELECT priority, coach, count(*) AS count, count(next_attempt_at) AS delayed,
        count(*) FILTER (WHERE queued_at < statement_timestamp() - make_interval(secs => %(long)s)) AS long,
        extract(epoch FROM statement_timestamp() - min(queued_at)) AS oldest_seconds
    FROM (
        SELECT priority, coach, queued_at, next_attempt_at FROM enrichment_enrichmentitem
        WHERE status = 'pending' AND next_attempt_at IS NULL {of_coach}
        UNION ALL
        SELECT priority, coach, queued_at, next_attempt_at FROM enrichment_enrichmentitem
        WHERE status = 'pending' AND next_attempt_at IS NOT NULL {of_coach}
    ) AS pending
    GROUP BY priority, coach
"""

# A row a bucket that saw anything, and one without a bucket for the whole. The start stands in the WHERE as it is, for
# the planner to see that an hour is little.
_FINISHED = """
    SELECT statement_timestamp() AS read_at, {first} AS first, bucket, completed, failed, cancelled,
        wait[1] AS wait_p50, wait[2] AS wait_p95, service[1] AS service_p50, service[2] AS service_p95
    FROM (
        SELECT bucket,
            count(*) FILTER (WHERE status = 'completed') AS completed,
            count(*) FILTER (WHERE status = 'failed') AS failed,
            count(*) FILTER (WHERE status = 'cancelled') AS cancelled,
            percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY wait) AS wait,
            percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY service) AS service
        FROM (
            SELECT date_bin(make_interval(secs => %(width)s), completed_at, 'epoch') AS bucket, status,
                extract(epoch FROM first_claimed_at - queued_at)::float AS wait,
                CASE WHEN status = 'completed' THEN extract(epoch FROM completed_at - started_at)::float END AS service
            FROM enrichment_enrichmentitem
            WHERE completed_at >= {first} {of_coach}
        ) AS finished
        GROUP BY GROUPING SETS ((bucket), ())
    ) AS buckets
"""
_FIRST_BUCKET = (
    "date_bin(make_interval(secs => %(width)s), statement_timestamp(), 'epoch') - make_interval(secs => %(before)s)"
)

# By kind and coach out of the index alone; then one row a kind for its words.
_FAILURES = """
    WITH failed AS (
        SELECT error_kind AS kind, coach, count(*) AS count, max(completed_at) AS newest_at
        FROM enrichment_enrichmentitem WHERE status = 'failed' {of_coach}
        GROUP BY error_kind, coach
    ), kinds AS (
        SELECT kind, sum(count)::int AS count, array_agg(coach ORDER BY coach) AS coaches,
            (array_agg(coach ORDER BY newest_at DESC))[1] AS newest_coach, max(newest_at) AS newest_at
        FROM failed GROUP BY kind
    )
    SELECT kind, count, coaches, newest_at, newest.id AS newest_item,
        coalesce(newest.error_message, '') AS newest_message
    FROM kinds, LATERAL (
        SELECT id, error_message FROM enrichment_enrichmentitem
        WHERE status = 'failed' AND error_kind = kind AND coach = newest_coach AND completed_at = newest_at
        LIMIT 1
    ) AS newest
    ORDER BY count DESC, kind
"""
