"""One item from claim to record. Knows nothing of Celery.

    claim (a short transaction) -> think (no database connection is held) -> record (a short transaction an exercise)

What stops it decides what becomes of the item, by the type of the error alone.
"""

import logging
import random
import time
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction

from enrichment.leases import leases
from enrichment.models import EnrichmentItem, Status
from training import coaches, details, llm
from training.catalogue.stored import current
from training.details import Need, Told, Written
from training.models import TrainingSession

# Of one item at once. Fifteen exercises of 20 s each, one after another, would not fit into ITEM_DEADLINE_SECONDS, and
# an athlete waits for the last of them. As many as in mode full.
EXERCISES_IN_PARALLEL = 8
# How often a wait for a model looks up to see whether the process must stop.
LOOK_UP_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 300.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What became of one claim, for the task's result and the log."""

    item: str
    session: str
    attempt: int
    action: str  # completed, retried, snoozed, given_back, failed, dropped, lost
    seconds: float
    error: str = ""


class FenceLost(Exception):
    """Somebody else has the item by now, or it was cancelled or deleted: what this worker knows is worth nothing."""


class Stopping(Exception):
    """The process was told to stop."""


class DeadlinePassed(Exception):
    """The item's own deadline."""


def enrich_next(*, worker: str, task_id: str) -> Outcome | None:
    """Claims the first ready item and enriches it; None where nothing was ready.

    Raises OperationalError or InterfaceError where the database is away before anything was claimed.
    """
    item = EnrichmentItem.objects.claim(worker=worker, task_id=task_id)
    if item is None:
        return None
    started = time.monotonic()
    with leases.hold(item):
        try:
            action, error = _attempt(item, deadline=started + settings.ITEM_DEADLINE_SECONDS)
        except (OperationalError, InterfaceError):
            action, error = "lost", "database"  # still away: when the lease is over, rescue takes the item
    outcome = Outcome(
        item=str(item.pk),
        session=str(item.session_id),
        attempt=item.attempts,
        action=action,
        seconds=round(time.monotonic() - started, 3),
        error=error,
    )
    logger.info(
        "enrichment",
        extra={
            "item": outcome.item,
            "session": outcome.session,
            "coach": item.coach,
            "attempt": outcome.attempt,
            "action": outcome.action,
            "seconds": outcome.seconds,
            **({"error": error} if error else {}),
        },
    )
    return outcome


def _attempt(item: EnrichmentItem, *, deadline: float) -> tuple[str, str]:
    """Enriches the item, or decides by the type of the error what becomes of it: the action, and the error's code."""
    try:
        _enrich(item, deadline=deadline)
    except FenceLost:
        return "dropped", ""
    except Stopping:
        return _acted(item.give_back(), "given_back"), ""
    except DeadlinePassed:
        return _retry(item, "deadline", f"Not finished within {settings.ITEM_DEADLINE_SECONDS:g} s."), "deadline"
    except llm.ModelError as failure:
        return _react(item, failure), failure.code
    except (OperationalError, InterfaceError):
        connection.close()  # a broken one would be used again
        return _retry(item, "database", "The database was away."), "database"
    except Exception as bug:
        logger.exception("enrichment failed", extra={"item": item.pk, "session": item.session_id})
        return _retry(item, "internal", f"Internal error: {type(bug).__name__}."), "internal"
    return "completed", ""


def _enrich(item: EnrichmentItem, *, deadline: float) -> None:
    """The steps. Work done by an earlier attempt is kept: only what is missing is asked for."""
    session = _session(item)
    unwritten = []
    for need in details.missing(session):
        found = details.find(need)
        if found is None:
            unwritten.append(need)
        else:
            _record(item, session, need, found)
    _write(item, session, unwritten, deadline)
    coach = coaches.get(session.coach)
    analysis = coach.analyse(session.parsed_prescription(), session.parsed_request(), current())
    if not item.complete(analysis):
        raise FenceLost


def _session(item: EnrichmentItem) -> TrainingSession:
    session = TrainingSession.objects.filter(pk=item.session_id).first()
    if session is None:
        raise FenceLost
    return session


def _write(item: EnrichmentItem, session: TrainingSession, needs: list[Need], deadline: float) -> None:
    """Asks the model for what no library has, a few exercises at once, and records each as it comes.

    The first failure decides the item's fate, once what is under way has been recorded: it was paid for.
    """
    failure: Exception | None = None
    waiting = list(needs)
    under_way: dict[Future[Written], Need] = {}
    try:
        while under_way or (waiting and failure is None):
            if waiting and leases.stopping.is_set():
                failure = failure or Stopping()
            while waiting and failure is None and len(under_way) < EXERCISES_IN_PARALLEL:
                need = waiting.pop(0)
                left = deadline - time.monotonic()
                under_way[llm.submit(details.write(need, deadline_seconds=left))] = need
            connection.close()  # back to the pool: none is held while a model thinks
            done, _ = wait(under_way, timeout=LOOK_UP_SECONDS, return_when=FIRST_COMPLETED)
            for future in done:
                try:
                    _take(item, session, under_way.pop(future), future)
                except llm.ModelError as error:
                    failure = failure or error
                except llm.Cancelled:
                    failure = failure or Stopping()
            if time.monotonic() > deadline + LOOK_UP_SECONDS:
                raise DeadlinePassed  # the calls' own deadline is the same: only what hangs comes here
    finally:
        for future in under_way:
            future.cancel()
    if failure is not None:
        raise failure


def _take(item: EnrichmentItem, session: TrainingSession, need: Need, future: "Future[Written]") -> None:
    """What the model said, or why it did not: both are on the bill."""
    try:
        written = future.result()
    except (llm.ModelError, llm.Cancelled) as error:
        llm.record(error.calls, session_id=session.pk, purpose="enrichment")
        raise
    llm.record(written.calls, session_id=session.pk, purpose="enrichment")
    _record(item, session, need, written)


def _record(item: EnrichmentItem, session: TrainingSession, need: Need, told: Told) -> None:
    """One exercise, one commit: the fence first, which locks the item's row, then the note, the details, the events."""
    with transaction.atomic():
        if not item.renew():
            raise FenceLost
        attached = details.attach(session, need, told)
        item.record([(detail.key, detail.as_json()) for detail in attached])


def _react(item: EnrichmentItem, failure: llm.ModelError) -> str:
    """House rule: the type of an error decides."""
    match failure.reaction:
        case llm.Reaction.RETRY:
            return _retry(item, failure.code, str(failure))
        case llm.Reaction.WAIT:
            # Claims are counted, for waiting leaves the attempts as they are; and not all come back in one moment.
            pause = (failure.retry_after or 0.0) + _pause(item.claim_number)
            return _acted(item.snooze(failure.code, str(failure), after_seconds=pause), "snoozed")
        case _:
            return _acted(item.fail(failure.code, str(failure)), "failed")


def _retry(item: EnrichmentItem, kind: str, message: str) -> str:
    moved = item.retry(kind, message, after_seconds=_pause(item.attempts))
    return _acted(moved, "failed" if item.status == Status.FAILED else "retried")


def _pause(tries: int) -> float:
    """Seconds until the next attempt: doubling, and jittered so that what failed together does not return together."""
    growing: float = settings.RETRY_BACKOFF_SECONDS * 2.0 ** min(tries - 1, 10)
    return min(LONGEST_PAUSE_SECONDS, growing) * random.uniform(0.5, 1.5)


def _acted(won: bool, action: str) -> str:
    """What to report: the action, or that the fence was gone."""
    return action if won else "dropped"
