from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training.shapes import CATALOGUE, block, entry, exercise, importing
from training.catalogue import Catalogue
from training.imports import accept, with_keys
from training.one_rep_max import OneRepMaxes
from training.prescription import PrescribedExercise, Prescription, Refused, Set
from training.request import SessionRequest

Body = dict[str, Any]
AT_EXERCISE = "/prescription/blocks/0/exercises/0"


def accepted(*blocks: Body, **fields: Any) -> Prescription:
    return accept(importing(*blocks, **fields), CATALOGUE)


def refusal(*blocks: Body, **fields: Any) -> dict[str, str]:
    """Pointer -> code of everything refused."""
    with pytest.raises(Refused) as caught:
        accepted(*blocks, **fields)
    return {error.pointer: error.code for error in caught.value.errors}


def named(name: str, **fields: Any) -> Body:
    return {"name": name, "sets": [{"reps": 5}], **fields}


def one_set(**fields: Any) -> Body:
    return block(exercise("back-squat", {"reps": 5, **fields}))


def keys(prescription: Prescription) -> list[list[str]]:
    return [[one.key, *(e.key for e in one.exercises)] for one in prescription.blocks]


# --- matching ---


def test_a_name_finds_its_exercise_and_stays_as_it_was_written() -> None:
    squat, tempo = accepted(block(named("SQUATS ARRIERE"), named("Tempo"))).blocks[0].exercises
    assert (squat.exercise, squat.name) == ("back-squat", "SQUATS ARRIERE")
    assert (tempo.exercise, tempo.name) == (None, "Tempo")


def test_a_slug_is_kept_with_or_without_a_name() -> None:
    blocks = block(named("My lift", exercise="bench-press"), exercise("back-squat", {"reps": 5}))
    both, alone = accepted(blocks).blocks[0].exercises
    assert (both.exercise, both.name) == ("bench-press", "My lift")
    assert (alone.exercise, alone.name) == ("back-squat", None)


def test_an_unknown_slug_is_refused() -> None:
    assert refusal(block(named("My lift", exercise="moon-press"))) == {f"{AT_EXERCISE}/exercise": "unknown_exercise"}


def test_a_row_over_a_distance_is_the_machine() -> None:
    blocks = block(named("Row"), {"name": "Row", "sets": [{"distance_meters": 500}]})
    assert [e.exercise for e in accepted(blocks).blocks[0].exercises] == ["barbell-row", "rowing-machine"]


@pytest.mark.parametrize(
    ("sets", "slug"),
    [
        ([{"reps": 15}], "air-squat"),
        ([{"reps": 300, "load_kg": 9}], "air-squat"),  # Murph's vest
        ([{"reps": 5, "load_kg": 60}], "back-squat"),
        ([{"reps": 5}, {"reps": 5, "percent_1rm": 70}], "back-squat"),
    ],
)
def test_a_squat_of_a_workout_is_the_bodys_unless_it_bears_the_load_of_a_bar(sets: list[Body], slug: str) -> None:
    squats = Catalogue(
        [
            entry("air-squat", modality="gymnastics", equipment=[], aliases={"en": ["Squat"]}),
            entry("back-squat", aliases={"en": ["Squat"]}),
        ]
    )
    request = importing(
        block({"name": "Squats", "sets": sets}), coach="functional", athlete={"one_rep_max_kg": {"squat": 100}}
    )
    assert accept(request, squats).blocks[0].exercises[0].exercise == slug
    maxes = OneRepMaxes(request.athlete.one_rep_max_kg, "functional", squats)
    assert maxes.of(PrescribedExercise(exercise="back-squat", sets=[Set(reps=1)])) == 100


# --- stored as given ---


def test_nothing_but_matches_and_keys_is_added() -> None:
    request = importing(block(named("Squat"), role="cooldown", rounds=3), {**block(named("Tempo")), "key": "mine"})
    assert request.prescription is not None
    given_, stored = request.prescription.model_dump(), accept(request, CATALOGUE).model_dump()
    stored["blocks"][0]["exercises"][0]["exercise"] = None
    for one in (given_, stored):
        for number, with_key in enumerate(one["blocks"]):
            with_key["key"] = number
            for each in with_key["exercises"]:
                each["key"] = None
    assert stored == given_


def test_what_get_gives_can_be_posted_again() -> None:
    once = accepted(block(named("Squat"), named("Tempo")))
    again = accepted(*once.model_dump(mode="json")["blocks"])
    assert again == once


def test_there_must_be_something_to_import() -> None:
    with pytest.raises(Refused):
        accept(SessionRequest(coach="force"), CATALOGUE)


# --- keys ---


def test_keys_are_made_from_the_positions() -> None:
    nameless = {"role": "main", "format": "sets", "exercises": [named("a"), named("b")]}
    assert keys(accepted(nameless, nameless)) == [["b1", "b1e1", "b1e2"], ["b2", "b2e1", "b2e2"]]


def test_a_made_key_never_collides_with_a_given_one() -> None:
    first = {"role": "main", "format": "sets", "exercises": [named("a"), named("b", key="b1")]}
    assert keys(accepted(first, block(named("c", key="b1-2"), named("d")))) == [
        ["b1-3", "b1e1", "b1"],
        ["block", "b1-2", "b2e2"],
    ]


def test_a_key_given_twice_is_refused_at_the_second_place() -> None:
    assert refusal(block(named("a", key="x"), named("b", key="x"))) == {
        "/prescription/blocks/0/exercises/1/key": "not_unique"
    }
    assert refusal(block(named("a", key="block"))) == {f"{AT_EXERCISE}/key": "not_unique"}


SOME_KEYS = st.sampled_from(["", "", "b1", "b2", "b1e1", "b1e2", "b2e1", "b1-2", "b1e1-2"])


@given(st.lists(st.lists(SOME_KEYS, min_size=2, max_size=4), min_size=1, max_size=3))
def test_unique_keys_stay_and_all_keys_become_unique(wanted: list[list[str]]) -> None:
    seen: set[str] = set()
    blocks = []
    for row in wanted:
        new = ["" if key in seen else key for key in dict.fromkeys(row)]
        seen.update(new)
        blocks.append({**block(*(named("a", key=key) for key in [*new[1:], ""])), "key": new[0]})
    prescription = Prescription.model_validate({"blocks": blocks})
    before = [key for row in keys(prescription) for key in row]
    after = [key for row in keys(with_keys(prescription)) for key in row]
    assert len(set(after)) == len(after)
    assert all(given_ in ("", made) for given_, made in zip(before, after, strict=True))


# --- formats and contradictions ---


def test_an_amrap_needs_its_time_cap() -> None:
    assert refusal(block(named("a"), format="amrap")) == {"/prescription/blocks/0/time_cap_seconds": "required"}
    accepted(block(named("a"), format="amrap", time_cap_seconds=600))


def test_an_exercise_of_a_tabata_has_one_set() -> None:
    two = exercise("back-squat", {"reps": 5}, {"reps": 5})
    assert refusal(block(two, format="tabata")) == {f"{AT_EXERCISE}/sets": "max_length"}
    accepted(block(named("a"), format="tabata"))


@pytest.mark.parametrize(
    "format_",
    ["sets", "superset", "circuit", "intervals", "steady", "emom", "for_time", "chipper", "ladder", "race"],
)
def test_every_other_format_needs_nothing_more(format_: str) -> None:
    accepted(block(exercise("back-squat", {"reps": 5}, {"reps": 3}), format=format_))


@pytest.mark.parametrize(
    ("load_kg", "agrees"), [(80, True), (82, True), (78, True), (82.1, False), (77.9, False), (0, False)]
)
def test_percent_and_load_agree_within_two_points_of_a_known_one_rep_max(load_kg: float, agrees: bool) -> None:
    athlete = {"one_rep_max_kg": {"Squats": 100}}
    contradicting = one_set(percent_1rm=80, load_kg=load_kg)
    accepted(contradicting)  # nobody knows the 1RM
    if agrees:
        accepted(contradicting, athlete=athlete)
    else:
        assert refusal(contradicting, athlete=athlete) == {f"{AT_EXERCISE}/sets/0/percent_1rm": "contradiction"}


def test_the_slugs_own_one_rep_max_goes_before_that_of_another_name() -> None:
    accepted(one_set(percent_1rm=80, load_kg=80), athlete={"one_rep_max_kg": {"Squat": 200, "back-squat": 100}})


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"zone": 2, "intensity": 0.85}, None),
        ({"zone": 2, "intensity": 0.877}, None),
        ({"zone": 3, "intensity": 0.877}, "contradiction"),
        ({"zone": 4, "intensity": 0.85}, "contradiction"),
        ({"zone": 5, "intensity": 3}, None),
        ({"zone": 6, "intensity": 1.3}, "max_value"),
        ({"zone": 6}, "max_value"),
        ({"zone": 3, "intensity": 0.7, "intensity_end": 1.0}, None),
        ({"zone": 5, "intensity": 1.0, "intensity_end": 0.7}, "contradiction"),
        ({"zone": 3, "intensity_end": 2}, None),
    ],
)
def test_zone_and_intensity_agree(fields: Body, code: str | None) -> None:
    if code is None:
        accepted(one_set(**fields))
    else:
        assert refusal(one_set(**fields)) == {f"{AT_EXERCISE}/sets/0/zone": code}


def test_seven_zones_are_cyclings_alone() -> None:
    sprint = {"sets": [{"duration_seconds": 30, "zone": 7, "intensity": 1.6}]}
    accepted(block({"name": "Sprint", "sport": "bike", **sprint}))
    accepted(block({"name": "Sprint", **sprint}), coach="endurance", discipline="cycling")
    running = {"coach": "endurance", "discipline": "running"}
    assert refusal(block({"name": "Sprint", "sport": "bike", **sprint}), **running) == {
        f"{AT_EXERCISE}/sets/0/zone": "max_value"
    }


def test_odd_is_not_contradictory() -> None:
    accepted(one_set(reps_max=2, rpe=1, percent_1rm=150, intensity_end=0.5))


def test_everything_wrong_is_told_at_once() -> None:
    wrong = block(named("a", exercise="moon-press", key="block"), format="amrap")
    assert refusal(wrong) == {
        f"{AT_EXERCISE}/exercise": "unknown_exercise",
        f"{AT_EXERCISE}/key": "not_unique",
        "/prescription/blocks/0/time_cap_seconds": "required",
    }
