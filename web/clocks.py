"""The clock of a block that runs by one: steps of so many seconds, gone through so many times. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from training.counting import passes, slots
from training.prescription import Block
from training.timing import TABATA_REST_SECONDS, TABATA_WORK_SECONDS, interval_seconds

# Formats in which nobody rests by sets: the clock says when.
CLOCKED = frozenset({"amrap", "emom", "tabata"})


@dataclass(frozen=True)
class Step:
    """So many seconds of something; an empty label is rest."""

    label: str
    seconds: float


@dataclass(frozen=True)
class Clock:
    """The steps, `repeat` times over; a rest at the very end is not waited for."""

    repeat: int
    steps: tuple[Step, ...]

    def as_json(self) -> str:
        """What the page's clock reads: labels and seconds in pairs."""
        return json.dumps({"repeat": self.repeat, "steps": [[step.label, step.seconds] for step in self.steps]})


def clock(block: Block, names: Mapping[str, str]) -> Clock | None:
    """The block's clock; None where the athlete, and not a clock, says what comes next."""

    def named(*exercises: Any) -> str:
        return " + ".join(e.name or names.get(e.exercise or "", e.exercise or "") for e in exercises)

    match block.format:
        case "emom":
            seconds = interval_seconds(block)
            return Clock(passes(block), tuple(Step(named(*exercises), seconds) for exercises in slots(block)))
        case "tabata":
            pairs = [
                step
                for exercise in block.exercises
                for _ in range(passes(block))
                for step in (Step(named(exercise), TABATA_WORK_SECONDS), Step("", TABATA_REST_SECONDS))
            ]
            return Clock(1, tuple(pairs))
        case "amrap" | "for_time" if block.time_cap_seconds is not None:
            return Clock(1, (Step(block.format.replace("_", " ").upper(), block.time_cap_seconds),))
        case "intervals" | "steady":
            return _by_sets(block, named)
    return None


def _by_sets(block: Block, named: Any) -> Clock | None:
    """Work and rest as they are listed, where every one of them is told in seconds."""
    steps = []
    for exercise in block.exercises:
        for set_ in exercise.sets:
            if set_.duration_seconds is None or set_.distance_meters is not None or exercise.per_side:
                return None
            steps.append(Step(named(exercise), set_.duration_seconds))
            if set_.rest_seconds:
                steps.append(Step("", set_.rest_seconds))
    if block.rest_seconds:
        steps.append(Step("", block.rest_seconds))
    return Clock(passes(block), tuple(steps)) if len(steps) * passes(block) > 1 else None
