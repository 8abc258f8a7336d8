"""The endurance coach: running, cycling, swimming, triathlon and cardio.

The built-in planner goes from the goal to a kind of session, from what there is to a movement, takes intervals or
steady work that fit the time, and lets easy time fill the rest. A model answers in slugs, amounts and zones (`Draft`),
which `expand` turns into the same kind of prescription.
"""

import random
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Final

from pydantic import BaseModel

from training.analyses import endurance as analyses
from training.catalogue import Catalogue, Entry
from training.coaches import (
    endurance_draft,
    endurance_rules,
    endurance_sets,
    endurance_shape,
    endurance_words,
    planning,
    preparation,
)
from training.coaches.base import Coach
from training.coaches.case import Case, Mended, Rule
from training.coaches.endurance_goal import race_pace
from training.coaches.endurance_movers import Movers, movers, usable
from training.coaches.endurance_preparation import cooldown, drill_length, preparation_seconds, warmup
from training.coaches.endurance_sets import (
    BETWEEN_SERIES_SECONDS,
    CIRCUITS,
    FIRST_LENGTHS,
    INTERVALS,
    LENGTHS,
    LONGEST,
    MOST,
    RACE_INTERVALS,
    SERIES_SECONDS,
    ZONES,
    Interval,
    Kind,
    Race,
)
from training.coaches.endurance_shape import in_lengths, in_repeats, intervals, lasting, seconds_of, stand_in, steady
from training.coaches.endurance_targets import EASY_ZONE, step, zones_of
from training.coaches.endurance_words import Note
from training.coaches.means import Means
from training.prescription import Block, Format, PrescribedExercise, Prescription, Refused
from training.request import SessionRequest
from training.timing import CHANGE_SECONDS
from training.vdot import RACES_M, race_intensity
from training.wire import Prompt
from training.zones import THRESHOLD_SPEED

_SHARE, _SHARE_TIRED = 0.97, 0.92  # of the time available
_OFF_THE_BIKE = 0.4  # of a triathlon's work, the last sport's
_SWEET_SPOT, _SWEET_SPOT_RPE = 0.90, 6  # of FTP
_LEAST_SECOND_CIRCUIT_SECONDS = 360
_ROOM_FOR_DRILLS, _DRILL_SHARE, _DRILL_REST_SECONDS = 480, 0.45, 15
_ROOM_FOR_WALK_RUNS = 480  # after a beginner's hard bouts
_IN_REACH = 1.05  # times the race speed that threshold pace tells
_VMA, _MOST_VMA_SECONDS = 1.15, 60  # of threshold speed: what a runner does in bouts of a minute at most
_WALK_RUNS: Final = ((60, 90), (60, 60), (90, 60), (120, 60), (180, 60))  # seconds
_LEAST_IN_OPEN_WATER_M = 50  # nobody turns round for less
_MOST_LENGTHS = 20  # repeats of a distance in a pool
# What a goal that names nothing may mean: one of these, by the seed.
_ANY: Final[dict[str, tuple[Kind, ...]]] = {
    "beginner": ("endurance", "endurance", "tempo", "vo2max"),
    "intermediate": ("endurance", "tempo", "threshold", "vo2max", "hills"),
    "advanced": ("endurance", "threshold", "threshold", "vo2max", "hills", "sprint"),
}
_EASIER: Final[dict[Kind, Kind]] = {"tempo": "endurance", "endurance": "endurance", "technique": "technique"}


class EnduranceCoach(Coach):
    """Running, cycling, swimming and the mix of them."""

    slug = "endurance"
    disciplines = ("running", "cycling", "swimming", "triathlon", "cardio")
    equipment = (
        "air-bike", "barbell", "bench", "bike", "box", "cable-machine", "dumbbell", "elliptical", "indoor-trainer",
        "jump-rope", "kettlebell", "kickboard", "open-water", "pool", "pull-buoy", "resistance-band", "rower",
        "ski-erg", "stair-climber", "treadmill",
    )  # fmt: skip
    formats: ClassVar[tuple[Format, ...]] = ("steady", "intervals", "circuit")
    analyses = ("zone_distribution", "tss_breakdown")
    draft: ClassVar[type[BaseModel]] = endurance_draft.Draft
    rules: ClassVar[Mapping[str, Rule]] = endurance_rules.RULES

    def plan(self, means: Means, *, seed: int) -> Prescription:
        """The built-in coach's session. Raises Refused at /athlete where nothing is left that may be done."""
        discipline = self.discipline(means.request)
        if means.red_flag:
            return preparation.gentle(means)
        return self.finish(Planner(means, discipline, seed).session(), means)

    def prompt(self, means: Means) -> Prompt:
        """The rules, and this athlete's case with the exercises that are possible for it."""
        discipline = self.discipline(means.request)
        kind = Planner(means, discipline, seed=0).kind
        return endurance_draft.prompt(means, discipline, kind, usable(means))

    def expand(self, draft: BaseModel, means: Means) -> Prescription:
        """The prescription a draft means. Raises Refused for slugs that are not in the catalogue."""
        if means.red_flag:  # no model decides how hard that session may be
            return preparation.gentle(means)
        return self.finish(endurance_draft.expand(endurance_draft.Draft.model_validate(draft), means), means)

    def analyse(self, prescription: Prescription, request: SessionRequest, catalogue: Catalogue) -> dict[str, Any]:
        """`zone_distribution` and `tss_breakdown`."""
        return analyses.analyse(prescription, request, catalogue)

    def mend(self, case: Case) -> tuple[Prescription, list[Mended]]:
        """Order, recovery, ceilings, and no zone above what today allows."""
        return endurance_rules.mended(case)

    def dosed(self, entry: Entry, like: PrescribedExercise, means: Means) -> PrescribedExercise:
        """As long, in the same zone."""
        return stand_in(entry, like, means)

    def fit(self, prescription: Prescription, means: Means, seconds: float) -> Prescription:
        """By easy time and rounds."""
        return endurance_shape.fit(prescription, means, seconds)

    def finish(self, prescription: Prescription, means: Means) -> Prescription:
        """With keys, and the figures about the whole: the effort weighs bouts, the summary tells the work."""
        whole = planning.finished(prescription, means)
        if means.red_flag:
            return whole
        rpe = endurance_rules.expected_rpe(whole, means)
        minutes = int(whole.duration_minutes or 1)
        summary = endurance_words.summary(whole, minutes, rpe, means.language)
        return whole.model_copy(update={"expected_rpe": rpe, "summary": summary})


class Planner:
    """One session in the making."""

    def __init__(self, means: Means, discipline: str, seed: int) -> None:
        """Decide what the session is for and with which movement; nothing is built yet."""
        self.means = means
        self.discipline = discipline
        self.random = random.Random(seed)
        self.level = endurance_rules.work_level(means)
        self.notes: list[Note] = []
        self.movers = movers(means, discipline, self.random)
        goal = means.request.goal or ""
        usual: Kind = self.random.choice(_ANY[means.level])
        if self.movers and "spared" in self.movers[0].notes:  # what hurts is not made good by sprinting on the spot
            usual = "endurance"
        self.kind = self._today(endurance_sets.kind(goal) or usual)
        self.race = endurance_sets.race(goal) if self.kind == "race" else None

    def _today(self, kind: Kind) -> Kind:
        """What of it this day and this movement allow."""
        sport = self.movers[0].lead.sport if self.movers else None
        if kind == "race" and self.means.level == "beginner":
            self.notes += ["first_race"] if sport == "run" else []
            kind = "endurance"
        if kind == "race" and sport != "run":
            kind = "threshold"
        if kind == "sprint" and sport == "swim" and "pool" not in self.means.equipment:
            kind = "vo2max"  # there is no wall to push off from
        if kind == "sweet_spot" and sport != "bike":
            kind = "threshold"
        if (kind == "hills" and sport not in {"run", "bike"}) or (kind == "technique" and not self._drills(1)):
            kind = "vo2max" if kind == "hills" else "endurance"
        if self.means.tired:
            self.notes.append("tired")
            return kind if kind == "recovery" else _EASIER.get(kind, "tempo")
        if self.means.intense_lately and (ZONES[kind] >= endurance_sets.HARD_ZONE or kind == "race"):
            self.notes.append("rested")
            return "tempo"
        return kind

    def session(self) -> Prescription:
        """Warm-up, drills, work and cool-down, as long as there is time."""
        if not self.movers:
            raise Refused.at(
                "/athlete",
                "nothing_possible",
                "No exercise is left that this athlete may do with this equipment, these injuries and what is avoided.",
            )
        means, first, last = self.means, self.movers[0], self.movers[-1]
        target = planning.budget_seconds(means.request) * (_SHARE_TIRED if means.tired else _SHARE)
        before, after = preparation_seconds(means, ZONES[self.kind])
        around = [warmup(means, first, before, ZONES[self.kind]), cooldown(means, last, after)]
        left = target - self._seconds(around) - CHANGE_SECONDS * (len(self.movers) - 1)
        learns = len(self.movers) == 1 and in_repeats(first.lead, means)
        drills = self._drills(left) if (learns or self.kind == "technique") and left >= _ROOM_FOR_DRILLS else []
        work = self._work(left - self._seconds(drills))
        blocks = [around[0], *drills, *work, around[1]]
        whole = endurance_shape.fit(Prescription(blocks=blocks), means, target)
        notes = [*self.notes, *dict.fromkeys(note for each in self.movers for note in each.notes)]
        return whole.model_copy(
            update={
                "title": endurance_words.title(self.discipline, self.kind, self.race, means.language),
                "rationale": endurance_words.rationale(self.kind, notes, means.language),
                "focus": [endurance_words.focus(self.kind, self.race, means.language)],
            }
        )

    def _seconds(self, blocks: Iterable[Block]) -> float:
        """How long they take, with the change to what comes next."""
        return sum(endurance_shape.block_seconds(block, self.means) + CHANGE_SECONDS for block in blocks)

    def _work(self, seconds: float) -> list[Block]:
        if len(self.movers) == 1:
            return self._of_one(self.movers[0], self.kind, seconds)
        # The first sports of a triathlon share the work; the last is run steadily on tired legs.
        off_the_bike = seconds * _OFF_THE_BIKE
        *before, last = self.movers
        each = (seconds - off_the_bike) / len(before)
        easy: Kind = "recovery" if self.kind == "recovery" else "endurance"
        blocks = [b for m in before for b in self._of_one(m, self.kind if m is before[-1] else easy, each)]
        return [*blocks, *self._of_one(last, easy, off_the_bike)]

    def _of_one(self, movers_: Movers, kind: Kind, seconds: float) -> list[Block]:
        seconds = max(seconds, 60)
        if movers_.circuit:
            return self._circuits(movers_, min(ZONES[kind], 5), seconds)
        if movers_.swum:
            return [self._lengths(movers_.lead, kind, seconds)]
        if kind in {"recovery", "endurance", "technique"}:
            return self._steady(movers_, ZONES[kind], seconds)
        blocks = self._intervals(movers_, kind, seconds)
        left = seconds - self._seconds(blocks)
        if _walks(movers_) and left >= _ROOM_FOR_WALK_RUNS:
            blocks += self._steady(movers_, EASY_ZONE, left)
        return blocks

    # --- steady ---

    def _steady(self, movers_: Movers, zone: int, seconds: float) -> list[Block]:
        """One long step, or as the seed has it a faster end; machines one after another; run and walk in turn."""
        means, lead = self.means, movers_.lead
        if _walks(movers_) and movers_.easy is not None:
            self.notes.append("walk_run")
            run, walk = self.random.choice(_WALK_RUNS)
            rounds = max(2, int(seconds // (run + walk)))
            return [intervals(rounds, step(lead, means, zone, seconds=run), step(movers_.easy, means, 1, seconds=walk))]
        steps = [(entry, zone, 1.0) for entry in movers_.work]
        if len(steps) == 1 and zone == 2 and seconds >= 1500 and not means.tired:
            faster_end = [(lead, 2, 0.8), (lead, 3, 0.2)]
            faster_middle = [(lead, 2, 0.4), (lead, 3, 0.15), (lead, 2, 0.45)]
            steps = self.random.choice([steps, faster_end, faster_middle])
        total = sum(share for _, _, share in steps)
        return [steady(*(lasting(e, means, z, seconds * share / total) for e, z, share in steps))]

    # --- intervals ---

    def _intervals(self, movers_: Movers, kind: Kind, seconds: float) -> list[Block]:
        means = self.means
        entry = self._worker(movers_, kind)
        zones = zones_of(entry, means)
        aim = _SWEET_SPOT if kind == "sweet_spot" else None
        table = RACE_INTERVALS[self.race] if kind == "race" and self.race else INTERVALS[kind]
        meant = None
        if kind == "race" and self.race:
            meant = race_pace(means.request.goal or "", self.race)
            aim = self._race_aim(self.race, meant)
        named = endurance_sets.pair(means.request.goal or "") if kind == "vo2max" else None
        gentle = kind == "sprint" and planning.rpe_cap(means) <= 8
        table = _capped([named] if named else table, zones.last, gentle=gentle)
        found = endurance_sets.feasible(table, self.level, seconds)
        interval, rounds = self._one_of(found)
        if kind == "vo2max" and entry.sport == "run" and interval.work <= _MOST_VMA_SECONDS:
            aim = _VMA
        zone = interval.zone if aim is None else zones.zone(aim)
        # No meter tells a sprint, and no pace a hill; watts are watts on a slope, too.
        by_feel = {"hills": None if entry.sport == "bike" else zone, "sprint": 5 if gentle else 7}.get(kind)
        rpe = _SWEET_SPOT_RPE if kind == "sweet_spot" else None
        work = step(entry, means, zone, seconds=interval.work, intensity=aim, by_feel=by_feel, rpe=rpe, pace=meant)
        easy = movers_.easy or entry
        recovery = step(easy, means, 1, seconds=interval.recovery)
        if kind != "vo2max" or interval.work > SERIES_SECONDS:
            return [intervals(rounds, work, recovery)]
        between = BETWEEN_SERIES_SECONDS - CHANGE_SECONDS  # beside what the change of block takes
        sets, each = endurance_sets.series(interval, rounds, seconds, between + 2 * CHANGE_SECONDS)
        one, pause = intervals(each, work, recovery), steady(step(easy, means, 1, seconds=between))
        return [one, *(block for _ in range(sets - 1) for block in (pause, one))]

    def _race_aim(self, race: Race, meant: float | None) -> float | None:
        """The race's fraction of a known threshold; a little more where the goal names a time that is in reach."""
        threshold = self.means.request.athlete.threshold_pace_s_per_km
        if threshold is None:
            return None
        known = race_intensity(RACES_M[race], threshold)
        aim = known if meant is None else threshold / meant
        near = known < aim <= _IN_REACH * known and THRESHOLD_SPEED.zone(aim) == THRESHOLD_SPEED.zone(known)
        return aim if near else known

    def _worker(self, movers_: Movers, kind: Kind) -> Entry:
        """What the bouts are done with; hills and sprints have their own movement."""
        here = {entry.slug: entry for entry in usable(self.means)}
        lead = movers_.lead
        special = {
            ("run", "hills"): ("hill-run",),
            ("bike", "hills"): ("standing-climb", "low-cadence-interval"),
            ("bike", "sprint"): ("bike-sprint",),
            ("run", "sprint"): ("hill-sprint",) if self.means.request.location == "outdoor" else (),
        }.get((lead.sport or "", kind), ())
        there = [here[slug] for slug in special if slug in here] if lead.equipment or lead.sport == "run" else []
        return self.random.choice([*there, *([lead] if kind == "sprint" or not there else [])])

    def _one_of(self, found: list[tuple[Interval, int]]) -> tuple[Interval, int]:
        """One of the three longest, or of the shortest where the goal asks for short ones."""
        if endurance_sets.short(self.means.request.goal or ""):
            return self.random.choice(found[-2:])
        longest = found[0][0].work
        return self.random.choice([pair for pair in found if pair[0].work >= longest / 3][:3])

    # --- circuits and lengths ---

    def _circuits(self, movers_: Movers, zone: int, seconds: float) -> list[Block]:
        """One in the zone of the day, and an easy one for the time that is left."""
        first = self._circuit(movers_, min(zone, endurance_rules.most_zone(self.means)), seconds)
        left = seconds - endurance_shape.block_seconds(first, self.means) - CHANGE_SECONDS
        easy = zone > EASY_ZONE and left >= _LEAST_SECOND_CIRCUIT_SECONDS
        return [first, self._circuit(movers_, EASY_ZONE, left)] if easy else [first]

    def _circuit(self, movers_: Movers, zone: int, seconds: float) -> Block:
        """The movements in turn, each followed by the easy one or a rest, as often as there is time for."""
        means = self.means
        interval = self.random.choice(CIRCUITS[zone])
        most = MOST[self.level].get(interval.zone, 24 * 3600)
        work = movers_.gentle if zone <= EASY_ZONE and movers_.gentle else movers_.work
        work = work[: max(1, int(seconds // (2 * (interval.work + interval.recovery))))]
        one = len(work) * (interval.work + interval.recovery)
        rounds = max(1, min(int(seconds // one), most // (interval.work * len(work))))
        steps = []
        for entry in work:
            rest = interval.recovery if movers_.easy is None else None
            steps.append(step(entry, means, interval.zone, seconds=interval.work, rest=rest))
            if interval.recovery and movers_.easy is not None:
                steps.append(step(movers_.easy, means, 1, seconds=interval.recovery))
        return intervals(min(rounds, 100), *steps)

    def _lengths(self, entry: Entry, kind: Kind, seconds: float) -> Block:
        """Repeats in a pool with a rest at the wall; in easy ones a pull buoy may take turns."""
        means = self.means
        zone = min(ZONES[kind], endurance_rules.most_zone(means))
        sprint = kind == "sprint"
        by_feel = 7 if sprint and planning.rpe_cap(means) > 8 else None
        longest = LONGEST[self.level].get(zone, 3600)
        most_meters = 25 if sprint else 1_000
        table = (FIRST_LENGTHS if in_repeats(entry, means) else LENGTHS)[zone]
        options = []
        least_meters = 25 if "pool" in means.equipment else _LEAST_IN_OPEN_WATER_M
        for interval in (each for each in table if each.work >= least_meters):
            work = step(entry, means, zone, meters=interval.work, by_feel=by_feel)
            lasts = seconds_of(work, means)
            rest = interval.recovery or 5 * round(lasts * (5 if sprint else 0.8) / 5)
            most = MOST[self.level].get(7 if sprint else zone, 24 * 3600)
            rounds = min(int(seconds // (lasts + rest)), int(most // lasts), _MOST_LENGTHS)
            rounds -= rounds % 2 if rounds > 4 else 0  # nobody swims thirteen hundreds
            if rounds >= 2 and lasts <= longest and interval.work <= most_meters:
                options.append((Interval(interval.work, rest, zone), rounds))
        if not options:
            return intervals(1, step(entry, means, zone, meters=max(50, least_meters), rest=15))
        chosen, rounds = self._one_of(endurance_sets.fullest(options))
        work = step(entry, means, zone, meters=chosen.work, rest=chosen.recovery, by_feel=by_feel)
        return intervals(rounds, work)

    # --- drills ---

    def _drills(self, seconds: float) -> list[Block]:
        """Three drills of the sport in turn, half of the time at most; none where there is none."""
        if not self.movers:
            return []
        lead = self.movers[0].lead
        known = [
            e for e in usable(self.means)
            if e.sport == lead.sport and lead.sport and {"skill", "warmup"} <= set(e.roles) and e.pattern == "cyclical"
        ]  # fmt: skip
        known = [entry for entry in known if entry.slug != "stride"]  # fast, and for the end of a warm-up
        if not known:
            return []
        chosen = self.random.sample(known, min(3, len(known)))
        meters, rest = drill_length(self.means)
        steps = [
            step(e, self.means, 2, meters=meters, rest=rest, by_feel=2)
            if in_lengths(e)
            else step(e, self.means, 2, seconds=30, rest=_DRILL_REST_SECONDS, by_feel=2)
            for e in chosen
        ]
        one = sum(seconds_of(each, self.means) + (each.sets[0].rest_seconds or 0) for each in steps)
        rounds = max(1, min(4, int(seconds * _DRILL_SHARE // one)))
        return [intervals(rounds, *steps, role="skill")]


def _walks(movers_: Movers) -> bool:
    """Does running take turns with walking?"""
    return movers_.lead.sport == "run" and movers_.easy is not None and movers_.easy.slug != movers_.lead.slug


def _capped(table: list[Interval], last: int, *, gentle: bool) -> list[Interval]:
    """Zones that the sport has; a sprint that may not be maximal is a fast zone 5."""
    most = 5 if gentle else last
    return [Interval(each.work, each.recovery, min(each.zone, most)) for each in table]
