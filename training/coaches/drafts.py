"""What the drafts of all coaches have alike: the fields a model fills in, how it is asked, what is refused. Pure."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from training.catalogue import Entry
from training.coaches import planning, preparation
from training.coaches.means import Means
from training.coaches.phrases import PHRASES
from training.prescription import Block, FieldError, Refused, pointer
from training.wire import Prompt

Slug = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,60}$")]
# Words only: every number an athlete reads is computed from the sets. The length is bound for servers whose grammar
# would let a model write on.
Line = Annotated[str, Field(pattern=r"^[^\n0-9]{1,80}$")]
Sentence = Annotated[str, Field(pattern=r"^[^\n0-9]{1,240}$")]
Around = Annotated[list[Slug], Field(max_length=5)]  # a warm-up or a cool-down
Effort = Annotated[int, Field(ge=1, le=10)]  # RPE

_TOLD_OF_ALL = frozenset({"level", "age", "sex"})  # a model learns no more of an athlete than its coach needs


class Closed(BaseModel):
    """A part of a draft: nothing that was not asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Titled(Closed):
    """A draft begins with these, so that the page has words to show at once."""

    title: Line
    rationale: Sentence


def prompt(
    instructions: str,
    means: Means,
    case: Mapping[str, Any],
    candidates: Iterable[str],
    *,
    told: frozenset[str] = frozenset(),
) -> Prompt:
    """The rules, and one athlete's case: what every coach tells, what this one adds, and a line for each candidate.

    `told` names what a model is told of the athlete beside level, age and sex.
    """
    request = means.request
    whole = {
        "language": {"en": "English", "fr": "French"}[request.language],
        "minutes": request.available_minutes,
        "energy_1_to_10": request.energy_level,
        "athlete": request.athlete.model_dump(include={*_TOLD_OF_ALL, *told}, exclude_none=True),
        **case,
        "athlete_words": {"goal": request.goal, "injuries": request.athlete.injuries},
        "exercises": list(candidates),
    }
    if means.red_flag:
        whole["caution"] = "Only an easy session: the athlete should see a professional first."
    return Prompt(instructions=instructions, input=json.dumps(whole, ensure_ascii=False, separators=(",", ":")))


def lifting(means: Means) -> dict[str, Any]:
    """What a model has to know of an athlete whose loads are computed, and of the muscles that rest today."""
    told: dict[str, Any] = {
        "one_rep_max_known_for": sorted(means.one_rep_max_kg),
        "rpe_cap": planning.rpe_cap(means),
    }
    if means.resting:
        told["light_today"] = sorted(means.resting)  # muscles that worked heavily less than two days ago
    return told


def refuse_strangers(draft: BaseModel, means: Means) -> None:
    """Raises Refused where a draft names what is not in the catalogue, with a pointer to each such slug."""
    strangers = [
        FieldError(pointer(*place), "invalid_choice", "{slug} is not one of the given exercises.", slug=slug)
        for place, slug in _slugs(draft)
        if slug not in means.catalogue
    ]
    if strangers:
        raise Refused(strangers)


def _slugs(part: BaseModel, *place: str | int) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every slug of a draft and its place: the fields of that name, and the strings of a list."""
    for name, value in part:
        if isinstance(value, BaseModel):
            yield from _slugs(value, *place, name)
        elif name == "slug":
            yield (*place, name), value
        elif isinstance(value, list):
            for number, item in enumerate(value):
                if isinstance(item, BaseModel):
                    yield from _slugs(item, *place, name, number)
                elif isinstance(item, str):
                    yield (*place, name, number), item


def framed(
    work: Iterable[Block],
    means: Means,
    lead: Entry,
    *,
    before: Sequence[str],
    after: Sequence[str],
    warmup: Callable[[Means, Entry, float], Block] = preparation.warmup,
) -> list[Block]:
    """Work between the warm-up and the cool-down a draft names, or where it names none, those that suit its `lead`."""
    return [
        preparation.drafted("warmup", before, means) or warmup(means, lead, preparation.preparation_seconds(means)),
        *work,
        preparation.drafted("cooldown", after, means)
        or preparation.cooldown(means, lead.primary, preparation.cooldown_seconds(means)),
    ]


def focus(entries: Iterable[Entry], means: Means) -> list[str]:
    """The patterns of these exercises by name, each once."""
    return list(dict.fromkeys(PHRASES[means.language].patterns[entry.pattern] for entry in entries))
