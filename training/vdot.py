"""Running speed and oxygen: what an athlete's threshold pace says of race paces. Pure.

Daniels & Gilbert 1979, Oxygen Power; Daniels' Running Formula. Speeds are metres a minute, times minutes.
"""

import math
from typing import Final

THRESHOLD_SHARE = 0.88  # of VDOT: Daniels' T pace
RACES_M: Final = {"5k": 5_000, "10k": 10_000, "half": 21_097.5, "marathon": 42_195}


def oxygen(speed: float) -> float:
    """The oxygen cost of a speed, ml/kg/min: -4.60 + 0.182258 v + 0.000104 v^2."""
    return -4.60 + 0.182258 * speed + 0.000104 * speed**2


def sustained_share(minutes: float) -> float:
    """The share of VO2max that can be held so long: 0.8 + 0.1894393 e^(-0.012778 t) + 0.2989558 e^(-0.1932605 t)."""
    return 0.8 + 0.1894393 * math.exp(-0.012778 * minutes) + 0.2989558 * math.exp(-0.1932605 * minutes)


def vdot(meters: float, seconds: float) -> float:
    """The VDOT of a race result: the oxygen cost of its speed over the share of VO2max that its time allows."""
    minutes = seconds / 60
    return oxygen(meters / minutes) / sustained_share(minutes)


def vdot_of_threshold(seconds_per_km: float) -> float:
    """The VDOT of a runner whose threshold pace this is: T pace costs 88 % of it."""
    return oxygen(60_000 / seconds_per_km) / THRESHOLD_SHARE


def race_intensity(meters: float, seconds_per_km: float) -> float:
    """The race speed over a distance as a fraction of threshold speed, from threshold pace in s/km.

    The time whose VDOT is the athlete's, found by halving: the VDOT of a distance falls with the time it takes.
    """
    target = vdot_of_threshold(seconds_per_km)
    fast, slow = meters / 1000 * seconds_per_km * 0.6, meters / 1000 * seconds_per_km * 1.8
    for _ in range(60):
        middle = (fast + slow) / 2
        fast, slow = (middle, slow) if vdot(meters, middle) > target else (fast, middle)
    return seconds_per_km / (fast / (meters / 1000))
