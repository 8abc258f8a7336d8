"""JSON while it is written: nothing is handed out before it has ended."""

import json
from typing import Any

import pytest

from training.growing import Growing, Unreadable

WHOLE: dict[str, Any] = {
    "title": "A day",
    "warmup": ["air-squat", "cat-cow"],
    "minutes": 12,
    "workouts": [
        {"format": "for_time", "movements": [{"slug": "thruster", "amounts": [21, 15, 9]}, {"slug": "row"}]},
        {"format": "amrap", "movements": []},
    ],
    "finisher": {"slugs": ["dip", "pull-up"]},
}
PARTS: list[dict[str, Any]] = [
    {"title": "A day"},
    {"title": "A day", "warmup": ["air-squat"]},
    {"title": "A day", "warmup": ["air-squat", "cat-cow"]},
    {"title": "A day", "warmup": ["air-squat", "cat-cow"], "minutes": 12},
]


def parts(text: str, size: int) -> list[dict[str, Any]]:
    growing = Growing()
    found: list[dict[str, Any]] = []
    for place in range(0, len(text), size):
        part = growing.feed(text[place : place + size])
        if part is not None and (not found or found[-1] != part):
            found.append(part)
    return found


@pytest.mark.parametrize("space", [None, 2])
def test_each_element_is_there_once_it_has_closed_and_no_sooner(space: int | None) -> None:
    found = parts(json.dumps(WHOLE, indent=space), 1)
    assert found[:4] == PARTS
    begun = [part["workouts"] for part in found[4:]]
    thruster = {"slug": "thruster", "amounts": [21, 15, 9]}
    assert begun[0] == [{"format": "for_time", "movements": [thruster]}], "its amounts came in one piece"
    assert begun[1] == [{"format": "for_time", "movements": [thruster, {"slug": "row"}]}]
    assert begun[2] == WHOLE["workouts"]
    assert "finisher" not in found[-2]
    assert found[-1] == WHOLE


@pytest.mark.parametrize("size", [2, 7, 64, 10_000])
def test_however_it_is_cut_every_part_is_one_of_those(size: int) -> None:
    text = json.dumps(WHOLE)
    found = parts(text, size)
    assert found[-1] == WHOLE
    assert all(part in parts(text, 1) for part in found)


def test_what_was_handed_out_does_not_grow() -> None:
    growing = Growing()
    first = growing.feed('{"warmup": ["a"')
    growing.feed(', "b"')
    assert first == {"warmup": ["a"]}


@pytest.mark.parametrize(
    "text", ["Sure!", "[1]", "7", '{"a": nope', '{"a": 1} {', '{"a": "\\u0000"}', "[" * 9999, '{"a": 1e999}', "{]"]
)
def test_what_is_no_object_or_cannot_be_kept_is_said_at_once(text: str) -> None:
    with pytest.raises(Unreadable):
        Growing().feed(f"{text} ")
