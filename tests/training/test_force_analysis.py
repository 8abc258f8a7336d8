from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training.shapes import CATALOGUE, block, exercise, prescription
from training.analyses.force import BANDS, analyse
from training.one_rep_max import chart_percent, epley, inol
from training.request import Athlete, Language, SessionRequest

Body = dict[str, Any]


def analysis(*blocks: Body, **one_rep_max_kg: float) -> tuple[Body, Body]:
    """The two analyses of these blocks; 1RMs by slugs whose hyphens are underscores."""
    known = {name.replace("_", "-"): kilograms for name, kilograms in one_rep_max_kg.items()}
    figures = analyse(prescription(*blocks), asking(known), CATALOGUE)
    return figures["volume_analysis"], figures["intensity_distribution"]


def asking(one_rep_max_kg: dict[str, float], language: Language = "en") -> SessionRequest:
    return SessionRequest(coach="force", language=language, athlete=Athlete(one_rep_max_kg=one_rep_max_kg))


def shares(intensity: Body) -> list[float | None]:
    return [intensity[band] for band in BANDS]


# --- formulas, by hand ---


@pytest.mark.parametrize(
    ("reps", "rpe", "percent"),
    [
        (1, 10, 100), (5, 10, 86.3), (5, 8, 81.1), (3, 9, 89.2), (8, 8, 73.9), (12, 6, 57.2), (1, 6, 86.3),
        (5, 8.3, 82.4), (5, 8.25, 82.4), (5, 8.2, 81.1),
    ],
)  # fmt: skip
def test_the_chart_gives_the_percent_of_reps_at_an_rpe_to_the_nearest_half(
    reps: int, rpe: float, percent: float
) -> None:
    assert chart_percent(reps, rpe) == percent


def test_every_step_of_the_chart_is_tuchscherers() -> None:
    chart = [
        100, 97.8, 95.5, 93.9, 92.2, 90.7, 89.2, 87.8, 86.3, 85.0, 83.7, 82.4, 81.1, 79.9, 78.6, 77.4, 76.2, 75.1,
        73.9, 72.3, 70.7, 69.4, 68.0, 66.7, 65.3, 64.0, 62.6, 61.3, 59.9, 58.6, 57.2,
    ]  # fmt: skip
    for reps in range(1, 13):
        for halves in range(12, 21):
            assert chart_percent(reps, halves / 2) == chart[2 * (reps - 1) + 20 - halves]


@pytest.mark.parametrize(("reps", "rpe"), [(13, 8), (5, 5.5), (5, 1), (10_000, 10)])
def test_outside_the_chart_the_percent_is_unknown(reps: int, rpe: float) -> None:
    assert chart_percent(reps, rpe) is None


def test_epley_of_a_single_is_the_load_itself() -> None:
    assert epley(150, 1) == 150
    assert epley(100, 5) == pytest.approx(116.6667, abs=1e-4)


def test_inol_caps_the_percent_at_99() -> None:
    assert inol(5, 80) == 0.25
    assert inol(1, 99) == inol(1, 120) == 1


# --- a session worked by hand ---


def test_a_session_worked_by_hand() -> None:
    squats = exercise("back-squat", {"reps": 5, "load_kg": 60, "kind": "warmup"}, *[{"reps": 5, "load_kg": 100}] * 3)
    bench = exercise("bench-press", *[{"reps": 8, "load_kg": 60, "rpe": 8}] * 2)
    volume, intensity = analysis(block(squats), block(bench, role="accessory"), back_squat=125)

    assert volume["total_sets"] == 5
    assert volume["total_reps"] == 31
    assert volume["total_volume_kg"] == 1500 + 960
    first, second = volume["by_exercise"]
    assert first == {
        "key": "back-squat",
        "sets": 3,
        "reps": 15,
        "volume_kg": 1500,
        "estimated_1rm_kg": pytest.approx(116.6667, abs=1e-4),
        "inol": 0.75,
    }
    assert second["estimated_1rm_kg"] == pytest.approx(60 / 0.739, abs=1e-4)
    assert second["inol"] == pytest.approx(16 / 26.1, abs=1e-4)
    assert volume["by_muscle"] == {
        "quadriceps": {"sets": 3, "volume_kg": 1500},
        "glutes": {"sets": 1.5, "volume_kg": 750},
        "lower back": {"sets": 1.5, "volume_kg": 750},
        "chest": {"sets": 2, "volume_kg": 960},
        "triceps": {"sets": 1, "volume_kg": 480},
        "shoulders": {"sets": 1, "volume_kg": 480},
    }
    assert volume["reasons"].keys() == {"by_exercise.0.estimated_1rm_kg"}
    assert "lower bound" in volume["reasons"]["by_exercise.0.estimated_1rm_kg"]

    assert shares(intensity) == [0, pytest.approx(16 / 31, abs=1e-4), pytest.approx(15 / 31, abs=1e-4), 0]
    assert intensity["unknown_reps"] == 0
    assert intensity["average_percent_1rm"] == pytest.approx((15 * 80 + 16 * 73.9) / 31, abs=1e-4)
    assert intensity["inol"] == pytest.approx(0.75 + 16 / 26.1, abs=1e-4)
    assert intensity["reasons"] == {}


# --- what counts ---


@pytest.mark.parametrize("role", ["warmup", "cooldown"])
def test_warm_up_and_cool_down_are_no_work(role: str) -> None:
    volume, intensity = analysis(block(exercise("back-squat", {"reps": 5, "load_kg": 60}), role=role))
    assert (volume["total_sets"], volume["total_reps"], volume["total_volume_kg"]) == (0, 0, 0)
    assert volume["by_exercise"] == []
    assert volume["by_muscle"] == {}
    assert intensity["unknown_reps"] == 0
    assert intensity["reasons"].keys() == {*BANDS, "average_percent_1rm", "inol"}


@pytest.mark.parametrize(
    ("fields", "sets"),
    [
        ({"format": "sets"}, 4),
        ({"format": "sets", "rounds": 4}, 16),
        ({"format": "circuit", "rounds": 4}, 16),
        ({"format": "intervals", "rounds": 3}, 12),
        ({"format": "emom", "rounds": 2}, 8),
        ({"format": "amrap", "rounds": 5, "time_cap_seconds": 600}, 4),
        ({"format": "for_time"}, 4),
    ],
)
def test_rounds_repeat_the_whole_list(fields: Body, sets: int) -> None:
    volume, _ = analysis(block(exercise("back-squat", *[{"reps": 4, "load_kg": 50}] * 4), **fields))
    assert volume["total_sets"] == sets
    assert volume["total_volume_kg"] == sets * 200


@pytest.mark.parametrize(
    ("format_", "sets"), [("superset", 3), ("circuit", 3), ("for_time", 3), ("ladder", 3), ("sets", 1), ("chipper", 1)]
)
def test_a_list_of_one_set_is_done_in_every_round_where_exercises_take_turns(format_: str, sets: int) -> None:
    ladder = exercise("bench-press", *[{"reps": reps} for reps in (21, 15, 9)])
    volume, _ = analysis(block(ladder, exercise("back-squat", {"reps": 10, "load_kg": 50}), format=format_))
    assert [row["sets"] for row in volume["by_exercise"]] == [3, sets]


def test_a_tabata_is_eight_sets() -> None:
    volume, _ = analysis(block(exercise("back-squat", {"reps": 10, "load_kg": 20}), format="tabata"))
    assert volume["total_sets"] == 8


def test_the_method_says_that_an_amrap_counts_one_round() -> None:
    squats = exercise("back-squat", {"reps": 10, "load_kg": 20})
    for figures in analysis(block(squats, format="amrap", time_cap_seconds=600)):
        assert "amrap" in figures["method"]
    for figures in analysis(block(squats)):
        assert "amrap" not in figures["method"]


def test_reps_and_volume_count_both_sides_and_intensity_one() -> None:
    one_side = {"reps": 8, "load_kg": 20, "percent_1rm": 75}
    volume, intensity = analysis(block(exercise("back-squat", one_side, one_side, per_side=True, implements=2)))
    assert (volume["total_sets"], volume["total_reps"]) == (2, 32)
    assert volume["total_volume_kg"] == 32 * 20 * 2
    assert volume["by_exercise"][0]["inol"] == intensity["inol"] == 16 / 25
    unknown = analysis(block(exercise("back-squat", {"reps": 8, "load_kg": 20}, per_side=True)))[1]
    assert unknown["unknown_reps"] == 8


def test_the_percent_is_given_else_of_the_one_rep_max_else_of_the_chart_else_unknown() -> None:
    sets = [
        {"reps": 5, "percent_1rm": 90, "load_kg": 70, "rpe": 6},
        {"reps": 5, "load_kg": 70, "rpe": 10},
        {"reps": 5, "rpe": 8},
        {"reps": 15, "rpe": 8},
    ]
    _, intensity = analysis(block(exercise("back-squat", *sets)), back_squat=100)
    assert shares(intensity) == [pytest.approx(share, abs=1e-4) for share in (0, 1 / 3, 1 / 3, 1 / 3)]
    assert intensity["unknown_reps"] == 15
    assert intensity["average_percent_1rm"] == pytest.approx((90 + 70 + 81.1) / 3, abs=1e-4)


def test_a_bound_belongs_to_the_heavier_band() -> None:
    sets = [{"reps": 1, "percent_1rm": percent} for percent in (69.9, 70, 79.9, 80, 89.9, 90)]
    _, intensity = analysis(block(exercise("back-squat", *sets)))
    assert shares(intensity) == [pytest.approx(n / 6, abs=1e-4) for n in (1, 2, 2, 1)]


def test_a_one_rep_max_is_found_by_any_name_of_its_exercise() -> None:
    figures = analyse(
        prescription(block(exercise("back-squat", {"reps": 3, "load_kg": 90}))),
        asking({"Squats arrières": 100}),
        CATALOGUE,
    )
    assert figures["intensity_distribution"]["average_percent_1rm"] == 90


# --- what is unknown ---


def test_body_weight_is_no_volume_and_added_load_is() -> None:
    volume, _ = analysis(block(exercise("pull-up", {"reps": 8}, {"reps": 5, "load_kg": 10})))
    assert volume["total_volume_kg"] == 50
    assert "total_volume_kg" not in volume["reasons"]


def test_a_barbell_without_a_load_has_no_volume_and_says_so() -> None:
    volume, _ = analysis(block(exercise("back-squat", {"reps": 5, "rpe": 8})))
    assert volume["total_volume_kg"] is None
    assert volume["by_exercise"][0]["volume_kg"] is None
    assert volume["by_muscle"]["quadriceps"] == {"sets": 1, "volume_kg": None}
    assert "Back squat" in volume["reasons"]["total_volume_kg"]


def test_a_total_names_what_it_leaves_out() -> None:
    squats, bench = exercise("back-squat", {"reps": 5, "rpe": 8}), exercise("bench-press", {"reps": 5, "load_kg": 60})
    volume, _ = analysis(block(squats, bench))
    assert volume["total_volume_kg"] == 300
    assert "Back squat" in volume["reasons"]["total_volume_kg"]
    assert "Bench press" not in volume["reasons"]["total_volume_kg"]


def test_a_stranger_counts_in_the_totals_and_is_named_as_without_muscles() -> None:
    volume, _ = analysis(block(exercise("Zercher good morning", {"reps": 5, "load_kg": 40})))
    assert (volume["total_sets"], volume["total_volume_kg"]) == (1, 200)
    assert volume["by_muscle"] == {}
    assert "Zercher good morning" in volume["reasons"]["by_muscle"]


def test_a_strangers_one_rep_max_is_known_by_its_name() -> None:
    figures = analyse(
        prescription(block(exercise("Zercher squat", {"reps": 5, "load_kg": 80}))),
        asking({"zercher squats": 100}),
        CATALOGUE,
    )
    assert figures["intensity_distribution"]["heavy"] == 1


def test_the_best_estimate_wins_and_sets_of_more_than_twelve_give_none() -> None:
    best, _ = analysis(
        block(exercise("back-squat", {"reps": 5, "load_kg": 100}, {"reps": 5, "load_kg": 100, "rpe": 8}))
    )
    assert best["by_exercise"][0]["estimated_1rm_kg"] == pytest.approx(100 / 0.811, abs=1e-4)
    assert "by_exercise.0.estimated_1rm_kg" not in best["reasons"]
    none, _ = analysis(block(exercise("back-squat", {"reps": 13, "load_kg": 100})))
    assert none["by_exercise"][0]["estimated_1rm_kg"] is None


def test_an_estimate_of_a_lift_with_the_body_says_that_it_is_of_the_added_load() -> None:
    volume, _ = analysis(block(exercise("pull-up", {"reps": 5, "load_kg": 20, "rpe": 10})))
    assert volume["by_exercise"][0]["estimated_1rm_kg"] == pytest.approx(20 / 0.863, abs=1e-4)
    assert "added load" in volume["reasons"]["by_exercise.0.estimated_1rm_kg"]


def test_an_estimate_by_epley_of_a_lift_with_the_body_is_a_lower_bound_too() -> None:
    volume, _ = analysis(block(exercise("pull-up", {"reps": 5, "load_kg": 20})))
    reason = volume["reasons"]["by_exercise.0.estimated_1rm_kg"]
    assert ("lower bound" in reason, "added load" in reason) == (True, True)


def test_holds_and_distances_are_sets_without_reps_or_volume() -> None:
    volume, intensity = analysis(block(exercise("farmers-carry", {"distance_meters": 40, "load_kg": 24}, implements=2)))
    assert (volume["total_sets"], volume["total_reps"], volume["total_volume_kg"]) == (1, 0, 0)
    assert intensity["unknown_reps"] == 0


# --- properties ---

SETS = st.fixed_dictionaries(
    {"reps": st.integers(1, 40)},
    optional={
        "load_kg": st.floats(0, 1000),
        "rpe": st.floats(1, 10),
        "percent_1rm": st.floats(1, 150),
        "kind": st.sampled_from(["working", "warmup", "drop", "to_failure"]),
    },
)
EXERCISES = st.builds(
    lambda name, sets, per_side: exercise(name, *sets, per_side=per_side),
    st.sampled_from(["back-squat", "bench-press", "pull-up", "a stranger"]),
    st.lists(SETS, min_size=1, max_size=5),
    st.booleans(),
)
BLOCKS = st.builds(
    lambda exercises, fields: block(*exercises, **fields),
    st.lists(EXERCISES, min_size=1, max_size=4, unique_by=lambda e: e["key"]),
    st.fixed_dictionaries(
        {"format": st.sampled_from(["sets", "superset", "circuit", "emom", "ladder"])},
        optional={"rounds": st.integers(1, 5), "role": st.sampled_from(["main", "accessory", "warmup"])},
    ),
)


def nulls(figures: Any, path: str = "") -> set[str]:
    """The dotted paths of everything that is null."""
    if figures is None:
        return {path}
    pairs: Mapping[Any, Any]
    match figures:
        case dict():
            pairs = figures
        case list():
            pairs = dict(enumerate(figures))
        case _:
            return set()
    return {null for key, value in pairs.items() for null in nulls(value, f"{path}.{key}" if path else str(key))}


@given(BLOCKS)
def test_shares_sum_to_one_or_are_all_null(one: Body) -> None:
    _, intensity = analysis(one)
    given_shares = shares(intensity)
    if None in given_shares:
        assert given_shares == [None] * 4
    else:
        assert sum(share for share in given_shares if share is not None) == pytest.approx(1, abs=1e-5)


@given(BLOCKS)
def test_every_null_has_its_reason(one: Body) -> None:
    for figures in analysis(one):
        assert nulls(figures) <= figures["reasons"].keys()


@given(BLOCKS)
def test_rows_and_totals_agree(one: Body) -> None:
    volume, intensity = analysis(one)
    rows = volume["by_exercise"]
    assert volume["total_sets"] == sum(row["sets"] for row in rows)
    assert volume["total_reps"] == sum(row["reps"] for row in rows)
    assert (volume["total_volume_kg"] or 0) == pytest.approx(sum(row["volume_kg"] or 0 for row in rows), abs=1e-3)
    assert (intensity["inol"] or 0) == pytest.approx(sum(row["inol"] or 0 for row in rows), abs=1e-3)


@given(BLOCKS)
def test_doubling_the_rounds_doubles_the_work_and_keeps_the_intensity(one: Body) -> None:
    once, twice = analysis(one), analysis({**one, "rounds": 2 * one.get("rounds", 1)})
    for total in ("total_sets", "total_reps", "total_volume_kg"):
        assert (twice[0][total] or 0) == pytest.approx(2 * (once[0][total] or 0), abs=1e-3)
    assert twice[1]["average_percent_1rm"] == pytest.approx(once[1]["average_percent_1rm"])
    assert [row["estimated_1rm_kg"] for row in twice[0]["by_exercise"]] == [
        row["estimated_1rm_kg"] for row in once[0]["by_exercise"]
    ]


@given(loads=st.lists(st.integers(1, 300), min_size=1, max_size=6), factor=st.integers(2, 3))
def test_volume_and_estimates_are_linear_in_load(loads: list[int], factor: int) -> None:
    def volume(by: int) -> Body:
        return analysis(block(exercise("back-squat", *[{"reps": 5, "load_kg": by * load} for load in loads])))[0]

    assert volume(factor)["total_volume_kg"] == pytest.approx(factor * volume(1)["total_volume_kg"])
    lighter, heavier = (volume(by)["by_exercise"][0]["estimated_1rm_kg"] for by in (1, factor))
    assert heavier == pytest.approx(factor * lighter, rel=1e-5)


def test_a_french_session_says_its_methods_and_reasons_in_french() -> None:
    blocks = prescription(block(exercise("back-squat", {"reps": 5}), exercise("Zercher walk", {"reps": 3})))
    english, french = (analyse(blocks, asking({}, language), CATALOGUE) for language in ("en", "fr"))
    for name in ("volume_analysis", "intensity_distribution"):
        assert french[name]["method"] != english[name]["method"]
        assert french[name]["reasons"].keys() == english[name]["reasons"].keys()
        assert set(french[name]["reasons"].values()).isdisjoint(english[name]["reasons"].values())
