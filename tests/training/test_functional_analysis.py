"""The functional coach's analyses: modal balance, and Rx / Scaled / Foundations, by the reference's own numbers."""

import re
from math import log
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.callers import whole_catalogue
from training.analyses.functional import MODALITIES, analyse, balance
from training.loads import BALLS_KG, DUMBBELLS_KG, KETTLEBELLS_KG, implement_of, sizes_kg
from training.prescription import Prescription
from training.request import SessionRequest
from training.workouts import BENCHMARKS, SCALES, Benchmark, scaling
from training.workouts.scaling import STEPS, lighter

CATALOGUE = whole_catalogue()
# By hand from the reference's list of benchmarks: gymnastics, weightlifting, monostructural.
SHARES = {
    "fran": (1 / 2, 1 / 2, 0),
    "helen": (1 / 3, 1 / 3, 1 / 3),
    "cindy": (1, 0, 0),
    "grace": (0, 1, 0),
    "diane": (1 / 2, 1 / 2, 0),
    "annie": (1 / 2, 0, 1 / 2),
    "jackie": (1 / 3, 1 / 3, 1 / 3),
    "kelly": (1 / 3, 1 / 3, 1 / 3),
    "nancy": (0, 1 / 2, 1 / 2),
    "dt": (0, 1, 0),
    "murph": (3 / 5, 0, 2 / 5),
}


def movement(slug: str | None, *reps: int, **fields: Any) -> dict[str, Any]:
    """A movement by its slug, or a stranger by its `name`; `set` holds what each set has beside its reps."""
    each = fields.pop("set", {})
    named = {"exercise": slug} if slug else {}
    return {**named, "sets": [{"reps": number, **each} for number in reps] or [each], **fields}


def session(*movements: dict[str, Any], **fields: Any) -> Prescription:
    block = {"role": "main", "format": "for_time", "exercises": list(movements), **fields}
    return keyed({"blocks": [block]})


def keyed(data: dict[str, Any]) -> Prescription:
    for number, block in enumerate(data["blocks"], 1):
        block["key"] = f"b{number}"
        for place, exercise in enumerate(block["exercises"], 1):
            exercise["key"] = f"b{number}e{place}"
    return Prescription.model_validate(data)


def analysis(prescription: Prescription, **athlete: Any) -> dict[str, Any]:
    language = athlete.pop("language", "en")
    request = SessionRequest.model_validate({"coach": "functional", "language": language, "athlete": athlete})
    return analyse(prescription, request, CATALOGUE)


def modal(prescription: Prescription) -> dict[str, Any]:
    found: dict[str, Any] = analysis(prescription)["modal_balance"]
    return found


def guide(exercise: dict[str, Any], form: str = "for_time", **athlete: Any) -> dict[str, str | None]:
    [row] = analysis(session(exercise, format=form), **athlete)["scaling_guidance"]["by_exercise"]
    return {level: row[level].replace("\u00a0", " ") if row[level] else None for level in ("rx", *STEPS)}


def benchmark(workout: Benchmark, sex: str = "male") -> Prescription:
    """The workout as the data have it."""
    movements = []
    for each in workout.movements:
        load = each.load_kg or workout.vest_kg
        extra = {"load_kg": load.of(sex)} if load else {}
        field = "reps" if each.reps else "distance_meters"
        movements.append({"exercise": each.exercise, "sets": [{field: number, **extra} for number in each.amounts]})
    return session(*movements, format=workout.format, rounds=workout.rounds, time_cap_seconds=workout.cap_seconds)


# --- modal balance --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", sorted(SHARES))
def test_the_benchmarks_have_the_shares_counted_by_hand(slug: str) -> None:
    found = modal(benchmark(BENCHMARKS[slug]))
    assert [found[modality] for modality in MODALITIES] == pytest.approx(SHARES[slug])
    assert found["balance"] == pytest.approx(-sum(p * log(p) for p in SHARES[slug] if p) / log(3), abs=1e-6)
    assert found["reasons"] == {}


def test_there_are_the_eleven_benchmarks_of_the_reference() -> None:
    assert BENCHMARKS.keys() == SHARES.keys()
    assert all(workout.source and workout.as_of for workout in BENCHMARKS.values())
    assert modal(benchmark(BENCHMARKS["fran"]))["balance"] == pytest.approx(0.631, abs=5e-4)


def test_every_movement_of_the_data_is_in_the_catalogue_and_known_to_the_coach() -> None:
    stands = [stand for row in SCALES.values() for stand in (row.scaled, row.foundations)]
    slugs = {m.exercise for workout in BENCHMARKS.values() for m in workout.movements} | SCALES.keys()
    slugs |= {slug for stand in stands for slug in stand.exercises}
    assert [slug for slug in sorted(slugs) if "functional" not in CATALOGUE[slug].coaches] == []


def test_reps_sets_and_rounds_do_not_weigh_but_an_entry_listed_twice_counts_twice() -> None:
    found = modal(session(movement("thruster", 1), movement("run", set={"distance_meters": 400}), rounds=5))
    assert (found["weightlifting"], found["monostructural"]) == (0.5, 0.5)
    run = movement("run", set={"distance_meters": 400})
    assert modal(session(run, movement("thruster", 100), run))["monostructural"] == pytest.approx(2 / 3)


def test_only_work_is_counted() -> None:
    easy = {"role": "warmup", "format": "circuit", "exercises": [movement("run", set={"duration_seconds": 60})]}
    ramp = movement("back-squat", set={"reps": 5, "kind": "warmup"})
    work = {"role": "main", "format": "sets", "exercises": [ramp, movement("pull-up", 5)]}
    found = analysis(keyed({"blocks": [easy, work, {**easy, "role": "cooldown"}]}))
    assert found["modal_balance"]["gymnastics"] == 1
    assert [row["key"] for row in found["scaling_guidance"]["by_exercise"]] == ["b2e2"]


def test_a_vest_keeps_a_movement_gymnastic() -> None:
    assert modal(session(movement("push-up", 10, set={"load_kg": 9})))["gymnastics"] == 1


def test_strangers_are_left_out_and_named() -> None:
    found = modal(session(movement("thruster", 21), movement(None, 21, name="Yoke walk")))
    assert found["weightlifting"] == 1
    assert "Yoke walk" in found["reasons"]["weightlifting"]
    nothing = modal(session(movement(None, 21, name="Yoke walk")))
    assert [nothing[figure] for figure in (*MODALITIES, "balance")] == [None] * 4
    assert nothing["reasons"].keys() == {*MODALITIES, "balance"}


def test_a_stranger_with_a_sport_is_monostructural() -> None:
    brick = movement(None, name="Brick run", sport="run", set={"distance_meters": 800})
    assert modal(session(brick))["monostructural"] == 1


ENTRIES = CATALOGUE.for_coach("functional")


@settings(max_examples=60, deadline=None)
@given(slugs=st.lists(st.sampled_from([entry.slug for entry in ENTRIES]), min_size=1, max_size=12), data=st.data())
def test_shares_sum_to_one_and_the_balance_knows_no_order(slugs: list[str], data: st.DataObject) -> None:
    found = modal(session(*(movement(slug, 5) for slug in slugs)))
    shares = [found[modality] for modality in MODALITIES]
    assert sum(shares) == pytest.approx(1)
    assert 0 <= found["balance"] <= 1
    assert (found["balance"] == 1) == (len(set(shares)) == 1)
    assert modal(session(*(movement(slug, 5) for slug in data.draw(st.permutations(slugs))))) == found


@given(counts=st.lists(st.integers(0, 50), min_size=3, max_size=3).filter(any))
def test_one_modality_alone_is_no_balance_and_thirds_are_all_of_it(counts: list[int]) -> None:
    shares = [count / sum(counts) for count in counts]
    assert (balance(shares) == 0) == (max(shares) == 1)
    assert (balance(shares) == 1) == (len(set(counts)) == 1)


# --- scaling --------------------------------------------------------------------------------------------------------


def test_fran_is_scaled_as_the_reference_says() -> None:
    assert guide(movement("thruster", 21, 15, 9, set={"load_kg": 43}), sex="male") == {
        "rx": "Thruster: 21-15-9 reps at 43 kg.",
        "scaled": "Thruster: 17-12-7 reps at 32.5 kg.",
        "foundations": "Thruster: 13-9-5 reps at 20 kg.",
    }
    pulls = guide(movement("pull-up", 21, 15, 9))
    assert (pulls["scaled"] or "").startswith("Band-assisted pull-up: 17-12-7 reps")
    assert (pulls["foundations"] or "").startswith(f"{CATALOGUE['inverted-row'].name.en}: 13-9-5 reps")


@pytest.mark.parametrize(
    ("slug", "scaled", "foundations"),
    [
        ("chest-to-bar-pull-up", ["pull-up"], ["inverted-row"]),
        ("muscle-up", ["banded-muscle-up"], ["pull-up", "dip"]),
        ("wall-headstand-push-up", ["elevated-pike-push-up"], ["pike-push-up"]),
        ("toes-to-bar", ["knees-to-elbow"], ["hanging-knee-raise"]),
        ("rope-climb", ["toes-to-bar", "pull-up"], ["inverted-row"]),
        ("double-under", ["double-under"], ["single-under"]),
        ("pistol-squat", ["box-pistol"], ["walking-lunge"]),
        ("box-jump", ["box-jump"], ["step-up"]),
        ("push-up", ["incline-push-up"], ["knee-push-up"]),
        ("ring-dip", ["dip"], ["push-up"]),
        ("snatch", ["power-snatch"], ["dumbbell-snatch"]),
        ("clean-and-jerk", ["power-clean-and-push-jerk"], ["hang-power-clean-and-push-press"]),
    ],
)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_movement_gives_way_by_the_table(slug: str, scaled: list[str], foundations: list[str], language: str) -> None:
    found = guide(movement(slug, 10), language=language)
    for level, slugs in {"rx": [slug], "scaled": scaled, "foundations": foundations}.items():
        names = " + ".join(getattr(CATALOGUE[each].name, language) for each in slugs)
        assert (found[level] or "").startswith(f"{names} :" if language == "fr" else f"{names}:")


def test_ropes_and_double_unders_have_numbers_of_their_own() -> None:
    rope = guide(movement("rope-climb", 3))
    assert "12 reps of each" in (rope["scaled"] or "")
    assert "15 reps" in (rope["foundations"] or "")
    unders = guide(movement("double-under", 50, 40, 30))
    assert "25-20-15 reps" in (unders["scaled"] or "")
    assert "100-80-60 reps" in (unders["foundations"] or "")


def test_boxes_get_lower() -> None:
    found = guide(movement("box-jump", 20), sex="female")
    assert "51 cm (20 in)" in (found["rx"] or "")
    assert "41 cm (16 in)" in (found["scaled"] or "")
    assert "61/51 cm (24/20 in)" in (guide(movement("box-jump", 20))["rx"] or "")


def test_no_bar_is_lighter_than_an_empty_one_so_dumbbells_take_over() -> None:
    found = guide(movement("thruster", 50, set={"load_kg": 20}), sex="male")
    assert "at 15 kg" in (found["scaled"] or "")
    assert "at 2 × 5 kg" in (found["foundations"] or "")


def test_a_vest_comes_off() -> None:
    found = guide(movement("air-squat", 300, set={"load_kg": 9}))
    assert "9 kg added" in (found["rx"] or "")
    assert "7 kg added" in (found["scaled"] or "")
    assert "without added weight" in (found["foundations"] or "")


def test_what_has_no_kilograms_is_scaled_by_shares() -> None:
    by_effort = guide(movement("power-clean", 5, set={"rpe": 8}))
    assert "20 to 30 % less load" in (by_effort["scaled"] or "")
    assert "half the load, at most an empty bar" in (by_effort["foundations"] or "")
    by_percent = guide(movement("power-clean", 3, set={"percent_1rm": 80}))
    assert "at 60 % of 1RM" in (by_percent["scaled"] or "")
    assert "at 40 % of 1RM" in (by_percent["foundations"] or "")


def test_distances_shrink_and_the_clock_does_not() -> None:
    assert "400 m" in (guide(movement("run", set={"distance_meters": 400}))["rx"] or "")
    assert "300 m" in (guide(movement("run", set={"distance_meters": 400}))["scaled"] or "")
    tabata = guide(movement("air-squat", set={"duration_seconds": 20, "rest_seconds": 10}), form="tabata")
    assert all("20 s" in (said or "") for said in tabata.values())


def test_a_circuit_of_stations_keeps_its_clock_and_one_of_reps_shortens_its_holds() -> None:
    minute = {"duration_seconds": 60}
    stations = [movement("wall-ball", set={**minute, "load_kg": 9}), movement("push-press", set=minute)]
    rows = analysis(session(*stations, format="circuit"))["scaling_guidance"]["by_exercise"]
    assert all("60\u00a0s" in row[step] for row in rows for step in STEPS)  # Fight Gone Bad stays one
    mixed = session(movement("plank", set=minute), movement("push-up", 10), format="circuit")
    assert "50\u00a0s" in analysis(mixed)["scaling_guidance"]["by_exercise"][0]["scaled"]


def test_of_a_stranger_is_said_what_is_true_and_no_more() -> None:
    counted = guide(movement(None, 20, name="Yoke squat", set={"load_kg": 80}))
    assert counted["scaled"] == "Yoke squat: 16 reps with 20 to 30 % less load."
    assert counted["foundations"] == "Yoke squat: 12 reps with half the load."
    timed = analysis(session(movement(None, name="Recovery", set={"duration_seconds": 60})))["scaling_guidance"]
    assert (timed["by_exercise"][0]["scaled"], timed["by_exercise"][0]["foundations"]) == (None, None)
    assert timed["reasons"].keys() == {"by_exercise.0.scaled", "by_exercise.0.foundations"}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_exercise_of_the_coach_has_its_three_levels_in_both_languages(language: str) -> None:
    measures: dict[str, dict[str, Any]] = {
        "reps": {"reps": 10}, "seconds": {"duration_seconds": 30}, "meters": {"distance_meters": 100},
        "calories": {"calories": 15},
    }  # fmt: skip
    for entry in ENTRIES:
        found = guide(movement(entry.slug, set=measures[entry.measure]), language=language)
        assert all(said and said.endswith(".") for said in found.values())
        if language == "fr":
            assert not re.search(r"\b(reps|with|at|load|without)\b", " ".join(str(said) for said in found.values()))


IMPLEMENTS = ["barbell", "dumbbell", "kettlebell", "medicine-ball", "sandbag", "sled"]


@given(implement=st.sampled_from(IMPLEMENTS), load=st.floats(1, 300), bar=st.sampled_from([15.0, 20.0]))
def test_loads_get_lighter_step_by_step_and_can_be_put_together(implement: str, load: float, bar: float) -> None:
    scaled, foundations = (lighter(load, step, implement, bar) for step in STEPS)
    whole = load  # the pair of dumbbells that stands in for a bar is counted as one load
    for step, found in (("scaled", scaled), ("foundations", foundations)):
        if found is None:
            continue
        count, kilograms = found
        assert count * kilograms <= whole
        assert count * kilograms <= load * (0.8 if step == "scaled" else 0.55) + 1e-6
        real = "dumbbell" if implement == "barbell" and count == 2 else implement
        assert kilograms in sizes_kg(real, kilograms)
        whole = count * kilograms
    if scaled is None:
        assert foundations is None
    if implement == "barbell" and foundations is not None:
        assert foundations[0] * foundations[1] <= bar


@given(load=st.sampled_from(range(50, 251, 5)))
def test_a_scaled_bar_is_20_to_30_percent_lighter(load: int) -> None:
    found = lighter(load, "scaled", "barbell", 20)
    assert found is not None
    assert 0.7 * load <= found[0] * found[1] <= 0.8 * load


@given(value=st.integers(1, 2_000), grain=st.sampled_from([1, 5, 25, 50]))
def test_amounts_get_fewer_step_by_step_and_never_nothing(value: int, grain: int) -> None:
    scaled, foundations = (scaling.amount(value, scaling.AMOUNT[step], grain=grain) for step in STEPS)
    assert 1 <= foundations <= scaled <= value
    if value >= 10 * grain:
        assert scaled == pytest.approx(0.8 * value, abs=grain / 2)
        assert foundations == pytest.approx(0.6 * value, abs=grain / 2)


def test_loads_mean_the_implement_they_are_made_of() -> None:
    swing, goblet = CATALOGUE["kettlebell-swing"], CATALOGUE["goblet-squat"]
    assert implement_of(swing, 24) == "kettlebell"
    assert implement_of(goblet, 22.5) == "dumbbell"
    assert implement_of(goblet, 28) == "kettlebell"
    assert set(BALLS_KG) & {9, 6} == {9, 6}
    assert 24 in KETTLEBELLS_KG
    assert 22.5 in DUMBBELLS_KG


@pytest.mark.parametrize("sex", ["male", "female"])
@pytest.mark.parametrize("slug", sorted(SHARES))
def test_no_benchmark_gets_heavier_or_longer_when_it_is_scaled(slug: str, sex: str) -> None:
    """Read from the sentences themselves."""
    found = analysis(benchmark(BENCHMARKS[slug], sex), sex=sex)["scaling_guidance"]["by_exercise"]
    for row in found:
        loads = [_kilograms(row[level]) for level in ("rx", *STEPS)]
        assert loads == sorted(loads, reverse=True)
        if "under" not in row["rx"]:  # single-unders are twice as many
            amounts = [_first_amount(row[level]) for level in ("rx", *STEPS)]
            assert amounts == sorted(amounts, reverse=True)


def _kilograms(sentence: str) -> float:
    found = re.search(r"(?:(\d) × )?([\d.]+) kg", sentence.replace("\u00a0", " "))
    return float(found[1] or 1) * float(found[2]) if found else 0.0


def _first_amount(sentence: str) -> int:
    found = re.search(r": (\d+)", sentence)
    assert found
    return int(found[1])
