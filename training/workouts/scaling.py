"""How a workout is made easier without becoming another one: Rx, Scaled, Foundations. Pure.

Movements change by the table in `scaling.yaml`; repetitions and loads by the shares here. Rounds, intervals and caps
stay, so that the stimulus and the time domain stay.
"""

import math
from pathlib import Path
from typing import Annotated, Final, Literal

import yaml
from pydantic import Field, TypeAdapter

from training.catalogue.entry import Closed, Word
from training.loads import LIGHT_BAR_KG, sizes_kg
from training.workouts.benchmarks import BySex

Step = Literal["scaled", "foundations"]
STEPS: Final[tuple[Step, ...]] = ("scaled", "foundations")

AMOUNT: Final[dict[Step, float]] = {"scaled": 0.8, "foundations": 0.6}  # repetitions, metres, calories, holds
LOAD: Final[dict[Step, float]] = {"scaled": 0.75, "foundations": 0.5}
SCALED_LOADS: Final = (0.7, 0.8)  # 20 to 30 % less
NEARLY_HALF: Final = 0.55  # an empty bar may be that much of the load: no bar is lighter


class Stand(Closed):
    """What is done instead: one exercise, or several in turn, `times` for each of the original."""

    exercises: Annotated[list[Word], Field(min_length=1, max_length=2)]
    times: Annotated[float, Field(gt=0)] | None = None
    box: BySex | None = None  # inches


class Scale(Closed):
    """One row of the table: the exercises it is for, the Rx height of their box, and both easier versions."""

    exercises: Annotated[list[Word], Field(min_length=1)]
    box: BySex | None = None  # inches
    scaled: Stand
    foundations: Stand

    def step(self, step: Step) -> Stand:
        """What is done at this step."""
        return self.scaled if step == "scaled" else self.foundations


def _load(path: Path) -> dict[str, Scale]:
    rows = TypeAdapter(list[Scale]).validate_python(yaml.safe_load(path.read_text(encoding="utf-8")))
    return {slug: row for row in rows for slug in row.exercises}


SCALES: Final = _load(Path(__file__).with_name("scaling.yaml"))


def step_of(slug: str | None, step: Step) -> Stand | None:
    """What stands in for an exercise at a step; None where the table leaves the movement as it is."""
    row = SCALES.get(slug or "")
    return row.step(step) if row is not None else None


def amount(value: float, share: float, *, grain: int = 1) -> float:
    """A share of repetitions, metres or seconds, to the nearest grain (halves up); at least one, at most all of it."""
    return min(value, max(grain, grain * math.floor(value * share / grain + 0.5)))


def lighter(load_kg: float, step: Step, implement: str, bar_kg: float) -> tuple[int, float] | None:
    """A load that can be put together for a step, and with how many implements; None: without any.

    Scaled is 20 to 30 % lighter, or the next size below; foundations half, and of a bar at most the empty one of
    `bar_kg`. Below the lightest bar a pair of dumbbells takes its place.
    """
    if implement == "barbell":
        most = min(bar_kg, load_kg * NEARLY_HALF) if step == "foundations" else load_kg * SCALED_LOADS[1]
        if most >= LIGHT_BAR_KG:
            return 1, _size(load_kg, step, sizes_kg("barbell", most))
        pair = sizes_kg("dumbbell", _most(load_kg / 2, step))
        return (2, _size(load_kg / 2, step, pair)) if pair else None
    sizes = sizes_kg(implement, _most(load_kg, step))
    return (1, _size(load_kg, step, sizes)) if sizes else None


def _most(load_kg: float, step: Step) -> float:
    return load_kg * (SCALED_LOADS[1] if step == "scaled" else LOAD["foundations"]) + 1e-9


def _size(load_kg: float, step: Step, sizes: list[float]) -> float:
    """The heaviest of these; for scaled the one nearest to 25 % less, where one is 20 to 30 % lighter."""
    least, _ = SCALED_LOADS
    in_band = [size for size in sizes if size >= least * load_kg] if step == "scaled" else []
    return min(in_band, key=lambda size: (abs(size - LOAD["scaled"] * load_kg), size)) if in_band else sizes[-1]
