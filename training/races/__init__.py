"""The races the competitions coach trains for, as dated and sourced data: stations, loads, times of the field. Pure.

`hyrox.yaml` and `deka.yaml` say what is done and how long it takes people; `training.races.pacing` makes a plan of it.
"""

from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, get_args

import yaml
from pydantic import Field, model_validator

from training.catalogue.entry import Closed
from training.request import Athlete, Division

DATA = Path(__file__).parent
FILES = {"hyrox": "hyrox", "deka-fit": "deka", "deka-mile": "deka", "deka-strong": "deka"}  # by discipline
DIVISIONS: tuple[Division, ...] = get_args(Division)

Sex = Literal["women", "men"]
Measure = Literal["meters", "reps", "calories"]


class Station(Closed):
    """One station of a race: how much of which exercise, with what."""

    exercise: str  # its slug in the catalogue
    in_race: dict[str, str] = {}  # where a race of the family has its own exercise
    meters: float | None = None
    reps: int | None = None
    calories: int | None = None
    load_kg: dict[Division | Sex, float] = {}  # of one implement; a division that is not named has its sex's
    implements: Literal[1, 2] = 1
    height_meters: dict[Division | Sex, float] = {}  # of the box, or of the target
    instead: dict[str, float] = {}  # slug -> how much of it stands in for the whole station, the best first

    @model_validator(mode="after")
    def _has_one_measure(self) -> "Station":
        if sum(amount is not None for amount in (self.meters, self.reps, self.calories)) != 1:
            raise ValueError(f"{self.exercise}: a station is measured in one of meters, reps and calories")
        return self

    @property
    def measure(self) -> Measure:
        """What it is counted in."""
        return "meters" if self.meters is not None else "reps" if self.reps is not None else "calories"

    @property
    def amount(self) -> float:
        """How much of that a whole station is."""
        return self.meters or self.reps or self.calories or 0

    def load(self, division: Division) -> float | None:
        """The kilograms of one implement in this division; None where nothing is loaded."""
        return self.load_kg.get(division, self.load_kg.get(sex_of(division)))

    def height(self, division: Division) -> float | None:
        """The metres of its box or target; None where it has none."""
        return self.height_meters.get(division, self.height_meters.get(sex_of(division)))


class Event(Closed):
    """What one race of a family has of its own."""

    name: str
    run_meters: int  # before each station; 0: nothing is run
    run_factors: list[float] = []  # how much slower than the mean each run is; none: all alike
    transition_after: Literal["run", "station"]
    fastest_seconds: dict[Sex, int]  # of a target that is believed
    slowest_seconds: int


class Splits(Closed):
    """How long the field takes, in seconds: `columns` are one run, each station in order, and the whole roxzone."""

    source: str
    estimate: bool = False
    usual: str  # the row for who names no target
    columns: list[str]
    women: dict[str, list[float | None]]
    men: dict[str, list[float | None]]

    @model_validator(mode="after")
    def _rows_are_whole(self) -> "Splits":
        for rows in (self.women, self.men):
            if self.usual not in rows or any(len(row) != len(self.columns) for row in rows.values()):
                raise ValueError("a row lacks a column, or the usual row is not there")
        return self


class RaceFile(Closed):
    """A data file: a family of races over the same stations."""

    as_of: date
    races: dict[str, Event]
    run_instead: dict[str, float]  # slug -> how much of it stands in for a kilometre of running, the best first
    stations: Annotated[list[Station], Field(min_length=1)]
    splits: Splits
    factors: dict[Division, dict[str, float]] = {}  # of a station's seconds, over those of the sex's table


class Race(Closed):
    """One race: what is done in it, in order, and what the field takes for it."""

    slug: str
    as_of: date
    event: Event
    stations: tuple[Station, ...]
    run_instead: dict[str, float]
    splits: Splits
    factors: dict[Division, dict[str, float]]

    @property
    def name(self) -> str:
        """As it is written."""
        return self.event.name

    @property
    def run_meters(self) -> int:
        """Before each station; 0 where nothing is run."""
        return self.event.run_meters

    @property
    def transitions(self) -> int:
        """How many there are: one a run, or one between two stations."""
        return len(self.stations) - (self.event.transition_after == "station")

    def station(self, slug: str | None) -> int | None:
        """The place in the race of the station with this exercise; None for an exercise that is none."""
        return next((place for place, station in enumerate(self.stations) if station.exercise == slug), None)


@cache
def race(discipline: str) -> Race:
    """The race of a discipline. Raises KeyError for one that is no race."""
    text = (DATA / f"{FILES[discipline]}.yaml").read_bytes()
    file = RaceFile.model_validate(yaml.load(text, yaml.CSafeLoader))
    return Race(
        slug=discipline,
        as_of=file.as_of,
        event=file.races[discipline],
        stations=tuple(_of(discipline, file.stations)),
        run_instead=file.run_instead,
        splits=file.splits,
        factors=file.factors,
    )


def _of(discipline: str, stations: Iterable[Station]) -> Iterable[Station]:
    """The stations of one race of the family."""
    for station in stations:
        yield station.model_copy(update={"exercise": station.in_race.get(discipline, station.exercise)})


def sex_of(division: Division) -> Sex:
    """Whose table a division goes by."""
    return "women" if division.startswith("women") else "men"


def division_of(athlete: Athlete) -> tuple[Division, bool]:
    """The division of an athlete, and whether it is theirs by their own word: else it is their sex's open one.

    Where neither is known, the men's open division: of what is assumed something has to be, and it is said.
    """
    if athlete.division is not None:
        return athlete.division, True
    return ("women_open" if athlete.sex == "female" else "men_open"), False
