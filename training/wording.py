"""A prescription in short words, as a coach would write it on a board. Pure; takes the stored JSON as it is."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

Json = dict[str, Any]

# The parts of a line in their order: the key, and how its value is said.
_SET = {
    "duration_seconds": "{} s",
    "distance_meters": "{} m",
    "calories": "{} cal",
    "load_kg": "{} kg",
    "percent_1rm": "{} % 1RM",
    "rpe": "RPE {}",
    "zone": "zone {}",
    "tempo": "tempo {}",
    "rest_seconds": "rest {} s",
}
_BLOCK = {
    "rounds": "{} rounds",
    "time_cap_seconds": "cap {} s",
    "interval_seconds": "every {} s",
    "rest_seconds": "rest {} s between rounds",
}


def sets(listed: list[Json]) -> Iterator[str]:
    """A line for each run of equal sets: "3 × 5 reps, 100 kg, rest 180 s"."""
    for line, equal in groupby(listed, key=one_set):
        count = sum(1 for _ in equal)
        yield f"{count} × {line}" if count > 1 else line


def one_set(given: Json) -> str:
    """ "8–10 reps, 60 kg, RPE 8, rest 90 s"; what is not given is not said."""
    kind = given.get("kind") or "working"
    return ", ".join(
        [
            *([] if kind in ("working", "to_failure") else [kind]),
            *_reps(given, at_least=kind == "to_failure"),
            *_said(_SET, given),
            *_intensity(given),
        ]
    )


def block(given: Json) -> str:
    """ "main, circuit, 3 rounds, rest 60 s between rounds"."""
    return ", ".join([given["role"], given["format"].replace("_", " "), *_said(_BLOCK, given)])


def exercise(given: Json) -> str:
    """What its sets do not say: "per side, 2 implements, minute 1"."""
    implements, slot = given.get("implements") or 1, given.get("slot")
    return ", ".join(
        [
            *(["per side"] if given.get("per_side") else []),
            *([f"{implements} implements"] if implements > 1 else []),
            *([] if slot is None else [f"slot {slot}"]),
            *([given["sport"]] if given.get("sport") else []),
        ]
    )


def _said(words: dict[str, str], given: Json) -> list[str]:
    return [form.format(_number(given[key])) for key, form in words.items() if given.get(key) is not None]


def _reps(given: Json, *, at_least: bool) -> list[str]:
    fewest, most = given.get("reps"), given.get("reps_max")
    if fewest is None:
        return ["to failure"] if at_least else []
    span = f"{fewest}–{most}" if most and most != fewest else f"{fewest}"
    return [f"{span}+ reps" if at_least else f"{span} reps"]


def _intensity(given: Json) -> list[str]:
    start, end = given.get("intensity"), given.get("intensity_end")
    if start is None:
        return []
    ramp = "" if end is None else f"–{end * 100:.0f}"
    return [f"{start * 100:.0f}{ramp} % of threshold"]


def _number(value: Any) -> Any:
    return f"{value:g}" if isinstance(value, float) else value
