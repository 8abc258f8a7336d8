"""A session as it is read at the gym: blocks, exercises, a tile for every set in the order of doing. No database.

The words of the coach stay in the session's language; everything that is counted is said in the reader's, the one that
is active.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from training import wording
from training.counting import passes, rounds_of_a_pass, times, turns, working_sets
from training.prescription import Block, PrescribedExercise, Prescription, Set
from training.request import Language
from web.clocks import CLOCKED, Clock, clock

TAKING_TURNS = frozenset({"circuit", "superset"})
MOST_TILES = 24  # of an exercise: beyond it a tile stands for all rounds


@dataclass(frozen=True)
class Tile:
    """A set to check off. `rest_seconds` follow it; `turn` is its place in the order of doing."""

    number: str  # "6 × 100"
    unit: str  # "kg"
    notes: tuple[str, ...]  # "RPE 8"
    said: str  # all of it, for who listens
    rest_seconds: int
    turn: int
    warmup: bool


@dataclass(frozen=True)
class Card:
    """An exercise."""

    key: str
    position: int
    name: str
    facts: str  # what holds for all of its sets: "per side · tempo 3110 · rest 3 min"
    cue: str
    substitutions: tuple[str, ...]
    tiles: tuple[Tile, ...]
    details: Mapping[str, Any] | None
    awaited: bool  # may details still come?


@dataclass(frozen=True)
class Part:
    """A block."""

    role: str
    format: str
    once: bool  # nobody takes turns: there is one round
    facts: str  # "3 rounds · rest 60 s between rounds"
    clock: Clock | None
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Sheet:
    """The whole session, and how much it is: work is counted as its summary counts it, `sets` are all to check off."""

    parts: tuple[Part, ...]
    exercises: int  # of work
    working_sets: int
    sets: int


def sheet(
    prescription: Prescription,
    *,
    details: Mapping[str, Mapping[str, Any]],
    names: Mapping[str, str],
    awaited: bool,
) -> Sheet:
    """The sheet of a prescription: `details` by exercise key, `names` of the catalogue by slug.

    `awaited`: details may still come.
    """
    language = cast(Language, get_language())
    parts, position, turn = [], 0, 0
    for block in prescription.blocks:
        doings = _in_order(block)
        cards = []
        for exercise in block.exercises:
            position += 1
            mine = [(turn + n, set_, rest) for n, (done, set_, rest) in enumerate(doings) if done is exercise]
            told = details.get(exercise.key)
            cards.append(
                Card(
                    key=exercise.key,
                    position=position,
                    name=exercise.name or names.get(exercise.exercise or "", exercise.exercise or ""),
                    facts=_facts(exercise, language),
                    cue=exercise.cue or "",
                    substitutions=tuple(names.get(slug, slug) for slug in exercise.substitutions),
                    tiles=tuple(_tile(exercise, set_, rest, place, block, language) for place, set_, rest in mine),
                    details=told,
                    awaited=awaited and told is None,
                )
            )
        turn += len(doings)
        parts.append(
            Part(
                role=block.role,
                format=block.format,
                once=block.format in TAKING_TURNS and passes(block) * rounds_of_a_pass(block) == 1,
                facts=_block_facts(block, language),
                clock=clock(block, names),
                cards=tuple(cards),
            )
        )
    work = list(working_sets(prescription))
    return Sheet(
        parts=tuple(parts),
        exercises=len({id(counted.exercise) for counted in work}),
        working_sets=sum(counted.times for counted in work),
        sets=sum(len(card.tiles) for part in parts for card in part.cards),
    )


# --- the order of doing ---
Doing = tuple[PrescribedExercise, Set, float]  # with the seconds of rest that follow


def _in_order(block: Block) -> list[Doing]:
    """Every set in the order of doing; of a block that a clock runs, or that is endless, every listed set once."""
    most = max(times(block, exercise) * len(exercise.sets) for exercise in block.exercises)
    if block.format in CLOCKED or most > MOST_TILES:
        return [(exercise, set_, 0) for exercise in block.exercises for set_ in exercise.sets]
    rounds = [
        [(exercise, set_, set_.rest_seconds or 0) for exercise, set_ in turn] for turn in turns(block) * passes(block)
    ]
    for number, doings in enumerate(rounds, start=1):
        exercise, set_, rest = doings[-1]
        doings[-1] = exercise, set_, rest + (block.rest_seconds or 0) if number < len(rounds) else 0
    return [doing for doings in rounds for doing in doings]


# --- in short words ---
def _tile(exercise: PrescribedExercise, given: Set, rest: float, turn: int, block: Block, language: Language) -> Tile:
    number, unit, notes = _measure(exercise, given, language)
    warmup = given.kind == "warmup"
    if warmup and block.role == "warmup":
        given = given.model_copy(update={"kind": "working"})  # the block says it
    said = wording.one_set(
        given.model_dump(exclude={"rest_seconds"}),
        language,
        per_side=exercise.per_side,
        implements=exercise.implements,
    )
    return Tile(number, unit, tuple(notes), said, round(rest), turn, warmup and block.role != "warmup")


def _measure(exercise: PrescribedExercise, given: Set, language: Language) -> tuple[str, str, list[str]]:
    """The number that is read at arm's length, its unit, and what stands small below."""
    pair = "2 × " if exercise.implements == 2 else ""
    load = [f"{pair}{wording.unit(given.load_kg, 'kg', language)}"] if given.load_kg else []
    effort = _effort(given, language)
    if given.reps is not None:
        reps = f"{given.reps}–{given.reps_max}" if (given.reps_max or 0) > given.reps else f"{given.reps}"
        reps += "+" if given.kind == "to_failure" else ""
        if load and not pair:
            return f"{reps} × {wording.number(given.load_kg or 0, language)}", "kg", effort
        return reps, _("rep") if reps == "1" else _("reps"), [*load, *effort]
    if given.distance_meters is not None:
        number, unit = wording.distance(given.distance_meters, language).split()
        within = [wording.duration(given.duration_seconds, language)] if given.duration_seconds else []
        return number, unit, [*within, *load, *effort]
    if given.duration_seconds is not None:
        return *_time(given.duration_seconds, language), [*load, *effort]
    return wording.number(given.calories or 0, language), "cal", [*load, *effort]


def _time(seconds: float, language: Language) -> tuple[str, str]:
    """30 s, 10 min, 3:30 min, 1:05 h."""
    if seconds < 60 or (seconds <= 90 and seconds != 60):
        return wording.number(seconds, language), "s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes >= 60:
        return f"{minutes // 60}:{minutes % 60:02}", "h"
    return (f"{minutes}:{rest:02}" if rest else f"{minutes}"), "min"


def _effort(given: Set, language: Language) -> list[str]:
    """How hard, by the first of these that is given."""
    if given.percent_1rm is not None:
        return [wording.percent(round(given.percent_1rm, 1), language)]
    if given.intensity is not None:
        ends = dict.fromkeys([given.intensity, given.intensity_end or given.intensity])
        return ["–".join(wording.percent(round(end * 100, 1), language) for end in ends)]
    if given.zone is not None:
        return [f"zone {given.zone}"]
    return [] if given.rpe is None else [wording.effort(given.rpe, language)]


def _facts(exercise: PrescribedExercise, language: Language) -> str:
    """What an exercise's sets have in common, and where it stands."""
    tempos = {set_.tempo for set_ in exercise.sets}
    rests = {set_.rest_seconds for set_ in exercise.sets if set_.kind != "warmup"}
    placed = wording.exercise(exercise.model_dump(include={"slot", "sport"}), language)
    facts = [placed] if placed else []
    if exercise.per_side:
        facts.append(_("per side"))
    if len(tempos) == 1 and (tempo := tempos.pop()):
        facts.append(_("tempo {tempo}").format(tempo="-".join(tempo)))
    if len(rests) == 1 and (rest := rests.pop()):
        facts.append(_("rest {time}").format(time=wording.duration(rest, language)))
    return " · ".join(facts)


def _block_facts(block: Block, language: Language) -> str:
    """How often and in what time: "3 rounds · rest 60 s between rounds"."""
    facts = []
    if block.rounds is not None:
        facts.append(ngettext("{n} round", "{n} rounds", block.rounds).format(n=block.rounds))
    for seconds, said in (
        (block.time_cap_seconds, _("at most {time}") if block.format != "amrap" else _("{time} in all")),
        (block.interval_seconds, _("every minute") if block.interval_seconds == 60 else _("every {time}")),
        (block.rest_seconds, _("rest {time} between rounds")),
    ):
        if seconds:
            facts.append(said.format(time=wording.duration(seconds, language)))
    return " · ".join(facts)
