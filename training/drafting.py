"""A model's session: asked for and checked, asked again once, repaired; or heard while it is written.

The draft that a model answers is small; its coach expands it to a prescription. No database connection is held here.
"""

import re
import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from pydantic import BaseModel, ValidationError

from training import checks, llm
from training.checks import Check
from training.coaches import Coach
from training.coaches.means import Means
from training.models import Source
from training.prescription import Prescription, Refused
from training.strict import strict_schema
from training.unfolding import Unfolding


@dataclass(frozen=True)
class Made:
    """A prescription with what its checks say, and who made it."""

    prescription: Prescription
    checks: list[Check]
    source: Source
    model: str | None = None
    fallback_reason: str | None = None


def asked(coach: Coach, means: Means, until: float, bill: list[llm.Call]) -> Made:
    """The model's session. What breaks a promise is sent back to it once, what is still broken is repaired.

    `until` is a time of time.monotonic(); every call is added to the bill. Raises llm.ModelError.
    """
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
        if not problems or last or not _time_again(started, until):
            break
        prompt = prompt.corrected(answer.value.model_dump_json(), problems)
    if best is None:
        raise llm.InvalidOutput("The model's plan means no session.", answer="", problems=())
    _, prescription, model = best
    return _repaired(prescription, means, model)


def heard(coach: Coach, means: Means, until: float, bill: list[llm.Call], unfolding: Unfolding) -> Made:
    """The model's session, shown while it is written. Once something was shown the model is not asked again.

    As `asked`; where it raises llm.ModelError, what was shown stands in `unfolding.begun`.
    """
    prompt, started = coach.prompt(means), time.monotonic()
    faulty: tuple[Prescription, str] | None = None  # the session, the model; from a server that knows no streams
    for last in (False, True):
        try:
            answer = _listened(coach, means, prompt, until, bill, unfolding)
        except llm.ModelError as error:
            if faulty is not None and unfolding.begun is None:
                return _repaired(faulty[0], means, faulty[1])
            if not isinstance(error, llm.InvalidOutput) or last or not _may_ask_again(unfolding, started, until):
                raise
            prompt = prompt.corrected(error.answer, error.problems)
            continue
        prescription, problems = _expanded(coach, answer.value, means)
        if not problems or last or not _may_ask_again(unfolding, started, until):
            break
        if prescription is not None:
            faulty = prescription, answer.model
        prompt = prompt.corrected(answer.value.model_dump_json(), problems)
    if prescription is None:
        prescription = _possible(coach, answer.value.model_dump(), means)
    if prescription is None:
        raise llm.InvalidOutput("The model's plan means no session.", answer="", problems=())
    return _repaired(prescription, means, answer.model)


def _listened(
    coach: Coach, means: Means, prompt: llm.Prompt, until: float, bill: list[llm.Call], unfolding: Unfolding
) -> llm.Answer[BaseModel]:
    """The whole answer, its beginnings shown."""
    parts = llm.stream(prompt, coach.draft, models=settings.FAST_MODELS, deadline_seconds=until - time.monotonic())
    try:
        while not isinstance(part := next(parts), llm.Answer):
            begun = _begun(coach, part, means)
            if begun is not None:
                unfolding.show(begun)
    except llm.ModelError as error:
        bill.extend(error.calls)
        raise
    bill.extend(part.calls)
    return part


def _may_ask_again(unfolding: Unfolding, started: float, until: float) -> bool:
    return unfolding.begun is None and _time_again(started, until)


def _time_again(started: float, until: float) -> bool:
    """A second answer takes about as long as the first did. Where there is no time for it, repair is at once."""
    return time.monotonic() - started <= until - time.monotonic()


def _expanded(coach: Coach, draft: BaseModel, means: Means) -> tuple[Prescription | None, list[str]]:
    """What a draft means, if it means anything, and what is wrong with it."""
    try:
        prescription = coach.expand(draft, means)
    except Refused as refused:
        return None, [f"{error.pointer}: {error.detail}" for error in refused.errors]
    found = checks.run(prescription, means)
    return prescription, [f"{check.code}: {check.detail}" for check in found if not check.ok]


def _repaired(prescription: Prescription, means: Means, model: str) -> Made:
    """With every promise kept; where that fails the built-in coach does better, if it is allowed to."""
    try:
        mended, found = checks.repair(prescription, means)
    except Refused:  # nothing of it may be done; the built-in coach finds what may, if anything may
        raise llm.InvalidOutput("Nothing of the model's plan may be done.", answer="", problems=()) from None
    if means.request.allow_fallback and not checks.kept(found):
        raise llm.InvalidOutput("The model's plan cannot keep every promise.", answer="", problems=())
    return Made(mended, found, Source.LLM, model=model)


# --- a draft that is not whole ---
def _begun(coach: Coach, finished: dict[str, Any], means: Means) -> Prescription | None:
    """What can be shown of a draft of which that much is finished; None while that is nothing.

    Without cool-down, which coaches add where a draft has none yet, and without figures of the whole.
    """
    prescription = _possible(coach, finished, means)
    if prescription is None:
        return None
    try:
        safe = checks.safe(prescription, means)
    except Refused:
        return None
    blocks = [block for block in safe.blocks if block.role != "cooldown"]
    return safe.model_copy(update={"blocks": blocks, "summary": None, "duration_minutes": None, "expected_rpe": None})


def _possible(coach: Coach, finished: dict[str, Any], means: Means) -> Prescription | None:
    """What a draft means without what its coach refuses of it, and with nothing in the place of what lacks."""
    properties = strict_schema(coach.draft)["properties"]
    filled = {**{name: _nothing(schema) for name, schema in properties.items()}, **finished}
    try:
        return coach.expand(coach.draft.model_validate(filled), means)
    except ValidationError:
        return None
    except Refused as refused:
        left = _without([error.pointer for error in refused.errors], filled)
    try:
        return coach.expand(coach.draft.model_validate(left), means)
    except (ValidationError, Refused):
        return None


def _nothing(schema: dict[str, Any]) -> Any:
    """The least that is valid in the place of a property; None where only null could be."""
    match schema.get("type"):
        case "array":
            return []
        case "boolean":
            return False
        case "integer":
            return schema.get("minimum", 0)
    return None


def _without(pointers: list[str], draft: dict[str, Any]) -> dict[str, Any]:
    """The draft without the list elements around these places, nor those that lost all of a list with them."""
    refused = {re.sub(r"(/\d+)(/[^/\d]+)*$", r"\1", pointer) for pointer in pointers}  # the innermost elements

    def left(value: Any, place: str) -> Any:
        if isinstance(value, dict):
            return {name: left(part, f"{place}/{name}") for name, part in value.items()}
        if isinstance(value, list):
            places = [f"{place}/{number}" for number in range(len(value))]
            parts = [(part, left(part, at)) for part, at in zip(value, places, strict=True) if at not in refused]
            return [after for before, after in parts if not _emptied(before, after)]
        return value

    whole: dict[str, Any] = left(draft, "")
    return whole


def _emptied(before: Any, after: Any) -> bool:
    return isinstance(after, dict) and any(part == [] and before[name] for name, part in after.items())
