"""Which movements a workout is made of, in which order, how many of each, and how heavy. Pure."""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from training.catalogue import LEVELS, Entry
from training.coaches import planning
from training.coaches.means import Means
from training.prescription import PrescribedExercise, Set
from training.request import Level
from training.timing import SECONDS_PER_CALORIE, set_seconds

Unit = Literal["reps", "distance_meters", "duration_seconds", "calories"]

# What computed work takes in reality. Assumption: `seconds_per_rep` is a fresh, practised athlete's; others are slower,
# everybody walks to the next station, and each minute of work without rest makes the next reps 2 % longer.
PACE: Final[dict[Level, float]] = {"beginner": 1.3, "intermediate": 1.15, "advanced": 1.05}
TRANSITION_SECONDS: Final = 5
FATIGUE_PER_MINUTE: Final = 0.02
MOST_FATIGUE: Final = 1.4
EMOM_WORK_SECONDS: Final = 45  # of a minute; the rest of it is rest
MACHINES: Final = frozenset({"rower", "air-bike", "ski-erg", "indoor-trainer"})  # that count calories
BEGINNER_JUMPS: Final = 40  # in a workout
KIPPING: Final = ("kipping-", "butterfly-pull-up", "kip-swing")  # by the slug: swings that strict strength comes before

_REPS: Final = (1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 14, 15, 16, 18, 20, 24, 25, 30, 35, 40, 45, 50, 60, 70, 80, 100)
_METERS: Final = (5, 10, 15, 20, 25, 30, 40, 50, 60, 80, 100, 150, 200, 250, 300, 400, 500, 600, 800, 1000, 1200, 1600)
_LAPS: Final = (25, 50, 100, 200, 400, 800, 1600)
_SECONDS: Final = (10, 15, 20, 25, 30, 40, 45, 50, 60, 75, 90, 120)
_MOST_REPS: Final = 30  # of one movement in one round, but for what takes about a second
_QUICK_SECONDS: Final = 1.5
_MOST_QUICK_REPS: Final = 60
_LEAST_A_SIDE: Final = 5
_TECHNICAL_REPS: Final[dict[Level, int]] = {"beginner": 3, "intermediate": 5, "advanced": 6}
_BARBELL_REPS: Final[dict[Level, int]] = {"beginner": 10, "intermediate": 12, "advanced": 15}
# Percent of 1RM that suits so many repetitions in a workout where they are done again and again.
_PERCENTS: Final = ((3, 70), (5, 65), (8, 58), (12, 50), (15, 46), (21, 42), (10_000, 37))
_LEVEL_PERCENT: Final[dict[Level, int]] = {"beginner": -5, "intermediate": 0, "advanced": 3}
_TIRED_PERCENT: Final = -10
_LEGS: Final = frozenset({"squat", "lunge", "hinge"})


# --- the order ------------------------------------------------------------------------------------------------------


def technical(entry: Entry) -> bool:
    """An Olympic lift with the bar, which no tired athlete learns or does well."""
    return entry.pattern == "olympic" and any("barbell" in group for group in entry.equipment)


def rank(entry: Entry) -> int:
    """Olympic lifts, strength, gymnastic skill, gymnastic volume, monostructural."""
    if entry.modality == "weightlifting":
        return 0 if entry.pattern == "olympic" else 1
    if entry.modality == "gymnastics":
        return 2 if "skill" in entry.roles and entry.level != "beginner" else 3
    return 4


def kipping(entry: Entry) -> bool:
    """A swing in place of strength."""
    return entry.slug.startswith(KIPPING)


def arranged(entries: Iterable[Entry]) -> list[Entry]:
    """By rank; among equals so that neighbours do not tire the same grip, lower back or shoulders, the trunk last."""
    left, ordered = list(entries), list[Entry]()
    while left:
        first = min(map(rank, left))
        tired = planning.strains(ordered[-1]) if ordered else frozenset()
        chosen = min((entry for entry in left if rank(entry) == first), key=lambda e: bool(tired & planning.strains(e)))
        left.remove(chosen)
        ordered.append(chosen)
    return ordered


def conflicts(entries: Sequence[Entry]) -> int:
    """How many neighbours tire the same grip, lower back or shoulders."""
    return sum(bool(planning.strains(a) & planning.strains(b)) for a, b in pairwise(entries))


# The classics come first wherever they are possible; everything else fills what they leave open.
CLASSICS: Final = frozenset(
    {
        "air-bike", "air-squat", "bar-facing-burpee", "bear-crawl", "box-jump", "box-jump-over", "box-step-over",
        "burpee", "burpee-box-jump-over", "burpee-over-bar", "chest-to-bar-pull-up", "deadlift", "devil-press",
        "double-under", "dumbbell-deadlift", "dumbbell-front-squat", "dumbbell-hang-clean", "dumbbell-push-press",
        "dumbbell-snatch", "dumbbell-thruster", "farmers-carry", "front-rack-lunge", "goblet-squat",
        "hand-release-push-up", "hang-power-clean", "hang-power-snatch", "high-knees", "hollow-rock", "jump-rope",
        "jumping-jack", "kettlebell-clean-and-press", "kettlebell-deadlift", "kettlebell-sumo-high-pull",
        "kettlebell-swing", "knees-to-elbow", "lateral-burpee", "medicine-ball-clean", "medicine-ball-slam",
        "mountain-climber", "overhead-lunge", "pistol-squat", "power-clean", "power-snatch", "pull-up", "push-jerk",
        "push-press", "push-up", "ring-dip", "rope-climb", "rowing-machine", "run", "running-in-place",
        "sandbag-clean", "sandbag-front-squat", "shuttle-run", "sit-up", "ski-erg", "sled-push", "squat-jump",
        "step-up", "thruster", "toes-to-bar", "v-up", "walking-lunge", "wall-ball", "wall-headstand-push-up",
        "wall-walk",
    }
)  # fmt: skip
# For those who cannot do what they lead to yet.
STEPPING_STONES: Final = frozenset(
    {
        "band-assisted-pull-up", "foot-assisted-pull-up", "hanging-knee-raise", "incline-inverted-row",
        "incline-push-up", "jumping-pull-up", "kettlebell-deadlift", "knee-push-up", "medicine-ball-clean",
        "negative-pull-up", "pike-push-up", "plank", "single-under", "step-back-burpee", "step-up",
    }
)  # fmt: skip
# What bounces, swings fast or drops a bar beside the patterns that jump: not where a late beginner starts.
_SPRINGY: Final = frozenset(
    {
        "band-assisted-pull-up", "boxer-step", "butt-kick", "dumbbell-clean-and-press", "dumbbell-push-press",
        "dumbbell-thruster", "fast-feet", "high-knees", "jump-rope", "jumping-jack", "jumping-pull-up",
        "kettlebell-sumo-high-pull", "kettlebell-thruster", "lateral-shuffle", "medicine-ball-thruster",
        "mountain-climber", "plank-jack", "push-press", "running-in-place", "seated-rope-climb", "shuttle-run",
        "single-arm-dumbbell-push-press", "single-arm-dumbbell-thruster", "single-under", "squat-thrust", "wall-ball",
    }
)  # fmt: skip
# What stays easy however fast it is done: no movement for work that is to be hard.
UNHURRIED: Final = frozenset({"brisk-walk", "marching-in-place", "standing-knee-drive", "step-touch"})


# --- choosing -------------------------------------------------------------------------------------------------------

_G, _W, _M = "gymnastics", "weightlifting", "monostructural"
_MODALITIES: Final[dict[int, tuple[tuple[str, ...], ...]]] = {
    1: ((_G,), (_W,), (_M,)),
    2: ((_W, _G), (_G, _M), (_W, _M), (_W, _G)),
    3: ((_W, _G, _M), (_W, _G, _G), (_W, _G, _M), (_G, _G, _M)),
    4: ((_W, _W, _G, _M), (_W, _G, _G, _M)),
    5: ((_W, _W, _G, _G, _M), (_W, _G, _G, _G, _M)),
}


def usable(means: Means) -> list[Entry]:
    """What a workout may be made of, the best kind first found wide enough; in the end whatever may be done at all."""
    sound = [e for e in calm(means) if e.pattern != "mobility" and (means.level == "advanced" or not kipping(e))]
    pool = [e for e in sound if "conditioning" in e.roles or e.slug in CLASSICS]
    if len({e.pattern for e in pool}) < 3:
        pool += [e for e in sound if e not in pool and {"main", "accessory", "warmup"} & set(e.roles)]
    if len(pool) < 2:
        pool += [e for e in means.candidates if e not in pool]
    return pool


def calm(means: Means) -> list[Entry]:
    """What may be done; for who begins late without Olympic lifts, jumps and the rope, as long as others remain."""
    if not (means.cautious and means.senior):
        return means.candidates
    steady = [e for e in means.candidates if e.pattern not in {"olympic", "jump"} and e.slug not in _SPRINGY]
    return steady if any(e.pattern != "mobility" for e in steady) else means.candidates


@dataclass(frozen=True)
class Choice:
    """What guides a choice: the movements of the goal, what the session has already, and what fits the format."""

    random: random.Random
    wanted: Sequence[Entry] = ()
    taken: frozenset[str] = frozenset()  # slugs and patterns of the session so far
    fits: Callable[[Entry], bool] = lambda entry: True
    gymnastic: bool = False
    cardio: bool = False
    beginner: bool = False
    machines: bool = False  # are there some? Then nobody runs on the spot
    tired: bool = False
    lifts: bool = True  # may Olympic lifts be among them?

    def of(self, pool: Sequence[Entry], count: int) -> list[Entry]:
        """So many movements, in order: of varied modality, pattern and muscles; fewer where there are no more."""
        fitting = [entry for entry in pool if self.fits(entry)]
        if self.tired:  # nothing that cannot be done slowly, where there is anything else
            fitting = [e for e in fitting if e.pattern != "jump" and not technical(e)] or fitting
        lifts = [entry for entry in fitting if technical(entry)]
        # Never a technical lift after exhausting cardio, and the second round comes after the first.
        with_lift = bool(lifts) and (any(map(technical, self.wanted)) or self.random.random() < 0.4)
        with_lift = with_lift and self.lifts and not self.cardio
        fitting = [e for e in fitting if (e.modality != _M if with_lift else not technical(e))]
        modalities = self._modalities(count)
        picked: list[Entry] = []
        shuffled = self.random.sample(fitting, len(fitting))
        for modality in modalities:
            open_to = [entry for entry in shuffled if entry not in picked]
            if not open_to:
                break
            picked.append(min(open_to, key=lambda entry: self._distance(entry, modality, picked)))
        return arranged(picked)

    def _modalities(self, count: int) -> list[str]:
        listed = list(self.random.choice(_MODALITIES[min(count, 5)]))
        if self.gymnastic:
            listed = [_G if modality == _W and self.random.random() < 0.6 else modality for modality in listed]
        if self.cardio and _M not in listed:
            listed[-1] = _M
        while len(listed) < count:
            listed.append(self.random.choice((_G, _W, _G, _W, _M)))
        return listed

    def _classic(self, entry: Entry) -> bool:
        return entry.slug in (STEPPING_STONES | CLASSICS if self.beginner else CLASSICS - STEPPING_STONES)

    def _distance(self, entry: Entry, modality: str, picked: Sequence[Entry]) -> tuple[bool | int, ...]:
        muscles = {muscle for other in picked for muscle in other.primary}
        return (
            entry not in self.wanted,
            entry.modality != modality,
            any(entry.pattern == other.pattern for other in picked),
            self.machines and entry.pattern == "cyclical" and not entry.equipment and entry.sport is None,
            not self._classic(entry),
            entry.pattern == "core" and not picked,
            conflicts(arranged([*picked, entry])) > conflicts(arranged(picked)),
            entry.slug in self.taken,
            len(muscles.intersection(entry.primary)) + (entry.pattern in self.taken),
        )


# --- how many and how heavy -----------------------------------------------------------------------------------------


def amount(entry: Entry, seconds: float, means: Means, *, passes: int = 1) -> tuple[Unit, int]:
    """As much of a movement as takes about so long, in a round number of its measure and within what is sound.

    `passes`: what else would be done in so many rounds is done in one.
    """
    seconds = max(seconds / PACE[means.level] / (2 if entry.unilateral else 1), 1)
    match entry.measure:
        case "reps":
            most = passes * most_reps(entry, means)
            reps = _round_number(min(seconds / entry.seconds_per_rep, most), _REPS)
            return "reps", max(reps, _least_reps(entry, means, most))
        case "meters":
            speed = entry.meters_per_second or 1.0
            numbers = _LAPS if entry.sport == "run" else _METERS
            return "distance_meters", min(numbers, key=lambda number: abs(number - seconds * speed))
        case _ if counts_calories(entry):
            return "calories", _round_number(max(seconds / SECONDS_PER_CALORIE, 5), _REPS)
        case _:
            return "duration_seconds", _round_number(max(seconds, 10), _SECONDS)


def _least_reps(entry: Entry, means: Means, most: int) -> int:
    """Five a side of what goes side by side, where five of each still fit a minute: for less nobody changes sides."""
    both = 2 * _LEAST_A_SIDE * entry.seconds_per_rep * PACE[means.level]
    brief = entry.unilateral and "skill" not in entry.roles and both <= EMOM_WORK_SECONDS
    return min(_LEAST_A_SIDE, most) if brief else 1


def counts_calories(entry: Entry) -> bool:
    """Is it a machine that shows calories?"""
    return entry.measure == "calories" or (
        entry.measure == "seconds" and any(word in MACHINES for group in entry.equipment for word in group)
    )


def most_reps(entry: Entry, means: Means) -> int:
    """Of one movement in one round: less of what is technical, near the athlete's limit, or a jump for a beginner."""
    if technical(entry):
        return _TECHNICAL_REPS[means.level]
    if means.implement(entry) == "barbell":
        return _BARBELL_REPS[means.level]
    if entry.pattern == "jump" and (means.level == "beginner" or means.senior):
        return 6
    if entry.modality == _G and entry.pattern not in _LEGS and entry.pattern not in {"jump", "cyclical", "core"}:
        reserve = LEVELS.index(means.level) - LEVELS.index(entry.level)
        return (8, 15, 20)[reserve] if entry.pattern == "horizontal_push" else (5, 10, 15)[reserve]
    if entry.seconds_per_rep <= _QUICK_SECONDS:
        return _MOST_QUICK_REPS
    return _MOST_REPS if means.level != "beginner" else 15


def _round_number(value: float, numbers: Sequence[int]) -> int:
    return max((number for number in numbers if number <= value + 0.01), default=numbers[0])


def loaded(entry: Entry, reps: int, rpe: float, means: Means) -> Set:
    """A set of a workout: where the 1RM is known with a load for so many reps again and again, else by effort alone."""
    rpe = min(rpe, planning.effort_cap(entry, means))
    maximum = means.one_rep_max_kg.get(entry.slug)
    if maximum is None or not means.loadable(entry):
        return Set(reps=reps, rpe=rpe)
    aim = next(percent for most, percent in _PERCENTS if reps <= most) + _LEVEL_PERCENT[means.level]
    aim += _TIRED_PERCENT if means.tired else 0
    loads = means.loads_kg(entry)
    load = max((load for load in loads if load <= aim / 100 * maximum), default=loads[0])
    percent = round(100 * load / maximum, 1)
    # Where even the lightest load is more than that, fewer repetitions of it are done.
    fewer = max((most for most, suited in _PERCENTS if percent <= suited + 5), default=_PERCENTS[0][0])
    reps = min(reps, fewer)
    felt = planning.felt(min(reps, 12), percent)
    return Set(reps=reps, load_kg=load, percent_1rm=percent, rpe=min(rpe, felt + 1.5))


def station(
    entry: Entry, unit: Unit, amounts: Sequence[int], rpe: float, means: Means, *, rest: float | None = None
) -> PrescribedExercise:
    """A movement of a workout with a set for each amount."""
    if unit == "reps":
        sets = [loaded(entry, reps, rpe, means) for reps in amounts]
    else:
        sets = [Set.model_validate({unit: float(number), "rpe": rpe}) for number in amounts]
    if rest is not None:
        sets = [set_.model_copy(update={"rest_seconds": rest}) for set_ in sets]
    return planning.exercise(entry, sets, means)


# --- time -----------------------------------------------------------------------------------------------------------


def fresh_seconds(exercise: PrescribedExercise, set_: Set, means: Means) -> float:
    """What one set takes this athlete, fresh, with the way to it. Time and distance by machine keep their pace."""
    seconds = set_seconds(exercise, set_, means.catalogue, means.request)
    return seconds * (1 if set_.duration_seconds is not None else PACE[means.level]) + TRANSITION_SECONDS


def expected_seconds(rounds: Iterable[float]) -> float:
    """What rounds that take so long fresh really take without rest: each minute makes what follows 2 % longer."""
    elapsed = 0.0
    for fresh in rounds:
        elapsed += fresh * min(1 + FATIGUE_PER_MINUTE * elapsed / 60, MOST_FATIGUE)
    return elapsed
