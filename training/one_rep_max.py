"""What a set says of the most an athlete could lift once, and the other way round. Pure.

Percentages are of the one-repetition maximum (1RM), 80 and not 0.8; loads are kilograms.
"""

from collections.abc import Mapping
from math import floor

from training.catalogue import Catalogue, Entry, fold
from training.prescription import PrescribedExercise, Set

# Tuchscherer, The Reactive Training Manual: percent of 1RM by repetitions and RPE. One step is one repetition more or
# in reserve and half a step half an RPE, so the chart is one list: index 2 x (reps - 1 + 10 - RPE).
_RTS_CHART = (
    100, 97.8, 95.5, 93.9, 92.2, 90.7, 89.2, 87.8, 86.3, 85.0, 83.7, 82.4, 81.1, 79.9, 78.6, 77.4, 76.2, 75.1, 73.9,
    72.3, 70.7, 69.4, 68.0, 66.7, 65.3, 64.0, 62.6, 61.3, 59.9, 58.6, 57.2,
)  # fmt: skip
CHART_REPS = 12  # the chart and the estimates from repetitions end here
HARDEST_PERCENT = 99  # for INOL, whose denominator is what is left to 100
MOST_INOL = 2.0  # an exercise; beyond it is "very tough". Hristov 2005


def chart_percent(reps: int, rpe: float) -> float | None:
    """The percent of 1RM at which `reps` feel like `rpe` (to the nearest half); None outside 1-12 reps or RPE 6-10."""
    halves = floor(2 * rpe + 0.5)
    if not (1 <= reps <= CHART_REPS and 12 <= halves <= 20):
        return None
    return _RTS_CHART[2 * (reps - 1) + 20 - halves]


def epley(load_kg: float, reps: int) -> float:
    """The 1RM that a set to the last possible repetition shows: w (1 + r / 30), w itself for one. Epley 1985."""
    return load_kg if reps == 1 else load_kg * (1 + reps / 30)


def inol(reps: int, percent: float) -> float:
    """Intensity x number of lifts of a set: reps / (100 - %1RM). Hristov 2005; %1RM capped at 99 by convention."""
    return reps / (100 - min(percent, HARDEST_PERCENT))


class OneRepMaxes:
    """The 1RMs an athlete knows, by the exercises they are of."""

    def __init__(self, one_rep_max_kg: Mapping[str, float], coach: str, catalogue: Catalogue) -> None:
        """Match the athlete's names as the names of a prescription are matched; a slug's own value goes first."""
        self.known: dict[str, float] = {}
        for name, kilograms in sorted(one_rep_max_kg.items(), key=lambda item: item[0] not in catalogue):
            entry = catalogue.get(name) or catalogue.match(name, coach, loaded=True)
            self.known.setdefault(entry.slug if entry else fold(name), kilograms)

    def of(self, exercise: PrescribedExercise | Entry) -> float | None:
        """The athlete's 1RM of this very exercise in kg; a stranger's by its name."""
        if isinstance(exercise, Entry):
            return self.known.get(exercise.slug)
        return self.known.get(exercise.exercise or fold(exercise.name or ""))

    def percent(self, exercise: PrescribedExercise | Entry, set_: Set) -> float | None:
        """The percent of 1RM of a set: given, from load and 1RM, or by the chart from reps and RPE; else unknown."""
        if set_.percent_1rm is not None:
            return set_.percent_1rm
        one_rep_max = self.of(exercise)
        if set_.load_kg is not None and one_rep_max is not None:
            return 100 * set_.load_kg / one_rep_max
        if set_.reps is not None and set_.rpe is not None:
            return chart_percent(set_.reps, set_.rpe)
        return None
