"""A session made and saved: by a model, by the built-in coach, or taken as its caller brings it.

    request -> coach -> model (asked again once) -> checks, repair -> [full: details, analysis] -> one short transaction

No database connection is held while a model thinks, and nothing is saved before the whole session stands.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from math import ceil
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models.functions import Now
from pydantic import BaseModel

from config.roles import on_behalf_of
from training import checks, coaches, details, imports, llm
from training.catalogue.stored import current
from training.checks import Check
from training.coaches import Coach
from training.coaches.means import Means
from training.details import Need, Told, Written
from training.history import DAYS, History, Past
from training.models import EnrichmentStatus, Source, TrainingSession
from training.prescription import Prescription, Refused
from training.request import SessionRequest

logger = logging.getLogger(__name__)

# Of one session in mode full: enough for its deadline, and one caller does not take a whole rate limit.
DETAILS_AT_ONCE = 8
PLANS = 4  # tried, where the athlete did the same lately
RETRY_AFTER_SECONDS = 30.0  # of a 503, where the model's server does not say


class ModelUnavailable(Exception):
    """No model answered, and the caller does not want the built-in coach instead. `retry_after` is in whole seconds."""

    def __init__(self, error: llm.ModelError) -> None:
        super().__init__(error.detail)
        self.reason = error.code
        self.retry_after = max(1, ceil(error.retry_after or RETRY_AFTER_SECONDS))


@dataclass(frozen=True)
class _Made:
    """A prescription with what its checks say, and who made it."""

    prescription: Prescription
    checks: list[Check]
    source: Source
    model: str | None = None
    fallback_reason: str | None = None


def create(
    owner: User, request: SessionRequest, *, also: Callable[[TrainingSession], None] | None = None
) -> TrainingSession:
    """Make the session that was asked for and save it.

    `also` runs in the saving transaction, once the session is complete in it. Raises Refused for what the coach or the
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
    # The seed of the planner's choices is the session's id: each session differs, and can be planned again the same.
    means = Means(request, catalogue, history(owner))
    made = _make(coach, means, session.id.int % 2**32, started + settings.FAST_DEADLINE_SECONDS, bill)
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


# --- the prescription ---
def history(owner: User) -> History:
    """The sessions that the athlete did in the last days; what was only planned is none."""
    with on_behalf_of(owner.pk):
        done = [*TrainingSession.objects.done_lately(owner, days=DAYS)]
    return History(
        tuple(Past(session.hours_ago, session.discipline, session.parsed_prescription()) for session in done)
    )


def _make(coach: Coach, means: Means, seed: int, until: float, bill: list[llm.Call]) -> _Made:
    request = means.request
    if request.prescription is not None:
        prescription = imports.accept(request, means.catalogue)
        return _Made(prescription, checks.run(prescription, means), Source.IMPORTED)
    fallback_reason = None
    if llm.configured():
        try:
            return _by_model(coach, means, until, bill)
        except llm.ModelError as error:
            if not request.allow_fallback:
                llm.record(bill, session_id=None, purpose="generation")  # no session comes of it, but a bill does
                raise ModelUnavailable(error) from error
            fallback_reason = error.code
    return _Made(*checks.repair(_planned(coach, means, seed), means), Source.BUILTIN, fallback_reason=fallback_reason)


def _planned(coach: Coach, means: Means, seed: int) -> Prescription:
    """The built-in coach's session, and rather a new one than one that was done lately."""
    plans = (coach.plan(means, seed=seed + n) for n in range(PLANS))
    first = next(plans)
    return next((plan for plan in (first, *plans) if not means.history.holds(plan)), first)


def _by_model(coach: Coach, means: Means, until: float, bill: list[llm.Call]) -> _Made:
    """The model's session. What breaks a promise is sent back to it once, what is still broken is repaired."""
    prompt, started = coach.prompt(means), time.monotonic()
    best: tuple[int, Prescription, str] | None = None  # the faults that are left, the session, the model
    for last in (False, True):
        try:
            answer = llm.wait(
                llm.ask(prompt, coach.draft, models=settings.FAST_MODELS, deadline_seconds=until - time.monotonic())
            )
        except llm.ModelError as error:
            bill.extend(error.calls)
            if best is None:
                raise
            break
        bill.extend(answer.calls)
        prescription, problems = _expanded(coach, answer.value, means)
        if prescription is not None and (best is None or len(problems) < best[0]):
            best = len(problems), prescription, answer.model
        if not problems:
            break
        # A second answer takes about as long as the first did. Where there is no time for it, repair is at once.
        if last or time.monotonic() - started > until - time.monotonic():
            break
        prompt = prompt.corrected(answer.value.model_dump_json(), problems)
    if best is None:
        raise llm.InvalidOutput("The model's plan means no session.", answer="", problems=())
    _, prescription, model = best
    try:
        return _Made(*checks.repair(prescription, means), Source.LLM, model=model)
    except Refused:  # nothing of it may be done; the built-in coach finds what may, if anything may
        raise llm.InvalidOutput("Nothing of the model's plan may be done.", answer="", problems=()) from None


def _expanded(coach: Coach, draft: BaseModel, means: Means) -> tuple[Prescription | None, list[str]]:
    """What a draft means, if it means anything, and what is wrong with it."""
    try:
        prescription = coach.expand(draft, means)
    except Refused as refused:
        return None, [f"{error.pointer}: {error.detail}" for error in refused.errors]
    found = checks.run(prescription, means)
    return prescription, [f"{check.code}: {check.detail}" for check in found if not check.ok]


# --- mode full ---
_NOT_WHOLE = {
    "en": "{done} of {total} exercises enriched within {seconds:g} s ({reasons}); the rest is queued.",
    "fr": "{done} exercices sur {total} enrichis en {seconds:g} s ({reasons}) ; le reste est en file d'attente.",
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
    for need, outcome in zip(unwritten, llm.wait(_write_all(unwritten, until)) if unwritten else (), strict=True):
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
            seconds=settings.FULL_DEADLINE_SECONDS,
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
