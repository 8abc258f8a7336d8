"""Conditioning at the end of a calisthenics session: pull, push, legs and trunk in turn. Pure."""

import random
from collections.abc import Collection
from typing import Final

from training.catalogue import Entry
from training.coaches import planning
from training.coaches.calisthenics_doses import SLOW_SECONDS, Standing, share, weighted
from training.coaches.calisthenics_words import Quality
from training.prescription import Block, Format, Set

FORMATS: Final[tuple[Format, ...]] = ("circuit", "emom", "ladder")
_BY_QUALITY: Final[dict[Quality, tuple[Format, ...]]] = {
    "endurance": FORMATS, "hypertrophy": ("ladder", "circuit"), "power": ("emom",), "skill": ("emom", "circuit"),
    "strength": ("emom", "circuit"),
}  # fmt: skip
_ROUNDS = 3
_RUNGS = 4
_ROUND_REST_SECONDS, _STATION_REST_SECONDS, _RUNG_REST_SECONDS = 75, 15, 30
_EMOM_WORK_SECONDS = 40  # of a minute; the rest of it is rest
_LEGS: Final = frozenset({"squat", "lunge"})
# Where one stands or hangs; everything else is carried to where one trains.
_STATIONS: Final = frozenset(
    {"pull-up-bar", "dip-bars", "rings", "rack", "smith-machine", "bench", "box", "vertical-pole", "cable-machine"}
)


def together(entries: Collection[Entry], standing: Standing) -> bool:
    """May these take turns? In a gym nobody keeps two stations at once; at home or in a park they are one's own."""
    if standing.means.request.location != "gym":
        return True
    needed = {
        next((word for word in group if word in standing.means.equipment), group[0])
        for entry in entries
        for group in entry.equipment
    }
    return len(needed & _STATIONS) <= 1


def finisher(
    standing: Standing, quality: Quality, used: Collection[str], formats: Collection[Format], rng: random.Random
) -> Block | None:
    """Three rounds of a circuit, some minutes of an emom, or a ladder; None where there is too little to turn to.

    Exercises that were `used` come again only where there are no others, `formats` not at all.
    """
    open_formats = [f for f in _BY_QUALITY[quality] if f not in formats] or [f for f in FORMATS if f not in formats]
    if not open_formats:
        return None
    format_ = rng.choice(open_formats)
    stations: list[Entry] = []
    for kind in ("pull", "push", "legs", "core"):
        open_to = [e for e in standing.usable if _fits(e, kind, standing)]
        if format_ == "ladder":
            open_to = [e for e in open_to if e.measure == "reps" and not e.unilateral]
        shuffled = rng.sample(open_to, len(open_to))
        ranked = sorted(shuffled, key=lambda e: (_unfit(e, standing), e.slug in used))
        entry = next((e for e in ranked if together([*stations, e], standing)), None)
        if entry is not None and not (format_ == "ladder" and kind == "core"):
            stations.append(entry)
    sides = [sum(share(entry, side) for entry in stations) for side in ("push", "pull")]
    if len(stations) < 2 or (standing.two_sided and sides[0] != sides[1]):
        return None
    return block(format_, stations, standing, quality)


def block(format_: Format, stations: list[Entry], standing: Standing, quality: Quality, rounds: int = 0) -> Block:
    """These exercises in that format."""
    if format_ == "ladder":
        return _ladder(stations, standing, rounds or _RUNGS)
    exercises = []
    for slot, entry in enumerate(stations, 1):
        exercise = planning.exercise(entry, [_turn(entry, standing, quality, format_)], standing.means)
        exercises.append(exercise.model_copy(update={"slot": slot}) if format_ == "emom" else exercise)
    if format_ == "emom":
        return Block(
            role="conditioning", format="emom", rounds=rounds or _ROUNDS, interval_seconds=60, exercises=exercises
        )
    return Block(
        role="conditioning", format="circuit", rounds=rounds or _ROUNDS, rest_seconds=_ROUND_REST_SECONDS,
        exercises=exercises,
    )  # fmt: skip


def _turn(entry: Entry, standing: Standing, quality: Quality, format_: Format) -> Set:
    """A station's one set: what can be repeated round after round, and in a minute leaves time to breathe."""
    work = standing.working_sets(entry, standing.dose(entry, quality, "conditioning"))[-1]
    work = work.model_copy(update={"rest_seconds": _STATION_REST_SECONDS if format_ == "circuit" else None})
    if format_ != "emom":
        return work
    sides = 2 if entry.unilateral else 1
    if work.reps is not None:
        most = max(1, int(_EMOM_WORK_SECONDS / entry.seconds_per_rep / sides))
        return work.model_copy(update={"reps": min(work.reps, most)})
    return work.model_copy(update={"duration_seconds": min(work.duration_seconds or 0, _EMOM_WORK_SECONDS // sides)})


def _ladder(stations: list[Entry], standing: Standing, rungs: int) -> Block:
    """1, 2, 3 ... of what is hard, by twos and threes of what is easier; a short rest at each rung."""
    exercises = []
    for entry in stations:
        by = {"hard": 1, "moderate": 2, "light": 3}[standing.demand(entry)] + (entry.pattern in _LEGS)
        rest = _RUNG_REST_SECONDS if entry is stations[-1] else None
        sets = [Set(reps=by * rung, rpe=standing.rpe(7.0), rest_seconds=rest) for rung in range(1, rungs + 1)]
        exercises.append(planning.exercise(entry, sets, standing.means))
    return Block(role="conditioning", format="ladder", exercises=exercises)


def _unfit(entry: Entry, standing: Standing) -> int:
    """Round after round wants what is neither the athlete's limit nor nothing to them."""
    suited = entry.pattern == "core" or "conditioning" in entry.roles
    return (standing.demand(entry) != "moderate") + (not suited) + 3 * standing.second_best(entry)


def _fits(entry: Entry, kind: str, standing: Standing) -> bool:
    if weighted(entry) or entry.modality != "gymnastics" or set(entry.roles) <= {"skill", "warmup", "cooldown"}:
        return False
    if entry.seconds_per_rep >= SLOW_SECONDS:  # nobody races through negatives
        return False
    if kind == "core":
        return entry.pattern == "core" and entry.ladder is None
    if entry.measure != "reps" or entry.mechanic == "isolation" or standing.distance(entry) < 0:
        return False
    if kind == "legs":
        return entry.pattern in _LEGS
    return share(entry, "pull" if kind == "pull" else "push") == 1
