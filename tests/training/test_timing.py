from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training.shapes import CATALOGUE, block, entry, exercise, prescription
from training.catalogue import Catalogue
from training.prescription import Prescription
from training.request import SessionRequest
from training.timing import block_seconds, session_seconds, set_seconds

FORCE = SessionRequest(coach="force")


def seconds(*blocks: dict[str, Any], request: SessionRequest = FORCE) -> float:
    return session_seconds(prescription(*blocks), CATALOGUE, request)


def seconds_of_first(one: Prescription, request: SessionRequest = FORCE) -> float:
    first = one.blocks[0].exercises[0]
    return set_seconds(first, first.sets[0], CATALOGUE, request)


def work_seconds(name: str, request: SessionRequest = FORCE, per_side: bool = False, **measure: object) -> float:
    return seconds_of_first(prescription(block(exercise(name, measure, per_side=per_side))), request)


def test_four_sets_of_eight_at_3110_with_two_minutes_rest_take_520_seconds() -> None:
    squats = exercise("back-squat", *[{"reps": 8, "tempo": "3110", "rest_seconds": 120}] * 4)
    assert seconds(block(squats)) == 520


@pytest.mark.parametrize(
    ("name", "measure", "expected"),
    [
        ("back-squat", {"reps": 5}, 15),
        ("double-under", {"reps": 50}, 30),
        ("a stranger", {"reps": 10}, 30),
        ("back-squat", {"reps": 5, "tempo": "30X1"}, 25),
        ("back-squat", {"reps": 5, "tempo": "0000"}, 15),
        ("back-squat", {"reps": 5, "duration_seconds": 45}, 45),
        ("a stranger", {"calories": 15}, 60),
        ("rowing-machine", {"distance_meters": 360}, 100),
        ("farmers-carry", {"distance_meters": 40}, 25),
        ("a stranger", {"distance_meters": 280}, 100),
    ],
)
def test_a_set_takes_its_duration_else_its_reps_else_its_way_else_its_calories(
    name: str, measure: dict[str, Any], expected: float
) -> None:
    assert work_seconds(name, **measure) == pytest.approx(expected)


def test_both_sides_take_twice_as_long() -> None:
    assert work_seconds("back-squat", per_side=True, reps=8) == 48
    assert work_seconds("a stranger", per_side=True, duration_seconds=30) == 60


def test_a_known_threshold_sets_the_pace_of_a_distance() -> None:
    runner = SessionRequest.model_validate(
        {"coach": "endurance", "discipline": "running", "athlete": {"threshold_pace_s_per_km": 250}}
    )
    assert work_seconds("1 km", runner, distance_meters=1000, intensity=0.8) == pytest.approx(312.5)
    assert work_seconds("1 km", runner, distance_meters=1000, intensity=0.7, intensity_end=0.9) == pytest.approx(312.5)
    assert work_seconds("1 km", runner, distance_meters=1000) == pytest.approx(1000 / 2.8)
    swimmer = SessionRequest.model_validate(
        {"coach": "endurance", "discipline": "swimming", "athlete": {"css_s_per_100m": 100}}
    )
    assert work_seconds("400 m", swimmer, distance_meters=400, intensity=1) == pytest.approx(400)
    assert work_seconds("400 m", swimmer, distance_meters=300) == pytest.approx(400)


def test_a_zone_or_an_rpe_paces_a_distance_as_well_as_an_intensity() -> None:
    runner = SessionRequest.model_validate(
        {"coach": "endurance", "discipline": "running", "athlete": {"threshold_pace_s_per_km": 250}}
    )
    assert work_seconds("1 km", runner, distance_meters=1000, zone=2) == pytest.approx(250 / 0.826)
    assert work_seconds("1 km", runner, distance_meters=1000, rpe=8) == pytest.approx(250)
    assert work_seconds("1 km", runner, distance_meters=1000, zone=2, intensity=0.8) == pytest.approx(312.5)


def test_a_machines_metres_keep_their_own_speed_beside_a_runners_threshold() -> None:
    runner = SessionRequest.model_validate(
        {"coach": "endurance", "discipline": "running", "athlete": {"threshold_pace_s_per_km": 250}}
    )
    assert work_seconds("rowing-machine", runner, distance_meters=360, zone=2) == pytest.approx(100)


def test_a_walk_in_a_runners_session_goes_by_the_runners_threshold() -> None:
    runner = SessionRequest.model_validate(
        {"coach": "endurance", "discipline": "running", "athlete": {"threshold_pace_s_per_km": 250}}
    )
    walks = Catalogue([entry("brisk-walk", pattern="cyclical"), entry("walking-lunge", pattern="lunge")])
    first = prescription(block({**exercise("Walk", {"distance_meters": 400, "rpe": 2}), "exercise": "brisk-walk"}))
    walk = first.blocks[0].exercises[0]
    assert set_seconds(walk, walk.sets[0], walks, runner) == pytest.approx(400 / (0.3**0.5 * 4))
    lunge = walk.model_copy(update={"exercise": "walking-lunge"})
    assert set_seconds(lunge, lunge.sets[0], walks, runner) == pytest.approx(400 / 0.37)


@pytest.mark.parametrize(("pattern", "expected"), [("carry", 1.6), ("lunge", 0.37), ("jump", 0.3), ("squat", 2.8)])
def test_what_is_no_sport_covers_its_ground_as_its_pattern_does(pattern: str, expected: float) -> None:
    catalogue = Catalogue([entry("overhead-walk", pattern=pattern)])
    one = prescription(block({**exercise("Walk", {"distance_meters": 100}), "exercise": "overhead-walk"}))
    walk = one.blocks[0].exercises[0]
    assert set_seconds(walk, walk.sets[0], catalogue, FORCE) == pytest.approx(100 / expected)


@pytest.mark.parametrize(
    ("sport", "expected"), [("run", 1 / 2.8), ("bike", 1 / 7), ("swim", 1 / 0.75), ("row", 1 / 3.6), ("ski", 1 / 3.9)]
)
def test_a_sport_has_a_speed_by_convention(sport: str, expected: float) -> None:
    one = prescription(block({**exercise("A stranger", {"distance_meters": 1000, "zone": 2}), "sport": sport}))
    assert seconds_of_first(one) == pytest.approx(1000 * expected)


def test_straight_sets_take_a_minute_to_change_and_drop_only_the_very_last_rest() -> None:
    pair = [exercise(name, *[{"reps": 10, "rest_seconds": 90}] * 2) for name in ("back-squat", "bench-press")]
    assert seconds(block(*pair)) == 4 * 30 + 3 * 90 + 60


def test_blocks_stand_a_minute_apart() -> None:
    one = block(exercise("back-squat", {"reps": 10, "rest_seconds": 90}))
    assert seconds(one, one, one) == 3 * 30 + 2 * 60


def test_a_superset_repeats_a_list_of_one_set_and_rests_between_its_rounds() -> None:
    squats = exercise("back-squat", {"reps": 10}, {"reps": 8}, {"reps": 6})
    rows = exercise("barbell-row", {"reps": 10, "rest_seconds": 20})
    assert seconds(block(squats, rows, format="superset", rest_seconds=60)) == 24 * 3 + 3 * 30 + 2 * 20 + 2 * 60


def test_the_last_set_of_a_superset_is_that_of_its_last_round() -> None:
    squats = exercise("back-squat", *[{"reps": 10, "rest_seconds": 100}] * 3)
    rows = exercise("barbell-row", *[{"reps": 10, "rest_seconds": 7}] * 2)
    assert seconds(block(squats, rows, format="superset")) == 5 * 30 + 2 * 100 + 2 * 7


def test_rounds_of_intervals_repeat_everything_in_order() -> None:
    hard, easy = exercise("hard", {"duration_seconds": 60}), exercise("easy", {"duration_seconds": 30})
    assert seconds(block(hard, easy, format="intervals", rounds=8)) == 8 * 90
    assert seconds(block(hard, easy, format="intervals", rounds=8, rest_seconds=10)) == 8 * 90 + 7 * 10


def test_an_amrap_lasts_its_cap_and_for_time_at_most_its_cap() -> None:
    squats = exercise("back-squat", {"reps": 10})
    assert seconds(block(squats, format="amrap", time_cap_seconds=1200, rounds=3)) == 1200
    assert seconds(block(squats, format="for_time", time_cap_seconds=600)) == 600
    assert seconds(block(squats, format="for_time", rounds=3)) == 90


def test_an_emom_lasts_its_passes_times_slots_times_interval() -> None:
    a, b = exercise("back-squat", {"reps": 3}), exercise("bench-press", {"reps": 5})
    assert seconds(block(a, b, format="emom", rounds=5)) == 5 * 2 * 60
    assert seconds(block({**a, "slot": 1}, {**b, "slot": 1}, format="emom", rounds=5, interval_seconds=90)) == 5 * 90
    assert seconds(block({**a, "slot": 1}, {**b, "slot": 1}, exercise("rest", {"reps": 1}), format="emom")) == 120


def test_a_tabata_takes_four_minutes_a_movement() -> None:
    a, b = exercise("back-squat", {"duration_seconds": 20}), exercise("bench-press", {"reps": 10})
    assert seconds(block(a, b, format="tabata")) == 480
    assert seconds(block(a, format="tabata", rounds=4)) == 120


@given(
    rounds=st.integers(1, 50),
    reps=st.integers(1, 100),
    rest=st.integers(0, 600),
    between=st.integers(0, 600),
    format_=st.sampled_from(["superset", "circuit", "intervals", "steady", "chipper", "ladder", "race", "for_time"]),
)
def test_one_more_round_costs_one_round_and_one_rest(
    rounds: int, reps: int, rest: int, between: int, format_: str
) -> None:
    def lasts(n: int) -> float:
        one = exercise("back-squat", {"reps": reps, "rest_seconds": rest})
        with_rounds = block(one, format=format_, rounds=n, rest_seconds=between)
        return block_seconds(prescription(with_rounds).blocks[0], CATALOGUE, FORCE)

    assert lasts(rounds + 1) - lasts(rounds) == 3 * reps + rest + between
