"""Daniels' tables, and what they say of race paces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.vdot import RACES_M, race_intensity, vdot, vdot_of_threshold


@pytest.mark.parametrize(
    ("meters", "seconds", "expected"),
    # The tables of Daniels' Running Formula, 3rd ed., whose values are rounded to whole numbers.
    [
        (5_000, 30 * 60 + 40, 30),
        (5_000, 19 * 60 + 57, 50),
        (5_000, 14 * 60 + 55, 70),
        (10_000, 50 * 60 + 3, 40),
        (10_000, 41 * 60 + 21, 50),
        (21_097.5, 3600 + 18 * 60 + 9, 60),
        (42_195, 3 * 3600 + 10 * 60 + 49, 50),
        (42_195, 4 * 3600 + 49 * 60 + 17, 30),
    ],
)
def test_vdot_of_a_race_is_that_of_the_tables(meters: float, seconds: float, expected: float) -> None:
    assert vdot(meters, seconds) == pytest.approx(expected, abs=0.08)


def test_five_kilometres_in_twenty_minutes_are_vdot_49_81() -> None:
    assert vdot(5_000, 1_200) == pytest.approx(49.81, abs=0.005)


def test_a_threshold_pace_of_4_15_is_vdot_50() -> None:
    assert vdot_of_threshold(255) == pytest.approx(50, abs=0.2)


@given(st.integers(150, 500))
def test_longer_races_are_run_slower_and_their_vdot_is_the_athletes(pace: int) -> None:
    speeds = [race_intensity(meters, pace) for meters in RACES_M.values()]
    assert speeds == sorted(speeds, reverse=True)
    for meters, intensity in zip(RACES_M.values(), speeds, strict=True):
        assert vdot(meters, meters / 1000 * pace / intensity) == pytest.approx(vdot_of_threshold(pace), abs=1e-6)


def test_the_hour_is_run_at_about_threshold() -> None:
    assert race_intensity(3_600 / 255 * 1_000, 255) == pytest.approx(1, abs=0.015)
