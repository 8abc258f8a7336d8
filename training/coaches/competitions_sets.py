"""What the competitions coach prescribes with: stations and runs as exercises, or what stands in for them. Pure.

Loads and targets are those of the race's data; where the athlete names a target, a set carries its seconds beside its
metres or repetitions, so that the time of a session is the time of its plan.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from training.catalogue import Entry
from training.coaches import planning
from training.coaches.competitions_target import named_target
from training.coaches.competitions_words import WORDS, Words, named_stations
from training.coaches.means import Means
from training.coaches.phrases import number
from training.one_rep_max import MOST_INOL, inol
from training.prescription import PrescribedExercise, Set
from training.races import FILES, Race, Station, division_of, race
from training.races.pacing import Plan, believed, half_up, plan
from training.races.words import clock
from training.zones import intensity_of_rpe

RUN = "run"
LIGHTER_SHARE = 0.8  # of the division's load, where a beginner or a tired athlete trains a station
MOST_JUMPS_OF_A_BEGINNER = 20  # at once
LIGHT_KG = 10  # what is no heavier is light enough for everybody
THRESHOLD_SHARE = 0.96  # of threshold speed, where runs are repeated
THRESHOLD_RPE = (7.0, 8.0)  # that such a run is worth; on an easier day nobody runs it
RACE_PACE_RPE = 7.0  # of fresh legs at the pace of a race of an hour and more
MOST_REPS_OF_A_MAX, MOST_PERCENT = 12, 60  # where a 1RM is known: shorter or heavier sets are the chart's to judge


@dataclass(frozen=True)
class Work:
    """An exercise and how much of it makes a whole station, or a kilometre; `station` is the station it is itself."""

    entry: Entry
    amount: float
    unit: str  # meters, reps, calories or seconds
    place: int | None = None  # of the station in the race; None for running and what stands in for it
    station: Station | None = None

    @property
    def runs(self) -> bool:
        """Is it really run, and measured in metres?"""
        return self.entry.sport == "run" and self.unit == "meters"


def unit_of(entry: Entry) -> str:
    """What an amount of it is counted in: metres where it covers ground, else its own measure."""
    return "meters" if entry.sport is not None and entry.meters_per_second is not None else entry.measure


class Gear:
    """One athlete's race: what of it can be done today, and in what time."""

    def __init__(self, means: Means) -> None:
        """Plan the race; what is possible is found when it is asked for."""
        self.means = means
        self.race: Race = race(means.discipline if means.discipline in FILES else next(iter(FILES)))
        athlete = means.request.athlete
        self.division, self.division_given = division_of(athlete)
        self.target = athlete.target_finish_seconds or self._target_of(means.request.goal or "")
        self.plan: Plan = plan(self.race, self.division, self.target, athlete.threshold_pace_s_per_km)
        self.words: Words = WORDS[means.language]

    def _target_of(self, goal: str) -> int | None:
        """The finish time a goal names, where people reach it: the plan goes by it, the analyses by the request."""
        stations = named_stations(goal, [station.exercise for station in self.race.stations])
        return named_target(goal, *believed(self.race, self.division), of_a_station=bool(stations))

    # --- what is possible ---

    @cached_property
    def stations(self) -> list[Work]:
        """The stations in race order, each as itself or as what stands in for it; without those nothing can replace."""
        found = (self._station(place, station) for place, station in enumerate(self.race.stations))
        return [work for work in found if work is not None]

    @cached_property
    def running(self) -> Work | None:
        """A kilometre of running, or of what stands in for it."""
        return self._first({RUN: 1000, **self.race.run_instead})

    @property
    def runs(self) -> bool:
        """Can running be done on the feet today, on the spot at least?"""
        return self.running is not None and self.running.entry.sport in {None, "run"}

    def _station(self, place: int, station: Station) -> Work | None:
        entry = self.means.catalogue.get(station.exercise)
        if entry is not None and self.means.may(entry):
            return Work(entry, station.amount, station.measure, place, station)
        stand_in = self._first(station.instead)
        return None if stand_in is None else replace(stand_in, place=place)

    def _first(self, amounts: dict[str, float]) -> Work | None:
        for slug, amount in amounts.items():
            entry = self.means.catalogue.get(slug)
            if entry is not None and self.means.may(entry):
                return Work(entry, amount, unit_of(entry))
        return None

    def work_of(self, entry: Entry) -> Work:
        """An exercise as the station it is in this race, or as itself, a whole of nothing."""
        place = self.race.station(entry.slug)
        if place is None:
            return Work(entry, 0, unit_of(entry))
        station = self.race.stations[place]
        return Work(entry, station.amount, station.measure, place, station)

    @property
    def stand_ins(self) -> list[tuple[str, str]]:
        """What stands in today, and for which station or for running: names."""
        replaced = [
            (planning.named(work.entry, self.means), self._station_name(work.place or 0))
            for work in self.stations
            if work.station is None
        ]
        if self.running is not None and self.running.entry.slug != RUN:
            replaced.append((planning.named(self.running.entry, self.means), self._name(RUN)))
        return replaced

    def _station_name(self, place: int) -> str:
        return self._name(self.race.stations[place].exercise)

    def _name(self, slug: str) -> str:
        entry = self.means.catalogue.get(slug)
        return slug if entry is None else planning.named(entry, self.means)

    # --- as exercises ---

    def station(
        self, work: Work, amount: float, *, rpe: float, rest: float | None = None, race_loads: bool
    ) -> PrescribedExercise:
        """So much of a station: its target time, and the division's load or, where that is no race, a beginner's."""
        cues = []
        if self.means.level == "beginner" and work.entry.pattern == "jump" and work.unit == "reps":
            amount = min(amount, MOST_JUMPS_OF_A_BEGINNER)
        if work.station is None and work.place is not None:
            cues.append(self.words.stands_in.format(name=self._station_name(work.place)))
        load = None if work.station is None else work.station.load(self.division)
        if load is not None and not race_loads:
            lighter = self._lighter(work.entry, load)
            cues += [self.words.lighter] if lighter < load else []
            load = lighter
        seconds = None
        if self.target is not None and work.station is not None and work.place is not None:
            seconds = max(1, half_up(self.plan.stations[work.place] * amount / work.amount))
            cues.append(self.words.goal_time.format(time=clock(seconds)))
        height = None if work.station is None else work.station.height(self.division)
        if height is not None:
            cues.append(self.words.height.format(height=number(height, self.means.language)))
        return self._exercise(work, amount, cues, load_kg=load, duration_seconds=seconds, rpe=rpe, rest_seconds=rest)

    def run(self, meters: float, *, rpe: float, place: int | None = None, alone: bool = False) -> PrescribedExercise:
        """So many metres of running at race pace, before the station at `place` or as interval; or what stands in.

        Repeated `alone`, on fresh legs, it is run at threshold where that is known, else with the effort of race pace.
        """
        work = self.running
        if work is None:
            raise LookupError("nothing can stand in for running")
        amount = self.rounded(work.amount * meters / 1000, work)
        cues = [] if work.entry.slug == RUN else [self.words.stands_in.format(name=self._name(RUN))]
        pace: dict[str, Any] = {}
        threshold = self.means.request.athlete.threshold_pace_s_per_km
        if work.runs and alone and threshold is not None and rpe >= THRESHOLD_RPE[0]:
            pace["intensity"] = THRESHOLD_SHARE
            rpe = min(rpe, THRESHOLD_RPE[1])
        elif work.runs and self.target is not None and self.race.run_meters:
            rpe = min(rpe, RACE_PACE_RPE) if alone else rpe
            whole = self.plan.run if place is None else self.plan.runs[place]
            pace["duration_seconds"] = max(1, half_up(whole * meters / self.race.run_meters))
            per_km = half_up(1000 * pace["duration_seconds"] / meters)
            said = self.words.goal_time if meters == 1000 else self.words.pace
            cues.append(said.format(time=clock(pace["duration_seconds"]), pace=clock(per_km)))
        elif work.runs and threshold is not None:
            pace["intensity"] = THRESHOLD_SHARE if rpe >= THRESHOLD_RPE[0] else round(intensity_of_rpe(rpe), 2)
        return self._exercise(work, amount, cues, rpe=rpe, **pace)

    def easy(self, seconds: float, rpe: float) -> PrescribedExercise | None:
        """So long of easy running, or of a machine; None where there is only the body on the spot."""
        work = self.running
        if work is None or work.entry.sport is None:
            return None
        return planning.exercise(work.entry, [Set(duration_seconds=seconds, rpe=rpe)], self.means)

    @staticmethod
    def rounded(amount: float, work: Work) -> float:
        """An amount as a coach would write it: whole tens or fifties of metres, whole repetitions."""
        step = {"meters": 50 if amount >= 200 else 10 if amount >= 100 else 5, "seconds": 10}.get(work.unit, 1)
        if work.entry.unilateral and work.unit in {"reps", "meters", "seconds"}:
            step *= 2  # as much on either side
        return max(step, step * half_up(amount / step))

    def _exercise(self, work: Work, amount: float, cues: list[str], **fields: Any) -> PrescribedExercise:
        entry = work.entry
        field = {
            "meters": "distance_meters", "reps": "reps", "calories": "calories", "seconds": "duration_seconds",
        }[work.unit]  # fmt: skip
        each = max(1, amount / 2 if entry.unilateral else amount)
        fields[field] = round(each) if field == "reps" else each
        made = planning.exercise(entry, [self._possible(entry, Set(**fields))], self.means)
        cue = " ".join([made.cue or "", *cues]).strip()
        implements = made.implements if work.station is None else work.station.implements
        return made.model_copy(update={"cue": cue, "implements": implements})

    def _possible(self, entry: Entry, set_: Set) -> Set:
        """Without a load that the athlete's 1RM makes absurd for it; then effort alone says how heavy."""
        maximum = self.means.one_rep_max_kg.get(entry.slug)
        if maximum is None or set_.load_kg is None:
            return set_
        percent = 100 * set_.load_kg / maximum
        if set_.reps is None:
            fits = percent <= 100
        else:
            fits = set_.reps > MOST_REPS_OF_A_MAX and percent <= MOST_PERCENT and inol(set_.reps, percent) <= MOST_INOL
        return set_ if fits else set_.model_copy(update={"load_kg": None})

    def _lighter(self, entry: Entry, load: float) -> float:
        """What a beginner trains with, and everybody on a tired day."""
        if not (self.means.level == "beginner" or self.means.tired) or load <= LIGHT_KG:
            return load
        sizes = self.means.loads_kg(entry) if self.means.loadable(entry) else [float(kg) for kg in range(1, 50)]
        return min(load, min(sizes, key=lambda size: abs(size - LIGHTER_SHARE * load)))
