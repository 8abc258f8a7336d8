"""Pacing: what each run, station and transition of a race takes for a finish time, in whole seconds. Pure.

Section "competitions" of the exercise science: the field's median splits are interpolated by the total of their rows,
below the first and above the last row that row is scaled; the runs are spread by the race's factors; everything is
rounded half up, and what is left to the target goes to the transitions.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from training.races import Race, sex_of
from training.request import Division

RUN_METERS_PER_SECOND = 2.8  # where the athlete's threshold pace is unknown, by convention


@dataclass(frozen=True)
class Splits:
    """Seconds of one run, of each station in order, and of all transitions together."""

    run: float
    stations: tuple[float, ...]
    transitions: float

    @property
    def total(self) -> float:
        """The finish time: as many runs as stations."""
        return len(self.stations) * self.run + sum(self.stations) + self.transitions

    def scaled(self, factor: float) -> "Splits":
        """Everything so many times as long."""
        return Splits(self.run * factor, tuple(s * factor for s in self.stations), self.transitions * factor)

    def towards(self, other: "Splits", share: float) -> "Splits":
        """The splits so far on the line to others: 0 these, 1 those."""

        def between(a: float, b: float) -> float:
            return a + share * (b - a)

        stations = tuple(between(a, b) for a, b in zip(self.stations, other.stations, strict=True))
        return Splits(between(self.run, other.run), stations, between(self.transitions, other.transitions))


@dataclass(frozen=True)
class Plan:
    """A race in whole seconds. `run` is the mean run, unrounded, for what is run outside a race."""

    race: Race
    division: Division
    run: float
    runs: tuple[int, ...]  # before each station; empty where nothing is run
    stations: tuple[int, ...]
    transitions: tuple[int, ...]

    @property
    def total_seconds(self) -> int:
        """The finish time."""
        return sum(self.runs) + sum(self.stations) + sum(self.transitions)


def plan(race: Race, division: Division, target_seconds: int | None, threshold_s_per_km: float | None = None) -> Plan:
    """The plan of a whole race that ends on the target to the second; without one, of the table's usual row.

    The athlete's threshold pace tells how fast is run where the table does not.
    """
    rows = table(race, division, threshold_s_per_km)
    usual = rows[list(_bands(race, division)).index(race.splits.usual)]
    splits = usual if target_seconds is None else at(rows, target_seconds)
    runs = tuple(half_up(splits.run * factor) for factor in _run_factors(race))
    stations = tuple(map(half_up, splits.stations))
    left = half_up(splits.transitions) if target_seconds is None else target_seconds - sum(runs) - sum(stations)
    each, more = divmod(left, race.transitions)
    transitions = tuple(each + (place < more) for place in range(race.transitions))
    return Plan(race, division, splits.run, runs, stations, transitions)


def table(race: Race, division: Division, threshold_s_per_km: float | None = None) -> list[Splits]:
    """The rows of a division in real seconds, the fastest first: those of its sex, with the division's own factors."""
    factors = race.factors.get(division, {})
    running = race.run_meters * (threshold_s_per_km / 1000 if threshold_s_per_km else 1 / RUN_METERS_PER_SECOND)
    rows = []
    for run, *stations, transitions in _bands(race, division).values():
        seconds = zip(race.stations, stations, strict=True)
        rows.append(
            Splits(
                run=running if run is None else run,
                stations=tuple((known or 0) * factors.get(station.exercise, 1) for station, known in seconds),
                transitions=transitions or 0,
            )
        )
    return rows


def at(rows: Sequence[Splits], total: float) -> Splits:
    """The splits of a finish time, on the line between the rows around it; beyond them the nearest row is scaled."""
    for faster, slower in pairwise(rows):
        if faster.total <= total <= slower.total:
            return faster.towards(slower, (total - faster.total) / (slower.total - faster.total))
    nearest = rows[0] if total < rows[0].total else rows[-1]
    return nearest.scaled(total / nearest.total)


def half_up(seconds: float) -> int:
    """To whole seconds, a half up; the noise of binary fractions decides nothing."""
    return math.floor(round(seconds, 6) + 0.5)


def believed(race: Race, division: Division) -> tuple[int, int]:
    """The fastest and the slowest finish time, in seconds, that is taken for a target."""
    return race.event.fastest_seconds[sex_of(division)], race.event.slowest_seconds


def _bands(race: Race, division: Division) -> dict[str, list[float | None]]:
    return race.splits.women if sex_of(division) == "women" else race.splits.men


def _run_factors(race: Race) -> list[float]:
    """Of each run over the mean run, with a mean of 1; none where nothing is run."""
    if not race.run_meters:
        return []
    factors = race.event.run_factors or [1.0] * len(race.stations)
    return [factor * len(factors) / sum(factors) for factor in factors]
