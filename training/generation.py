"""A session made and saved: by a model, by the built-in coach, or taken as its caller brings it.

    request -> coach -> model (asked again once) -> checks, repair -> [full: details, analysis] -> one short transaction

No database connection is held while a model thinks, and nothing is saved before the whole session stands.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from math import ceil
from operator import itemgetter
from typing import Any, cast
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError
from django.db.models.functions import Now

from config.roles import on_behalf_of
from training import checks, coaches, details, drafting, imports, llm, takeover, wording
from training.catalogue.stored import current
from training.checks import Check
from training.coaches import Coach
from training.coaches.means import Means
from training.details import Need, Told, Written
from training.drafting import Made
from training.history import DAYS, History, Past
from training.models import EnrichmentStatus, Source, TrainingSession
from training.prescription import Prescription
from training.request import Language, SessionRequest
from training.unfolding import Unfolding

logger = logging.getLogger(__name__)

# Of one session in mode full: enough for its deadline, and one caller does not take a whole rate limit.
DETAILS_AT_ONCE = 8
PLANS = 4  # tried, where the athlete did the same lately, or a promise is broken
FINISH_LOOK_SECONDS = 0.05
RETRY_AFTER_SECONDS = 30.0  # of a 503, where the model's server does not say


class ModelUnavailable(Exception):
    """No model answered, and the caller does not want the built-in coach instead. `retry_after` is in whole seconds."""

    def __init__(self, error: llm.ModelError) -> None:
        super().__init__(error.detail)
        self.reason = error.code
        self.retry_after = max(1, ceil(error.retry_after or RETRY_AFTER_SECONDS))


class Audience:
    """Who watches a session being made; as it stands here, nobody."""

    watches = False

    def admitted(self) -> None:
        """Nothing more is refused for what was asked: what comes now takes its time."""

    def tell(self, name: str, data: dict[str, Any]) -> None:
        """Something to see: an `outline`, an `exercise`, a `notice`."""


NOBODY = Audience()
_under_way: set[object] = set()  # one for each session that is being made


@contextmanager
def _counted() -> Iterator[None]:
    making = object()
    _under_way.add(making)
    try:
        yield
    finally:
        _under_way.discard(making)


def finish(within_seconds: float) -> None:
    """For a process that stops: what is being made waits for no model any more, and is saved."""
    until = time.monotonic() + within_seconds
    while _under_way and time.monotonic() < until:
        llm.cancel_all()  # not once: who was still planning asks a moment later
        time.sleep(FINISH_LOOK_SECONDS)


@_counted()
def create(
    owner: User,
    request: SessionRequest,
    *,
    audience: Audience = NOBODY,
    also: Callable[[TrainingSession], None] | None = None,
) -> TrainingSession:
    """Make the session that was asked for and save it.

    The audience is told of it while it is written, unless it is imported or comes in mode full. `also` runs in the
    saving transaction, once the session is complete in it. Raises Refused for what the coach or the
    import cannot take, and ModelUnavailable where no model answers and `allow_fallback` is false.
    """
    started = time.monotonic()
    coach = coaches.get(request.coach)
    discipline = coach.discipline(request)
    request = request.model_copy(update={"discipline": discipline})
    coach.admit(request)
    catalogue = current()
    session = TrainingSession(
        id=uuid4(),
        owner=owner,
        coach=coach.slug,
        discipline=discipline,
        mode=request.mode,
        language=request.language,
        priority=request.priority,
        request=request.model_dump(mode="json", exclude={"prescription"}),
    )
    bill: list[llm.Call] = []  # grows with every call, failed ones too
    means = Means(request, catalogue, history(owner))
    until = started + settings.FAST_DEADLINE_SECONDS
    made = _make(coach, means, session.id, until, bill, audience)
    session.source, session.model, session.fallback_reason = made.source, made.model, made.fallback_reason
    session.prescription = made.prescription.model_dump(mode="json")
    found = made.checks
    noted: list[tuple[Need, Told]] = []
    full_bill: list[llm.Call] = []
    if request.mode == "full":
        noted, shortfall = _enrich(session, started + settings.FULL_DEADLINE_SECONDS, full_bill)
        if shortfall is None:
            session.analysis = coach.analyse(made.prescription, request, catalogue)
            session.enrichment_status, session.enriched_at = EnrichmentStatus.FULL, Now()
        else:
            found = [*found, shortfall]
    session.checks = [asdict(check) for check in found]
    try:
        _save(session, bill, full_bill, noted, also)
    except IntegrityError:
        if User.objects.filter(pk=owner.pk).exists():
            raise
        raise User.DoesNotExist from None  # the account was deleted while the coach was thinking
    logger.info(
        "generation",
        extra={
            "session": str(session.pk),
            "coach": session.coach,
            "source": session.source,
            "fallback": session.fallback_reason or "none",
            "status": session.enrichment_status,
            "seconds": round(time.monotonic() - started, 3),
        },
    )
    return session


def _save(
    session: TrainingSession,
    bill: list[llm.Call],
    full_bill: list[llm.Call],
    noted: list[tuple[Need, Told]],
    also: Callable[[TrainingSession], None] | None,
) -> None:
    """The one short transaction."""
    with on_behalf_of(session.owner_id):
        session.save(force_insert=True)
        llm.record(bill, session_id=session.pk, purpose="generation")
        llm.record(full_bill, session_id=session.pk, purpose="enrichment")
        # Shared notes in one order: two sessions that both write the same ones would otherwise wait for each other.
        for need, told in sorted(noted, key=lambda pair: pair[0].exercise or ""):
            details.attach(session, need, told)
        session.refresh_from_db()  # the database's times
        if also is not None:
            also(session)


# --- the prescription ---
def history(owner: User) -> History:
    """The sessions that the athlete did in the last days; what was only planned is none."""
    with on_behalf_of(owner.pk):
        done = [*TrainingSession.objects.done_lately(owner, days=DAYS)]
    return History(
        tuple(Past(session.hours_ago, session.discipline, session.parsed_prescription()) for session in done)
    )


def _make(coach: Coach, means: Means, session_id: UUID, until: float, bill: list[llm.Call], audience: Audience) -> Made:
    request = means.request
    if request.prescription is not None:
        prescription = imports.accept(request, means.catalogue)
        audience.admitted()
        return Made(prescription, checks.run(prescription, means), Source.IMPORTED)
    unfolding = Unfolding(session_id, audience.tell) if audience.watches and request.mode == "fast" else None
    # The seed of the planner's choices is the session's id: each session differs, and can be planned again the same.
    seed = session_id.int % 2**32
    if llm.configured():
        audience.admitted()
        try:
            if unfolding is None:
                made = drafting.asked(coach, means, until, bill)
            else:
                made = drafting.heard(coach, means, until, bill, unfolding)
        except llm.ModelError as error:
            if not request.allow_fallback:
                llm.record(bill, session_id=None, purpose="generation")  # no session comes of it, but a bill does
                raise ModelUnavailable(error) from error
            made = _taken_over(coach, means, seed, error.code, bill[-1].model if bill else None, unfolding)
    else:
        made = Made(*planned(coach, means, seed), Source.BUILTIN)
        audience.admitted()
    return made if unfolding is None else replace(made, prescription=unfolding.show(made.prescription))


def _taken_over(
    coach: Coach, means: Means, seed: int, reason: str, model: str | None, unfolding: Unfolding | None
) -> Made:
    """The built-in coach's session; where the model's was shown already, that one, ended by the built-in coach."""
    begun = None if unfolding is None else unfolding.begun
    if unfolding is not None:
        unfolding.notice(reason, means.language)
    plan, found = planned(coach, means, seed)
    if begun is not None and (ended := takeover.completed(begun, plan, coach, means)) is not None:
        return Made(*ended, Source.LLM, model=model, fallback_reason=reason)
    return Made(plan, found, Source.BUILTIN, fallback_reason=reason)


def planned(coach: Coach, means: Means, seed: int) -> tuple[Prescription, list[Check]]:
    """The built-in coach's session and its checks: of some plans the first that was not done lately and keeps every
    promise, else rather a new one with a fault than what was just done.
    """
    tried = []
    for n in range(PLANS):
        plan = coach.plan(means, seed=seed + n)
        mended, found = checks.repair(plan, means)
        flaws = means.history.holds(plan), not checks.kept(found)
        tried.append((flaws, mended, found))
        if not any(flaws):
            break
    _, mended, found = min(tried, key=itemgetter(0))
    return mended, found


# --- mode full ---
_NOT_WHOLE = {
    "en": "{done} of {total} exercises enriched within {seconds} ({reasons}); the rest is queued.",
    "fr": "{done} exercices sur {total} enrichis en {seconds} ({reasons})\u00a0; le reste est en file d’attente.",
}


def _enrich(
    session: TrainingSession, until: float, bill: list[llm.Call]
) -> tuple[list[tuple[Need, Told]], Check | None]:
    """The details of an unsaved session, and what to say where they are not whole by `until`."""
    noted: list[tuple[Need, Told]] = []
    unwritten: list[Need] = []
    needs = details.needs(session)
    for need in needs:
        found = details.find(need)
        if found is None:
            unwritten.append(need)
        else:
            noted.append((need, found))
    failures: list[llm.ModelError] = []
    try:
        outcomes = llm.wait(_write_all(unwritten, until)) if unwritten else []
    except llm.Unavailable as error:  # all were cancelled as one; each failure by itself is an outcome
        bill.extend(error.calls)
        failures, unwritten, outcomes = [error], [], []
    for need, outcome in zip(unwritten, outcomes, strict=True):
        bill.extend(outcome.calls)
        if isinstance(outcome, Written):
            noted.append((need, outcome))
        else:
            failures.append(outcome)
    if not failures:
        return noted, None
    reasons = ", ".join(sorted({failure.code for failure in failures}))
    return noted, Check(
        "full_deadline",
        ok=False,
        detail=_NOT_WHOLE[session.language].format(
            done=_exercises(need for need, _ in noted),
            total=_exercises(needs),
            seconds=wording.unit(settings.FULL_DEADLINE_SECONDS, "s", cast(Language, session.language)),
            reasons=reasons,
        ),
    )


def _exercises(needs: Iterable[Need]) -> int:
    return sum(len(need.keys) for need in needs)


async def _write_all(needs: list[Need], until: float) -> list[Written | llm.ModelError]:
    """One outcome a need, in their order; one that fails stops none of the others."""
    free = asyncio.Semaphore(DETAILS_AT_ONCE)

    async def write(need: Need) -> Written | llm.ModelError:
        async with free:
            try:
                return await details.write(need, deadline_seconds=until - time.monotonic())
            except llm.ModelError as error:
                return error

    return await asyncio.gather(*map(write, needs))
