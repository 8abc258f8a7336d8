"""Fitting a functional session to the clock: by caps, rounds and repetitions first, then by movements. Pure."""

from collections.abc import Callable, Sequence
from typing import Final

from training.coaches import fitting, planning
from training.coaches.case import Case
from training.coaches.functional_benchmarks import named
from training.coaches.functional_formats import CAP_MARGIN, LEAST_AMRAP_SECONDS, MOST_SECONDS, expected
from training.coaches.functional_rules import gates
from training.coaches.means import Means
from training.prescription import Block, Prescription, Set

_EASY: Final = frozenset({"warmup", "cooldown"})
_MOST_ROUNDS: Final = 10
_LEAST_CAP_SECONDS: Final = 180
_SMALLER: Final = 0.8
_LEAST: Final = {"reps": 5, "duration_seconds": 20, "distance_meters": 10, "calories": 5}


def shorter(prescription: Prescription, means: Means, seconds: float) -> Prescription:
    """No longer than so many seconds: what comes last in the session gives way first, one small step at a time."""
    for step in (_less, _fewer_movements, _without):
        prescription = _down_to(seconds, step, prescription, means)
    if planning.seconds_of(prescription, means) > seconds:
        prescription = fitting.trim(prescription, means, seconds)
    return _down_to(seconds, _smaller, prescription, means)


def longer(prescription: Prescription, means: Means, seconds: float) -> Prescription:
    """As long as so many seconds: more rounds and longer caps while a beginner may, then easy movement around them."""
    while not means.tired and planning.seconds_of(prescription, means) < seconds:
        bigger = _last_changed(prescription, means, _more)
        if bigger is None or planning.seconds_of(bigger, means) > seconds or not gates(Case(bigger, means))[0]:
            break
        prescription = bigger
    return fitting.with_easy_movement(prescription, means, seconds)


_Step = Callable[[Prescription, int, Means], "Block | None"]


def _down_to(seconds: float, step: _Step, prescription: Prescription, means: Means) -> Prescription:
    """Step by step no longer than so many seconds, or as short as that makes it."""
    while planning.seconds_of(prescription, means) > seconds:
        smaller = _last_changed(prescription, means, step)
        if smaller is None:
            break
        prescription = smaller
    return prescription


def _last_changed(prescription: Prescription, means: Means, step: _Step) -> Prescription | None:
    """With the last block of work changed that can be; None where none can."""
    for index in reversed(range(len(prescription.blocks))):
        block = prescription.blocks[index]
        if block.role in _EASY:
            continue
        changed = step(prescription, index, means)
        if changed is not None:
            blocks = [*prescription.blocks]
            blocks[index : index + 1] = [changed] if changed.exercises else []
            return prescription.model_copy(update={"blocks": blocks})
    return None


def _less(prescription: Prescription, index: int, means: Means) -> Block | None:
    """A minute, a round, a rung or a set less."""
    block = prescription.blocks[index]
    match block.format:
        case "amrap" if (block.time_cap_seconds or 0) - 60 >= LEAST_AMRAP_SECONDS:
            return block.model_copy(update={"time_cap_seconds": (block.time_cap_seconds or 0) - 60})
        case "emom" | "circuit" | "intervals" if (block.rounds or 1) > 2:
            return block.model_copy(update={"rounds": (block.rounds or 1) - 1})
        case "for_time":
            return _smaller_task(block, means)
        case "ladder" | "sets" | "superset" if max(_work(e.sets) for e in block.exercises) > (
            3 if block.format == "ladder" else 2
        ):
            longest = max(_work(e.sets) for e in block.exercises)
            exercises = [
                e.model_copy(update={"sets": e.sets[:-1]}) if _work(e.sets) == longest else e for e in block.exercises
            ]
            return block.model_copy(update={"exercises": exercises})
        case "chipper":
            return _fewer_reps(block)
        case "steady":
            first = block.exercises[0]
            duration = first.sets[0].duration_seconds or 0
            if duration <= 240:
                return None
            sets = [first.sets[0].model_copy(update={"duration_seconds": duration - 60}), *first.sets[1:]]
            return block.model_copy(
                update={"exercises": [first.model_copy(update={"sets": sets}), *block.exercises[1:]]}
            )
    return None


def _work(sets: Sequence[Set]) -> int:
    return sum(set_.kind != "warmup" for set_ in sets)


def _smaller_task(block: Block, means: Means) -> Block | None:
    """A tighter cap while it can be reached, then a round or a rung less with the cap that it needs."""
    cap = block.time_cap_seconds or 0
    need = expected(block, means) * CAP_MARGIN
    if cap - 60 >= max(need, _LEAST_CAP_SECONDS):
        return block.model_copy(update={"time_cap_seconds": cap - 60})
    if (block.rounds or 1) > 2:
        smaller = block.model_copy(update={"rounds": (block.rounds or 1) - 1})
    elif max(len(e.sets) for e in block.exercises) > 2:
        most = max(len(e.sets) for e in block.exercises)
        exercises = [e.model_copy(update={"sets": e.sets[1:]}) if len(e.sets) == most else e for e in block.exercises]
        smaller = block.model_copy(update={"exercises": exercises})
    else:
        fewer = _fewer_reps(block)
        if fewer is None:
            return None
        smaller = fewer
    need = max(_LEAST_CAP_SECONDS, expected(smaller, means) * CAP_MARGIN)
    return smaller.model_copy(update={"time_cap_seconds": min(cap, 60.0 * -(-need // 60))})


def _fewer_reps(block: Block) -> Block | None:
    """A fifth less of everything; None once it comes to next to nothing."""
    exercises = [e.model_copy(update={"sets": [_smaller_set(set_) for set_ in e.sets]}) for e in block.exercises]
    return None if exercises == block.exercises else block.model_copy(update={"exercises": exercises})


def _smaller_set(set_: Set) -> Set:
    less = {
        field: max(least, _whole(field, value * _SMALLER))
        for field, least in _LEAST.items()
        if (value := getattr(set_, field)) is not None and value > least
    }
    return set_.model_copy(update=less)


def _whole(field: str, value: float) -> int:
    """Metres as a coach writes them."""
    step = (50 if value >= 200 else 10) if field == "distance_meters" else 1
    return int(value // step) * step


def _fewer_movements(prescription: Prescription, index: int, means: Means) -> Block | None:
    """A movement less where others remain; the first ones lead."""
    block = prescription.blocks[index]
    least = 6 if block.format == "chipper" else 2
    if block.format in {"amrap", "for_time"} or len(block.exercises) <= least:
        return None
    return block.model_copy(update={"exercises": block.exercises[:-1]})


def _without(prescription: Prescription, index: int, means: Means) -> Block | None:
    """A whole block less, while another one remains."""
    work = [block for block in prescription.blocks if block.role not in _EASY]
    return prescription.blocks[index].model_copy(update={"exercises": []}) if len(work) > 1 else None


def _smaller(prescription: Prescription, index: int, means: Means) -> Block | None:
    """A fifth less of everything in rounds and sets that last as long as they take, and of which no fewer can be."""
    block = prescription.blocks[index]
    return _fewer_reps(block) if block.format in {"circuit", "intervals", "sets", "superset"} else None


def _more(prescription: Prescription, index: int, means: Means) -> Block | None:
    """A minute or a round more."""
    block = prescription.blocks[index]
    if named(prescription) is not None:  # a benchmark is as long as it is
        return None
    match block.format:
        case "amrap" if (block.time_cap_seconds or 0) + 60 <= MOST_SECONDS:
            return block.model_copy(update={"time_cap_seconds": (block.time_cap_seconds or 0) + 60})
        case "emom" | "circuit" | "intervals" if (block.rounds or 1) < _MOST_ROUNDS:
            return block.model_copy(update={"rounds": (block.rounds or 1) + 1})
    return None
