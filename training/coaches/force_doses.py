"""How much of an exercise the force coach asks for: the goal's row, for this athlete, this day and this load. Pure."""

from dataclasses import replace
from typing import Final, Literal

from training.catalogue import LEVELS, Entry
from training.coaches import planning
from training.coaches.force_words import Quality
from training.coaches.means import Means
from training.coaches.planning import Dose
from training.one_rep_max import chart_percent

Tier = Literal["main", "secondary", "isolation"]

# What an intermediate athlete with usual energy does in each part of a session. Rows of the NSCA (Haff & Triplett, 4th
# ed.): strength 85-100 % x 1-6, power 75-90 % x 1-5, both with 2-5 min of rest; hypertrophy 67-85 % x 6-12, 30-90 s;
# endurance <= 67 % x 12 and more, <= 30 s. Percentages follow from reps and RPE by the chart.
_DOSES: Final[dict[tuple[Quality, Tier], Dose]] = {
    ("strength", "main"): Dose(4, 4, 8.5, 180),
    ("strength", "secondary"): Dose(3, 6, 8, 150),
    ("strength", "isolation"): Dose(3, 10, 8, 75),
    ("power", "main"): Dose(5, 3, 6.5, 180, "20X0"),
    ("power", "secondary"): Dose(3, 5, 7, 120),
    ("power", "isolation"): Dose(2, 10, 7.5, 75),
    ("hypertrophy", "main"): Dose(4, 8, 8, 90, "3010"),
    ("hypertrophy", "secondary"): Dose(3, 10, 8, 90),
    ("hypertrophy", "isolation"): Dose(3, 12, 8.5, 60),
    ("endurance", "main"): Dose(3, 15, 7, 30),
    ("endurance", "secondary"): Dose(3, 15, 7, 30),
    ("endurance", "isolation"): Dose(2, 20, 7.5, 30),
}
LEAST_PERCENT: Final[dict[Quality, float]] = {"strength": 85, "power": 75, "hypertrophy": 67, "endurance": 0}
REPS: Final[dict[Quality, tuple[int, int]]] = {
    "strength": (2, 6), "power": (2, 5), "hypertrophy": (6, 12), "endurance": (12, 30),
}  # fmt: skip
REST_SECONDS: Final[dict[Quality, tuple[int, int]]] = {
    "strength": (120, 300), "power": (120, 300), "hypertrophy": (30, 90), "endurance": (0, 30),
}  # fmt: skip

# Where the body is the whole load, the goal's reps mean nothing. What is easy for the athlete is done slowly, often and
# with short rests; what is about all that they can do, for a few honest reps.
_EASY_REPS: Final[dict[Quality, int]] = {"strength": 10, "power": 8, "hypertrophy": 12, "endurance": 20}
_DEMANDING_REPS: Final[dict[Quality, int]] = {"strength": 5, "power": 4, "hypertrophy": 8, "endurance": 10}
_BODY_TEMPO: Final[dict[Quality, str | None]] = {
    "strength": "3110", "power": "20X0", "hypertrophy": "3110", "endurance": None,
}  # fmt: skip
_EASY_REST_SECONDS = 75
_EASY_RPE = 7.5
_DEMANDING_RPE = 8.5  # higher, the chart would call a set of the body alone a heavy one
_HANDS_REPS = 6  # of a lift with what the hands can hold, which nobody grinds to a heavy triple
_LESSER_REPS = 8  # of a lift that never leads a session
_QUICK_SECONDS, _QUICK_REPS, _QUICK_REST_SECONDS = 2, 12, 90  # a rep that takes no longer is swung, not lifted
_LESSER_DEMANDING_REPS = 8  # of the trunk and of single joints
_RESTING_REPS, _RESTING_RPE = 10, 6.5
_LEGS: Final = frozenset({"squat", "lunge", "hinge"})  # what carries the body all day finds it light


def usual(quality: Quality, tier: Tier, means: Means) -> Dose:
    """The goal's row for this athlete's level and age, and this day's energy."""
    dose, energy = _DOSES[quality, tier], means.request.energy_level
    rpe = dose.rpe + {"beginner": -1.0, "intermediate": 0.0, "advanced": 0.5}[means.level]
    sets = dose.sets + {"beginner": -1, "intermediate": 0, "advanced": 1}[means.level]
    if means.tired:
        rpe, sets = rpe - 1.5, sets - 2
    elif energy <= 5:
        rpe -= 0.5
    elif energy >= 9:
        rpe, sets = rpe + 0.5, sets + 1
    rpe = max(planning.HARD_RPE, min(rpe, planning.rpe_cap(means)))
    reps, sets = dose.reps, max(2, sets)
    if quality == "strength" and tier == "main":  # as many as still are heavy enough for the row, at least 3
        reps = max([n for n in (3, 4, 5) if (chart_percent(n, rpe) or 0) >= LEAST_PERCENT[quality]], default=3)
    if means.cautious:  # technique before weight
        return replace(dose, sets=sets, reps=max(reps, 6), rpe=rpe, least_reps=3)
    # A tired athlete may stay below the row.
    least = LEAST_PERCENT[quality] if tier == "main" and not means.tired else 0
    return replace(dose, sets=sets, reps=reps, rpe=rpe, least_percent=least, least_reps=REPS[quality][0])


def of(entry: Entry, quality: Quality, tier: Tier, means: Means) -> Dose:
    """The dose of this very exercise: what loads it decides how many reps make sense."""
    dose = replace(usual(quality, tier, means), leads=tier == "main")
    if means.resting.intersection(entry.primary) and means.loadable(entry):
        dose = _light(dose, means)
    if entry.measure != "reps":
        return replace(dose, tempo=None)
    if not means.loadable(entry):
        return _unloaded(entry, dose, quality, tier, means)
    if tier == "isolation" or entry.slug in means.one_rep_max_kg:
        return dose
    if entry.seconds_per_rep <= _QUICK_SECONDS and quality != "power":
        rest = min(dose.rest_seconds, _QUICK_REST_SECONDS)
        return replace(dose, reps=max(dose.reps, _QUICK_REPS), rest_seconds=rest, tempo=None)
    if "main" not in entry.roles and quality == "strength":
        return replace(dose, reps=max(dose.reps, _LESSER_REPS))
    if means.implement(entry) in {"dumbbell", "kettlebell"} and quality == "strength":
        return replace(dose, reps=max(dose.reps, _HANDS_REPS))
    return dose


def _light(dose: Dose, means: Means) -> Dose:
    """What muscles may do that did heavy work less than two days ago: below 80 % of 1RM by the chart."""
    rpe = min(dose.rpe, _RESTING_RPE, planning.rpe_cap(means))
    return replace(dose, reps=max(dose.reps, _RESTING_REPS), rpe=rpe, least_percent=0, least_reps=1, tempo=None)


def demanding(entry: Entry, means: Means) -> bool:
    """Is the body about all that this athlete can move here: push-ups at first, then pull-ups for all but the best?"""
    if (
        entry.modality != "gymnastics"
        or entry.pattern in _LEGS
        or LEVELS.index(entry.level) < LEVELS.index(means.level)
    ):
        return False
    return entry.level != "beginner" or entry.pattern.endswith(("push", "pull"))


def _unloaded(entry: Entry, dose: Dose, quality: Quality, tier: Tier, means: Means) -> Dose:
    if demanding(entry, means):
        reps = min(dose.reps, _LESSER_DEMANDING_REPS) if tier == "isolation" else _DEMANDING_REPS[quality]
        return replace(dose, reps=reps, rpe=min(dose.rpe, _DEMANDING_RPE), tempo=None)
    if tier == "isolation":
        return replace(dose, tempo=None)
    rest = min(dose.rest_seconds, _EASY_REST_SECONDS)
    slow = _BODY_TEMPO[quality]
    return replace(dose, reps=_EASY_REPS[quality], rpe=min(dose.rpe, _EASY_RPE), rest_seconds=rest, tempo=slow)
