"""What a demanding coach would send back: the built-in force coach's sessions, rule by rule."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from pydantic import ValidationError

from tests.training.coaching import CATALOGUE, Coaching, promised
from training.catalogue import Entry
from training.coaches import fitting, force_doses, get, planning
from training.coaches.force_draft import Draft
from training.coaches.force_words import focus, named_lifts, quality
from training.coaches.means import Means
from training.coaches.preparation import preparation_seconds, primer
from training.prescription import PrescribedExercise, Prescription, Set
from training.request import SessionRequest
from training.timing import block_seconds

COACHING = Coaching("force")
FORCE, means, plan = COACHING.coach, COACHING.means, COACHING.plan
SEEDS = range(6)
Trained = list[tuple[PrescribedExercise, Entry]]


def sessions(**fields: Any) -> Iterator[Trained]:
    """What is trained in sessions for the same request, with different seeds."""
    for seed in SEEDS:
        yield trained(plan(seed, **fields))


def trained(prescription: Prescription) -> Trained:
    return [(e, CATALOGUE[e.exercise or ""]) for e in planning.trained(prescription)]


def work(exercise: PrescribedExercise) -> list[Set]:
    return [set_ for set_ in exercise.sets if set_.kind != "warmup"]


def slugs(session: Trained) -> list[str]:
    return [entry.slug for _, entry in session]


# --- enough, and balanced -------------------------------------------------------------------------------------------


def test_three_quarters_of_an_hour_train_legs_hips_pushing_and_pulling() -> None:
    for session in sessions():
        patterns = {entry.pattern for _, entry in session}
        assert {"squat", "horizontal_push", "horizontal_pull", "hinge"} <= patterns
        assert sum(len(work(exercise)) for exercise, _ in session) >= 10


@pytest.mark.parametrize(("minutes", "exercises"), [(20, 2), (30, 3), (45, 4), (60, 4), (90, 6)])
def test_more_time_brings_more_exercises_rather_than_longer_rests(minutes: int, exercises: int) -> None:
    for session in sessions(available_minutes=minutes):
        assert len(session) >= exercises
        assert all((set_.rest_seconds or 0) <= 240 for exercise, _ in session for set_ in work(exercise))


@pytest.mark.parametrize("minutes", [20, 30, 45, 60, 90])
def test_heavy_lifts_rest_two_minutes_however_short_the_session(minutes: int) -> None:
    for session in sessions(available_minutes=minutes, goal="strength"):
        assert all((set_.rest_seconds or 0) >= 120 for set_ in work(session[0][0]))
        rests = [work(exercise)[0].rest_seconds or 0 for exercise, entry in session if entry.mechanic == "compound"]
        assert rests == sorted(rests, reverse=True)


@pytest.mark.parametrize("minutes", [45, 60, 90, 120])
def test_a_powerlifter_squats_benches_and_pulls(minutes: int) -> None:
    for session in sessions(discipline="powerlifting", available_minutes=minutes):
        assert slugs(session)[:3] == ["back-squat", "bench-press", "deadlift"]
        squat, _, deadlift = (len(work(exercise)) for exercise, _ in session[:3])
        assert deadlift < squat  # a heavy squat leaves less for the deadlift


def test_a_strongman_pulls_presses_overhead_and_carries() -> None:
    for session in sessions(discipline="strongman", available_minutes=60):
        assert {entry.pattern for _, entry in session[:3]} == {"hinge", "vertical_push", "carry"}


def test_bodybuilding_takes_more_exercises_and_repetitions_than_strength() -> None:
    for size, strength in zip(
        sessions(discipline="bodybuilding", available_minutes=60), sessions(available_minutes=60), strict=True
    ):
        assert len(size) > len(strength)
        assert min(set_.reps or 99 for exercise, _ in size for set_ in work(exercise)) >= 6


@pytest.mark.parametrize("discipline", ["strength", "powerlifting", "bodybuilding", "strongman"])
@pytest.mark.parametrize("minutes", [45, 90])
def test_no_two_compound_lifts_in_a_row_tire_grip_lower_back_or_overhead_shoulders(
    discipline: str, minutes: int
) -> None:
    for session in sessions(discipline=discipline, available_minutes=minutes):
        compounds = [entry for _, entry in session if entry.pattern not in {"isolation", "core"}]
        for one, next_one in pairwise(compounds):
            assert not planning.strains(one) & planning.strains(next_one), (one.slug, next_one.slug)


@pytest.mark.parametrize(("energy", "most"), [(1, 8), (10, 12)])
def test_three_hours_are_no_reason_for_endless_exercises(energy: int, most: int) -> None:
    for discipline in FORCE.disciplines:
        for session in sessions(discipline=discipline, available_minutes=180, energy_level=energy):
            assert len(session) <= most
            assert all(len(work(exercise)) <= 6 for exercise, _ in session)


def test_an_arm_day_trains_biceps_and_triceps() -> None:
    for session in sessions(discipline="bodybuilding", goal="bras", available_minutes=30):
        isolated = {muscle for _, entry in session if entry.pattern == "isolation" for muscle in entry.primary}
        assert {"biceps", "triceps"} <= isolated


def test_a_push_day_ends_without_squats_however_long_it_is() -> None:
    for session in sessions(discipline="bodybuilding", goal="push day", available_minutes=120):
        assert not {"squat", "hinge", "lunge", "vertical_pull", "horizontal_pull"} & {e.pattern for _, e in session}


# --- loads that are there, and bodies -------------------------------------------------------------------------------


def test_what_can_be_loaded_leads_the_session() -> None:
    for equipment, leader in (
        (["sandbag", "sled"], "sandbag-carry"),
        (["leg press"], "leg-press"),
        (["kettlebell"], "goblet-squat"),
    ):
        discipline = "strongman" if "sled" in equipment else "strength"
        for session in sessions(equipment=equipment, discipline=discipline):
            assert slugs(session)[0] == leader


def test_one_kettlebell_is_enough_for_legs_hips_pushing_and_pulling() -> None:
    for session in sessions(equipment=["kettlebell"], available_minutes=60):
        patterns = {entry.pattern for _, entry in session}
        assert {"squat", "horizontal_push", "horizontal_pull", "hinge"} <= patterns


@pytest.mark.parametrize("level", ["intermediate", "advanced"])
@pytest.mark.parametrize("goal", ["strength", "hypertrophy", "endurance"])
def test_what_is_easy_with_the_body_alone_is_done_often_with_short_rests(level: str, goal: str) -> None:
    for session in sessions(location="home", goal=goal, athlete={"level": level}):
        for exercise, entry in session:
            if entry.level == "beginner" and entry.measure == "reps":
                assert all((set_.reps or 0) >= 10 and (set_.rest_seconds or 0) <= 75 for set_ in exercise.sets)
            if entry.level == "beginner" and entry.mechanic == "compound" and entry.pattern != "core":
                assert all((set_.rpe or 10) <= 7.5 for set_ in exercise.sets)


def test_the_body_alone_still_pulls() -> None:
    for session in sessions(location="home", available_minutes=45):
        assert any(entry.pattern == "horizontal_pull" for _, entry in session)


@pytest.mark.parametrize(
    ("level", "goal", "most"), [("intermediate", "hypertrophy", 8), ("intermediate", "endurance", 10)]
)
def test_what_takes_all_of_an_athlete_is_done_for_few_repetitions(level: str, goal: str, most: int) -> None:
    equipment = ["pull-up bar", "dip bars"]
    for session in sessions(equipment=equipment, goal=goal, athlete={"level": level}, available_minutes=90):
        hard = [(e, entry) for e, entry in session if entry.slug in {"pull-up", "chin-up", "dip"}]
        assert hard
        assert all((set_.reps or 99) <= most and set_.tempo is None for e, _ in hard for set_ in e.sets)


def test_muscular_endurance_is_not_sought_in_pull_ups_where_there_is_a_machine() -> None:
    for session in sessions(goal="muscular endurance", available_minutes=60):
        assert not {"pull-up", "chin-up", "dip"} & set(slugs(session))


def test_a_warm_up_asks_for_a_few_pull_ups_only() -> None:
    whole = plan(equipment=["pull-up bar"], goal="back day")
    [practice] = [e for e in whole.blocks[0].exercises if e.exercise in {"chin-up", "pull-up"}]
    assert [set_.reps for set_ in practice.sets] == [3]


def test_a_swing_is_no_grinding_lift() -> None:
    for session in sessions(equipment=["kettlebell"], discipline="strongman"):
        swings = [exercise for exercise, entry in session if entry.slug == "kettlebell-swing"]
        assert all((set_.reps or 0) >= 12 for swing in swings for set_ in work(swing))


def test_a_lift_that_leads_is_never_begun_cold() -> None:
    for goal in ("strength", "hypertrophy", "power"):
        for session in sessions(goal=goal, athlete={"one_rep_max_kg": {"back-squat": 140}}):
            kinds = [set_.kind for set_ in session[0][0].sets]
            assert kinds[0] == "warmup"


# --- athletes -------------------------------------------------------------------------------------------------------


def test_who_begins_late_learns_with_light_implements_and_six_repetitions() -> None:
    for session in sessions(athlete={"age": 70, "level": "beginner"}, available_minutes=60):
        assert slugs(session)[:2] == ["goblet-squat", "dumbbell-bench-press"]
        assert all((set_.reps or 0) >= 6 for exercise, entry in session[:2] for set_ in work(exercise))


def test_each_step_of_energy_is_felt() -> None:
    def effort(energy: int) -> tuple[float, int]:
        whole = plan(energy_level=energy, available_minutes=90)
        return whole.expected_rpe or 0, sum(len(work(exercise)) for exercise, _ in trained(whole))

    tired, low, usual, fresh = (effort(energy) for energy in (2, 5, 7, 10))
    assert tired[0] < low[0] < usual[0] < fresh[0]
    assert tired[1] < min(low[1], usual[1], fresh[1])


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("chest and back", "upper"),
        ("pecs et dos", "upper"),
        ("legs and shoulders", "full"),
        ("gros dos", "pull"),
        ("arms", "arms"),
        ("bras et pectoraux", "upper"),
        ("prise de masse dos et biceps", "pull"),
        ("back and biceps", "pull"),
        ("chest and triceps", "push"),
        ("biceps and triceps", "arms"),
        ("back, biceps and triceps", "upper"),
        ("biceps", "arms"),
        ("leg day", "lower"),
        ("push day", "push"),
        ("get back to training and push myself", "full"),
        ("I am back after a break", "full"),
        ("force malgré un mal de dos", "full"),
        ("", "full"),
    ],
)
def test_the_parts_of_the_body_in_a_goal_decide_what_is_trained(words: str, part: str) -> None:
    assert focus(words, "strength", []) == part


@pytest.mark.parametrize(
    ("words", "row"),
    [
        ("perdre du gras et me muscler", "hypertrophy"),
        ("lose weight", "hypertrophy"),
        ("gagner en force", "strength"),
        ("détente verticale", "power"),
        ("endurance musculaire", "endurance"),
        ("de plus gros bras", "hypertrophy"),
    ],
)
def test_a_goal_in_plain_words_finds_its_row(words: str, row: str) -> None:
    assert quality(words, "strength") == row


@pytest.mark.parametrize(
    ("words", "level", "lifts"),
    [
        ("réussir une traction", "intermediate", ["pull-up"]),
        ("first pull-up", "beginner", ["lat-pulldown"]),  # the step towards it
        ("développé couché et tractions", "intermediate", ["bench-press", "pull-up"]),
    ],
)
def test_a_lift_is_known_by_any_of_its_names_and_brought_within_reach(words: str, level: str, lifts: list[str]) -> None:
    found = named_lifts(words, means(athlete={"level": level}))
    assert [entry.slug for entry in found] == lifts


def test_the_back_and_the_biceps_are_trained_by_pulling() -> None:
    for session in sessions(discipline="bodybuilding", goal="prise de masse dos et biceps", language="fr"):
        assert session[0][1].pattern in {"horizontal_pull", "vertical_pull"}
        assert not {"horizontal_push", "vertical_push"} & {entry.pattern for _, entry in session}


@pytest.mark.parametrize(("minutes", "fewest"), [(10, 1), (15, 2), (20, 2), (30, 3)])
def test_little_time_on_a_tired_day_is_spent_on_few_movements_rather_than_on_rests(minutes: int, fewest: int) -> None:
    for equipment in (None, ["dumbbell", "bench"]):
        for seed in SEEDS:
            session = plan(seed, goal="full body", available_minutes=minutes, energy_level=3, equipment=equipment)
            done = trained(session)
            assert fewest <= len({entry.pattern for _, entry in done}) == len(done) <= 3
            assert all((set_.rest_seconds or 0) <= 120 for exercise, _ in done for set_ in work(exercise))
            assert ("Full body" in (session.title or "")) == (len(done) > 1)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"goal": "bench 1RM", "athlete": {"injuries": ["shoulder"]}}, "Bench press waits until the injury has healed"),
        ({"goal": "deadlift", "equipment": ["dumbbell"]}, "Deadlift waits: the equipment"),
        ({"goal": "deadlift", "athlete": {"avoid": ["deadlift"]}}, "Deadlift is left out"),
        ({"goal": "first pull-up", "athlete": {"level": "beginner"}}, "Pull-up comes later"),
        ({"goal": "test my 1RM", "energy_level": 2}, "A test of your maximum waits"),
        ({"goal": "tester mon 1RM", "energy_level": 2, "language": "fr"}, "Le test de votre maximum attend"),
        ({"goal": "soulevé de terre", "equipment": [], "language": "fr"}, "le matériel manque"),
    ],
)
def test_what_was_asked_for_and_has_to_wait_is_told(fields: dict[str, Any], said: str) -> None:
    assert said in (plan(**fields).rationale or "")


def test_however_much_waits_a_rationale_stays_within_its_field() -> None:
    goal = "soulevé de terre, développé couché, squat, traction : tester mon 1RM"
    for more in ("", " en force", " en volume"):
        told = plan(goal=goal + more, language="fr", equipment=[], location="home", energy_level=1).rationale
        assert 200 < len(told or "") <= 500


def test_nothing_waits_that_is_done() -> None:
    for fields in ({"goal": "bench press"}, {"goal": "test my 1RM"}, {"goal": "squat", "energy_level": 2}):
        assert not re.search("waits|later|left out", plan(**fields).rationale or "")


def test_a_rest_of_minutes_and_a_half_is_one_number_and_the_sessions() -> None:
    fields: dict[str, Any] = {
        "discipline": "strongman", "available_minutes": 124, "energy_level": 9, "location": "home",
        "athlete": {"level": "beginner"},
    }  # fmt: skip
    session = plan(4, **fields)
    promised(session, means(**fields))
    assert "2.5 min of rest" in (session.rationale or "")


def test_rests_are_told_in_minutes_and_with_no_line_ending_before_a_unit() -> None:
    told = plan(goal="force", language="fr").rationale or ""
    assert re.search("avec 3\u00a0min de repos", told)
    assert not re.search(r"\d (?:s|min|m)\b|RPE \d", told)


# --- the clock ------------------------------------------------------------------------------------------------------


def test_trimming_gives_back_what_still_fits() -> None:
    case = means()
    whole = plan(available_minutes=90)
    for minutes in (30, 45, 60, 75):
        trimmed = fitting.trim(whole, case, 60 * minutes)
        used = planning.seconds_of(trimmed, case)
        assert 0.85 * 60 * minutes <= used <= 60 * minutes
        counts = [len(work(exercise)) for exercise, _ in trained(trimmed)]
        assert counts[0] == max(counts)


def test_what_fits_is_not_trimmed() -> None:
    whole = plan()
    assert fitting.trim(whole, means(), 60 * 45) == whole


# --- what a model drafts --------------------------------------------------------------------------------------------


def expanded(main: dict[str, Any], **fields: Any) -> PrescribedExercise:
    draft = Draft.model_validate(
        {"title": "Legs", "rationale": "Legs.", "warmup": [], "main": [main], "accessory": [], "cooldown": []}
    )
    return planning.trained(FORCE.expand(draft, means(**fields)))[0]


@pytest.mark.parametrize("goal", ["strength", "power", "hypertrophy", "endurance"])
def test_a_drafted_main_lift_is_kept_in_the_goals_row(goal: str) -> None:
    for amount, rpe, rest in ((120, 1, 0), (1, 10, 600)):
        squat = {"slug": "back-squat", "sets": 3, "amount": amount, "rpe": rpe, "rest": rest}
        for set_ in work(expanded(squat, goal=goal)):
            (fewest, most), (shortest, longest) = force_doses.REPS[goal], force_doses.REST_SECONDS[goal]  # type: ignore[index]
            assert fewest <= (set_.reps or 0) <= most
            assert shortest <= (set_.rest_seconds or 0) <= longest
            assert (set_.rpe or 0) >= planning.HARD_RPE


@pytest.mark.parametrize(
    "wrong", [{"sets": 0}, {"sets": 11}, {"amount": 0}, {"amount": 121}, {"rpe": 11}, {"rest": 601}]
)
def test_absurd_numbers_never_leave_the_draft(wrong: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        expanded({"slug": "back-squat", "sets": 3, "amount": 5, "rpe": 8, "rest": 120, **wrong})


def test_where_the_body_is_the_load_a_draft_keeps_its_repetitions() -> None:
    pushes = expanded({"slug": "push-up", "sets": 3, "amount": 20, "rpe": 8, "rest": 60}, goal="strength")
    assert [(set_.reps, set_.rest_seconds) for set_ in pushes.sets] == [(20, 60)] * 3


# --- a model's draft, before it is mended ---


def item(slug: str) -> dict[str, Any]:
    return {"slug": slug, "sets": 3, "amount": 8, "rpe": 8, "rest": 90}


def test_a_drafted_warm_up_is_as_long_as_the_session_asks_for() -> None:
    case = means(available_minutes=60)
    draft = {
        "title": "Squats", "rationale": "Squats lead.", "warmup": ["rowing-machine", "air-squat"],
        "main": [item("back-squat")], "accessory": [], "cooldown": [],
    }  # fmt: skip
    first = FORCE.expand(Draft.model_validate(draft), case).blocks[0]
    assert block_seconds(first, CATALOGUE, case.request) == pytest.approx(preparation_seconds(case), abs=30)


def test_drafted_accessories_are_put_where_neighbours_spare_each_other() -> None:
    case = means()
    slugs = ["barbell-row", "chin-up", "hip-thrust"]  # the row and the chin-up both take the grip
    draft = {
        "title": "Squats", "rationale": "Squats lead.", "warmup": [], "main": [item("bench-press")],
        "accessory": [item(slug) for slug in slugs], "cooldown": [],
    }  # fmt: skip
    accessory = FORCE.expand(Draft.model_validate(draft), case).blocks[2]
    assert [exercise.exercise for exercise in accessory.exercises][1] == "hip-thrust"


@pytest.mark.parametrize("seed", range(8))
def test_a_full_gym_lifts_no_sandbags_but_for_strongmen(seed: int) -> None:
    session = get("force").plan(means(available_minutes=60), seed=seed)
    assert not [e for _, e in session.exercises() if "sandbag" in (e.exercise or "")]


@pytest.mark.parametrize(
    ("coach", "lead", "practised"),
    [
        ("force", "back-squat", "air-squat"),
        ("force", "bench-press", "knee-push-up"),
        ("functional", "freestanding-handstand", "back-to-wall-handstand"),
        ("competitions", "run", "run"),
        ("competitions", "shuttle-run", "air-bike"),  # nobody sprints and turns to warm up
    ],
)
def test_what_leads_a_session_is_practised_in_a_lighter_form(coach: str, lead: str, practised: str) -> None:
    fields = {"coach": coach, "discipline": get(coach).disciplines[0], "athlete": {"level": "advanced"}}
    means = Means(SessionRequest.model_validate(fields), CATALOGUE)
    assert primer(CATALOGUE[lead], means).exercise == practised
