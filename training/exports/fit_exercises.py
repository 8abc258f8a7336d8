"""The catalogue's exercises in the words of FIT: a category, and where FIT has a name for it, its number. Pure."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from fit_tool.profile import profile_type
from fit_tool.profile.profile_type import ExerciseCategory

from training.catalogue import Entry
from training.catalogue.entry import Pattern

_CATEGORIES: Final[dict[Pattern, ExerciseCategory]] = {
    "squat": ExerciseCategory.SQUAT, "hinge": ExerciseCategory.DEADLIFT, "lunge": ExerciseCategory.LUNGE,
    "horizontal_push": ExerciseCategory.BENCH_PRESS, "vertical_push": ExerciseCategory.SHOULDER_PRESS,
    "horizontal_pull": ExerciseCategory.ROW, "vertical_pull": ExerciseCategory.PULL_UP,
    "carry": ExerciseCategory.CARRY, "core": ExerciseCategory.CORE, "olympic": ExerciseCategory.OLYMPIC_LIFT,
    "jump": ExerciseCategory.PLYO, "cyclical": ExerciseCategory.CARDIO, "mobility": ExerciseCategory.WARM_UP,
}  # fmt: skip
# FIT calls these otherwise than everybody else.
_ALSO: Final[dict[str, tuple[str, str]]] = {
    "running": ("RUN", "RUN"), "sled-push": ("SLED", "PUSH"), "sled-pull": ("SLED", "BACKWARD_DRAG"),
    "rowing-machine": ("ROW", "INDOOR_ROW"), "jump-rope": ("CARDIO", "JUMP_ROPE"),
}  # fmt: skip


def named(entry: Entry | None) -> tuple[int, int | None]:
    """FIT's category and name of an exercise: (28, 6) is the barbell back squat. A stranger's are unknown."""
    if entry is None:
        return ExerciseCategory.UNKNOWN.value, None
    if entry.slug in _ALSO:
        category, name = _ALSO[entry.slug]
        return _names()[category, _folded(name)]
    tools = [word for group in entry.equipment for word in group]
    for name in (*(f"{tool} {entry.slug}" for tool in tools), entry.slug, entry.name.en):
        for category in ExerciseCategory:
            if found := _names().get((category.name, _folded(name))):
                return found
    category = _CATEGORIES.get(entry.pattern, ExerciseCategory.UNKNOWN)
    if entry.pattern == "horizontal_push" and entry.modality == "gymnastics":
        category = ExerciseCategory.PUSH_UP
    return category.value, None


@cache
def _names() -> dict[tuple[str, str], tuple[int, int | None]]:
    """Every exercise of FIT's profile, by category and folded name."""
    return {(category.name, _folded(name)): (category.value, value) for category, name, value in _profile()}


def _profile() -> Iterator[tuple[ExerciseCategory, str, int]]:
    for category in ExerciseCategory:
        words = "".join(word.capitalize() for word in category.name.split("_"))
        for member in getattr(profile_type, f"{words}ExerciseName", ()):
            yield category, member.name, member.value


def _folded(name: str) -> str:
    """Letters and digits alone, without plural: "Back Squats" is "backsquat"."""
    return "".join(word.removesuffix("s") for word in re.split(r"[^a-z0-9]+", name.lower()))
