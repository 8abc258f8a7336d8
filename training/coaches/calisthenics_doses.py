"""Which step of a ladder is an athlete's, which gates are open, and how much of an exercise is asked for. Pure."""

import math
from dataclasses import replace
from functools import cached_property
from typing import Final, Literal

from training.analyses.calisthenics import buckets
from training.catalogue import LEVELS, Entry
from training.coaches import planning
from training.coaches.calisthenics_sets import WORK
from training.coaches.calisthenics_words import Quality
from training.coaches.means import Means
from training.coaches.planning import Dose
from training.ladders import GATES, step
from training.one_rep_max import chart_percent
from training.prescription import PrescribedExercise, Set

Demand = Literal["hard", "moderate", "light"]  # of an exercise, for this athlete
Part = Literal["skill", "main", "volume", "conditioning"]
Side = Literal["push", "pull"]

MUSCLE_UP: Final = "muscle-up"
KIPPING: Final = "kipping-muscle-up"  # never planned: strict strength comes first
LOADS: Final = frozenset({"weight-belt", "weight-vest", "weight-plate"})
LOAD_STEP_KG = 2.5
# Of an athlete whose own is unknown: the heavier the body, the less is added for the same effort, so a big one is safe.
CAUTIOUS_BODY_MASS_KG = 90.0

# Of a step's standard, for several sets: tired, usual, fresh. A step is achieved at a sixth of it, so the statics of
# strength are held for little more by whoever has just come to them.
HOLD_SHARE: Final = (0.5, 0.6, 0.7)
LIMIT_HOLD_SHARE: Final = (0.2, 0.25, 0.33)
BALANCE: Final = frozenset({"handstand"})  # balancing is practised fresh and never to fatigue
_STRENGTH_STATICS: Final = frozenset(
    {"front-lever", "back-lever", "planche", "human-flag"}
)  # strength that is held still

# The step of a ladder as hard as what stands in none but is no easier than its neighbours.
_LIKE: Final[dict[str, tuple[str, int]]] = {"hand-release-push-up": ("push-up", 4)}

# What an intermediate athlete does with usual energy.
_SHARE_OF_STANDARD: Final[dict[Demand, float]] = {"hard": 0.6, "moderate": 1.0, "light": 1.5}
_FACTOR: Final[dict[Quality, float]] = {
    "skill": 0.8, "strength": 1.0, "hypertrophy": 1.25, "endurance": 1.75, "power": 0.6,
}  # fmt: skip
_RPE: Final[dict[Demand, float]] = {"hard": 8.0, "moderate": 7.5, "light": 7.0}
_REST_SECONDS: Final[dict[Quality, dict[Demand, int]]] = {
    "skill": {"hard": 120, "moderate": 90, "light": 60},
    "strength": {"hard": 120, "moderate": 90, "light": 60},
    "hypertrophy": {"hard": 90, "moderate": 75, "light": 60},
    "endurance": {"hard": 60, "moderate": 45, "light": 45},
    "power": {"hard": 120, "moderate": 90, "light": 60},
}
_MOST_REST_SECONDS, _LEG_REST_SECONDS, _TRUNK_REST_SECONDS = 180, 75, 45
_USUAL_REPS = 8  # the standard of what stands in no ladder
_LEG_AND_TRUNK_REPS = 10
_USUAL_HOLD_SECONDS: Final = {"beginner": 20, "intermediate": 30, "advanced": 40}
_SETS: Final[dict[Part, int]] = {"skill": 3, "main": 4, "volume": 3, "conditioning": 1}
_MORE_SETS: Final = {"beginner": -1, "intermediate": 0, "advanced": 1}
_MOST_REPS = 25
_SLOW_SHARE, _MOST_SLOW_REPS = 0.6, 4
SLOW_SECONDS = 6  # a repetition that takes as long is a negative or a whole sequence: fewer of them
_CONDITIONING_SHARE = 0.75  # of a volume set's repetitions, so that round after round is the same
_WEIGHTED_REPS: Final[dict[Quality, int]] = {
    "skill": 5, "strength": 4, "hypertrophy": 7, "endurance": 10, "power": 3,
}  # fmt: skip
_WEIGHTED_REST_SECONDS = 180
_HANDS_REPS = 8  # at least, with what the hands can hold
_LEAST_RPE = 4.0
_REGRESSIONS: Final = ("assisted", "negative", "jumping", "incline", "knee", "wall")
_RESTING_RPE = 6.0  # of muscles that were trained heavily within 48 hours


def weighted(entry: Entry) -> bool:
    """Is weight added to the body?"""
    return entry.modality == "gymnastics" and any(LOADS.issuperset(group) for group in entry.equipment)


class Standing:
    """Where an athlete stands: the step of each ladder, the gates that are open, and the doses that follow."""

    def __init__(self, means: Means) -> None:
        """Judge by the level, the day's energy and the maxima that are known."""
        self.means = means

    # --- what may be worked with ---

    @cached_property
    def usable(self) -> list[Entry]:
        """What may be worked with today: possible, no warm-up alone, and behind no closed gate."""
        return [e for e in self.means.candidates if not set(WORK).isdisjoint(e.roles) and self.open(e)]

    @cached_property
    def two_sided(self) -> bool:
        """May this athlete both push and pull here today?"""
        sides: tuple[Side, ...] = ("push", "pull")
        return all(any(share(entry, side) == 1 for entry in self.usable) for side in sides)

    def second_best(self, entry: Entry) -> bool:
        """Is it pulling on the floor, or a way to an exercise the athlete has arrived at, while there is better?"""
        if self._hangs and share(entry, "pull") and not entry.equipment:
            return True
        return self.distance(entry) > 0 and any(f"-{word}-" in f"-{entry.slug}-" for word in _REGRESSIONS)

    @cached_property
    def _hangs(self) -> bool:
        """Is there something to pull on?"""
        return any(
            share(e, "pull") == 1 and e.equipment and e.measure == "reps" and e.mechanic == "compound"
            for e in self.usable
        )  # fmt: skip

    # --- steps and gates ---

    @cached_property
    def targets(self) -> dict[str, int]:
        """By ladder, the step that the athlete's level works on: the first of that level; a beginner's last."""
        ladders: dict[str, list[Entry]] = {}
        for entry in self.means.catalogue:
            if entry.ladder is not None and entry.slug != KIPPING:
                ladders.setdefault(entry.ladder, []).append(entry)
        return {ladder: self._target(entries) for ladder, entries in ladders.items()}

    def _target(self, entries: list[Entry]) -> int:
        level = LEVELS.index(self.means.level)
        own = [step(entry) for entry in entries if LEVELS.index(entry.level) == level]
        below = [step(entry) for entry in entries if LEVELS.index(entry.level) < level]
        if level and own:
            return min(own)
        highest = max(own or below, default=1)
        return max(1, highest - 1) if self.means.cautious else highest

    def distance(self, entry: Entry) -> int:
        """How many steps an exercise is below (or, negative, above) the athlete's own; a level counts two."""
        ladder, place = _LIKE.get(entry.slug, (entry.ladder, step(entry)))
        if ladder in self.targets and ladder is not None:
            return self.targets[ladder] - place
        return 2 * (LEVELS.index(self.means.level) - LEVELS.index(entry.level))

    def demand(self, entry: Entry) -> Demand:
        """How hard an exercise is for this athlete: at their step, near it, or far below."""
        distance = self.distance(entry)
        if entry.ladder is None and entry.slug not in _LIKE and self.means.level == "beginner":
            distance += 1  # all that a beginner may do is a beginner's exercise; few of them are their limit
        return "hard" if distance <= 0 else "moderate" if distance <= 2 else "light"

    def open(self, entry: Entry) -> bool:
        """Is the gate of an exercise open? A muscle-up waits for its strict pull-ups and dips; a swing does not."""
        if not gated(entry):
            return True
        known = [enough for enough in (self._pull_ups, self._dips) if enough is not None]
        if self.means.level == "beginner" or not all(known):
            return False
        return self.means.level == "advanced" or len(known) == 2

    @cached_property
    def _pull_ups(self) -> bool | None:
        return self._enough(("pull-up", "weighted-pull-up"), GATES[MUSCLE_UP].pull_ups)

    @cached_property
    def _dips(self) -> bool | None:
        return self._enough(("dip", "weighted-dip"), GATES[MUSCLE_UP].dips)

    def _enough(self, slugs: tuple[str, ...], reps: int) -> bool | None:
        """Does the greatest added load mean so many strict repetitions? Epley: r = 30 x added / body mass."""
        known = [self.means.one_rep_max_kg[slug] for slug in slugs if slug in self.means.one_rep_max_kg]
        return 30 * max(known) / self.body_mass_kg >= reps if known else None

    # --- doses ---

    @property
    def body_mass_kg(self) -> float:
        """The athlete's, or a cautious guess that is used for added loads alone."""
        return self.means.request.athlete.body_mass_kg or CAUTIOUS_BODY_MASS_KG

    def sets(self, part: Part) -> int:
        """How many: more with experience, half of them on a tired day."""
        count = _SETS[part] + (_MORE_SETS[self.means.level] if part == "main" else 0)
        return max(2, count // 2) if self.means.tired else count

    def rpe(self, base: float) -> float:
        """An effort for this athlete and day."""
        energy = self.means.request.energy_level
        shift = {"beginner": -0.5, "intermediate": 0.0, "advanced": 0.5}[self.means.level]
        shift += -1.5 if energy <= 3 else -0.5 if energy <= 5 else 0.5 if energy >= 9 else 0
        return max(_LEAST_RPE, min(base + shift, planning.rpe_cap(self.means)))

    def dose(self, entry: Entry, quality: Quality, part: Part) -> Dose:
        """How an exercise is done in a part of a session: from its step's standard, the goal and the demand."""
        demand = self.demand(entry)
        rest = _REST_SECONDS[quality][demand]
        if entry.measure == "seconds":
            return self._hold(entry, part, rest)
        if weighted(entry) or (entry.modality == "weightlifting" and "main" in entry.roles):
            reps, rpe, leads = _WEIGHTED_REPS[quality], self.rpe(_RPE["hard"]), part == "main"
            if self.means.implement(entry) in {"dumbbell", "kettlebell"}:
                reps = max(reps, _HANDS_REPS)
            return self._rested(entry, Dose(self.sets(part), reps, rpe, _WEIGHTED_REST_SECONDS, leads=leads))
        factor = _SHARE_OF_STANDARD[demand] * _FACTOR[quality]
        if part == "conditioning":
            factor *= _CONDITIONING_SHARE
        slow = entry.seconds_per_rep >= SLOW_SECONDS
        factor *= _SLOW_SHARE if slow else 1
        legs_or_trunk = not entry.pattern.endswith(("push", "pull"))
        return self._rested(
            entry,
            Dose(
                sets=self.sets("volume" if legs_or_trunk and part == "main" and demand != "hard" else part),
                reps=max(2, min(round(factor * self._standard_reps(entry)), _MOST_SLOW_REPS if slow else _MOST_REPS)),
                rpe=self.rpe(_RPE[demand] - (0.5 if part == "conditioning" else 0)),
                rest_seconds=min(rest, self._most_rest(entry)),
            ),
        )

    @staticmethod
    def _most_rest(entry: Entry) -> int:
        """What legs and trunk need after sets of the body alone is less than what hanging and pressing needs."""
        if entry.pattern in {"core", "isolation"}:
            return _TRUNK_REST_SECONDS
        return _MOST_REST_SECONDS if entry.pattern.endswith(("push", "pull")) else _LEG_REST_SECONDS

    def most_reps(self, entry: Entry) -> int:
        """Of a set, whoever asks for it: twice the step's standard, of what is lowered slowly a few."""
        return _MOST_SLOW_REPS if entry.seconds_per_rep >= SLOW_SECONDS else 2 * self._standard_reps(entry)

    @staticmethod
    def _standard_reps(entry: Entry) -> int:
        if entry.standard is not None and entry.standard.reps is not None:
            return entry.standard.reps
        return _USUAL_REPS if entry.pattern.endswith(("push", "pull")) else _LEG_AND_TRUNK_REPS

    def _hold(self, entry: Entry, part: Part, rest: int) -> Dose:
        """A share of the standard, for several sets."""
        base = 5.5 if entry.ladder in BALANCE else 7.0 if entry.ladder in _STRENGTH_STATICS else 6.5
        limit = entry.ladder in _STRENGTH_STATICS and self.demand(entry) == "hard"
        least, usual, most = LIMIT_HOLD_SHARE if limit else HOLD_SHARE
        if entry.standard is not None and entry.standard.seconds is not None:
            energy = self.means.request.energy_level
            share = least if self.means.tired else most if energy >= 8 else usual
            seconds = max(2, math.floor(share * entry.standard.seconds + 0.5))
        else:
            seconds = _USUAL_HOLD_SECONDS[self.means.level] - (10 if self.means.tired or entry.unilateral else 0)
        rest = min(rest, 90) if base >= 7 else _TRUNK_REST_SECONDS
        return self._rested(entry, Dose(self.sets(part), 1, self.rpe(base), rest, amount=seconds))

    def _rested(self, entry: Entry, dose: Dose) -> Dose:
        """Nothing heavy for muscles that rest from heavy work."""
        if not self.means.resting.intersection(entry.primary):
            return dose
        return replace(dose, sets=min(dose.sets, 3), rpe=min(dose.rpe, _RESTING_RPE), leads=False)

    # --- loads ---

    def added_max_kg(self, entry: Entry) -> float | None:
        """The greatest load the athlete is known to add to this exercise once."""
        own = entry.slug.removeprefix("weighted-")
        names = (entry.slug, own, *(("weighted-pull-up", "pull-up") if own == "chin-up" else ()))
        return next((self.means.one_rep_max_kg[n] for n in names if n in self.means.one_rep_max_kg), None)

    def added_kg(self, entry: Entry, reps: int, rpe: float) -> float | None:
        """The load to add for so many reps at that effort: the chart's percent of body and maximum, less the body.

        None where no maximum is known; 0 where the body alone is load enough.
        """
        most, percent = self.added_max_kg(entry), chart_percent(min(reps, 12), max(rpe, planning.HARD_RPE))
        if most is None or percent is None:
            return None
        body = self.body_mass_kg
        return LOAD_STEP_KG * max(0, math.floor((percent / 100 * (body + most) - body) / LOAD_STEP_KG))

    def working_sets(self, entry: Entry, dose: Dose) -> list[Set]:
        """The sets of a dose, led up to where weight is added, with the load where the athlete's maximum is known."""
        if not weighted(entry):
            return planning.working_sets(entry, dose, self.means)
        load = self.added_kg(entry, dose.reps, dose.rpe)
        rest = planning.RAMP_REST_SECONDS
        ramp = [Set(kind="warmup", reps=5, rpe=3.0, rest_seconds=rest)]
        if load is None:
            ramp.append(Set(kind="warmup", reps=3, rpe=5.0, rest_seconds=rest))
        elif load >= 2 * LOAD_STEP_KG:
            half = LOAD_STEP_KG * math.floor(load / 2 / LOAD_STEP_KG)
            ramp.append(Set(kind="warmup", reps=3, load_kg=half, rest_seconds=rest))
        work = Set(reps=dose.reps, load_kg=load, rpe=dose.rpe, rest_seconds=dose.rest_seconds)
        return [*(ramp if dose.leads else []), *[work] * dose.sets]

    def stand_in(self, entry: Entry, like: PrescribedExercise, quality: Quality) -> PrescribedExercise:
        """An exercise in the place of another: as many sets and the same rests, with a dose of its own."""
        work = [set_ for set_ in like.sets if set_.kind != "warmup"] or like.sets
        if len({set_.reps for set_ in work}) > 1:  # rungs, which all who climb them share
            return planning.inherited(entry, like, self.means)
        dose = self.dose(entry, quality, "volume" if len(work) > 1 else "conditioning")
        dose = replace(dose, sets=len(work), rest_seconds=int(work[0].rest_seconds or 0), leads=len(work) > 1)
        new = planning.exercise(entry, self.working_sets(entry, dose), self.means)
        return new.model_copy(update={"key": like.key, "slot": like.slot})

    def worth_weighting(self, entry: Entry, quality: Quality) -> bool:
        """Is weight to be added at all: by somebody grown and strong enough, whose muscles do not rest?"""
        if self.means.cautious or self.means.tired or self.means.resting.intersection(entry.primary):
            return False
        dose = self.dose(entry, quality, "main")
        load = self.added_kg(entry, dose.reps, dose.rpe)
        return load is None or load >= LOAD_STEP_KG


def share(entry: Entry, side: Side) -> float:
    """What a set of an exercise counts on a side: 0, 0.5 or 1."""
    return sum(part for bucket, part in buckets(entry).items() if bucket.endswith(side))


def gated(entry: Entry) -> bool:
    """Is it a muscle-up of any kind beyond the swing that prepares it?"""
    if entry.ladder in GATES:
        return step(entry) > 1
    return any(f"-{ladder}-" in f"-{entry.slug}-" for ladder in GATES)
