"""A prescription as the steps an athlete goes through, one after another. Pure.

How a block is read is told in the API's documentation and computed in `training.timing`: the seconds of a block's steps
sum to the block's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from training.counting import IN_TURN, passes, slots, turns
from training.exports.workout import Workout
from training.prescription import Block, PrescribedExercise, Set
from training.timing import CHANGE_SECONDS, TABATA_REST_SECONDS, TABATA_WORK_SECONDS, interval_seconds, set_seconds


@dataclass(frozen=True)
class Work:
    """A set that is done."""

    block: Block
    exercise: PrescribedExercise
    set: Set
    seconds: float  # computed where they are not prescribed


@dataclass(frozen=True)
class Clock:
    """A time in which several exercises are done as the athlete gets to them."""

    block: Block
    exercises: tuple[PrescribedExercise, ...]
    seconds: float


@dataclass(frozen=True)
class Pause:
    """Standing rest, or the change to what comes next."""

    seconds: float


Step = Work | Clock | Pause


def sets_of_a_pass(block: dict[str, Any]) -> int:
    """How many sets one pass through a stored block has: what `turns` would list, without reading it all."""
    lengths = [len(exercise["sets"]) for exercise in block["exercises"]]
    return len(lengths) * max(lengths) if block["format"] in IN_TURN else sum(lengths)


def session_steps(workout: Workout) -> Iterator[Step]:
    """Every step of a session in turn, with rests and changes; their seconds sum to the session's."""
    for number, block in enumerate(workout.prescription.blocks):
        if number:
            yield Pause(CHANGE_SECONDS)
        yield from _block_steps(block, workout)


def _block_steps(block: Block, workout: Workout) -> Iterator[Step]:
    if block.format in {"amrap", "for_time"} and block.time_cap_seconds is not None:
        yield Clock(block, tuple(block.exercises), block.time_cap_seconds)
    elif block.format == "emom":
        for _ in range(passes(block)):
            for exercises in slots(block):
                yield Clock(block, exercises, interval_seconds(block))
    elif block.format == "tabata":
        for exercise in block.exercises:
            for _ in range(passes(block)):
                yield Work(block, exercise, exercise.sets[0], TABATA_WORK_SECONDS)
                yield Pause(TABATA_REST_SECONDS)
    else:
        yield from _sets_and_rests(block, workout)


def _sets_and_rests(block: Block, workout: Workout) -> Iterator[Step]:
    """Nobody waits after the last set, so a rest is told before what it leads to."""
    rested: Set | None = None
    for turn in turns(block) * passes(block):
        for place, (exercise, set_) in enumerate(turn):
            if rested is not None:
                yield from _pause((rested.rest_seconds or 0) + (0 if place else block.rest_seconds or 0))
            if place and exercise is not turn[place - 1][0] and block.format == "sets":
                yield Pause(CHANGE_SECONDS)
            yield Work(block, exercise, set_, set_seconds(exercise, set_, workout.catalogue, workout.request))
            rested = set_


def _pause(seconds: float) -> Iterator[Pause]:
    if seconds:
        yield Pause(seconds)
