"""How hard a step is meant, in what a device can measure: watts, metres a second, beats a minute. Pure."""

from dataclasses import dataclass
from typing import Final, Literal

from training.prescription import Set, Sport
from training.request import Athlete
from training.timing import threshold_speed
from training.zones import (
    CYCLING_POWER,
    RESERVE,
    THRESHOLD_RIDE,
    THRESHOLD_RUN,
    THRESHOLD_SPEED,
    ZoneSystem,
    karvonen,
)

# How far a rider or runner may be off before a device objects, by convention: power varies more than pace.
POWER_TOLERANCE: Final = 0.05
SPEED_TOLERANCE: Final = 0.03
EASY_ZONES: Final = 2
EASIEST: Final = 0.8  # of what zone 1 stands for: it has no lower bound

Measure = Literal["watts", "percent_ftp", "speed", "heart_rate"]


@dataclass(frozen=True)
class Target:
    """Between `low` and `high`: watts, percent of FTP, metres a second or beats a minute."""

    measure: Measure
    low: float
    high: float


def target(set_: Set, sport: Sport | None, athlete: Athlete) -> Target | None:
    """What a device should hold the athlete to; None where the athlete's thresholds do not tell, and by feel."""
    if sport == "bike":
        span = _span(set_, CYCLING_POWER, POWER_TOLERANCE)
        if span is not None:
            known = athlete.ftp_watts is not None
            scale = athlete.ftp_watts if athlete.ftp_watts is not None else 100
            return Target("watts" if known else "percent_ftp", span[0] * scale, span[1] * scale)
    span = _span(set_, THRESHOLD_SPEED, SPEED_TOLERANCE)
    threshold = threshold_speed(sport, athlete)
    if span is not None and threshold is not None:
        return Target("speed", span[0] * threshold, span[1] * threshold)
    return _heart_rate(set_, sport, athlete)


def _span(set_: Set, zones: ZoneSystem, tolerance: float) -> tuple[float, float] | None:
    """Fractions of threshold: a ramp's ends, an intensity and its tolerance, or the bounds of a zone.

    The easy zones are wide, and nobody should be called back to their middle: there an intensity is but a hint.
    """
    easy = set_.zone is not None and set_.zone <= EASY_ZONES
    if set_.intensity is not None and not (easy and set_.intensity_end is None):
        end = set_.intensity if set_.intensity_end is None else set_.intensity_end
        if end != set_.intensity:
            return min(set_.intensity, end), max(set_.intensity, end)
        return set_.intensity * (1 - tolerance), set_.intensity * (1 + tolerance)
    if set_.zone is None or set_.zone > zones.last:
        return None
    # The first zone has no lower bound and the last one no upper: there it is what the zone stands for.
    meant = zones.intensities[set_.zone - 1]
    low = zones.upper_bounds[set_.zone - 2] if set_.zone > 1 else meant * EASIEST
    high = zones.upper_bounds[set_.zone - 1] if set_.zone < zones.last else meant * (1 + tolerance)
    return low, high


def _heart_rate(set_: Set, sport: Sport | None, athlete: Athlete) -> Target | None:
    """By zone, where pace or power cannot be told: from the threshold heart rate, else from the reserve."""
    if set_.zone is None or set_.zone > 5 or sport not in {"run", "bike"} or set_.intensity is not None:
        return None
    if athlete.threshold_heart_rate is not None:
        low, high = (THRESHOLD_RIDE if sport == "bike" else THRESHOLD_RUN).span(set_.zone)
        return Target("heart_rate", low * athlete.threshold_heart_rate, high * athlete.threshold_heart_rate)
    if athlete.max_heart_rate is not None and athlete.resting_heart_rate is not None:
        low, high = (
            karvonen(fraction, athlete.resting_heart_rate, athlete.max_heart_rate)
            for fraction in RESERVE.span(set_.zone)
        )
        return Target("heart_rate", low, high)
    return None
