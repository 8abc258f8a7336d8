import json
import math
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.training.shapes import block, exercise
from training.flaws import MAX_DEPTH, flaws
from training.prescription import MAX_ERRORS, PrescribedExercise, Prescription, Refused, Set, pointer
from training.request import SessionRequest

Body = dict[str, Any]
SQUATS = exercise("back-squat", {"reps": 5})


CODES = {
    "required", "unknown_key", "invalid_type", "invalid_choice", "invalid_format", "invalid_character", "not_finite",
    "min_value", "max_value", "min_length", "max_length",
}  # fmt: skip


def refusal(body: Any, shape: type[Prescription] | type[SessionRequest] = Prescription) -> dict[str, str]:
    """Pointer -> code of everything refused in a body."""
    with pytest.raises(ValidationError) as caught:
        shape.model_validate(body)
    return {error.pointer: error.code for error in Refused.of(caught.value).errors}


def session(*exercises: Body, **fields: Any) -> Body:
    return {"blocks": [block(*(exercises or (SQUATS,)), **fields)]}


def one_set(**fields: Any) -> Body:
    return session(exercise("back-squat", {"reps": 5, **fields}))


AT_SET = "/blocks/0/exercises/0/sets/0"


def test_blocks_roles_formats_names_and_sets_are_all_an_import_needs() -> None:
    body = {"blocks": [{"role": "main", "format": "sets", "exercises": [{"name": "Squat", "sets": [{"reps": 5}]}]}]}
    only = Prescription.model_validate(body).blocks[0].exercises[0]
    assert (only.per_side, only.implements, only.sets[0].kind) == (False, 1, "working")


def test_null_means_the_default_for_every_other_key() -> None:
    shapes = Prescription.model_json_schema()["$defs"]
    needed = {"role", "format", "exercises", "name", "sets", "reps"}
    nulls = {shape: dict.fromkeys(shapes[shape]["properties"]) for shape in ("Block", "PrescribedExercise", "Set")}
    one = {**nulls["PrescribedExercise"], "name": "Squat", "sets": [{**nulls["Set"], "reps": 5}]}
    body = {
        **dict.fromkeys(Prescription.model_fields),
        "blocks": [{**nulls["Block"], "role": "main", "format": "sets", "exercises": [one]}],
    }
    bare = {"blocks": [{"role": "main", "format": "sets", "exercises": [{"name": "Squat", "sets": [{"reps": 5}]}]}]}
    assert needed <= {key for keys in nulls.values() for key in keys}
    assert Prescription.model_validate(body) == Prescription.model_validate(bare)
    request = {**dict.fromkeys(SessionRequest.model_fields), "coach": "force"}
    assert SessionRequest.model_validate(request) == SessionRequest(coach="force")


def test_details_are_accepted_and_not_kept() -> None:
    body = session({**SQUATS, "details": {"anything": [1, None]}})
    assert Prescription.model_validate(body) == Prescription.model_validate(session())
    assert refusal(session({**SQUATS, "detail": None})) == {"/blocks/0/exercises/0/detail": "unknown_key"}


@pytest.mark.parametrize("measure", ["reps", "duration_seconds", "distance_meters", "calories"])
def test_one_measure_makes_a_set(measure: str) -> None:
    Prescription.model_validate(session(exercise("back-squat", {measure: 5})))


def test_a_set_without_a_measure_is_refused_at_its_place() -> None:
    assert refusal(session(exercise("back-squat", {"reps": 5}, {"load_kg": 100}))) == {
        "/blocks/0/exercises/0/sets/1": "required"
    }


@pytest.mark.parametrize("nameless", [{}, {"name": None, "exercise": None}, {"name": "  "}])
def test_an_exercise_needs_a_name_or_a_slug(nameless: Body) -> None:
    assert refusal(session({"sets": [{"reps": 5}], **nameless})) == {"/blocks/0/exercises/0": "required"}


@pytest.mark.parametrize(
    ("key", "lowest", "highest"),
    [
        ("reps", 1, 10_000),
        ("duration_seconds", 1, 86_400),
        ("distance_meters", 1, 250_000),
        ("calories", 1, 10_000),
        ("load_kg", 0, 1_000),
        ("percent_1rm", 1, 150),
        ("intensity", 0.1, 3),
        ("intensity_end", 0.1, 3),
        ("rpe", 1, 10),
        ("rest_seconds", 0, 3_600),
    ],
)
def test_every_figure_of_a_set_has_its_bounds(key: str, lowest: float, highest: float) -> None:
    for inside in (lowest, highest):
        Prescription.model_validate(one_set(**{key: inside}))
    step = 1 if key == "reps" else 0.01
    assert refusal(one_set(**{key: lowest - step})) == {f"{AT_SET}/{key}": "min_value"}
    assert refusal(one_set(**{key: highest + step})) == {f"{AT_SET}/{key}": "max_value"}
    assert set(refusal(one_set(**{key: 10**400})).keys()) == {f"{AT_SET}/{key}"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, {"/blocks": "required"}),
        ({"blocks": []}, {"/blocks": "min_length"}),
        ([], {"": "invalid_type"}),
        ({"blocks": [None]}, {"/blocks/0": "invalid_type"}),
        (session(format="sprint"), {"/blocks/0/format": "invalid_choice"}),
        (session(role=["main"]), {"/blocks/0/role": "invalid_choice"}),
        (session(rounds=101), {"/blocks/0/rounds": "max_value"}),
        (session(exercise("back-squat")), {"/blocks/0/exercises/0/sets": "min_length"}),
        (one_set(reps="5"), {f"{AT_SET}/reps": "invalid_type"}),
        (one_set(reps=True), {f"{AT_SET}/reps": "invalid_type"}),
        (one_set(reps=5.5), {f"{AT_SET}/reps": "invalid_type"}),
        (one_set(load_kg="100"), {f"{AT_SET}/load_kg": "invalid_type"}),
        (one_set(load_kg=math.nan), {f"{AT_SET}/load_kg": "not_finite"}),
        (one_set(load_kg=math.inf), {f"{AT_SET}/load_kg": "not_finite"}),
        (one_set(tempo="31X"), {f"{AT_SET}/tempo": "invalid_format"}),
        (one_set(tempo="3110\n"), {f"{AT_SET}/tempo": "invalid_format"}),
        (one_set(**{"a/b~c": 1}), {f"{AT_SET}/a~1b~0c": "unknown_key"}),
        ({**session(), "title": "x" * 501}, {"/title": "max_length"}),
    ],
)
def test_what_is_wrong_is_refused_at_its_place(body: Any, expected: dict[str, str]) -> None:
    assert refusal(body) == expected


def test_a_session_holds_thirty_blocks_sixty_exercises_and_sixty_sets_an_exercise() -> None:
    two_of_thirty = [block(*[SQUATS] * 30)] * 2
    Prescription.model_validate({"blocks": two_of_thirty})
    assert refusal({"blocks": [*two_of_thirty, block(SQUATS)]}) == {"/blocks": "max_length"}
    assert refusal({"blocks": [block(SQUATS)] * 31}) == {"/blocks": "max_length"}
    assert refusal(session(*[SQUATS] * 61)) == {"/blocks/0/exercises": "max_length"}
    assert refusal(session(exercise("back-squat", *[{"reps": 1}] * 61))) == {"/blocks/0/exercises/0/sets": "max_length"}


def test_a_million_exercises_are_refused_at_once() -> None:
    before = time.perf_counter()
    assert refusal(session(*[SQUATS] * 1_000_000)) == {"/blocks/0/exercises": "max_length"}
    assert time.perf_counter() - before < 2


def test_no_more_errors_are_told_than_help() -> None:
    assert len(refusal(one_set(**{f"unknown{i}": 1 for i in range(10_000)}))) == MAX_ERRORS


def test_a_refused_key_of_the_one_rep_maxes_is_named_itself() -> None:
    body = {"coach": "force", "athlete": {"one_rep_max_kg": {"x" * 501: 100, "squat": -1}}}
    assert refusal(body, SessionRequest) == {
        f"/athlete/one_rep_max_kg/{'x' * 501}": "max_length",
        "/athlete/one_rep_max_kg/squat": "min_value",
    }


def test_every_refusal_is_a_sentence() -> None:
    with pytest.raises(ValidationError) as caught:
        Prescription.model_validate({"blocks": [{"role": "rest", "rounds": 0, "exercises": [], "x": 1}]})
    assert {error.pointer: error.detail for error in Refused.of(caught.value, prefix="/prescription").errors} == {
        "/prescription/blocks/0/role": (
            "Expected one of 'warmup', 'skill', 'main', 'accessory', 'conditioning', 'cooldown'."
        ),
        "/prescription/blocks/0/format": "This is required.",
        "/prescription/blocks/0/rounds": "At least 1.",
        "/prescription/blocks/0/exercises": "At least 1 of them.",
        "/prescription/blocks/0/x": "There is no such key.",
    }


# --- pointers, and what JSON can say but nobody can keep ---


def test_a_pointer_escapes_its_parts_and_can_always_be_sent() -> None:
    assert pointer("a/b", 0, "c~d") == "/a~1b/0/c~0d"
    assert pointer("\ud800é") == "/\\ud800é"


def test_flaws_are_found_in_keys_texts_and_numbers() -> None:
    body = json.loads('{"a": ["x\\u0000", {"b\\ud800": 1}], "c": 1e999, "d": NaN, "fine": ["\\ud83d\\ude00", 1, null]}')
    assert [(flaw.pointer, flaw.code) for flaw in flaws(body)] == [
        ("/a/0", "invalid_character"),
        ("/a/1/b\\ud800", "invalid_character"),
        ("/c", "not_finite"),
        ("/d", "not_finite"),
    ]
    assert [flaw.pointer for flaw in flaws("\x00")] == [""]


def test_what_is_too_deep_is_named_once_and_not_looked_into() -> None:
    body: Any = math.inf
    for _ in range(MAX_DEPTH):
        body = [body]
    assert [flaw.code for flaw in flaws(body)] == ["not_finite"]
    assert [(flaw.pointer, flaw.code) for flaw in flaws([[], [body]])] == [
        ("/1/0" + "/0" * (MAX_DEPTH - 2), "too_deep")
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(), children, max_size=4),
)


@given(JSON)
def test_a_body_is_flawed_exactly_where_it_holds_nul(body: Any) -> None:
    assert any(flaws(body)) == ("\x00" in _texts(body))


def _texts(body: Any) -> str:
    match body:
        case str():
            return body
        case list():
            return "".join(map(_texts, body))
        case dict():
            return "".join(key + _texts(value) for key, value in body.items())
    return ""


@given(key=st.sampled_from([*Set.model_fields, *PrescribedExercise.model_fields, "other"]), value=JSON)
def test_any_value_anywhere_is_taken_or_refused_with_its_reason(key: str, value: Any) -> None:
    for body in (value, session({**SQUATS, key: value}), one_set(**{key: value})):
        errors = []
        try:
            Prescription.model_validate(body)
        except ValidationError as error:
            errors = Refused.of(error).errors
        assert all(error.code in CODES and error.detail for error in errors)
