"""The checks: what breaks a promise is found, in an import only found, in a generated session mended and told."""

from typing import Any

import pytest

from tests.callers import whole_catalogue
from training import checks
from training.checks import Check
from training.coaches import get, planning
from training.coaches.means import Means
from training.coaches.planning import seconds_of
from training.prescription import Prescription, Refused
from training.request import SessionRequest

CATALOGUE = whole_catalogue()


def ask(**fields: Any) -> SessionRequest:
    return SessionRequest.model_validate({"coach": "force", **fields})


def exercise(slug: str, sets: int = 3, **work: Any) -> dict[str, Any]:
    work = work or {"reps": 8, "rpe": 7, "rest_seconds": 90}
    return {"exercise": slug, "name": CATALOGUE[slug].name.en, "sets": [work] * sets}


def block(role: str, *exercises: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"role": role, "format": "sets", "exercises": list(exercises), **fields}


WARMUP = block("warmup", exercise("air-squat", sets=1))
COOLDOWN = block("cooldown", exercise("hamstring-stretch", sets=1, duration_seconds=60, rpe=2))


def session(*blocks: dict[str, Any], around: bool = True) -> Prescription:
    whole = [WARMUP, *blocks, COOLDOWN] if around else [*blocks]
    return Prescription.model_validate({"blocks": whole})


def run(whole: Prescription, **fields: Any) -> dict[str, Check]:
    return {check.code: check for check in checks.run(whole, Means(ask(**fields), CATALOGUE))}


def judge_import(whole: Prescription, **fields: Any) -> dict[str, Check]:
    return run(whole, prescription=whole.model_dump(), **fields)


def repair(prescription: Prescription, **fields: Any) -> tuple[Prescription, dict[str, Check]]:
    mended, found = checks.repair(prescription, Means(ask(**fields), CATALOGUE))
    assert [check for check in found if not check.ok] == []
    assert checks.run(mended, Means(ask(**fields), CATALOGUE)) == [
        Check(after.code, after.ok, before.detail) if before.detail == after.detail else after
        for before, after in zip(found, checks.run(mended, Means(ask(**fields), CATALOGUE)), strict=True)
    ]
    return mended, {check.code: check for check in found}


def slugs(prescription: Prescription, role: str) -> list[str | None]:
    return [exercise.exercise for block, exercise in prescription.exercises() if block.role == role]


SQUAT = session(block("main", exercise("back-squat")))


def test_a_sound_session_passes_every_check() -> None:
    assert all(check.ok for check in run(SQUAT).values())


# --- finding --------------------------------------------------------------------------------------------------------


def test_the_time_budget_says_how_much_of_how_much() -> None:
    squats = session(block("main", exercise("back-squat", sets=20)))
    minutes = round(seconds_of(squats, Means(ask(), CATALOGUE)) / 60)
    assert run(squats, available_minutes=30)["time_budget"] == Check("time_budget", False, f"{minutes} of 30 min")
    french = run(squats, available_minutes=60, language="fr")["time_budget"]
    assert french == Check("time_budget", True, f"{minutes} min sur 60")


def test_ten_percent_over_the_time_is_still_kept() -> None:
    easy = session(block("main", exercise("air-squat", sets=1, duration_seconds=1)), around=False)
    assert run(easy.model_copy(update={"blocks": stretched(660)}), available_minutes=10)["time_budget"].ok
    assert not run(easy.model_copy(update={"blocks": stretched(661)}), available_minutes=10)["time_budget"].ok


def stretched(seconds: int) -> list[Any]:
    return session(block("main", exercise("air-squat", sets=1, duration_seconds=seconds)), around=False).blocks


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("equipment", {"equipment": ["dumbbell"]}),
        ("equipment", {"location": "home"}),
        ("avoided", {"athlete": {"avoid": ["back-squat"]}}),
        ("avoided", {"athlete": {"avoid": ["Squat arrière"]}}),
        ("avoided", {"athlete": {"avoid": ["squats"]}}),
        ("injuries", {"athlete": {"injuries": ["left knee"]}}),
        ("injuries", {"athlete": {"injuries": ["douleur au genou"]}}),
        ("injuries", {"goal": "train although my knee hurts"}),
    ],
)
def test_what_the_athlete_cannot_or_may_not_do_is_found_by_name(code: str, fields: dict[str, Any]) -> None:
    check = run(SQUAT, **fields)[code]
    assert not check.ok
    assert "Back squat" in check.detail


def test_an_exercise_above_the_athletes_level_is_found() -> None:
    check = run(session(block("main", exercise("front-squat"))), athlete={"level": "beginner"})["level"]
    assert (check.ok, "Front squat" in check.detail) == (False, True)


def test_words_that_are_not_understood_are_told() -> None:
    found = run(SQUAT, equipment=["barbell", "rack", "flux capacitor"], athlete={"injuries": ["mood"]})
    assert (found["equipment"].ok, "flux capacitor" in found["equipment"].detail) == (True, True)
    assert (found["injuries"].ok, "mood" in found["injuries"].detail) == (True, True)


def test_isolation_before_a_compound_lift_is_out_of_order() -> None:
    assert not run(session(block("main", exercise("barbell-curl"), exercise("back-squat"))))["order"].ok
    assert run(session(block("main", exercise("back-squat"), exercise("barbell-curl"))))["order"].ok


def test_accessories_before_the_main_lift_are_out_of_order() -> None:
    swapped = session(block("accessory", exercise("barbell-row")), block("main", exercise("back-squat")))
    assert not run(swapped)["order"].ok


def test_more_repetitions_than_the_chart_allows_are_found() -> None:
    impossible = session(block("main", exercise("back-squat", reps=8, percent_1rm=95, rest_seconds=60)))
    assert not run(impossible)["sets"].ok
    heavy = session(block("main", exercise("back-squat", reps=8, load_kg=95, rest_seconds=60)))
    assert not run(heavy, athlete={"one_rep_max_kg": {"squat": 100}})["sets"].ok
    assert run(heavy, athlete={"one_rep_max_kg": {"squat": 140}})["sets"].ok


def test_an_effort_far_from_the_charts_is_found() -> None:
    for rpe, ok in ((8, True), (9.5, True), (10, False), (6, False)):  # five at 81 % feel like RPE 8
        squat = exercise("back-squat", reps=5, percent_1rm=81, rpe=rpe, rest_seconds=60)
        assert judge_import(session(block("main", squat)))["sets"].ok is ok


def test_a_beginner_is_not_driven_past_rpe_eight() -> None:
    hard = session(block("main", exercise("back-squat", reps=8, rpe=9, rest_seconds=60)))
    assert not run(hard, athlete={"level": "beginner"})["sets"].ok
    assert run(hard)["sets"].ok


def test_a_heavy_lift_without_a_ramp_is_found() -> None:
    assert not run(session(block("main", exercise("back-squat", reps=3, percent_1rm=85, rest_seconds=60))))["ramp"].ok


@pytest.mark.parametrize(
    ("kilograms", "ramped"),
    [((60, 80, 100), True), ((50, 70, 90, 100), True), ((60, 100), False), ((60, 70, 100), False), ((100,), False)],
)
def test_a_ramp_has_two_lighter_sets_and_no_jump_over_twenty_points(kilograms: tuple[int, ...], ramped: bool) -> None:
    squat = {**exercise("back-squat"), "sets": [{"reps": 5, "load_kg": load} for load in kilograms]}
    known = {"one_rep_max_kg": {"squat": 120}}
    assert run(session(block("main", squat)), athlete=known)["ramp"].ok is ramped
    apart = [{**squat, "sets": [set_]} for set_ in squat["sets"]]
    split = session(block("warmup", *apart[:-1]) if apart[:-1] else WARMUP, block("main", apart[-1]), around=False)
    assert run(split, athlete=known)["ramp"].ok is ramped


def test_a_back_off_needs_no_second_ramp() -> None:
    top = {**exercise("deadlift"), "sets": [{"reps": 3, "percent_1rm": percent} for percent in (55, 70, 85)]}
    back_off = exercise("deadlift", sets=2, reps=3, percent_1rm=80)
    assert run(session(block("main", top), block("accessory", back_off)))["ramp"].ok


def test_loads_of_a_known_maximum_count_for_inol() -> None:
    squats = session(block("main", exercise("back-squat", sets=9, reps=6, load_kg=80)))
    assert "Back squat" in run(squats, athlete={"one_rep_max_kg": {"squat": 100}})["dose"].detail
    assert run(squats)["dose"].ok


def test_more_than_ten_hard_sets_a_muscle_are_found() -> None:
    check = run(session(block("main", exercise("back-squat", sets=11))))["dose"]
    assert (check.ok, "quadriceps" in check.detail) == (False, True)
    assert run(session(block("main", exercise("back-squat", sets=10, reps=3, rpe=6, rest_seconds=60))))["dose"].ok


def test_a_missing_warm_up_and_cool_down_are_found() -> None:
    bare = run(session(block("main", exercise("back-squat")), around=False))
    assert (bare["warmup"].ok, bare["cooldown"].ok) == (False, False)


def test_a_warm_up_that_does_not_practise_the_main_pattern_is_found() -> None:
    assert not run(session(block("main", exercise("bench-press"))))["warmup"].ok


def test_a_red_flag_makes_every_hard_session_a_broken_promise() -> None:
    assert not run(SQUAT, goal="chest pain")["red_flags"].ok
    assert "red_flags" not in run(SQUAT)


def test_strangers_are_welcome_and_judged_by_their_time_alone() -> None:
    stranger = {"name": "Atlas stone", "sets": [{"reps": 3, "rpe": 9}]}
    assert all(check.ok for check in run(session(block("main", stranger))).values())


# --- imports --------------------------------------------------------------------------------------------------------


def test_an_import_is_not_judged_by_equipment_that_nobody_named() -> None:
    assert "equipment" not in judge_import(SQUAT, location="home")
    assert not judge_import(SQUAT, equipment=[])["equipment"].ok


def test_an_imports_computed_time_stands_in_its_check_whatever_its_author_says() -> None:
    guessed = SQUAT.model_copy(update={"duration_minutes": 500})
    computed = round(seconds_of(guessed, Means(ask(), CATALOGUE)) / 60)
    assert judge_import(guessed)["time_budget"].detail == f"{computed} of 45 min"


def test_an_import_may_ask_for_more_effort_than_a_coach_would() -> None:
    hard = session(block("main", exercise("back-squat", reps=8, rpe=10, rest_seconds=60)))
    assert judge_import(hard)["sets"].ok
    assert not run(hard)["sets"].ok


# --- mending --------------------------------------------------------------------------------------------------------


def test_what_keeps_every_promise_is_left_alone() -> None:
    request = ask(available_minutes=60)
    planned = get("force").plan(Means(request, CATALOGUE), seed=3)
    assert checks.repair(planned, Means(request, CATALOGUE))[0] == planned


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("equipment", {"equipment": ["dumbbell"]}),
        ("avoided", {"athlete": {"avoid": ["back-squat"]}}),
        ("level", {"athlete": {"level": "beginner"}}),
    ],
)
def test_an_exercise_that_may_not_be_done_gives_way_to_its_nearest_neighbour(code: str, fields: dict[str, Any]) -> None:
    slug = "front-squat" if code == "level" else "back-squat"
    mended, found = repair(session(block("main", exercise(slug))), **fields)
    [main] = slugs(mended, "main")
    assert main is not None
    assert main != slug
    assert CATALOGUE[main].pattern == "squat"
    assert CATALOGUE[slug].name.en in found[code].detail
    assert CATALOGUE[main].name.en in found[code].detail


def test_an_exercise_without_a_possible_neighbour_goes() -> None:
    mended, found = repair(
        session(block("main", exercise("bench-press"), exercise("back-squat"))), athlete={"injuries": ["genou"]}
    )
    assert slugs(mended, "main") == ["bench-press"]
    assert "Back squat was taken out" in found["injuries"].detail


def test_where_nothing_is_left_the_repair_is_refused() -> None:
    with pytest.raises(Refused):
        checks.repair(SQUAT, Means(ask(athlete={"avoid": ["squat"]}), CATALOGUE))


def test_a_substitute_takes_over_the_sets_but_no_load_of_another_lift() -> None:
    squat = session(block("main", exercise("back-squat", sets=4, reps=6, load_kg=100, rpe=7, rest_seconds=120)))
    mended, _ = repair(squat, athlete={"avoid": ["back-squat"], "one_rep_max_kg": {"back-squat": 140}})
    [main] = [e for block, e in mended.exercises() if block.role == "main"]
    assert [(set_.reps, set_.load_kg) for set_ in main.sets] == [(6, None)] * 4


def test_a_session_that_is_too_long_is_cut_to_its_time_from_the_least_important_end() -> None:
    long = session(
        block("main", exercise("back-squat", sets=4)),
        block("accessory", *(exercise(slug) for slug in ("barbell-row", "lateral-raise", "barbell-curl", "plank"))),
    )
    mended, found = repair(long, available_minutes=20)
    assert seconds_of(mended, Means(ask(available_minutes=20), CATALOGUE)) <= 20 * 60
    assert slugs(mended, "main") == ["back-squat"]
    assert len(slugs(mended, "accessory")) < 4
    assert "shortened" in found["time_budget"].detail
    assert mended.duration_minutes == pytest.approx(20, abs=4)


def test_a_session_that_is_too_short_is_filled_with_easy_movement_only() -> None:
    mended, found = repair(SQUAT, available_minutes=60)
    assert slugs(mended, "main") == ["back-squat"]
    assert seconds_of(mended, Means(ask(available_minutes=60), CATALOGUE)) >= 0.8 * 3600
    assert "lengthened from" in found["time_budget"].detail


def test_out_of_order_is_put_in_order() -> None:
    mixed = session(
        block("accessory", exercise("barbell-curl"), exercise("barbell-row")), block("main", exercise("back-squat"))
    )
    mended, found = repair(mixed)
    assert [e.exercise for b, e in mended.exercises() if b.role in {"main", "accessory"}] == [
        "back-squat", "barbell-row", "barbell-curl",
    ]  # fmt: skip
    assert "order was put right" in found["order"].detail


def test_isolation_among_the_main_lifts_moves_behind_the_accessories() -> None:
    mixed = session(
        block("main", exercise("back-squat"), exercise("barbell-curl")), block("accessory", exercise("barbell-row"))
    )
    mended, _ = repair(mixed)
    assert slugs(mended, "accessory") == ["barbell-row", "barbell-curl"]


def test_accessories_alone_get_a_leader() -> None:
    mended, _ = repair(session(block("accessory", exercise("back-squat"), exercise("barbell-row"))))
    assert slugs(mended, "main") == ["back-squat"]


def test_warm_up_and_cool_down_are_added() -> None:
    mended, found = repair(session(block("main", exercise("deadlift")), around=False))
    assert [mended.blocks[0].role, mended.blocks[-1].role] == ["warmup", "cooldown"]
    assert any(CATALOGUE[slug].pattern == "hinge" for slug in slugs(mended, "warmup") if slug)
    assert "Added" in found["warmup"].detail


def test_impossible_sets_are_made_possible_and_led_up_to() -> None:
    squat = session(
        block("main", exercise("back-squat", reps=5, percent_1rm=97.5, load_kg=136.5, rpe=9, rest_seconds=180))
    )
    mended, found = repair(squat, athlete={"one_rep_max_kg": {"back-squat": 140}})
    [main] = [e for block, e in mended.exercises() if block.role == "main"]
    assert [set_.kind for set_ in main.sets[:2]] == ["warmup", "warmup"]
    assert all((set_.load_kg or 0) % 2.5 == 0 for set_ in main.sets)
    assert "Back squat" in found["sets"].detail


def test_too_many_hard_sets_are_cut() -> None:
    much = session(
        block("main", exercise("back-squat", sets=8, reps=6, rpe=7, rest_seconds=60), exercise("leg-press", 6))
    )
    mended, found = repair(much)
    counts = {e.exercise: len(e.sets) for b, e in mended.exercises() if b.role == "main"}
    assert sum(counts.values()) <= 10
    assert "sets cut" in found["dose"].detail or "taken out" in found["dose"].detail


def test_sets_of_every_round_count_when_sets_are_cut() -> None:
    rounds = session(block("main", exercise("leg-press", sets=4, reps=8, rpe=7, rest_seconds=60), rounds=4))
    mended, _ = repair(rounds)
    [main] = [b for b in mended.blocks if b.role == "main"]
    assert [len(e.sets) * (main.rounds or 1) for e in main.exercises] == [4], "an INOL of 1.1 a set in four rounds"


@pytest.mark.parametrize(("lift", "kilograms"), [("kettlebell-press", 10), ("dumbbell-bench-press", 5)])
def test_a_load_that_no_sizes_lead_up_to_is_none(lift: str, kilograms: float) -> None:
    """A warm-up at the working load is none."""
    athlete = {"one_rep_max_kg": {lift: kilograms}}
    press = planning.working_sets(CATALOGUE[lift], planning.Dose(3, 5, 8, 120), Means(ask(athlete=athlete), CATALOGUE))
    assert all((set_.percent_1rm or 0) < 80 for set_ in press)
    mended, _ = repair(session(block("main", exercise(lift, reps=5, rpe=8, rest_seconds=120))), athlete=athlete)
    sets = [set_ for block, e in mended.exercises() if e.exercise == lift and block.role == "main" for set_ in e.sets]
    work = max(set_.load_kg or 0 for set_ in sets if set_.kind == "working")
    assert all((set_.load_kg or 0) < work for set_ in sets if set_.kind == "warmup" and work)


def test_what_is_added_to_the_body_is_no_share_of_what_is_lifted() -> None:
    heavy = session(block("main", exercise("weighted-pull-up", sets=10, reps=5, load_kg=2.5, rpe=8.5)))
    check = run(
        heavy, coach="calisthenics", discipline="streetlifting", athlete={"one_rep_max_kg": {"weighted-pull-up": 20}}
    )
    assert "Weighted pull-up" in check["dose"].detail


def test_a_single_set_beyond_what_can_be_done_is_made_possible() -> None:
    hundred = session(block("main", exercise("wall-ball", sets=1, reps=100, load_kg=6, rpe=7)))
    for kilograms, ok in ((40, True), (10, False)):
        assert run(hundred, athlete={"one_rep_max_kg": {"wall-ball": kilograms}})["sets"].ok is ok


def test_the_same_exercise_twice_is_varied() -> None:
    twice = session(block("main", exercise("back-squat")), block("accessory", exercise("back-squat")))
    mended, _ = repair(twice)
    assert len({e.exercise for b, e in mended.exercises() if b.role in {"main", "accessory"}}) == 2


def test_checks_and_repairs_speak_french_to_a_french_athlete() -> None:
    _, found = repair(SQUAT, language="fr", athlete={"avoid": ["back-squat"]})
    assert "Squat arrière a laissé la place à" in found["avoided"].detail
    assert not any("gave way" in check.detail or "Nothing" in check.detail for check in found.values())


def test_a_heavy_lift_that_gives_way_to_the_body_leaves_its_five_repetitions_behind() -> None:
    heavy = session(block("main", exercise("back-squat", reps=5, rpe=8, rest_seconds=180)))
    mended, found = repair(heavy, location="home", equipment=[])
    lead = next(each for each in mended.blocks if each.role == "main").exercises[0]
    assert "gave way" in found["equipment"].detail
    assert all((set_.reps or 0) >= 8 for set_ in lead.sets)


def test_a_clock_that_was_put_right_is_told_of_once() -> None:
    for minutes in (20, 60):
        _, found = repair(SQUAT, available_minutes=minutes)
        assert found["time_budget"].detail.count("from") <= 1


def test_a_growing_athlete_does_no_heavy_double_however_drafted() -> None:
    heavy = session(block("main", exercise("back-squat", reps=1, load_kg=95, rpe=8, rest_seconds=180)))
    young: dict[str, Any] = {"athlete": {"age": 14, "one_rep_max_kg": {"back-squat": 100}}}
    assert not run(heavy, **young)["sets"].ok
    mended, _ = repair(heavy, **young)
    lead = next(each for each in mended.blocks if each.role == "main").exercises[0]
    assert all((set_.reps or 0) >= 3 for set_ in lead.sets if set_.kind == "working")


@pytest.mark.parametrize(("location", "equipment", "ok"), [("home", ["barbell"], False), ("gym", ["barbell"], True)])
def test_nobody_grinds_under_a_bar_alone_without_a_rack(location: str, equipment: list[str], ok: bool) -> None:
    press = session(block("main", exercise("floor-press", reps=4, rpe=9, rest_seconds=180)))
    assert run(press, location=location, equipment=equipment)["sets"].ok is ok


def test_a_tired_muscle_does_six_hard_sets_at_most() -> None:
    eight = session(block("main", exercise("back-squat", sets=8, reps=15, rpe=7, rest_seconds=90)))
    assert run(eight)["dose"].ok
    assert not run(eight, energy_level=2)["dose"].ok
    assert judge_import(eight, energy_level=2)["dose"].ok
