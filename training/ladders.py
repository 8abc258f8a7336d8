"""Ladders of bodyweight skills: their steps in the catalogue, their names, and what opens them. Pure.

A ladder is a list of exercises of growing difficulty, each with its standard to move on (`Entry.standard`). The steps
are those of the Recommended Routine and of Overcoming Gravity, 2nd ed.; section 4 of the exercise science lists them.
"""

from dataclasses import dataclass
from typing import Final

from training.catalogue import Catalogue, Entry
from training.request import Language

ACHIEVED_SHARE = 1 / 6  # of a step's hold: the athlete can do it; the whole hold is mastery


@dataclass(frozen=True)
class Gate:
    """Strict repetitions of other exercises that come before a ladder is climbed."""

    pull_ups: int
    dips: int


GATES: Final[dict[str, Gate]] = {"muscle-up": Gate(pull_ups=10, dips=15)}

NAMES: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "push-up": "Push-up", "dip": "Dip", "pull-up": "Pull-up", "row": "Row", "muscle-up": "Muscle-up",
        "handstand-push-up": "Handstand push-up", "handstand": "Handstand", "front-lever": "Front lever",
        "back-lever": "Back lever", "planche": "Planche", "l-sit": "L-sit", "pistol": "Pistol squat",
        "human-flag": "Human flag",
    },
    "fr": {
        "push-up": "Pompe", "dip": "Dip", "pull-up": "Traction", "row": "Tirage horizontal", "muscle-up": "Muscle-up",
        "handstand-push-up": "Pompe en équilibre", "handstand": "Équilibre sur les mains",
        "front-lever": "Front lever", "back-lever": "Back lever", "planche": "Planche", "l-sit": "L-sit",
        "pistol": "Pistol squat", "human-flag": "Drapeau humain",
    },
}  # fmt: skip


def steps(catalogue: Catalogue, ladder: str) -> list[Entry]:
    """The exercises of a ladder, easiest first."""
    return sorted((entry for entry in catalogue if entry.ladder == ladder), key=step)


def step(entry: Entry) -> int:
    """How high an exercise stands in its ladder: 1 is the easiest, 0 stands in none."""
    return entry.step or 0
