"""Intensity: whose zones a step goes by, what fraction of threshold it is meant at, and what that is in heart beats.

Intensity is a fraction of threshold power or speed (the intensity factor of a step). Pure.
"""

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import pairwise

from training.catalogue import Entry
from training.prescription import PrescribedExercise, Set, Sport

SPORTS: dict[str, Sport] = {"running": "run", "cycling": "bike", "swimming": "swim"}  # by discipline

# Friel, The Triathlete's Training Bible: training load an hour at RPE 1, 2 ... 10.
LOAD_PER_HOUR = (20, 30, 40, 50, 60, 70, 80, 100, 120, 140)


@dataclass(frozen=True)
class ZoneSystem:
    """Zones 1 to n over intensity, the fraction of threshold. A zone ends with its bound; the last one has no end."""

    name: str
    upper_bounds: tuple[float, ...]
    intensities: tuple[float, ...]  # what a zone that is given alone stands for, by convention

    @property
    def last(self) -> int:
        """The number of the hardest zone."""
        return len(self.upper_bounds) + 1

    def zone(self, intensity: float) -> int:
        """The zone of an intensity; one that equals a bound belongs to the lower zone."""
        return bisect_left(self.upper_bounds, intensity) + 1

    def shares(self, start: float, end: float) -> dict[int, float]:
        """The share of time in each zone that is met when the intensity goes evenly from `start` to `end`."""
        low, high = sorted((start, end))
        if low == high:
            return {self.zone(low): 1.0}
        ends = [low, *(bound for bound in self.upper_bounds if low < bound < high), high]
        return {self.zone(b): (b - a) / (high - low) for a, b in pairwise(ends)}


# Allen, Coggan & McGregor, Training and Racing with a Power Meter: fractions of functional threshold power.
CYCLING_POWER = ZoneSystem(
    "Coggan power zones", (0.55, 0.75, 0.90, 1.05, 1.20, 1.50), (0.45, 0.65, 0.825, 0.975, 1.125, 1.35, 1.60)
)
# Friel, from threshold pace: fractions of threshold speed. The same bounds on critical swim speed, and wherever else
# zones are used, by convention.
THRESHOLD_SPEED = ZoneSystem("Friel speed zones", (0.775, 0.877, 0.943, 1.01), (0.70, 0.826, 0.91, 0.977, 1.06))


def system(discipline: str | None, sport: Sport | None) -> ZoneSystem:
    """The zones of a step. Its sport is the discipline; where that holds several sports, its exercise's."""
    if discipline in {"running", "swimming"}:
        return THRESHOLD_SPEED
    return CYCLING_POWER if discipline == "cycling" or sport == "bike" else THRESHOLD_SPEED


def sport_of(exercise: PrescribedExercise, entry: Entry | None) -> Sport | None:
    """The sport of an exercise: said of it, which strangers need, else the catalogue's; None for all that is none."""
    return exercise.sport or (entry.sport if entry is not None else None)


def intensity_of(set_: Set, zones: ZoneSystem) -> tuple[float, float] | None:
    """The intensity at which a step starts and ends: given, else its zone's, else what its RPE costs; None if unknown.

    A zone stands for one intensity by convention; an RPE for the steady intensity of its load per hour (Friel).
    """
    if set_.intensity is not None:
        return set_.intensity, set_.intensity if set_.intensity_end is None else set_.intensity_end
    if set_.zone is not None:
        return (zones.intensities[set_.zone - 1],) * 2 if set_.zone <= zones.last else None
    return None if set_.rpe is None else (intensity_of_rpe(set_.rpe),) * 2


def intensity_of_rpe(rpe: float) -> float:
    """The steady intensity with the load per hour of an RPE of 1 to 10: sqrt(load / 100), loads between by line."""
    below = min(math.floor(rpe), 9)
    lower, upper = LOAD_PER_HOUR[below - 1 : below + 1]
    return math.sqrt((lower + (rpe - below) * (upper - lower)) / 100)


def mean_power(start: float, end: float, exponent: int) -> float:
    """The mean over time of intensity^exponent on an even ramp from `start` to `end`.

    (b^(n+1) - a^(n+1)) / ((n + 1)(b - a)), written as a sum so that a steady step is no special case: with n = 2 it is
    (a^2 + ab + b^2) / 3.
    """
    return sum(start**k * end ** (exponent - k) for k in range(exponent + 1)) / (exponent + 1)


# --- heart rate -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class HeartRateSystem:
    """Zones 1 to 5 over a fraction of threshold heart rate or of the reserve; one at a bound is in the upper zone."""

    name: str
    bounds: tuple[float, ...]  # between zones 1 and 2, 2 and 3 ...
    floor: float  # below it no zone is meant, above the ceiling none either
    ceiling: float

    def zone(self, fraction: float) -> int:
        """The zone of a fraction."""
        return bisect_right(self.bounds, fraction) + 1

    def span(self, zone: int) -> tuple[float, float]:
        """The fractions between which a zone lies."""
        ends = (self.floor, *self.bounds, self.ceiling)
        return ends[zone - 1], ends[zone]


# Friel: fractions of the heart rate at lactate threshold. Floor and ceiling are conventions for what to tell.
THRESHOLD_RUN = HeartRateSystem("Friel heart rate zones", (0.85, 0.90, 0.95, 1.00), 0.70, 1.06)
THRESHOLD_RIDE = HeartRateSystem("Friel heart rate zones", (0.81, 0.90, 0.94, 1.00), 0.68, 1.06)
RESERVE = HeartRateSystem("heart rate reserve", (0.60, 0.70, 0.80, 0.90), 0.50, 1.00)
# Edwards 1993, The Heart Rate Monitor Book: fractions of the maximum, where no resting heart rate is known.
MAXIMUM = HeartRateSystem("maximum heart rate", (0.60, 0.70, 0.80, 0.90), 0.50, 1.00)


def max_heart_rate(age: int) -> float:
    """Beats per minute by age in years: 208 - 0.7 x age. Tanaka et al. 2001, doi 10.1016/S0735-1097(00)01054-8."""
    return 208 - 0.7 * age


def karvonen(fraction: float, resting: float, maximum: float) -> float:
    """The heart rate at a fraction of the reserve: rest + p (max - rest), beats per minute. Karvonen 1957."""
    return resting + fraction * (maximum - resting)
