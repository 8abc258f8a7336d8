"""What was done in the last days, and what follows from it for today's session."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from tests.callers import whole_catalogue
from tests.factories import UserFactory
from training import checks, generation
from training.catalogue.stored import load
from training.coaches import get
from training.coaches.means import Means
from training.history import History, Past
from training.models import TrainingSession
from training.prescription import Prescription
from training.request import SessionRequest

CATALOGUE = whole_catalogue()
MAXES = {"back-squat": 140, "bench-press": 100, "deadlift": 180, "barbell-row": 90}


def ask(**fields: Any) -> SessionRequest:
    athlete = {"level": "advanced", "one_rep_max_kg": MAXES}
    return SessionRequest.model_validate({"coach": "force", "discipline": "strength", "athlete": athlete, **fields})


def prescription(*exercises: tuple[str, dict[str, Any]], sets: int = 3, **block: Any) -> Prescription:
    listed = [{"exercise": slug, "sets": [{"rest_seconds": 120, **each}] * sets} for slug, each in exercises]
    return Prescription.model_validate({"blocks": [{"role": "main", "format": "sets", "exercises": listed, **block}]})


HEAVY_SQUATS = prescription(("back-squat", {"reps": 3, "percent_1rm": 88}))


def past(whole: Prescription, *, hours: float = 24, discipline: str = "strength") -> History:
    return History((Past(hours, discipline, whole),))


def verdict(whole: Prescription, history: History, **fields: Any) -> bool:
    found = {check.code: check for check in checks.run(whole, Means(ask(**fields), CATALOGUE, history))}
    return found["history"].ok


def test_without_a_past_nobody_is_told_of_one() -> None:
    assert "history" not in {check.code for check in checks.run(HEAVY_SQUATS, Means(ask(), CATALOGUE))}


@pytest.mark.parametrize(
    ("hours", "today", "ok"),
    [
        (24, {"reps": 3, "percent_1rm": 90}, False),
        (47.9, {"reps": 3, "rpe": 8}, False),  # 90.7 % by the chart
        (48.1, {"reps": 3, "percent_1rm": 90}, True),
        (24, {"reps": 10, "percent_1rm": 65}, True),
        (24, {"kind": "warmup", "reps": 2, "percent_1rm": 85}, True),
    ],
)
def test_no_muscle_works_heavily_twice_in_48_hours(hours: float, today: dict[str, Any], ok: bool) -> None:
    front_squats = prescription(("front-squat", today))
    assert verdict(front_squats, past(HEAVY_SQUATS, hours=hours)) is ok


def test_another_muscle_may_work_heavily_the_day_after() -> None:
    assert verdict(prescription(("bench-press", {"reps": 3, "percent_1rm": 90})), past(HEAVY_SQUATS))


@pytest.mark.parametrize("set_", [{"zone": 5}, {"intensity": 1.1}])
def test_zone_5_is_not_for_two_days_running(set_: dict[str, Any]) -> None:
    intervals = prescription(("rowing-machine", {"duration_seconds": 180, **set_}))
    easy = prescription(("rowing-machine", {"duration_seconds": 1800, "zone": 2}))
    yesterday = past(intervals, hours=20, discipline="running")
    assert not verdict(intervals, yesterday)
    assert verdict(easy, yesterday)
    assert verdict(intervals, past(easy, hours=20, discipline="running"))


def test_the_very_same_session_again_is_noticed() -> None:
    light = prescription(("goblet-squat", {"reps": 12, "rpe": 7}))
    assert not verdict(light, past(light, hours=100))
    assert verdict(prescription(("goblet-squat", {"reps": 10, "rpe": 7})), past(light, hours=100))


@pytest.mark.parametrize("seed", range(8))
def test_the_force_coach_keeps_muscles_light_that_worked_heavily_yesterday(seed: int) -> None:
    means = Means(ask(), CATALOGUE, past(HEAVY_SQUATS))
    planned = get("force").plan(means, seed=seed)
    lead = next(exercise for block, exercise in planned.exercises() if block.role == "main")
    assert CATALOGUE[lead.exercise or ""].pattern not in {"squat", "lunge"}
    assert all(check.ok for check in checks.run(planned, means))
    rested = get("force").plan(Means(ask(), CATALOGUE), seed=seed)
    assert not all(check.ok for check in checks.run(rested, means))


def test_a_model_that_forgets_yesterday_is_mended() -> None:
    means = Means(ask(available_minutes=30), CATALOGUE, past(HEAVY_SQUATS))
    mended, found = checks.repair(HEAVY_SQUATS, means)
    assert all(check.ok for check in found)
    assert "light" in next(check.detail for check in found if check.code == "history")
    squats = next(exercise for _, exercise in mended.exercises() if exercise.exercise == "back-squat")
    assert not any(means.heavy(squats, set_) for set_ in squats.sets)


def test_a_repair_makes_a_session_differ_from_the_one_before() -> None:
    means = Means(ask(available_minutes=30), CATALOGUE)
    before, _ = checks.repair(prescription(("goblet-squat", {"reps": 12, "rpe": 7}), ("push-up", {"reps": 12})), means)
    again = Means(means.request, CATALOGUE, past(before, hours=90))
    after, found = checks.repair(before, again)
    assert all(check.ok for check in found)
    assert not again.history.holds(after)


@pytest.mark.parametrize("coach", ["force", "endurance", "functional", "calisthenics", "competitions"])
def test_what_was_just_done_is_not_planned_again(coach: str) -> None:
    request = SessionRequest.model_validate({"coach": coach, "available_minutes": 45})
    request = request.model_copy(update={"discipline": get(coach).discipline(request)})
    first, _ = generation.planned(get(coach), Means(request, CATALOGUE), seed=3)
    done = past(first, hours=60, discipline=str(request.discipline))
    again, found = generation.planned(get(coach), Means(request, CATALOGUE, done), seed=3)
    assert checks.kept(found)
    assert not done.holds(again)


# --- in the database ---


@pytest.fixture
def owner(transactional_db: None) -> User:
    load(CATALOGUE)
    return UserFactory.create()


def made(owner: User, whole: Prescription, *, done_hours_ago: float | None) -> TrainingSession:
    imported = ask().model_copy(update={"prescription": whole})
    session = generation.create(owner, imported)
    if done_hours_ago is not None:
        session.mark_done(timezone.now() - timedelta(hours=done_hours_ago), 8)
    return session


def test_only_what_was_done_counts_and_only_ones_own(owner: User) -> None:
    made(owner, HEAVY_SQUATS, done_hours_ago=None)
    made(owner, HEAVY_SQUATS, done_hours_ago=24 * 8)
    made(UserFactory.create(), HEAVY_SQUATS, done_hours_ago=20)
    assert generation.history(owner) == History()
    made(owner, HEAVY_SQUATS, done_hours_ago=20)
    (yesterday,) = generation.history(owner).sessions
    assert yesterday.hours_ago == pytest.approx(20, abs=0.1)
    assert yesterday.discipline == "strength"


def test_a_session_after_heavy_squats_says_so_and_keeps_its_checks(owner: User) -> None:
    made(owner, HEAVY_SQUATS, done_hours_ago=20)
    session = generation.create(owner, ask(goal="squats"))
    assert [check for check in session.checks if not check["ok"]] == []
    assert "history" in {check["code"] for check in session.checks}
    assert "two days" in session.prescription["rationale"]
