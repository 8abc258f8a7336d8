"""The competitions coach's analyses: how long a race, or what is trained of it, takes, and what its transitions are.

The steps of a prescription are read in the order in which they are done. A whole race with a target gets the plan of
`training.races.pacing`, ending on the target to the second; a part of a race the same splits for what is there, scaled
by distance, repetitions or calories; training sessions their own seconds first. Warm-up and cool-down are left out, and
so is the time between two blocks. Pure.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import Any, Final, Literal

from training.catalogue import Catalogue, Entry
from training.counting import IN_TURN, passes, rounds_of_a_pass
from training.prescription import Block, PrescribedExercise, Prescription, Set
from training.races import FILES, Station, division_of, race
from training.races.pacing import Plan, half_up, plan
from training.races.words import SENTENCES, Sentences, clock, division_name, tip
from training.request import SessionRequest
from training.timing import block_seconds, set_seconds

Kind = Literal["run", "station", "transition"]
Scope = Literal["whole", "part", "training"]

CLOCKED: Final = frozenset({"amrap", "emom", "tabata"})  # formats that run by the clock
EASY: Final = frozenset({"warmup", "cooldown"})
NEAR: Final = 0.01  # a mile is not quite ten times 160 m
# "1 km run", "SkiErg 1000m", "Wall balls (100)", "3x Sled push": amounts in a stranger's name are not its name.
_AMOUNT = re.compile(
    r"[(\[]?\b\d+(?:[.,]\d+)?\s*(?:x|×|km|k|m|meters?|metres?|mètres?|reps?|kg|lbs?|cal(?:orie)?s?)?\b[)\]]?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Step:
    """One set, in the order of the session."""

    name: str
    kind: Kind
    station: int | None  # its place in the race
    share: float | None  # of the race's station, or of one of its runs; None where it is measured otherwise
    own_seconds: float | None  # what the prescription says
    convention: float | None  # what the catalogue says; None for a stranger
    rest_seconds: float = 0


@dataclass(frozen=True)
class Segment:
    """A stretch of the clock. `seconds` None: unknown. `stations` are the exercises of the stations on either side."""

    kind: Kind
    name: str
    seconds: int | None
    stations: tuple[str | None, str | None] = (None, None)
    rests: bool = False


def analyse(prescription: Prescription, request: SessionRequest, catalogue: Catalogue) -> dict[str, Any]:
    """`station_timing` and `transition_strategy` of the API's contract, in the request's language."""
    timing = Timing(prescription, request, catalogue)
    return {"station_timing": timing.station_timing(), "transition_strategy": timing.transition_strategy()}


class Timing:
    """One prescription against the race of its discipline."""

    def __init__(self, prescription: Prescription, request: SessionRequest, catalogue: Catalogue) -> None:
        """Plan the race; the prescription is read when it is asked for."""
        self.prescription, self.request, self.catalogue = prescription, request, catalogue
        self.race = race(request.discipline if request.discipline in FILES else "hyrox")
        self.division, self.given = division_of(request.athlete)
        self.plan: Plan = plan(
            self.race,
            self.division,
            request.athlete.target_finish_seconds,
            request.athlete.threshold_pace_s_per_km,
        )
        self.words: Sentences = SENTENCES[request.language]

    # --- the two analyses ---

    def station_timing(self) -> dict[str, Any]:
        """{method, total_seconds, segments: [{kind, name, seconds, cumulative_seconds}], reasons}.

        From a stranger of unknown length on the clock is unknown: its seconds, every later cumulative_seconds and
        total_seconds are null.
        """
        rows: list[dict[str, Any]] = []
        reasons: dict[str, str] = {}
        clock_seconds: int | None = 0
        unknown = list(dict.fromkeys(s.name for s in self.segments if s.seconds is None))
        sentence = self.words.unknown_length.format(names=", ".join(unknown))
        for place, segment in enumerate(self.segments):
            both_known = clock_seconds is not None and segment.seconds is not None
            clock_seconds = (clock_seconds or 0) + (segment.seconds or 0) if both_known else None
            figures: dict[str, Any] = {"seconds": segment.seconds, "cumulative_seconds": clock_seconds}
            rows.append({"kind": segment.kind, "name": segment.name} | figures)
            reasons |= {f"segments.{place}.{f}": sentence for f, value in figures.items() if value is None}
        if not rows:
            clock_seconds, sentence = None, self.words.nothing
        if clock_seconds is None:
            reasons["total_seconds"] = sentence
        return {"method": self.method, "total_seconds": clock_seconds, "segments": rows, "reasons": reasons}

    def transition_strategy(self) -> dict[str, Any]:
        """{method, total_seconds, transitions: [{after, before, seconds, tip}], tips, reasons}."""
        around = zip(self.segments, self.segments[1:], self.segments[2:], strict=False)
        found = [trio for trio in around if trio[1].kind == "transition"]
        rows = [
            {"after": before.name, "before": after.name, "seconds": between.seconds, "tip": self._tip(between)}
            for before, between, after in found
        ]
        total = sum(between.seconds or 0 for _, between, _ in found) if found else None
        return {
            "method": self.method,
            "total_seconds": total,
            "transitions": rows,
            "tips": list(self.words.race_tips if self._races else self.words.training_tips),
            "reasons": {} if rows else {"total_seconds": self.words.no_transition},
        }

    def _tip(self, segment: Segment) -> str:
        language = self.request.language
        before, after = segment.stations
        in_the_way = self.race.event.transition_after == "run" and not segment.rests
        # After a run it leads through the station: the way in, and the way out of it.
        said = [tip(before, "after", language), tip(after, "before", language)]
        if in_the_way:
            said.append(tip(after, "after", language))
        if segment.rests:
            said.insert(0, self.words.rest_tip)
        return " ".join(filter(None, said)) or self.words.any_tip

    @cached_property
    def method(self) -> str:
        """The tables, the division and the target that the seconds come from."""
        words, athlete = self.words, self.request.athlete
        target = athlete.target_finish_seconds
        division = division_name(self.division, self.request.language)
        parts = [f"{self.race.name}, {division}"]
        if not self.given:
            parts.append(words.open_assumed if athlete.sex else words.division_assumed)
        parts.append(words.mid_pack if self.race.splits.estimate else words.medians)
        if self.race.factors.get(self.division):
            parts.append(words.factors)
        if target is not None:
            parts.append((words.scaled if self.race.splits.estimate else words.interpolated).format(time=clock(target)))
        else:
            parts.append(words.no_target.format(row=words.row_names[self.race.splits.usual]))
        if self.race.splits.estimate and self.race.run_meters:
            parts.append(words.threshold_runs if athlete.threshold_pace_s_per_km else words.convention_runs)
        parts += [words.scopes[scope] for scope in dict.fromkeys(scope for scope, _ in self._units)]
        return words.semicolon.join(parts)

    # --- reading ---

    @cached_property
    def segments(self) -> list[Segment]:
        """Every stretch of the clock in order."""
        return [segment for scope, steps in self._units for segment in self._numbered(scope, steps)]

    @cached_property
    def _races(self) -> bool:
        return any(scope != "training" for scope, _ in self._units)

    @cached_property
    def _units(self) -> list[tuple[Scope, list[Step]]]:
        """What is read together: race blocks apart from the rest, or all of a session that has none."""
        blocks = [block for block in self.prescription.blocks if block.role not in EASY]
        groups = [list(group) for _, group in groupby(blocks, key=lambda block: block.format == "race")]
        units = [[step for block in group for step in self._steps(block)] for group in groups]
        return [(self._scope(steps), steps) for unit in units if (steps := self._in_race_order(unit))]

    def _in_race_order(self, steps: list[Step]) -> list[Step]:
        """All runs and all stations of a race, but listed apart, as they are done; else the steps as they stand."""
        runs = [step for step in steps if step.kind == "run"]
        stations = [step for step in steps if step.kind != "run"]
        complete = [step.station for step in stations] == list(range(len(self.race.stations)))
        if len(runs) != len(stations) or not complete:
            return steps
        whole = all(step.share is not None and abs(step.share - 1) <= NEAR for step in steps)
        return [step for pair in zip(runs, stations, strict=True) for step in pair] if whole else steps

    def _steps(self, block: Block) -> Iterator[Step]:
        if block.format in CLOCKED:
            names = " + ".join(dict.fromkeys(self._name(exercise) for exercise in block.exercises))
            seconds = block_seconds(block, self.catalogue, self.request)
            yield Step(names, "station", None, None, seconds, None)
            return
        done = list(in_order(block))
        for place, (exercise, set_, rest) in enumerate(done):
            yield replace(self._step(exercise, set_), rest_seconds=rest if place + 1 < len(done) else 0)

    def _step(self, exercise: PrescribedExercise, set_: Set) -> Step:
        entry = self._entry(exercise, set_)
        sport = exercise.sport or (entry.sport if entry is not None else None)
        sides = 2 if exercise.per_side else 1
        runs = sport == "run"
        place = None if runs else self._station(entry, sport)
        if runs:
            whole: float | None = self.race.run_meters
            amount = set_.distance_meters
        else:
            station = None if place is None else self.race.stations[place]
            whole = None if station is None else station.amount
            amount = None if station is None else _amount(station, set_)
        known = entry is not None or sport is not None or set_.calories is not None
        return Step(
            name=self._name(exercise),
            kind="run" if runs else "station",
            station=place,
            share=amount * sides / whole if amount and whole else None,
            own_seconds=None if set_.duration_seconds is None else set_.duration_seconds * sides,
            convention=set_seconds(exercise, set_, self.catalogue, self.request) if known else None,
        )

    def _name(self, exercise: PrescribedExercise) -> str:
        return self.catalogue.called(exercise, self.request.language)

    def _entry(self, exercise: PrescribedExercise, set_: Set) -> Entry | None:
        """The exercise of the catalogue; for a stranger, the one its name bears without amounts, if any."""
        entry = self.catalogue.get(exercise.exercise)
        if entry is not None or exercise.name is None:
            return entry
        measured = set_.distance_meters is not None or set_.calories is not None
        return self.catalogue.match(_AMOUNT.sub(" ", exercise.name).strip(" -:,.@"), "competitions", measured=measured)

    def _station(self, entry: Entry | None, sport: str | None) -> int | None:
        """The place in the race: by the exercise, else the machine by its sport."""
        place = self.race.station(entry.slug if entry is not None else None)
        if place is not None or sport not in {"row", "ski"}:
            return place
        return self.race.station({"row": "rowing-machine", "ski": "ski-erg"}[sport])

    # --- timing ---

    def _scope(self, steps: list[Step]) -> Scope:
        """Is this the whole race, a part of it in its order, or training?"""
        legs = list(_legs(steps))
        places = [place for kind, place, _ in legs if kind == "station"]
        if not places or None in places or places != sorted({place for place in places if place is not None}):
            return "training"
        if any(share is None for _, _, share in legs):
            return "training"
        runs = ["run", "station"] if self.race.run_meters else ["station"]
        complete = [kind for kind, _, _ in legs] == runs * len(self.race.stations)
        return "whole" if complete and all(abs((share or 0) - 1) <= NEAR for _, _, share in legs) else "part"

    def _numbered(self, scope: Scope, steps: list[Step]) -> Iterator[Segment]:
        """The segments of a unit; the transitions of a race stand where the race has them."""
        planned = scope == "whole" and (
            self.request.athlete.target_finish_seconds is not None or all(step.own_seconds is None for step in steps)
        )
        seconds = [self._seconds(steps, place, scope, planned=planned) for place in range(len(steps))]
        transitions: Sequence[int] = self.plan.transitions
        if planned:  # what rounding the parts of a station left goes to the roxzone
            left = self.plan.total_seconds - sum(known or 0 for known in seconds)
            each, more = divmod(left, len(transitions))
            transitions = [each + (place < more) for place in range(len(transitions))]
        runs = count = 0
        for place, step in enumerate(steps):
            name = step.name
            if step.kind == "run":
                runs += 1
                name = self.words.run.format(number=runs)
            yield Segment(step.kind, name, seconds[place])
            between = self._between(scope, steps, place)
            following = steps[place + 1] if place + 1 < len(steps) else None
            around = (self._slug(step), self._slug(following))
            if step.rest_seconds and not planned:
                yield Segment("transition", self.words.rest, half_up(step.rest_seconds), around, rests=True)
            elif between is not None:
                count += 1
                name = self.words.transition.format(number=count)
                yield Segment("transition", name, transitions[between], around)

    def _seconds(self, steps: list[Step], place: int, scope: Scope, *, planned: bool) -> int | None:
        """A step's seconds: the plan's in a whole race, else its own, else the race's splits, else a convention."""
        step = steps[place]
        if step.own_seconds is not None and not planned:
            return half_up(step.own_seconds)
        if step.share is None:
            return None if step.convention is None else half_up(step.convention)
        if step.kind == "station":
            return half_up(self.plan.stations[step.station or 0] * step.share)
        leads_to = next((s.station for s in steps[place:] if s.kind == "station"), None)
        if scope == "training" or leads_to is None:
            return half_up(self.plan.run * step.share)
        return half_up(self.plan.runs[leads_to] * step.share)

    def _between(self, scope: Scope, steps: list[Step], place: int) -> int | None:
        """Which transition of the race stands after this step; None where none does."""
        if scope == "training" or place + 1 >= len(steps):
            return None
        step, following = steps[place], steps[place + 1]
        if self.race.event.transition_after == "run":
            return following.station if step.kind == "run" and following.kind == "station" else None
        leaves = step.kind == "station" and (following.kind == "run" or following.station != step.station)
        return step.station if leaves else None

    def _slug(self, step: Step | None) -> str | None:
        return None if step is None or step.station is None else self.race.stations[step.station].exercise


def in_order(block: Block) -> Iterator[tuple[PrescribedExercise, Set, float]]:
    """Every set of a block in the order in which it is done, and the seconds of rest after it."""
    rounds = rounds_of_a_pass(block)
    for number in range(passes(block) * rounds):
        if block.format in IN_TURN:
            turn = number % rounds
            done = [
                (exercise, exercise.sets[0 if len(exercise.sets) == 1 else turn])
                for exercise in block.exercises
                if len(exercise.sets) == 1 or turn < len(exercise.sets)
            ]
        else:
            done = [(exercise, set_) for exercise in block.exercises for set_ in exercise.sets]
        for place, (exercise, set_) in enumerate(done):
            last = place + 1 == len(done)
            yield exercise, set_, (set_.rest_seconds or 0) + (block.rest_seconds or 0 if last else 0)


def _legs(steps: Iterable[Step]) -> Iterator[tuple[Kind, int | None, float | None]]:
    """Steps that go on with the same run or station taken together: kind, place in the race, share of the whole."""
    for (kind, station), group in groupby(steps, key=lambda step: (step.kind, step.station)):
        shares = [step.share for step in group]
        yield kind, station, None if None in shares else sum(share or 0 for share in shares)


def _amount(station: Station, set_: Set) -> float | None:
    """How much of what the station is measured in."""
    match station.measure:
        case "meters":
            return set_.distance_meters
        case "reps":
            return set_.reps
        case "calories":
            return set_.calories
