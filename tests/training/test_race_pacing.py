"""Pacing a race: every run, station and transition in whole seconds, for every target and division."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.callers import whole_catalogue
from training.races import DIVISIONS, FILES, division_of, race
from training.races.pacing import Plan, at, believed, half_up, plan, table
from training.races.words import tips
from training.request import Athlete, Division

HYROX = race("hyrox")
CATALOGUE = whole_catalogue()


@st.composite
def targets(draw: st.DrawFn) -> tuple[str, Division, int]:
    discipline, division = draw(st.sampled_from(list(FILES))), draw(st.sampled_from(DIVISIONS))
    return discipline, division, draw(st.integers(*believed(race(discipline), division)))


def total_of(row: list[int]) -> int:
    """A row of the published table: 8 x run, stations, roxzone."""
    return 8 * row[0] + sum(row[1:])


# --- the vector -----------------------------------------------------------------------------------------------------


def test_men_open_in_80_minutes() -> None:
    paced = plan(HYROX, "men_open", 4800)
    assert paced.runs == (293, 305, 305, 305, 305, 305, 305, 317)  # 4:53, six of 5:05, 5:17
    assert paced.stations == (258, 171, 261, 269, 277, 125, 273, 345)
    assert paced.transitions == (48, 48, 48, 48, 48, 47, 47, 47)  # 6:21
    assert paced.total_seconds == 4800


def test_without_a_target_the_80_to_90_row_stands_as_published() -> None:
    paced = plan(HYROX, "men_open", None)
    assert paced.stations == (262, 179, 275, 288, 283, 131, 289, 366)
    assert sum(paced.transitions) == 413
    assert sum(paced.runs) == 8 * 318


def test_a_target_on_a_rows_total_gets_that_row() -> None:
    row = [267, 275, 135, 221, 220, 283, 110, 195, 311, 294]
    paced = plan(HYROX, "women_open", total_of(row))
    assert paced.stations == tuple(row[1:9])


def test_below_the_first_row_and_above_the_last_that_row_is_scaled() -> None:
    rows = table(HYROX, "men_open")
    assert at(rows, rows[0].total * 0.9).stations == pytest.approx([0.9 * s for s in rows[0].stations])
    assert at(rows, rows[-1].total * 1.5).run == pytest.approx(1.5 * rows[-1].run)


def test_pro_and_doubles_multiply_the_stations_of_the_open_table_and_recompute_the_totals() -> None:
    open_row, pro, doubles = (table(HYROX, d)[3] for d in ("men_open", "men_pro", "men_doubles"))
    factors = [1, 1.48, 1.46, 1, 1, 1.16, 1.13, 1.18]
    assert pro.stations == pytest.approx([f * s for f, s in zip(factors, open_row.stations, strict=True)])
    assert (pro.run, pro.transitions) == (open_row.run, open_row.transitions)
    assert pro.total == pytest.approx(8 * 318 + 413 + sum(pro.stations))
    assert doubles.stations[1] == pytest.approx(0.55 * 179)
    assert table(HYROX, "women_pro")[3].stations[1] == pytest.approx(1.6 * 167)


# The published medians, a row a finish band: run, ski, push, pull, broad jumps, row, carry, lunges, balls, roxzone.
PUBLISHED = {
    "men_open": [
        [227, 233, 137, 177, 157, 245, 94, 174, 225, 262],
        [257, 243, 144, 210, 196, 258, 104, 216, 271, 282],
        [288, 253, 160, 242, 244, 270, 116, 251, 317, 342],
        [318, 262, 179, 275, 288, 283, 131, 289, 366, 413],
        [347, 271, 202, 312, 345, 296, 145, 336, 427, 492],
        [386, 281, 227, 356, 407, 311, 162, 394, 502, 581],
        [467, 297, 272, 432, 530, 336, 182, 512, 643, 692],
    ],
    "women_open": [
        [240, 262, 125, 194, 180, 268, 100, 170, 296, 265],
        [267, 275, 135, 221, 220, 283, 110, 195, 311, 294],
        [299, 286, 148, 246, 265, 297, 121, 224, 363, 329],
        [330, 297, 167, 280, 316, 311, 132, 259, 420, 391],
        [363, 309, 187, 319, 368, 324, 142, 297, 480, 451],
        [407, 323, 211, 367, 447, 343, 160, 359, 577, 535],
        [494, 345, 248, 449, 621, 376, 184, 466, 756, 638],
    ],
}
PRO = {
    "men_pro": [1, 1.48, 1.46, 1, 1, 1.16, 1.13, 1.18],
    "women_pro": [1, 1.60, 1.21, 1, 1, 1.22, 1.19, 1.20],
}
DOUBLES = [0.90, 0.55, 0.62, 0.57, 0.93, 0.78, 0.68, 0.66]


@pytest.mark.parametrize("division", DIVISIONS)
def test_every_cell_of_the_tables_and_every_factor_is_the_published_one(division: Division) -> None:
    sex = division.split("_")[0]
    factors = DOUBLES if "doubles" in division else PRO.get(division, [1.0] * 8)
    for row, splits in zip(PUBLISHED[f"{sex}_open"], table(HYROX, division), strict=True):
        assert (splits.run, splits.transitions) == (row[0], row[-1])
        assert splits.stations == pytest.approx([f * s for f, s in zip(factors, row[1:-1], strict=True)])


@pytest.mark.parametrize(("seconds", "whole"), [(0.5, 1), (1.5, 2), (2.49, 2), (225 * 1.18, 266), (4.499999999, 5)])
def test_halves_are_rounded_up_whatever_binary_fractions_make_of_them(seconds: float, whole: int) -> None:
    assert half_up(seconds) == whole


# --- DEKA -----------------------------------------------------------------------------------------------------------


def test_deka_without_a_target_is_the_mid_pack() -> None:
    paced = plan(race("deka-strong"), "women_open", None)
    assert paced.stations == (60, 105, 55, 50, 115, 45, 70, 65, 95, 80)
    assert (paced.runs, paced.transitions) == ((), (20,) * 9)
    assert paced.total_seconds == 920


def test_dekas_runs_go_by_threshold_pace_else_by_convention() -> None:
    assert plan(race("deka-fit"), "men_open", None, 270).runs == (135,) * 10
    assert plan(race("deka-fit"), "men_open", None).runs == (179,) * 10  # 500 m at 2.8 m/s
    assert plan(race("deka-mile"), "men_open", None).runs == (57,) * 10


def test_deka_scales_zones_and_runs_alike() -> None:
    usual, faster = (plan(race("deka-fit"), "men_open", target) for target in (None, 2165))  # 2706: 80 %
    assert faster.stations == tuple(half_up(0.8 * s) for s in usual.stations)
    assert faster.runs == (143,) * 10
    assert faster.total_seconds == 2165


# --- whatever the target --------------------------------------------------------------------------------------------


@given(targets())
def test_a_plan_sums_to_its_target_to_the_second(asked: tuple[str, Division, int]) -> None:
    discipline, division, target = asked
    paced = plan(race(discipline), division, target)
    assert paced.total_seconds == target
    assert len(paced.transitions) == paced.race.transitions
    assert min(*paced.runs, *paced.stations, *paced.transitions, 10_000) > 0
    assert max(paced.transitions) - min(paced.transitions) <= 1
    assert list(paced.transitions) == sorted(paced.transitions, reverse=True)


def segments(paced: Plan) -> list[int]:
    return [*paced.runs, *paced.stations]


@given(targets(), st.integers(1, 1200))
def test_a_faster_target_never_slows_a_segment(asked: tuple[str, Division, int], seconds: int) -> None:
    discipline, division, target = asked
    slower = plan(race(discipline), division, target)
    faster = plan(race(discipline), division, max(believed(race(discipline), division)[0], target - seconds))
    assert all(a <= b for a, b in zip(segments(faster), segments(slower), strict=True))
    # All that is rounded lands in the transitions: at most half a second a segment, on either plan.
    assert sum(faster.transitions) <= sum(slower.transitions) + len(segments(slower))


@given(st.sampled_from(DIVISIONS), st.integers(3180, 14400))
def test_the_first_run_is_the_quickest_and_the_last_the_slowest(division: Division, target: int) -> None:
    runs = plan(HYROX, division, target).runs
    assert runs[0] <= runs[1] == runs[6] <= runs[7]


# --- the data -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("discipline", list(FILES))
def test_the_data_is_dated_and_sourced(discipline: str) -> None:
    assert date(2024, 1, 1) < race(discipline).as_of < date(2100, 1, 1)
    assert race(discipline).splits.source


@pytest.mark.parametrize("division", DIVISIONS)
def test_the_tables_get_slower_from_band_to_band(division: Division) -> None:
    for faster, slower in pairwise(table(HYROX, division)):
        assert faster.run < slower.run
        assert faster.transitions < slower.transitions
        assert all(a < b for a, b in zip(faster.stations, slower.stations, strict=True))


@pytest.mark.parametrize(
    ("division", "loads"),
    [
        ("women_open", [None, 102, 78, None, None, 16, 10, 4]),
        ("women_pro", [None, 152, 103, None, None, 24, 20, 6]),
        ("women_doubles", [None, 102, 78, None, None, 16, 10, 4]),
        ("men_open", [None, 152, 103, None, None, 24, 20, 6]),
        ("men_pro", [None, 202, 153, None, None, 32, 30, 9]),
        ("men_doubles", [None, 152, 103, None, None, 24, 20, 6]),
    ],
)
def test_the_loads_of_a_division(division: Division, loads: list[float | None]) -> None:
    assert [station.load(division) for station in HYROX.stations] == loads
    heights = {"women_pro": 2.7, "women_open": 2.7, "women_doubles": 2.7}
    assert HYROX.stations[7].height(division) == heights.get(division, 3.0)


@pytest.mark.parametrize("discipline", list(FILES))
def test_every_station_and_what_stands_in_for_it_is_in_the_catalogue(discipline: str) -> None:
    running = race(discipline)
    for station in running.stations:
        assert station.exercise in CATALOGUE
        assert [slug for slug in station.instead if slug not in CATALOGUE] == []
        assert "competitions" in CATALOGUE[station.exercise].coaches
        assert station.exercise in tips()
        # Somebody with nothing but the body always finds something.
        assert any(not CATALOGUE[slug].equipment and CATALOGUE[slug].level == "beginner" for slug in station.instead)
    assert [slug for slug in running.run_instead if slug not in CATALOGUE] == []


def test_deka_fit_throws_and_the_others_sit_up() -> None:
    zones = {
        discipline: [s.exercise for s in race(discipline).stations] for discipline in FILES if discipline != "hyrox"
    }
    assert (zones["deka-fit"][3], zones["deka-fit"][7]) == ("sit-up-throw", "dead-ball-over-wall")
    assert zones["deka-mile"] == zones["deka-strong"]
    assert (zones["deka-mile"][3], zones["deka-mile"][7]) == ("medicine-ball-sit-up", "dead-ball-over-shoulder")


def test_a_division_is_given_else_assumed_from_the_sex() -> None:
    assert division_of(Athlete(division="women_pro", sex="male")) == ("women_pro", True)
    assert division_of(Athlete(sex="female")) == ("women_open", False)
    assert division_of(Athlete(sex="male")) == ("men_open", False)
    assert division_of(Athlete()) == ("men_open", False)
