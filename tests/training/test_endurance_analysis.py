"""Time in zones and training load: worked by hand, from published sessions, and as properties."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.training.shapes import block, entry, exercise, prescription
from training.analyses.endurance import analyse, polarization_index
from training.catalogue import Catalogue
from training.request import SessionRequest
from training.zones import intensity_of_rpe

Body = dict[str, Any]

CYCLICAL = {"coaches": ["endurance"], "modality": "monostructural", "pattern": "cyclical", "equipment": []}
CATALOGUE = Catalogue(
    [
        entry("back-squat"),
        entry("easy-run", sport="run", **CYCLICAL),
        entry("easy-ride", sport="bike", **CYCLICAL),
        entry("freestyle", sport="swim", **CYCLICAL),
        entry("rowing-machine", sport="row", **CYCLICAL),
    ]
)
HOUR = 3600


def steps(*sets: Body, name: str = "step", **fields: Any) -> Body:
    """A steady block of one exercise with these sets; `name` may be a slug."""
    known = {"exercise": name} if name in CATALOGUE else {}
    one = {**exercise(name, *sets), **known, "sport": fields.pop("sport", None)}
    return block(one, **{"format": "steady", **fields})


def figures(*blocks: Body, discipline: str = "cycling", language: str = "en", **athlete: Any) -> tuple[Body, Body]:
    request = SessionRequest.model_validate(
        {"coach": "endurance", "discipline": discipline, "language": language, "athlete": athlete}
    )
    found = analyse(prescription(*blocks), request, CATALOGUE)
    return found["zone_distribution"], found["tss_breakdown"]


def load(*blocks: Body, **fields: Any) -> Body:
    return figures(*blocks, **fields)[1]


def seconds_in(zones: Body) -> list[float]:
    return [row["seconds"] for row in zones["zones"]]


# --- published and hand-worked vectors ---


@pytest.mark.parametrize("discipline", ["cycling", "running", "swimming"])
def test_an_hour_at_threshold_is_a_load_of_100(discipline: str) -> None:
    tss = load(steps({"duration_seconds": HOUR, "intensity": 1}), discipline=discipline)
    assert tss["total"] == 100
    assert tss["normalized"] == {"intensity_factor": 1, "tss": 100}
    assert tss["by_block"] == [{"key": "block0", "seconds": HOUR, "intensity_factor": 1, "tss": 100}]
    assert tss["reasons"] == {}


def test_half_an_hour_at_nine_tenths_of_threshold_pace_is_40_5() -> None:
    tss = load(steps({"duration_seconds": 1800, "intensity": 270 / 300}), discipline="running")
    assert (tss["normalized"]["intensity_factor"], tss["total"]) == (0.9, 40.5)


def test_three_hours_at_195_of_270_watts_are_156_48() -> None:
    tss = load(steps({"duration_seconds": 3 * HOUR, "intensity": 195 / 270}))
    assert tss["normalized"] == {
        "intensity_factor": pytest.approx(0.7222, abs=1e-4), "tss": pytest.approx(156.48, abs=0.005),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("hours", "intensity", "expected"),
    # Allen & Coggan: an hour at half of threshold is 25; Friel: a two-hour ride at 0.80 is 128, an hour at 0.75 is 56.
    [(1, 0.5, 25), (2, 0.8, 128), (1, 0.75, 56.25), (0.75, 1.05, 82.6875)],
)
def test_published_loads_of_steady_rides(hours: float, intensity: float, expected: float) -> None:
    assert load(steps({"duration_seconds": hours * HOUR, "intensity": intensity}))["total"] == pytest.approx(expected)


def test_swimming_load_grows_with_the_cube() -> None:
    tss = load(steps({"duration_seconds": HOUR, "intensity": 0.9}), discipline="swimming")
    assert tss["total"] == tss["normalized"]["tss"] == pytest.approx(72.9)


def test_a_tempo_of_no_seconds_leaves_a_step_its_time() -> None:
    tss = load(steps({"reps": 20, "tempo": "0000", "rpe": 8}))
    assert tss["by_block"][0]["seconds"] == 60
    assert tss["normalized"]["intensity_factor"] == pytest.approx(1)


def test_a_session_of_intervals_is_worth_more_normalised_than_summed() -> None:
    hard, easy = {"duration_seconds": 180, "intensity": 1.1}, {"duration_seconds": 180, "intensity": 0.5}
    tss = load(steps(hard, easy, rounds=5))
    assert tss["total"] == pytest.approx(1800 / HOUR * (1.21 + 0.25) / 2 * 100)
    intensity = ((1.1**4 + 0.5**4) / 2) ** 0.25
    assert tss["normalized"]["intensity_factor"] == pytest.approx(intensity, abs=1e-6)
    assert tss["normalized"]["tss"] == pytest.approx(50 * intensity**2, abs=1e-5)
    assert tss["by_block"][0]["intensity_factor"] == pytest.approx(0.73**0.5, abs=1e-6)


def test_the_normalised_intensity_of_a_swim_is_the_mean_over_time() -> None:
    fast, slow = {"duration_seconds": 600, "intensity": 1.1}, {"duration_seconds": 1200, "intensity": 0.8}
    tss = load(steps(fast, slow), discipline="swimming")
    assert tss["normalized"]["intensity_factor"] == pytest.approx(0.9)
    assert tss["normalized"]["tss"] == pytest.approx(0.5 * 0.729 * 100)
    assert tss["total"] == pytest.approx((600 * 1.331 + 1200 * 0.512) / 36)


def test_a_ramp_is_worth_the_mean_of_its_squares() -> None:
    ramp = {"duration_seconds": HOUR, "intensity": 0.5, "intensity_end": 1.0}
    tss = load(steps(ramp))
    assert tss["total"] == pytest.approx(100 * (0.25 + 0.5 + 1) / 3)
    assert tss["normalized"]["intensity_factor"] == pytest.approx(((1 - 0.5**5) / (5 * 0.5)) ** 0.25, abs=1e-6)
    falling = load(steps({**ramp, "intensity": 1.0, "intensity_end": 0.5}))
    assert (falling["total"], falling["normalized"]) == (tss["total"], tss["normalized"])


def test_a_ramps_time_is_split_evenly_over_the_zones_it_crosses() -> None:
    zones, _ = figures(steps({"duration_seconds": 1000, "intensity": 0.5, "intensity_end": 1.0}))
    assert seconds_in(zones) == pytest.approx([100, 400, 300, 200, 0, 0, 0])


# --- what a step's intensity is ---


@pytest.mark.parametrize(
    ("discipline", "intensities"),
    [
        ("cycling", (0.45, 0.65, 0.825, 0.975, 1.125, 1.35, 1.60)),
        ("running", (0.70, 0.826, 0.91, 0.977, 1.06)),
        ("swimming", (0.70, 0.826, 0.91, 0.977, 1.06)),
    ],
)
def test_a_zone_alone_stands_for_its_intensity(discipline: str, intensities: tuple[float, ...]) -> None:
    for zone, intensity in enumerate(intensities, 1):
        zones, tss = figures(steps({"duration_seconds": HOUR, "zone": zone}), discipline=discipline)
        assert tss["normalized"]["intensity_factor"] == intensity
        assert seconds_in(zones)[zone - 1] == HOUR
        assert len(zones["zones"]) == len(intensities)


def test_an_rpe_alone_costs_its_load_per_hour() -> None:
    loads = [load(steps({"duration_seconds": HOUR, "rpe": rpe}))["total"] for rpe in range(1, 11)]
    assert loads == pytest.approx([20, 30, 40, 50, 60, 70, 80, 100, 120, 140], abs=1e-6)
    assert intensity_of_rpe(7.5) ** 2 == pytest.approx(0.9)


def test_intensity_comes_before_zone_and_zone_before_rpe() -> None:
    tss = load(steps({"duration_seconds": HOUR, "intensity": 0.80, "zone": 3, "rpe": 9}))
    assert tss["total"] == pytest.approx(64)
    assert load(steps({"duration_seconds": HOUR, "zone": 1, "rpe": 9}))["total"] == pytest.approx(20.25)


def test_an_intensity_at_a_bound_is_in_the_lower_zone() -> None:
    bounds = [0.55, 0.75, 0.90, 1.05, 1.20, 1.50]
    zones, _ = figures(steps(*[{"duration_seconds": 60, "intensity": bound} for bound in bounds]))
    assert seconds_in(zones) == [60] * 6 + [0]
    zones, _ = figures(steps(*[{"duration_seconds": 60, "intensity": bound + 1e-9} for bound in bounds]))
    assert seconds_in(zones) == [0] + [60] * 6
    running = [0.775, 0.877, 0.943, 1.01]
    zones, _ = figures(steps(*[{"duration_seconds": 60, "intensity": b} for b in running]), discipline="running")
    assert seconds_in(zones) == [60] * 4 + [0]


# --- what counts ---


def test_warm_up_and_cool_down_count_and_standing_rest_does_not() -> None:
    easy = {"duration_seconds": 600, "zone": 1, "rest_seconds": 300}
    zones, tss = figures(steps(easy, role="warmup"), steps(easy, easy, role="cooldown", rest_seconds=60, rounds=2))
    assert seconds_in(zones)[0] == 3000
    assert [row["seconds"] for row in tss["by_block"]] == [600, 2400]


def test_rounds_repeat_their_steps() -> None:
    hard = {"duration_seconds": 60, "intensity": 1.3}
    assert load(steps(hard, format="intervals", rounds=10)) == load(steps(*[hard] * 10))


def test_both_sides_of_a_step_count() -> None:
    one = exercise("one-leg drill", {"duration_seconds": 60, "zone": 2}, per_side=True)
    assert load(block(one, format="steady"))["by_block"][0]["seconds"] == 120


def test_the_method_says_that_an_amrap_counts_one_round() -> None:
    hard = {"duration_seconds": 60, "zone": 4}
    zones, tss = figures(steps(hard, format="amrap", time_cap_seconds=600))
    assert tss["by_block"][0]["seconds"] == 60
    assert "amrap" in zones["method"]
    assert "amrap" in tss["method"]
    assert "amrap" not in load(steps(hard))["method"]


# --- distances ---


def test_a_distance_takes_its_time_from_intensity_and_threshold() -> None:
    one_km = {"distance_meters": 1000, "intensity": 0.9}
    zones, tss = figures(steps(one_km), discipline="running", threshold_pace_s_per_km=270)
    assert tss["by_block"][0]["seconds"] == pytest.approx(300)
    assert seconds_in(zones)[2] == pytest.approx(300)
    swum = load(steps({"distance_meters": 400, "zone": 4}), discipline="swimming", css_s_per_100m=100)
    assert swum["by_block"][0]["seconds"] == pytest.approx(400 / 0.977)
    by_feel = load(steps({"distance_meters": 1000, "rpe": 8}), discipline="running", threshold_pace_s_per_km=270)
    assert by_feel["by_block"][0]["seconds"] == pytest.approx(270)


@pytest.mark.parametrize(
    ("discipline", "athlete"),
    [("running", {}), ("swimming", {"threshold_pace_s_per_km": 270}), ("cycling", {"ftp_watts": 250})],
)
def test_a_distance_without_a_threshold_is_null_and_says_why(discipline: str, athlete: Body) -> None:
    far = {"distance_meters": 5000, "intensity": 0.9}
    zones, tss = figures(steps(far, name="Far away"), discipline=discipline, **athlete)
    assert (tss["total"], tss["normalized"]) == (None, {"intensity_factor": None, "tss": None})
    assert tss["by_block"] == [{"key": "block0", "seconds": None, "intensity_factor": None, "tss": None}]
    assert (zones["zones"], zones["low"], zones["polarization_index"]) == ([], None, None)
    for path in ("total", "normalized.tss", "by_block.0.seconds"):
        assert "Far away" in tss["reasons"][path]
        assert "threshold" in tss["reasons"][path]
    assert "Far away" in zones["reasons"]["low"]


def test_what_is_left_out_is_named_beside_what_counts() -> None:
    known, unknown = steps({"duration_seconds": HOUR, "zone": 2}), steps({"duration_seconds": 60}, name="Strides")
    zones, tss = figures(known, unknown)
    assert tss["total"] == pytest.approx(42.25)
    assert tss["by_block"][1]["tss"] is None
    for reason in (tss["reasons"]["total"], tss["reasons"]["by_block.1.tss"], zones["reasons"]["zones"]):
        assert "Strides" in reason
        assert "intensity" in reason
    assert "by_block.0.tss" not in tss["reasons"]


def test_a_rowers_metres_take_no_time_from_a_runners_threshold() -> None:
    rowed = steps({"distance_meters": 1000, "zone": 3}, name="rowing-machine")
    assert load(rowed, discipline="running", threshold_pace_s_per_km=270)["total"] is None


# --- several sports ---


def test_a_triathlons_sports_are_loaded_each_by_its_own_formula_and_summed() -> None:
    swim = steps({"duration_seconds": 1800, "intensity": 0.9}, name="freestyle")
    ride = steps({"duration_seconds": HOUR, "zone": 6}, {"duration_seconds": HOUR, "zone": 2}, name="easy-ride")
    run = steps({"duration_seconds": HOUR, "zone": 2}, name="A stranger's run", sport="run")
    zones, tss = figures(swim, ride, run, discipline="triathlon")
    assert [row["tss"] for row in tss["by_block"]] == pytest.approx([36.45, 182.25 + 42.25, 68.2276])
    assert tss["by_block"][0]["intensity_factor"] == pytest.approx(0.9)
    ridden = 2 * ((1.35**4 + 0.65**4) / 2) ** 0.5 * 100
    assert tss["normalized"] == {"intensity_factor": None, "tss": pytest.approx(36.45 + ridden + 68.2276, abs=1e-4)}
    assert tss["reasons"].keys() == {"normalized.intensity_factor"}
    assert seconds_in(zones) == pytest.approx([0, 2 * HOUR, 1800, 0, 0, HOUR, 0])
    assert "Coggan" in zones["method"]
    assert "Friel" in zones["method"]


def test_a_block_of_several_sports_has_a_load_and_no_intensity() -> None:
    brick = block(
        {**exercise("Swim", {"duration_seconds": HOUR, "intensity": 0.9}), "sport": "swim"},
        {**exercise("Ride", {"duration_seconds": HOUR, "intensity": 0.9}), "sport": "bike"},
        format="steady",
    )
    tss = load(brick, discipline="triathlon")
    assert tss["by_block"][0] == {"key": "block0", "seconds": 7200, "intensity_factor": None, "tss": 153.9}
    assert tss["reasons"].keys() == {"by_block.0.intensity_factor", "normalized.intensity_factor"}


def test_cardio_goes_by_its_exercises_and_keeps_one_intensity() -> None:
    ride = steps({"duration_seconds": HOUR, "zone": 3}, name="easy-ride")
    row = steps({"duration_seconds": HOUR, "zone": 3}, name="rowing-machine")
    tss = load(ride, row, discipline="cardio")
    assert [each["intensity_factor"] for each in tss["by_block"]] == [0.825, 0.91]
    assert tss["normalized"]["intensity_factor"] == pytest.approx(((0.825**4 + 0.91**4) / 2) ** 0.25, abs=1e-6)


def test_a_running_session_is_running_whatever_stands_in_it() -> None:
    tss = load(steps({"duration_seconds": HOUR, "zone": 3}, name="easy-ride"), discipline="running")
    assert tss["normalized"]["intensity_factor"] == 0.91


# --- polarization ---


def test_treffs_example_of_a_polarized_distribution() -> None:
    assert polarization_index(0.68, 0.06, 0.26) == pytest.approx(2.47, abs=0.005)


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ((0.8, 0.05, 0.15), 2.3802),  # log10(0.8 / 0.05 x 0.15 x 100)
        ((0.8, 0.15, 0.05), 1.4260),  # pyramidal: below the cut-off of 2
        ((1, 0, 0), 0),
        ((0.5, 0.5, 0), 0),
        ((0, 1, 0), 0),
        ((0.995, 0, 0.005), 0),
        ((0.99, 0, 0.01), 0),
        ((0.8, 0, 0.2), 3.1818),  # log10(0.8 / 0.01 x 0.19 x 100)
        ((0.3, 0.2, 0.5), None),
        ((0, 0, 1), None),
        ((0.4, 0.2, 0.4), 1.9031),
    ],
)
def test_the_polarization_index_and_its_special_cases(
    shares: tuple[float, float, float], expected: float | None
) -> None:
    assert polarization_index(*shares) == (None if expected is None else pytest.approx(expected, abs=5e-5))


@pytest.mark.parametrize(
    ("sets", "index", "said"),
    [
        ([(2, 68), (3, 6), (5, 26)], 2.4693, "weeks"),
        ([(1, 60), (4, 40)], 0, "0 by definition"),
        ([(1, 995), (6, 5)], 0, "1 %"),
        ([(1, 80), (5, 20)], 3.1818, "1 %"),
        ([(1, 20), (7, 80)], None, "Undefined"),
    ],
)
def test_the_index_of_a_session_says_what_it_is(sets: list[tuple[int, int]], index: float | None, said: str) -> None:
    zones, _ = figures(steps(*[{"duration_seconds": seconds, "zone": zone} for zone, seconds in sets]))
    assert zones["polarization_index"] == (None if index is None else pytest.approx(index, abs=5e-5))
    assert said in zones["reasons"]["polarization_index"]


def test_the_three_zones_take_in_the_zones_of_the_sport() -> None:
    zones, _ = figures(steps(*[{"duration_seconds": zone, "zone": zone} for zone in range(1, 8)]))
    assert [zones[part] for part in ("low", "moderate", "high")] == pytest.approx([3 / 28, 7 / 28, 18 / 28], abs=1e-6)


# --- language ---


def test_methods_and_reasons_are_in_the_athletes_language() -> None:
    far = steps({"distance_meters": 5000, "zone": 2}, name="Sortie")
    zones, tss = figures(far, discipline="running", language="fr")
    assert tss["reasons"]["total"].startswith("Non compté, car la durée d’une distance")
    assert "somme des étapes" in tss["method"]
    assert "aucune zone" in zones["method"]


# --- properties ---

LEVELS: st.SearchStrategy[Body] = st.one_of(
    st.fixed_dictionaries({"intensity": st.floats(0.3, 1.8)}, optional={"intensity_end": st.floats(0.3, 1.8)}),
    st.fixed_dictionaries({"zone": st.integers(1, 5)}),
    st.fixed_dictionaries({"rpe": st.integers(1, 10)}),
    st.just({}),
)
SETS = st.builds(
    lambda measure, level, rest: {**measure, **level, "rest_seconds": rest},
    st.one_of(
        st.fixed_dictionaries({"duration_seconds": st.integers(10, 4000)}),
        st.fixed_dictionaries({"distance_meters": st.integers(50, 20_000)}),
    ),
    LEVELS,
    st.integers(0, 120),
)
BLOCKS = st.lists(
    st.builds(
        lambda sets, name, rounds: steps(*sets, name=name, rounds=rounds, format="intervals"),
        st.lists(SETS, min_size=1, max_size=5),
        st.sampled_from(["easy-run", "easy-ride", "freestyle", "rowing-machine", "a stranger"]),
        st.none() | st.integers(1, 4),
    ),
    min_size=1,
    max_size=4,
)
DISCIPLINES = st.sampled_from(["running", "cycling", "swimming", "triathlon", "cardio"])
KNOWN = st.sampled_from([{}, {"threshold_pace_s_per_km": 250, "css_s_per_100m": 95}])


def nulls(figure: Any, path: str = "") -> set[str]:
    """The dotted paths of everything that is null."""
    if figure is None:
        return {path}
    pairs: Mapping[Any, Any]
    match figure:
        case dict():
            pairs = figure
        case list():
            pairs = dict(enumerate(figure))
        case _:
            return set()
    return {null for key, value in pairs.items() for null in nulls(value, f"{path}.{key}" if path else str(key))}


@settings(deadline=None)
@given(BLOCKS, DISCIPLINES, KNOWN)
def test_shares_sum_to_one_rows_to_the_total_and_every_null_has_its_reason(
    blocks: list[Body], discipline: str, known: Body
) -> None:
    zones, tss = figures(*blocks, discipline=discipline, **known)
    for found in (zones, tss):
        assert nulls({key: value for key, value in found.items() if key != "reasons"}) <= found["reasons"].keys()
    assert (tss["total"] or 0) == pytest.approx(sum(row["tss"] or 0 for row in tss["by_block"]), abs=1e-4)
    assert sum(seconds_in(zones)) == pytest.approx(sum(row["seconds"] or 0 for row in tss["by_block"]), abs=1e-4)
    if zones["zones"]:
        assert sum(row["share"] for row in zones["zones"]) == pytest.approx(1, abs=1e-5)
        assert zones["low"] + zones["moderate"] + zones["high"] == pytest.approx(1, abs=1e-5)


@settings(deadline=None)
@given(
    seconds=st.integers(10, 7200),
    easier=st.floats(0.3, 1.5),
    by=st.floats(0, 0.5),
    around=st.lists(st.tuples(st.integers(10, 3600), st.floats(0.3, 1.5)), max_size=4),
    discipline=DISCIPLINES,
)
def test_more_intensity_never_means_less_load(
    seconds: int, easier: float, by: float, around: list[tuple[int, float]], discipline: str
) -> None:
    others = [{"duration_seconds": duration, "intensity": intensity} for duration, intensity in around]

    def loads(intensity: float) -> tuple[float, float]:
        tss = load(
            steps({"duration_seconds": seconds, "intensity": intensity}, *others, name="easy-ride"),
            discipline=discipline,
        )
        return tss["total"], tss["normalized"]["tss"]

    for less, more in zip(loads(easier), loads(easier + by), strict=True):
        assert more >= less - 1e-5


@pytest.mark.parametrize("discipline", ["running", "cycling", "swimming"])
def test_a_harder_zone_and_a_higher_rpe_never_mean_less_load(discipline: str) -> None:
    for key, most in (("zone", 5), ("rpe", 10)):
        loads = [
            load(steps({"duration_seconds": 600, key: level}), discipline=discipline)["total"]
            for level in range(1, most + 1)
        ]
        assert loads == sorted(loads)


@settings(deadline=None)
@given(BLOCKS, DISCIPLINES, KNOWN)
def test_a_step_split_into_two_equal_halves_changes_nothing(blocks: list[Body], discipline: str, known: Body) -> None:
    def halves(set_: Body) -> list[Body]:
        measure = "duration_seconds" if "duration_seconds" in set_ else "distance_meters"
        if set_.get("intensity_end") is None:
            return [{**set_, measure: set_[measure] / 2}] * 2
        if measure == "distance_meters":  # half of the way is not half of the time on a ramp
            return [set_]
        middle = (set_["intensity"] + set_["intensity_end"]) / 2
        half = {**set_, measure: set_[measure] / 2}
        return [{**half, "intensity_end": middle}, {**half, "intensity": middle}]

    split = [
        {
            **each,
            "exercises": [
                {**one, "sets": [half for set_ in one["sets"] for half in halves(set_)]} for one in each["exercises"]
            ],
        }
        for each in blocks
    ]
    whole, apart = figures(*blocks, discipline=discipline, **known), figures(*split, discipline=discipline, **known)
    assert (apart[1]["total"] or 0) == pytest.approx(whole[1]["total"] or 0, abs=1e-4)
    assert (apart[1]["normalized"]["tss"] or 0) == pytest.approx(whole[1]["normalized"]["tss"] or 0, abs=1e-4)
    assert seconds_in(apart[0]) == pytest.approx(seconds_in(whole[0]), abs=1e-4)


@settings(deadline=None)
@given(BLOCKS, st.sampled_from(["running", "cycling"]), KNOWN)
def test_normalised_load_is_at_least_the_sum_and_normalised_intensity_at_least_the_mean(
    blocks: list[Body], discipline: str, known: Body
) -> None:
    tss = load(*blocks, discipline=discipline, **known)
    assume(tss["total"] is not None)
    assert tss["normalized"]["tss"] >= tss["total"] - 1e-4
    hours = sum(row["seconds"] or 0 for row in tss["by_block"]) / HOUR
    assert tss["normalized"]["intensity_factor"] >= (tss["total"] / 100 / hours) ** 0.5 - 1e-5
