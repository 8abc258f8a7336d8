"""The competitions coach's analyses: a race, its parts, and training, station by station."""

from collections.abc import Iterable
from itertools import accumulate
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.callers import whole_catalogue
from training import imports
from training.analyses.competitions import analyse
from training.races import DIVISIONS, race
from training.races.pacing import plan
from training.request import SessionRequest

CATALOGUE = whole_catalogue()
RUN = {"distance_meters": 1000}
# As people write them; the catalogue knows some of the names, the rest is their amounts beside a name.
NAMED: list[tuple[str, dict[str, Any]]] = [
    ("SkiErg 1000m", {"distance_meters": 1000}),
    ("Sled Push", {"distance_meters": 50, "load_kg": 152}),
    ("Sled Pull (50 m)", {"distance_meters": 50, "load_kg": 103}),
    ("Burpee Broad Jumps", {"distance_meters": 80}),
    ("Row", {"distance_meters": 1000}),
    ("Farmers carry 200m", {"distance_meters": 200, "load_kg": 24}),
    ("Sandbag Lunges", {"distance_meters": 100, "load_kg": 20}),
    ("100 wall balls", {"reps": 100, "load_kg": 6}),
]
TARGET: dict[str, Any] = {"division": "men_open", "target_finish_seconds": 4800}
RUNS_80 = [293, 305, 305, 305, 305, 305, 305, 317]
STATIONS_80 = [258, 171, 261, 269, 277, 125, 273, 345]


def exercise(name: str, *sets: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"name": name, "sets": list(sets), **fields}


def block(*exercises: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"role": "main", "format": "race", "exercises": list(exercises), **fields}


def pairs(stations: Iterable[tuple[str, dict[str, Any]]], meters: float = 1000) -> list[dict[str, Any]]:
    return [e for name, set_ in stations for e in (exercise("Run", {"distance_meters": meters}), exercise(name, set_))]


def analysed(
    *blocks: dict[str, Any], language: str = "en", discipline: str = "hyrox", **athlete: Any
) -> dict[str, Any]:
    request = SessionRequest.model_validate(
        {
            "coach": "competitions", "discipline": discipline, "language": language, "athlete": athlete,
            "prescription": {"blocks": list(blocks)},
        }
    )  # fmt: skip
    return analyse(imports.accept(request, CATALOGUE), request, CATALOGUE)


def timing(*blocks: dict[str, Any], **fields: Any) -> dict[str, Any]:
    result: dict[str, Any] = analysed(*blocks, **fields)["station_timing"]
    if result["total_seconds"] is not None:
        clock = [segment["cumulative_seconds"] for segment in result["segments"]]
        assert clock == list(accumulate(segment["seconds"] for segment in result["segments"]))
        assert clock[-1] == result["total_seconds"]
    return result


def of(kind: str, result: dict[str, Any]) -> list[int | None]:
    return [s["seconds"] for s in result["segments"] if s["kind"] == kind]


# --- a whole race, however it is written ----------------------------------------------------------------------------

ENCODINGS = {
    "one race block": [block(*pairs(NAMED))],
    "a block a station": [block(*pairs([station]), format="for_time") for station in NAMED],
    "a chipper": [block(*pairs(NAMED), format="chipper")],
    "straight sets": [block(*pairs(NAMED), format="sets")],
    "a block of intervals a pair": [block(*pairs([pair]), format="intervals", rounds=1) for pair in NAMED],
    "runs listed once": [block(exercise("1 km run", *[RUN] * 8), *(exercise(name, set_) for name, set_ in NAMED))],
    "runs halved and wall balls in sets": [
        block(
            *(e for name, set_ in NAMED[:7]
              for e in (exercise("Run", {"distance_meters": 500}, {"distance_meters": 500}), exercise(name, set_))),
            exercise("Run", RUN),
            exercise("Wall ball", *[{"reps": 25}] * 4),
        )
    ],
    "strangers with a sport": [
        block(*(e for name, set_ in NAMED for e in (exercise("Boucle", RUN, sport="run"), exercise(name, set_))))
    ],
    "with warm-up and cool-down": [
        block(exercise("Jog", {"duration_seconds": 600}), role="warmup", format="steady"),
        block(*pairs(NAMED)),
        block(exercise("Walk", {"duration_seconds": 300}), role="cooldown", format="steady"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("blocks", ENCODINGS.values(), ids=ENCODINGS)
def test_a_whole_race_with_a_target_gets_the_plan(blocks: list[dict[str, Any]]) -> None:
    result = timing(*blocks, **TARGET)
    assert result["total_seconds"] == 4800
    assert result["segments"][-1]["cumulative_seconds"] == 4800
    assert len(of("transition", result)) == 8
    assert "whole race" in result["method"]
    assert result["reasons"] == {}


def test_the_segments_of_a_race_are_run_transition_station() -> None:
    result = timing(block(*pairs(NAMED)), **TARGET)
    assert [s["kind"] for s in result["segments"]] == ["run", "transition", "station"] * 8
    assert (of("run", result), of("station", result)) == (RUNS_80, STATIONS_80)
    assert of("transition", result) == [48, 48, 48, 48, 48, 47, 47, 47]
    assert [s["name"] for s in result["segments"][:3]] == ["Run 1", "Transition 1", "SkiErg 1000m"]


@given(st.sampled_from(DIVISIONS), st.integers(3180, 14400))
def test_a_whole_race_ends_on_its_target_to_the_second(division: str, target: int) -> None:
    for encoding in ("one race block", "runs halved and wall balls in sets"):
        result = timing(*ENCODINGS[encoding], division=division, target_finish_seconds=target)
        assert result["total_seconds"] == target


def test_without_a_target_the_estimate_is_labelled() -> None:
    result = timing(block(*pairs(NAMED)), sex="female")
    assert result["total_seconds"] == plan(race("hyrox"), "women_open", None).total_seconds
    assert "women open" in result["method"]
    assert "estimate from the 80-90 min row" in result["method"]


def test_a_division_that_is_assumed_is_labelled_an_estimate() -> None:
    assert "neither division nor sex" in timing(block(*pairs(NAMED)))["method"]
    assert "an estimate" in timing(block(*pairs(NAMED)), division="men_pro", target_finish_seconds=5000)["method"]


def test_the_seconds_an_author_gives_are_kept_where_there_is_no_target() -> None:
    timed = [(name, {**set_, "duration_seconds": 200}) for name, set_ in NAMED]
    result = timing(block(*pairs(timed)), division="men_open")
    assert of("station", result) == [200] * 8
    assert of("run", result)[1] == 318


# --- a part of a race -----------------------------------------------------------------------------------------------


def test_a_part_of_a_race_gets_the_same_splits() -> None:
    result = timing(block(*pairs(NAMED[4:])), **TARGET)
    assert (of("run", result), of("station", result)) == (RUNS_80[4:], STATIONS_80[4:])
    assert of("transition", result) == [48, 47, 47, 47]
    assert result["total_seconds"] == sum(RUNS_80[4:]) + sum(STATIONS_80[4:]) + 189
    assert "part of a race" in result["method"]


def test_half_distances_and_half_reps_take_half_the_seconds() -> None:
    halves = [(name, {k: v / 2 if k == "distance_meters" else v // 2 for k, v in set_.items()}) for name, set_ in NAMED]
    result = timing(block(*pairs(halves, 500)), **TARGET)
    assert of("run", result) == [147, *[153] * 6, 159]
    assert of("station", result) == [129, 86, 131, 135, 139, 63, 137, 173]


@given(st.integers(0, 7), st.integers(1, 8), st.integers(3000, 14400))
def test_every_stretch_of_a_race_sums_its_splits(first: int, count: int, target: int) -> None:
    paced = plan(race("hyrox"), "men_open", target)
    part = slice(first, first + count)
    result = timing(block(*pairs(NAMED[part])), division="men_open", target_finish_seconds=target)
    expected = sum(paced.runs[part]) + sum(paced.stations[part]) + sum(paced.transitions[part])
    assert result["total_seconds"] == expected


def test_stations_alone_have_no_transitions() -> None:
    result = timing(block(*(exercise(name, set_) for name, set_ in NAMED)), **TARGET)
    assert (of("station", result), of("transition", result)) == (STATIONS_80, [])


# --- training -------------------------------------------------------------------------------------------------------


def test_a_single_station_repeated_is_scaled_and_rests_stand_between() -> None:
    push = exercise("Sled push", *[{"distance_meters": 25, "rest_seconds": 90}] * 3)
    result = timing(block(push, format="sets"), **TARGET)
    assert [(s["kind"], s["seconds"]) for s in result["segments"]] == [
        ("station", 86), ("transition", 90), ("station", 86), ("transition", 90), ("station", 86),
    ]  # fmt: skip
    assert result["total_seconds"] == 3 * 86 + 180


def test_intervals_take_their_own_seconds_where_they_have_some() -> None:
    runs = exercise("Run", {"distance_meters": 1000, "duration_seconds": 250})
    result = timing(block(runs, format="intervals", rounds=4, rest_seconds=60), **TARGET)
    assert of("run", result) == [250] * 4
    assert result["total_seconds"] == 1180
    assert "training" in result["method"]


def test_runs_that_lead_to_no_station_go_at_the_mean_pace() -> None:
    result = timing(block(exercise("Run", *[{"distance_meters": 400}] * 2), format="intervals"), **TARGET)
    assert of("run", result) == [122, 122]


def test_other_exercises_take_their_conventional_seconds() -> None:
    result = timing(block(exercise("Burpee", {"reps": 10}), format="circuit", rounds=2, rest_seconds=30), **TARGET)
    assert [s["seconds"] for s in result["segments"]] == [40, 30, 40]


def test_blocks_that_run_by_the_clock_are_one_segment() -> None:
    emom = block(exercise("Wall ball", {"reps": 15}), format="emom", rounds=10)
    amrap = block(
        exercise("Burpee", {"reps": 10}), exercise("Row", {"calories": 12}), format="amrap", time_cap_seconds=480
    )
    result = timing(emom, amrap, **TARGET)
    assert [(s["name"], s["seconds"]) for s in result["segments"]] == [("Wall ball", 600), ("Burpee + Row", 480)]


def test_a_stranger_of_unknown_length_stops_the_clock_and_says_so() -> None:
    result = timing(block(exercise("Run", RUN), exercise("Zottman flip", {"reps": 5}), exercise("Run", RUN)), **TARGET)
    assert [s["name"] for s in result["segments"]] == ["Run 1", "Zottman flip", "Run 2"]
    assert [s["seconds"] for s in result["segments"]] == [305, None, 305]
    assert [s["cumulative_seconds"] for s in result["segments"]] == [305, None, None]
    assert result["total_seconds"] is None
    assert set(result["reasons"]) == {
        "segments.1.seconds", "segments.1.cumulative_seconds", "segments.2.cumulative_seconds", "total_seconds",
    }  # fmt: skip
    assert all("Zottman flip" in reason for reason in result["reasons"].values())


def test_a_stranger_with_its_own_seconds_is_timed_by_them() -> None:
    assert timing(block(exercise("Zottman flip", {"reps": 5, "duration_seconds": 45})))["total_seconds"] == 45


def test_a_session_of_warm_up_alone_has_no_timing_and_says_why() -> None:
    result = analysed(block(exercise("Run", RUN), role="warmup"))
    assert result["station_timing"]["total_seconds"] is None
    assert "total_seconds" in result["station_timing"]["reasons"]
    assert result["transition_strategy"]["total_seconds"] is None


# --- DEKA -----------------------------------------------------------------------------------------------------------


def zones(discipline: str) -> list[dict[str, Any]]:
    """A whole DEKA by the catalogue's slugs; of one-sided exercises half on either side."""
    found = []
    for station in race(discipline).stations:
        if race(discipline).run_meters:
            found.append({"exercise": "run", "sets": [{"distance_meters": race(discipline).run_meters}]})
        field = {"meters": "distance_meters"}.get(station.measure, station.measure)
        found.append({"exercise": station.exercise, "sets": [{field: station.amount}]})
    return found


@pytest.mark.parametrize(("discipline", "target"), [("deka-fit", 2400), ("deka-mile", 1300), ("deka-strong", 900)])
def test_a_whole_deka_ends_on_its_target_with_nine_transitions(discipline: str, target: int) -> None:
    result = timing(block(*zones(discipline)), discipline=discipline, target_finish_seconds=target)
    assert result["total_seconds"] == target
    assert len(of("transition", result)) == 9
    kinds = [s["kind"] for s in result["segments"]]
    assert kinds[:3] == (
        ["run", "station", "transition"] if discipline != "deka-strong" else ["station", "transition", "station"]
    )


def test_a_deka_without_a_target_is_a_labelled_estimate() -> None:
    result = timing(block(*zones("deka-strong")), discipline="deka-strong")
    assert result["total_seconds"] == 920
    assert "mid-pack" in result["method"]
    assert of("transition", result) == [20] * 9


# --- transitions ----------------------------------------------------------------------------------------------------


def strategy(*blocks: dict[str, Any], **fields: Any) -> dict[str, Any]:
    result: dict[str, Any] = analysed(*blocks, **fields)["transition_strategy"]
    return result


def test_the_transitions_of_a_race_stand_after_its_runs_each_with_its_own_tip() -> None:
    result = strategy(block(*pairs(NAMED)), **TARGET)
    assert result["total_seconds"] == 381
    assert [t["after"] for t in result["transitions"]] == [f"Run {number}" for number in range(1, 9)]
    assert [t["before"] for t in result["transitions"]] == [name for name, _ in NAMED]
    assert sum(t["seconds"] for t in result["transitions"]) == 381
    assert len({t["tip"] for t in result["transitions"]}) == 8
    assert "short steps" in result["transitions"][1]["tip"]  # out of the sled push
    assert result["tips"]
    assert result["reasons"] == {}


def test_dekas_transitions_stand_after_the_zones() -> None:
    result = strategy(block(*zones("deka-strong")), discipline="deka-strong", language="fr")
    assert len(result["transitions"]) == 9
    assert result["transitions"][0]["before"] == "Rameur"
    assert "cuisses" in result["transitions"][0]["tip"]


def test_rests_are_the_transitions_of_training() -> None:
    result = strategy(block(exercise("Sled push", *[{"distance_meters": 25, "rest_seconds": 60}] * 2), format="sets"))
    [rest] = result["transitions"]
    assert (rest["after"], rest["seconds"]) == ("Sled push", 60)
    assert rest["tip"].startswith("Keep moving")


def test_a_session_without_transitions_says_so() -> None:
    result = strategy(block(exercise("Run", RUN), format="steady"))
    assert (result["transitions"], result["total_seconds"]) == ([], None)
    assert "total_seconds" in result["reasons"]


def test_french_is_spoken_throughout() -> None:
    result = analysed(block(*pairs(NAMED)), language="fr", **TARGET)
    assert result["station_timing"]["segments"][0]["name"] == "Course 1"
    assert "course entière" in result["station_timing"]["method"]
    words = " ".join(
        [*result["transition_strategy"]["tips"], *(t["tip"] for t in result["transition_strategy"]["transitions"])]
    )
    assert " the " not in words
    assert "Secouez les quadriceps" in words
