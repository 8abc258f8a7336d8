"""Which movements a force session is made of, in the order in which they are taken while there is time. Pure."""

from dataclasses import dataclass
from typing import Final

from training.catalogue.entry import Muscle, Pattern
from training.coaches.force_doses import Tier
from training.coaches.force_words import Focus


@dataclass(frozen=True)
class Slot:
    """A place in a session: which movements may take it, and how heavy it is meant."""

    tier: Tier
    patterns: tuple[Pattern, ...]
    muscles: tuple[Muscle, ...] = ()  # for isolation: at least one of them is meant


def _main(*patterns: Pattern) -> Slot:
    return Slot("main", patterns)


def _then(*patterns: Pattern) -> list[Slot]:
    return [Slot("secondary", (pattern,)) for pattern in patterns]


def _isolate(*muscles: Muscle) -> Slot:
    return Slot("isolation", ("isolation",), muscles)


_CORE: Final = Slot("isolation", ("core",))
# A lunge leads where no squat can be loaded; between two movements that tire the same, one that does not.
TEMPLATES: Final[dict[Focus, list[Slot]]] = {
    "full": [
        _main("squat", "lunge"), _main("horizontal_push"),
        *_then("horizontal_pull", "hinge", "vertical_pull", "vertical_push"), _CORE, *_then("lunge"),
        _isolate("shoulders"), _isolate("biceps"), _isolate("triceps"), _isolate("hamstrings"), _isolate("calves"),
        *_then("carry"), _isolate("chest"), _CORE, _CORE,
    ],
    "lower": [
        _main("squat", "lunge"), *_then("lunge", "hinge"), _isolate("hamstrings"), _isolate("quadriceps"),
        _CORE, _isolate("calves"), *_then("hinge", "carry"), _isolate("glutes", "abductors", "adductors"), _CORE,
    ],
    "upper": [
        _main("horizontal_push"), *_then("horizontal_pull", "vertical_push", "vertical_pull"),
        _isolate("shoulders"), _isolate("biceps"), _isolate("triceps"), _isolate("chest"), _CORE,
        *_then("horizontal_pull", "carry"), _isolate("traps", "shoulders"), _CORE,
    ],
    "arms": [
        _main("vertical_pull"), *_then("horizontal_push"), _isolate("biceps"), _isolate("triceps"),
        _isolate("biceps", "forearms"), _isolate("triceps"), _isolate("shoulders"), _CORE,
    ],
    "push": [
        _main("horizontal_push"), *_then("vertical_push", "horizontal_push"),
        _isolate("shoulders"), _isolate("triceps"), _isolate("chest"), _CORE, _isolate("triceps"), _CORE,
    ],
    "pull": [
        _main("horizontal_pull", "vertical_pull"), *_then("vertical_pull", "horizontal_pull"),
        _isolate("shoulders", "middle back"), _isolate("biceps"), *_then("hinge"), _isolate("traps", "forearms"),
        _isolate("biceps", "forearms"), _CORE, *_then("carry"),
    ],
    "powerlifting": [
        _main("squat"), _main("horizontal_push"), _main("hinge"), *_then("horizontal_pull"), _CORE,
        *_then("vertical_pull", "vertical_push", "lunge"), _isolate("triceps"), _isolate("hamstrings"),
        _isolate("shoulders"), _isolate("biceps"), _CORE,
    ],
    "strongman": [
        _main("hinge"), _main("vertical_push"), _main("carry"), *_then("carry", "squat", "horizontal_pull"), _CORE,
        *_then("vertical_pull", "horizontal_push", "lunge"), _isolate("traps"), _isolate("biceps"),
        _isolate("triceps"), _isolate("calves"), _CORE,
    ],
}  # fmt: skip
# Parts of the body; the other templates train all of it.
PARTS: Final[frozenset[Focus]] = frozenset({"lower", "upper", "arms", "push", "pull"})
