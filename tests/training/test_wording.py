"""A prescription in short words."""

from typing import Any

import pytest

from training import wording


@pytest.mark.parametrize(
    ("given", "english", "french"),
    [
        (
            {"reps": 5, "load_kg": 100.0, "percent_1rm": 82.5, "rest_seconds": 180},
            "5 reps, 100 kg, 82.5% of 1RM, rest 3 min",
            "5 répétitions, 100 kg, 82,5 % du 1RM, repos 3 min",
        ),
        (
            {"kind": "warmup", "reps": 8, "reps_max": 10, "tempo": "3110"},
            "warm-up, 8–10 reps, tempo 3110",
            "échauffement, 8–10 répétitions, tempo 3110",
        ),
        ({"reps": 1, "kind": "drop"}, "drop set, 1 rep", "série dégressive, 1 répétition"),
        ({"kind": "to_failure", "reps": 6}, "6+ reps", "6 répétitions ou plus"),
        ({"kind": "to_failure", "duration_seconds": 40}, "to failure, 40 s", "à l’échec, 40 s"),
        ({"distance_meters": 400, "zone": 4}, "400 m, zone 4", "400 m, zone 4"),
        (
            {"duration_seconds": 600, "intensity": 0.6, "intensity_end": 0.85},
            "10 min, 60–85% of threshold",
            "10 min, 60–85 % du seuil",
        ),
        ({"calories": 12, "rpe": 8.5, "rest_seconds": 0}, "12 cal, RPE 8.5", "12 cal, RPE 8,5"),
        ({"distance_meters": 1500.0, "intensity": 0.925}, "1.5 km, 92.5% of threshold", "1,5 km, 92,5 % du seuil"),
        ({"distance_meters": 1609.34}, "1609.34 m", "1609,34 m"),
    ],
)
def test_a_set_is_said_as_on_a_board(given: dict[str, Any], english: str, french: str) -> None:
    assert wording.one_set(given, "en") == english
    assert wording.one_set(given, "fr").replace("\u00a0", " ") == french


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (1, "1 s"),
        (60, "1 min"),
        (75, "75 s"),
        (90, "90 s"),
        (150, "2 min 30 s"),
        (3600, "1 h"),
        (3905, "1 h 5 min 5 s"),
    ],
)
def test_a_duration_is_said_as_people_say_it(seconds: float, said: str) -> None:
    assert wording.duration(seconds, "en") == said


def test_equal_sets_are_said_once() -> None:
    assert list(wording.sets({"sets": [{"reps": 5}, {"reps": 5}, {"reps": 3}]}, "en")) == ["2 × 5 reps", "3 reps"]


def test_a_set_says_its_sides_and_a_pair_its_load_each() -> None:
    lunges = {"per_side": True, "implements": 2, "sets": [{"reps": 8, "load_kg": 24}]}
    assert list(wording.sets(lunges, "en")) == ["8 reps per side, 2 × 24 kg"]
    assert list(wording.sets(lunges, "fr")) == ["8 répétitions par côté, 2 × 24\u00a0kg"]


def test_a_block_says_its_role_its_format_and_its_clock() -> None:
    block = {"role": "main", "format": "for_time", "rounds": 3, "time_cap_seconds": 600}
    assert wording.block(block, "en") == "main, for time, 3 rounds, cap 10 min"
    emom = {"role": "conditioning", "format": "emom", "rounds": 1, "interval_seconds": 90, "rest_seconds": 60}
    assert wording.block(emom, "en") == "conditioning, EMOM, 1 round, every 90 s, rest 1 min between rounds"
    assert wording.block(emom, "fr").replace("\u00a0", " ") == (
        "conditionnement, EMOM, 1 tour, toutes les 90 s, repos 1 min entre les tours"
    )


def test_an_exercise_says_what_its_sets_do_not() -> None:
    assert wording.exercise({"slot": 1, "sport": "run"}, "en") == "interval 1, run"
    assert wording.exercise({"slot": 1, "sport": "run"}, "fr") == "intervalle 1, course à pied"
    assert wording.exercise({}, "en") == ""
