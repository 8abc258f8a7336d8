"""The blocks of a competitions session: each is the most of its kind that fits a time. Pure.

A race block holds stations in race order with their runs; the others train what a race asks for: running at its pace,
running after stations, stations in turn, and one or two of them alone.
"""

import random
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final, TypeAlias

from training.coaches import planning
from training.coaches.competitions_sets import Gear, Work
from training.coaches.dosage import Dosage
from training.coaches.means import Means
from training.prescription import Block, PrescribedExercise, Role
from training.timing import block_seconds

Piece: TypeAlias = Callable[[float], Block | None]  # seconds -> the biggest block that fits, None where none does

RUNS_METERS: Final = (1000, 800, 600, 400, 200)  # of an interval, the longest that leaves enough rounds
REST_AFTER_RUN: Final = 0.35  # of its seconds, in whole quarters of a minute
MOST_ROUNDS: Final = {"intervals": 8, "compromised": 6, "circuit": 5, "drill": 5}
MOST_ROUNDS_TIRED: Final = 3
LEAST_RUN_METERS: Final = 100  # before a part of a station
LEAST_DRILL_REPS = 8
# A race block has the division's full loads: a beginner meets them a few at a time, and half as long.
MOST_STATIONS_OF_A_BEGINNER, RACE_SHARE_OF_A_BEGINNER = 3, 0.5
STATION_REST_SECONDS, ROUND_REST_SECONDS = 90, 90
STEADY_SECONDS: Final = (300, 2700)
FULL_EFFORT: Final = {"beginner": 7.0, "intermediate": 8.0, "advanced": 8.5}
TIRED_EFFORT, TAPER_EFFORT, STEADY_EFFORT = 5.5, 6.5, 4.0


def effort(means: Means, *, taper: bool = False) -> float:
    """The RPE of the work: by level and the day's energy, within the athlete's cap."""
    energy = means.request.energy_level
    if means.tired:
        return TIRED_EFFORT
    rpe = FULL_EFFORT[means.level] - (0.5 if energy <= 5 else 0) + (0.5 if energy >= 9 else 0)
    return min(rpe, TAPER_EFFORT if taper else rpe, planning.rpe_cap(means))


def may_race_it_all(gear: Gear, seconds: float) -> bool:
    """A full simulation: never for a beginner, not on a tired day, and only where its finish fits these seconds."""
    means = gear.means
    return means.level != "beginner" and not means.tired and gear.plan.total_seconds <= seconds


class Blocks:
    """What one athlete's blocks are made of; choices that matter little are the dice's."""

    def __init__(self, gear: Gear, rpe: float, dice: random.Random, *, wanted: Sequence[str], taper: bool) -> None:
        """`wanted` are the stations a goal names: they are taken first."""
        self.gear, self.rpe, self.dice, self.taper = gear, rpe, dice, taper
        self.means = gear.means
        self.where = dice.random()
        self.shuffled = dice.sample(gear.stations, len(gear.stations))
        slugs = [station.exercise for station in gear.race.stations]
        self.wanted = [work for work in self.shuffled if slugs[work.place or 0] in wanted]
        self.taken: list[Block] = []
        self.used: set[str] = set()  # exercises of the blocks that were taken

    def take(self, block: Block) -> None:
        """Remember what a session already has, so that its other blocks rather take something else."""
        self.taken.append(block)
        self.used |= {exercise.exercise for exercise in block.exercises if exercise.exercise}

    def _preferred(self, *, fresh: bool = False) -> list[Work]:
        """The stations, those that the goal names first; with `fresh` those first that the session has not had yet."""

        def key(work: Work) -> tuple[bool, bool]:
            named, new = work not in self.wanted, work.entry.slug in self.used
            return (new, named) if fresh else (named, new)

        return sorted(self.shuffled, key=key)

    def seconds(self, block: Block) -> float:
        """How long a block takes."""
        return block_seconds(block, self.means.catalogue, self.means.request)

    # --- a race, or a part of it ---

    def full_race(self, seconds: float) -> Block | None:
        """Every station with its run. What of it is not on the clock of the sets, the way in and out, must fit too."""
        if not may_race_it_all(self.gear, seconds) or len(self.gear.stations) < len(self.gear.race.stations):
            return None
        block = self._race(self.gear.stations, 1)
        return block if self.seconds(block) <= seconds else None

    def part_race(self, seconds: float) -> Block | None:
        """Stations that follow each other with their runs: whole ones, else halves, else quarters."""
        stations = self.gear.stations
        beginner = self.means.level == "beginner"
        most = min(MOST_STATIONS_OF_A_BEGINNER, len(stations)) if beginner else len(stations) - 1
        for share, fewest in ((1, 3), (0.5, 2), (1, 2), (0.25, 2), (0.25, 1)):
            if beginner and share > RACE_SHARE_OF_A_BEGINNER:
                continue
            for count in range(most, fewest - 1, -1):
                chosen = self._stretch(count)
                block = self._race(chosen, share) if chosen else None
                if block is not None and self.seconds(block) <= seconds:
                    return block
        return None

    def half_race(self, seconds: float) -> Block | None:
        """The first or the second half of the race; a smaller part where that does not fit, and for a beginner."""
        if self.means.level == "beginner":
            return self.part_race(seconds)
        block = self._race(self._stretch(len(self.gear.race.stations) // 2), 1) if self.gear.stations else None
        return block if block is not None and self.seconds(block) <= seconds else self.part_race(seconds)

    def _stretch(self, count: int) -> list[Work]:
        """So many stations in a row; those that the goal names among them, if they can be."""
        stations = self.gear.stations
        starts = range(max(1, len(stations) - count + 1))

        def wanted_in(start: int) -> int:
            return sum(work in self.wanted for work in stations[start : start + count])

        best = max(map(wanted_in, starts))
        good = [start for start in starts if wanted_in(start) == best]
        start = good[int(self.where * len(good))]
        return stations[start : start + count]

    def _race(self, stations: Sequence[Work], share: float) -> Block:
        exercises = []
        for work in stations:
            if self.gear.race.run_meters and self.gear.running is not None:
                meters = max(LEAST_RUN_METERS, self.gear.race.run_meters * share)
                exercises.append(self.gear.run(meters, rpe=self.rpe, place=work.place))
            exercises.append(self._station(work, share, race_loads=True))
        return Block(role="main", format="race", exercises=exercises)

    # --- training ---

    def running(self, seconds: float) -> Block | None:
        """Runs alone, at threshold or race pace: as long as leaves four of them, or the shortest twice."""
        if self.gear.running is None:
            return None
        lengths = RUNS_METERS[2:] if self.taper or self.means.tired else RUNS_METERS[int(2 * self.where) :]
        for fewest in (4, 3, 2):
            for meters in lengths:
                single = Block(
                    role="main", format="intervals", exercises=[self.gear.run(meters, rpe=self.rpe, alone=True)]
                )
                rest = max(45, 15 * round(self.seconds(single) * REST_AFTER_RUN / 15))
                block = self._rounds(single, "intervals", rest, seconds, fewest)
                if block is not None:
                    return block
        return None

    def compromised(self, seconds: float) -> Block | None:
        """A station and a run straight after it, some rounds."""
        return self._compromised(seconds, 0.5, 400, ROUND_REST_SECONDS)

    def transitions(self, seconds: float) -> Block | None:
        """Short runs into a station and out of it, many rounds."""
        return self._compromised(seconds, 0.25, 200, ROUND_REST_SECONDS // 2)

    def _compromised(self, seconds: float, share: float, meters: float, rest: int) -> Block | None:
        if self.gear.running is None or not self.gear.race.run_meters:
            return None
        for work in self._preferred()[:2]:
            for part in (share, 0.25):
                exercises = [self._station(work, part), self.gear.run(meters, rpe=self.rpe)]
                single = Block(role="main", format="intervals", exercises=exercises)
                block = self._rounds(single, "compromised", rest, seconds, 2)
                if block is not None:
                    return block
        return None

    def circuit(self, seconds: float) -> Block | None:
        """Three or four stations in turn, in race order; none that strains what the one before has tired."""
        for count, share in ((4, 0.5), (3, 0.5), (4, 0.25), (3, 0.25), (2, 0.5), (2, 0.25)):
            stations = self._apart(count)
            if len(stations) < 2:
                continue
            exercises = [self._station(work, share) for work in stations]
            single = Block(role="main", format="circuit", exercises=exercises)
            block = self._rounds(single, "circuit", ROUND_REST_SECONDS, seconds, 3 if count > 2 else 2)
            if block is not None:
                return block
        return None

    def _apart(self, count: int) -> list[Work]:
        """Stations in race order, no two neighbours that tire the same and no exercise twice; fresh ones first."""
        chosen: list[Work] = []
        for work in self._preferred(fresh=True):
            trial = sorted([*chosen, work], key=lambda each: each.place or 0)
            strains = [planning.strains(each.entry) for each in trial]
            clash = any(a & b for a, b in pairwise(strains))
            if not clash and len({each.entry.slug for each in trial}) == len(trial):
                chosen = trial
            if len(chosen) == count:
                break
        return chosen

    def drill(self, seconds: float) -> Block | None:
        """One station alone, or two: sets of a part of it with rest between."""
        most = MOST_ROUNDS_TIRED if self.means.tired else MOST_ROUNDS["drill"]
        for count in (2, 1):
            stations = self.wanted[:count] or self._apart(count)
            for share in (0.5, 0.25):
                for sets in range(most, 1, -1):
                    block = self._sets(stations, share, sets) if stations else None
                    if block is not None and self.seconds(block) <= seconds and (sets > 2 or count == 1):
                        return block
        return None

    def _sets(self, stations: Sequence[Work], share: float, sets: int) -> Block | None:
        """So many sets of each; None where those are more than is sound, or so short that a lifter would ramp up."""
        ones = [self._station(work, share, rest=STATION_REST_SECONDS) for work in stations]
        if any(set_.reps is not None and set_.reps < LEAST_DRILL_REPS for one in ones for set_ in one.sets):
            return None
        exercises = [one.model_copy(update={"sets": one.sets * sets}) for one in ones]
        block = Block(role="main", format="sets", exercises=exercises)
        return None if Dosage.of([*self.taken, block], self.means).excessive else block

    def steady(self, seconds: float) -> Block | None:
        """Easy running, or easy work on a machine: whole minutes of it."""
        minutes = int(min(seconds, STEADY_SECONDS[1]) // 60)
        if 60 * minutes < STEADY_SECONDS[0]:
            return None
        easy = self.gear.easy(60 * minutes, min(STEADY_EFFORT, self.rpe))
        return None if easy is None else Block(role="conditioning", format="steady", exercises=[easy])

    def anything(self, seconds: float) -> Block | None:
        """Where no station can be done: what the body can, in turn; mobility where that is all."""
        for roles in ({"main", "conditioning", "accessory"}, {"warmup", "cooldown", "skill"}):
            entries = [entry for entry in self.means.candidates if roles.intersection(entry.roles)]
            if entries:
                chosen = self.dice.sample(entries, min(3, len(entries)))
                works = [self.gear.work_of(entry) for entry in sorted(chosen, key=lambda entry: entry.slug)]
                amounts = {"reps": 10, "seconds": 30, "meters": 40, "calories": 8}
                exercises = [
                    self.gear.station(work, amounts[work.unit], rpe=self.rpe, rest=15, race_loads=False)
                    for work in works
                ]
                single = Block(role="main", format="circuit", exercises=exercises)
                return self._rounds(single, "circuit", 60, seconds, 1) or single
        return None

    # --- parts ---

    def _station(
        self, work: Work, share: float, *, rest: float | None = None, race_loads: bool = False
    ) -> PrescribedExercise:
        amount = work.amount if share == 1 else self.gear.rounded(work.amount * share, work)
        return self.gear.station(work, amount, rpe=self.rpe, rest=rest, race_loads=race_loads)

    def _rounds(self, single: Block, kind: str, rest: int, seconds: float, fewest: int) -> Block | None:
        """As many rounds as fit; None where that are too few."""
        each = self.seconds(single)
        most = MOST_ROUNDS_TIRED if self.means.tired else MOST_ROUNDS[kind]
        rounds = min(most, int((seconds + rest) // (each + rest)))
        return (
            single.model_copy(update={"rounds": rounds, "rest_seconds": rest}) if rounds >= min(fewest, most) else None
        )


def in_role(block: Block, role: Role) -> Block:
    """The same block with another part in the session."""
    return block.model_copy(update={"role": role})
