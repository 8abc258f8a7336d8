"""What can really be lifted: bars with their plates, and the sizes dumbbells, kettlebells and balls come in. Pure.

Loads are kilograms of one implement.
"""

from collections.abc import Sequence
from itertools import count, takewhile
from typing import Final

from training.catalogue import Entry

DUMBBELLS_KG: Final = (*range(1, 11), *(size / 2 for size in range(25, 121, 5)))  # 1..10 by 1, 12.5..60 by 2.5
KETTLEBELLS_KG: Final = (4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 32, 36, 40, 44, 48)
BALLS_KG: Final = (2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14)  # medicine balls and wall balls
PLATES_KG: Final = (1.25, 2.5, 5, 10, 15, 20, 25)
LIGHT_BAR_KG: Final = 15.0  # the women's; the men's is 20
PLATE_STEP_KG: Final = 2.5  # two plates of 1.25
_STEPS_KG: Final = {"sled": 5.0, "sandbag": 5.0, "dead-ball": 5.0, "weight-vest": 1.0, "weight-belt": 1.25}
_SIZES_KG: Final[dict[str, Sequence[float]]] = {
    "dumbbell": DUMBBELLS_KG, "kettlebell": KETTLEBELLS_KG, "medicine-ball": BALLS_KG, "weight-plate": PLATES_KG,
}  # fmt: skip
_WIDEST_STEP_KG: Final = 20  # no size is farther from the next one


def implement_of(entry: Entry, load_kg: float) -> str | None:
    """The implement that such a load of an exercise is put together of; None where its equipment holds none."""
    words = [word for group in entry.equipment for word in group if word == "barbell" or word in _SIZES_KG | _STEPS_KG]
    if "barbell" in words and load_kg >= LIGHT_BAR_KG:
        return "barbell"
    return min(words, key=lambda word: _miss(word, load_kg), default=None)


def sizes_kg(implement: str, most_kg: float) -> list[float]:
    """Every load of an implement up to so much, lightest first. A bar is the lighter of the two, with its plates."""
    if implement in _SIZES_KG:
        return [float(size) for size in _SIZES_KG[implement] if size <= most_kg]
    first, step = (LIGHT_BAR_KG, PLATE_STEP_KG) if implement == "barbell" else (_STEPS_KG[implement],) * 2
    return list(takewhile(lambda load: load <= most_kg, (first + step * number for number in count())))


def _miss(implement: str, load_kg: float) -> float:
    """By how much a load, perhaps told in pounds, misses the nearest size."""
    return min(abs(size - load_kg) for size in sizes_kg(implement, max(load_kg, _WIDEST_STEP_KG) + _WIDEST_STEP_KG))
