"""The story of a session's enrichment as a stream tells it: the append-only events after any number. Only reads."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from config.roles import on_behalf_of
from enrichment import queue
from enrichment.models import SESSION_STATUS, EnrichmentEvent, EnrichmentItem
from training import details
from training.models import EnrichmentStatus, TrainingSession

EVENTS_AT_ONCE = 200
Kind = EnrichmentEvent.Kind


@dataclass(frozen=True)
class Told:
    """One event of the stream. Those without a number are of the moment, and not told again."""

    name: str  # status | exercise | analysis | done
    data: Any
    number: int | None = None


@dataclass(frozen=True)
class Chapter:
    """What there is to tell after a number, and where the story then stands."""

    told: tuple[Told, ...]
    last: int  # the number of the last event, told or passed over
    over: bool  # the session is final, or gone
    more: bool = False  # there is more to read at once
    waiting: UUID | None = None  # the item, where it is ready and its place may move
    status: dict[str, Any] | None = None  # the present one, where it is told last or nothing is told of who waits


def read(session_id: UUID, viewer_id: int, after: int) -> Chapter:
    """The events of a session after a number, and its present status with the last of them."""
    with on_behalf_of(viewer_id):
        session = TrainingSession.objects.filter(pk=session_id).first()
        if session is None:
            return Chapter((), after, over=True)
        item = EnrichmentItem.objects.filter(session=session).first()
        if item is None:
            return _without_item(session, after)
        return _of_item(session, item, after)


def final_number(session: TrainingSession) -> int | None:
    """The number of a final session's last event; None while there is more to come."""
    if session.enrichment_status == EnrichmentStatus.FULL:
        return 2
    item = EnrichmentItem.objects.filter(session=session).first()
    return item.event_count if item is not None and item.is_final else None


def _without_item(session: TrainingSession, after: int) -> Chapter:
    """A session that came complete has nothing to tell but that."""
    if session.enrichment_status != EnrichmentStatus.FULL:
        return Chapter((), after, over=False)
    status = queue.status(session)
    told = (Told("status", status, 1), Told("done", status, 2))
    return Chapter(tuple(one for one in told if (one.number or 0) > after), 2, over=True)


def _of_item(session: TrainingSession, item: EnrichmentItem, after: int) -> Chapter:
    if after > item.event_count:  # a number of another story: told from the start
        after = 0
    # None that came after the item was read: its row says which of them is the last.
    rows = [*item.events.filter(number__gt=after, number__lte=item.event_count).order_by("number")[:EVENTS_AT_ONCE]]
    if not rows:
        if item.is_final and after < item.event_count:  # pruned: what is, under the last numbers
            status = queue.status(session)
            ends = (Told("status", status, item.event_count - 1), Told("done", status, item.event_count))
            return Chapter(tuple(one for one in ends if (one.number or 0) > after), item.event_count, over=True)
        if item.is_ready:
            return Chapter((), after, over=False, waiting=item.pk, status=queue.status(session))
        return Chapter((), after, over=item.is_final)
    more = rows[-1].number < item.event_count
    told = tuple(_told(session, item, rows, more=more))
    now = told[-1].data if told and told[-1].name == "status" and not more else None
    return Chapter(
        told,
        rows[-1].number,
        over=item.is_final and not more,
        more=more,
        waiting=item.pk if item.is_ready and not more else None,
        status=now,
    )


def _told(
    session: TrainingSession, item: EnrichmentItem, rows: Collection[EnrichmentEvent], *, more: bool
) -> Iterator[Told]:
    total = details.total(session)
    enriched, last = _enriched_before(session, min(row.number for row in rows)), item.event_count
    for row in rows:
        enriched += row.kind == Kind.EXERCISE
        match row.kind:
            case Kind.EXERCISE:
                yield Told("exercise", {"key": row.data["key"], "details": row.data["details"]}, row.number)
            case Kind.ANALYSIS:
                yield Told("analysis", row.data["analysis"], row.number)
            case Kind.DONE if not (item.is_final and row.number == last):
                continue  # a requeue has overtaken it
            case _:
                place = queue.position(item) if row.number == last and not more else None
                wait, wait_p90 = queue.estimate(place) if place else (None, None)
                status = {
                    "session": str(session.pk),
                    "status": SESSION_STATUS[row.data["item"]["status"]],
                    "item": row.data["item"],
                    "queue_position": place,
                    "estimated_wait_seconds": wait,
                    "estimated_wait_seconds_p90": wait_p90,
                    "progress": {"enriched": enriched, "total": total},
                }
                yield Told("done" if row.kind == Kind.DONE else "status", status, row.number)


def _enriched_before(session: TrainingSession, number: int) -> int:
    """How many exercises had their details before an event: counted back from now, for old events may be pruned.

    In one statement, so that no record comes between the two counts.
    """
    since = Q(events__kind=Kind.EXERCISE, events__number__gte=number)
    counts = TrainingSession.objects.filter(pk=session.pk).aggregate(
        now=Count("details", distinct=True), since=Count("events", distinct=True, filter=since)
    )
    return int(counts["now"] - counts["since"])
