"""A session made and saved: by a model over real HTTP, by the built-in coach, or as its caller brings it."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connections
from pytest_django import Settings

from tests.callers import whole_catalogue
from tests.factories import UserFactory, force_prescription
from tests.model_server import FOREVER, Behaviour, ModelServer
from tests.processes import eventually
from training import coaches, details, drafting, generation
from training.catalogue.stored import load
from training.coaches.case import Rule
from training.coaches.means import Means
from training.models import ExerciseNote, ModelCall, TrainingSession
from training.prescription import Prescription, Refused
from training.request import SessionRequest

pytestmark = pytest.mark.django_db(transaction=True)

FILES = whole_catalogue()
DETAILS = '"athlete_level"'  # stands in each question for details, in no other


@pytest.fixture(autouse=True)
def catalogue(transactional_db: None) -> None:
    load(FILES)


@pytest.fixture
def owner(transactional_db: None) -> User:
    return UserFactory.create()


def asked(**fields: Any) -> SessionRequest:
    return SessionRequest.model_validate({"coach": "force", **fields})


def strangers(count: int) -> dict[str, Any]:
    """An import of so many exercises that no catalogue knows."""
    exercises = [{"name": f"Village game {'x' * i}", "sets": [{"reps": 5}]} for i in range(1, count + 1)]
    return {"blocks": [{"role": "main", "format": "sets", "exercises": exercises}]}


def draft(**fields: Any) -> str:
    """What a model may answer: a valid plan, but for what a test changes."""
    squat = {"slug": "back-squat", "sets": 4, "amount": 5, "rpe": 8, "rest": 180}
    plan = {
        "title": "Squat day",
        "rationale": "Heavy first.",
        "warmup": ["air-squat"],
        "main": [squat],
        "accessory": [{"slug": "romanian-deadlift", "sets": 3, "amount": 8, "rpe": 7, "rest": 90}],
        "cooldown": [],
    }
    return json.dumps({**plan, **fields})


def prescribed(session: TrainingSession) -> set[str]:
    return {str(exercise.exercise) for _, exercise in session.parsed_prescription().exercises()}


def failed(session: TrainingSession) -> list[str]:
    return [check["code"] for check in session.checks if not check["ok"]]


# --- the built-in coach ---
def test_without_a_key_the_built_in_coach_serves(owner: User) -> None:
    session = generation.create(owner, asked(available_minutes=40, discipline="powerlifting"))
    assert (session.source, session.model, session.fallback_reason) == ("builtin", None, None)
    assert (session.enrichment_status, session.discipline, session.analysis) == ("fast", "powerlifting", None)
    assert failed(session) == []
    assert session.checks
    saved = TrainingSession.objects.get(pk=session.pk)
    assert saved.prescription == session.prescription
    assert saved.parsed_request().available_minutes == 40
    assert saved.created_at == session.created_at


def test_the_planners_seed_is_the_sessions_id(owner: User) -> None:
    request = asked(discipline="strength")
    session = generation.create(owner, request)
    again = coaches.get("force").plan(Means(request, FILES), seed=session.id.int % 2**32)
    assert [e.exercise for _, e in again.exercises()] == [
        e.exercise for _, e in session.parsed_prescription().exercises()
    ]


def test_what_the_coach_does_not_know_is_refused(owner: User, model_server: ModelServer) -> None:
    for wrong in ({"coach": "yoga"}, {"discipline": "hyrox"}):
        with pytest.raises(Refused):
            generation.create(owner, asked(**wrong))
    assert model_server.requests == []
    assert not TrainingSession.objects.exists()


# --- a model ---
def test_with_a_key_the_model_serves_and_its_bill_is_kept(owner: User, model_server: ModelServer) -> None:
    session = generation.create(owner, asked())
    assert (session.source, session.model, session.fallback_reason) == ("llm", "gpt-5-mini", None)
    assert failed(session) == []
    assert len(model_server.requests) == 1
    assert session.usage() == {
        "input_tokens": 1000,
        "cached_input_tokens": 200,
        "output_tokens": 100,
        "cost_usd": "0.000405",
    }
    assert ModelCall.objects.get().purpose == "generation"


def test_a_plan_that_means_nothing_is_asked_again_with_its_faults(owner: User, model_server: ModelServer) -> None:
    model_server.script(Behaviour(text=draft(warmup=["moon-walk"])))
    session = generation.create(owner, asked())
    assert session.source == "llm"
    _, second = model_server.requests
    assert "moon-walk" in second.input
    assert "/warmup/0" in second.input
    assert ModelCall.objects.filter(session=session).count() == 2


def test_a_plan_that_breaks_a_promise_is_asked_again_once_and_then_repaired(
    owner: User, model_server: ModelServer
) -> None:
    model_server.script(Behaviour(text=draft(), times=FOREVER))
    session = generation.create(owner, asked(athlete={"avoid": ["romanian-deadlift"]}))
    assert session.source == "llm"
    assert "back-squat" in prescribed(session)
    assert "romanian-deadlift" not in prescribed(session)
    assert failed(session) == []
    _, second = model_server.requests
    assert "avoided: " in second.input


def test_the_better_of_two_plans_is_repaired(owner: User, model_server: ModelServer) -> None:
    avoided = asked(athlete={"avoid": ["romanian-deadlift"]})
    nothing = draft(main=[{"slug": "moon-walk", "sets": 1, "amount": 1, "rpe": 1, "rest": 0}])
    model_server.script(Behaviour(text=draft()), Behaviour(text=nothing))
    assert "back-squat" in prescribed(generation.create(owner, avoided))
    model_server.script(Behaviour(text=draft()), Behaviour(status=500))
    session = generation.create(owner, avoided)
    assert (session.source, session.fallback_reason) == ("llm", None)
    assert "back-squat" in prescribed(session)


def test_where_no_time_is_left_to_ask_again_it_is_repaired_at_once(
    owner: User, model_server: ModelServer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FAST_DEADLINE_SECONDS = 60
    answered = SimpleNamespace(monotonic=lambda: time.monotonic() + (40 if model_server.requests else 0))
    monkeypatch.setattr(drafting, "time", answered)  # the answer took 40 of the 60 seconds
    model_server.script(Behaviour(text=draft()))
    session = generation.create(owner, asked(athlete={"avoid": ["romanian-deadlift"]}))
    assert (session.source, failed(session)) == ("llm", [])
    assert len(model_server.requests) == 1


# --- a model that fails ---
FAILURES = {
    "unavailable": Behaviour(status=503),
    "rate_limited": Behaviour(status=429, headers={"Retry-After": "7"}),
    "budget": Behaviour(status=429, error={"code": "insufficient_quota", "message": "no money"}),
    "bad_key": Behaviour(status=401),
    "refused": Behaviour(refusal="No."),
    "unknown_model": Behaviour(status=404, error={"code": "model_not_found", "message": "gone"}, times=2),
    "invalid_output": Behaviour(text="not a plan", times=2),
}


@pytest.mark.parametrize("reason", FAILURES)
def test_the_built_in_coach_takes_over_and_says_why(owner: User, model_server: ModelServer, reason: str) -> None:
    model_server.script(Behaviour(**vars(FAILURES[reason])))
    session = generation.create(owner, asked())
    assert (session.source, session.model, session.fallback_reason) == ("builtin", None, reason)
    assert failed(session) == []
    outcomes = ModelCall.objects.filter(session=session).values_list("outcome", flat=True)
    assert set(outcomes) == {reason}


def test_a_plan_that_twice_means_nothing_is_taken_over(owner: User, model_server: ModelServer) -> None:
    model_server.script(Behaviour(text=draft(warmup=["moon-walk"]), times=2))
    assert generation.create(owner, asked()).fallback_reason == "invalid_output"


def promises(monkeypatch: pytest.MonkeyPatch, rule: Rule) -> None:
    """The force coach promises one thing more."""
    coach = coaches.get("force")
    monkeypatch.setattr(coach, "rules", {**coach.rules, "more": rule})


def test_a_plan_that_no_repair_mends_gives_way_where_it_may(
    owner: User, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    promises(monkeypatch, lambda case: (case.prescription.title != "Squat day", "No squat days."))
    model_server.script(Behaviour(text=draft(), times=FOREVER))
    session = generation.create(owner, asked())
    assert (session.source, session.fallback_reason, failed(session)) == ("builtin", "invalid_output", [])
    session = generation.create(owner, asked(allow_fallback=False))
    assert (session.source, session.fallback_reason, failed(session)) == ("llm", None, ["more"])


def test_of_the_built_in_coachs_plans_one_that_keeps_every_promise_is_taken(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    coach = coaches.get("force")
    plan, planned = coach.plan, list[Prescription]()

    def remembered(means: Means, *, seed: int) -> Prescription:
        planned.append(plan(means, seed=seed))
        return planned[-1]

    monkeypatch.setattr(coach, "plan", remembered)
    promises(monkeypatch, lambda case: (len(planned) > 1, "Not the first one."))
    assert failed(generation.create(owner, asked())) == []
    assert len(planned) == 2
    promises(monkeypatch, lambda case: (False, "Never."))
    session = generation.create(owner, asked())
    assert (session.source, failed(session)) == ("builtin", ["more"]), "an honest session is better than none"


@pytest.mark.parametrize("slow", [Behaviour(hang=True), Behaviour(trickle_seconds=60)], ids=["hangs", "trickles"])
def test_a_slow_model_is_taken_over_at_the_deadline(
    owner: User, model_server: ModelServer, settings: Settings, slow: Behaviour
) -> None:
    settings.FAST_DEADLINE_SECONDS = 1
    model_server.script(Behaviour(**vars(slow)))
    start = time.monotonic()
    session = generation.create(owner, asked())
    assert 1 <= time.monotonic() - start < 20, "not the minute that it would take"
    assert (session.source, session.fallback_reason) == ("builtin", "deadline")


@pytest.mark.parametrize(("reason", "retry_after"), [("rate_limited", 7), ("unavailable", 30)])
def test_who_forbids_the_built_in_coach_is_told_when_to_come_back(
    owner: User, model_server: ModelServer, reason: str, retry_after: int
) -> None:
    model_server.script(Behaviour(**vars(FAILURES[reason])))
    with pytest.raises(generation.ModelUnavailable) as caught:
        generation.create(owner, asked(allow_fallback=False))
    assert (caught.value.reason, caught.value.retry_after) == (reason, retry_after)
    assert not TrainingSession.objects.exists()
    assert ModelCall.objects.get().session_id is None  # nothing came of it, but it was asked


# --- imports ---
def test_an_import_is_stored_as_given_and_no_model_is_asked(owner: User, model_server: ModelServer) -> None:
    given = force_prescription()
    session = generation.create(owner, asked(prescription=given, available_minutes=10))
    assert (session.source, session.model) == ("imported", None)
    blocks = session.prescription["blocks"]
    assert [block["key"] for block in blocks] == ["b1", "b2"]
    assert [len(exercise["sets"]) for block in blocks for exercise in block["exercises"]] == [3, 2]
    assert "prescription" not in session.request
    assert "warmup" in failed(session)  # judged, and left as it is
    assert model_server.requests == []


def test_an_import_that_contradicts_itself_is_refused(owner: User) -> None:
    given = force_prescription()
    given["blocks"][0]["exercises"][0]["exercise"] = "moon-walk"
    with pytest.raises(Refused) as caught:
        generation.create(owner, asked(prescription=given))
    assert caught.value.errors[0].pointer == "/prescription/blocks/0/exercises/0/exercise"
    assert not TrainingSession.objects.exists()


# --- mode full ---
def test_full_without_a_model_is_whole_with_the_catalogues_text(owner: User) -> None:
    session = generation.create(owner, asked(mode="full"))
    assert (session.enrichment_status, session.source) == ("full", "builtin")
    assert session.enriched_at is not None
    assert session.analysis is not None
    assert set(session.analysis) >= {"volume_analysis", "intensity_distribution"}
    assert details.missing(session) == []
    assert {detail.source for detail in session.details.all()} == {"builtin"}


def test_full_with_a_model_is_whole_and_fills_the_library(owner: User, model_server: ModelServer) -> None:
    session = generation.create(owner, asked(mode="full"))
    assert (session.enrichment_status, session.source) == ("full", "llm")
    assert {detail.source for detail in session.details.all()} == {"llm"}
    assert session.details.count() == details.total(session)
    calls = ModelCall.objects.filter(session=session)
    assert calls.filter(purpose="generation").count() == 1
    assert calls.filter(purpose="enrichment").count() == ExerciseNote.objects.count()
    before = len(model_server.requests)
    again = generation.create(owner, asked(mode="full"))
    assert {detail.source for detail in again.details.all()} == {"library"}
    assert len(model_server.requests) == before + 1  # the plan alone


def test_two_full_sessions_that_write_the_same_notes_do_not_lock_each_other_out(
    owner: User, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    both, attach = threading.Barrier(2, timeout=1), details.attach

    def slowly(*arguments: Any) -> Any:
        attached = attach(*arguments)
        with suppress(threading.BrokenBarrierError):  # in one order the second waits for the first, and comes later
            both.wait()
        return attached

    def create(*slugs: str) -> TrainingSession:
        exercises = [{"exercise": slug, "sets": [{"reps": 5}]} for slug in slugs]
        blocks = [{"role": "main", "format": "sets", "exercises": exercises}]
        try:
            return generation.create(owner, asked(mode="full", prescription={"blocks": blocks}))
        finally:
            connections.close_all()

    monkeypatch.setattr(details, "attach", slowly)
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(create, "back-squat", "bench-press")
        other = pool.submit(create, "bench-press", "back-squat")
        assert {one.result().enrichment_status, other.result().enrichment_status} == {"full"}
    assert ExerciseNote.objects.count() == 2


def test_a_full_import_is_enriched_strangers_too(owner: User, model_server: ModelServer) -> None:
    session = generation.create(owner, asked(mode="full", prescription=strangers(3)))
    assert (session.enrichment_status, session.source) == ("full", "imported")
    assert session.private_notes.count() == 3


def test_what_is_not_whole_in_time_is_fast_keeps_what_it_has_and_says_so(
    owner: User, model_server: ModelServer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FULL_DEADLINE_SECONDS = 3.5
    allowed: list[float] = []
    write = details.write

    def noting(need: details.Need, *, deadline_seconds: float) -> Any:
        allowed.append(deadline_seconds)
        return write(need, deadline_seconds=deadline_seconds)

    monkeypatch.setattr(details, "write", noting)
    model_server.script(Behaviour(hang=True, about='Village game xx"', times=FOREVER))
    start = time.monotonic()
    session = generation.create(owner, asked(mode="full", prescription=strangers(3)))
    assert time.monotonic() - start >= 3.5
    assert len(allowed) == 3
    assert all(0 < seconds <= 3.5 for seconds in allowed)  # of all that there is for the whole
    assert (session.enrichment_status, session.enriched_at, session.analysis) == ("fast", None, None)
    assert {detail.key for detail in session.details.all()} == {"b1e1", "b1e3"}
    assert [need.keys for need in details.missing(session)] == [("b1e2",)]
    [check] = [check for check in session.checks if check["code"] == "full_deadline"]
    assert check["ok"] is False
    assert check["detail"] == "2 of 3 exercises enriched within 3.5 s (deadline); the rest is queued."


def test_a_detail_that_fails_makes_it_fast_and_stops_none_of_the_others(owner: User, model_server: ModelServer) -> None:
    model_server.script(Behaviour(status=500, about='Village game xx"'))
    session = generation.create(owner, asked(mode="full", language="fr", prescription=strangers(4)))
    assert session.enrichment_status == "fast"
    assert session.details.count() == 3
    [check] = [check for check in session.checks if check["code"] == "full_deadline"]
    assert check["detail"] == (
        "3 exercices sur 4 enrichis en 120\u00a0s (unavailable)\u00a0; le reste est en file d’attente."
    )
    assert ModelCall.objects.filter(session=session, outcome="unavailable").count() == 1


def test_the_details_of_one_session_are_written_some_at_once(owner: User, model_server: ModelServer) -> None:
    model_server.script(Behaviour(delay_seconds=0.5, about=DETAILS, times=FOREVER))
    generation.create(owner, asked(mode="full", prescription=strangers(20)))
    assert model_server.most_at_once == generation.DETAILS_AT_ONCE


# --- a process that stops ---
@pytest.mark.parametrize(
    ("fields", "source", "reason"),
    [({}, "builtin", "unavailable"), ({"mode": "full", "prescription": strangers(2)}, "imported", None)],
    ids=["fast", "full"],
)
def test_what_is_being_made_when_a_process_stops_waits_for_no_model_and_is_saved(
    owner: User, model_server: ModelServer, fields: dict[str, Any], source: str, reason: str | None
) -> None:
    model_server.script(Behaviour(hang=True, times=FOREVER))

    def create() -> TrainingSession:
        try:
            return generation.create(owner, asked(**fields))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        made = pool.submit(create)
        eventually(lambda: model_server.requests, what="the question")
        generation.finish(within_seconds=20)
        session = made.result(timeout=10)
    assert (session.source, session.fallback_reason, session.enrichment_status) == (source, reason, "fast")
    assert {call.outcome for call in ModelCall.objects.filter(session=session)} == {"cancelled"}


# --- the database ---
def test_no_connection_is_held_while_the_model_thinks(owner: User, model_server: ModelServer) -> None:
    model_server.script(Behaviour(delay_seconds=1, times=FOREVER))
    made: list[TrainingSession] = []

    def create() -> None:
        try:
            made.append(generation.create(owner, asked()))
        finally:
            connections.close_all()

    pool = connections["default"].pool  # type: ignore[attr-defined]  # the stubs do not know it
    connections.close_all()
    thread = threading.Thread(target=create)
    thread.start()
    eventually(lambda: model_server.requests, what="the model's being asked")
    stats = pool.get_stats()
    thread.join()
    assert stats["pool_available"] == stats["pool_size"]
    assert made[0].source == "llm"


def test_what_goes_along_is_saved_with_the_session_or_not_at_all(owner: User) -> None:
    def also(session: TrainingSession) -> None:
        assert session.details.count() == details.total(session)
        assert TrainingSession.objects.get(pk=session.pk).updated_at == session.updated_at
        raise InterruptedError

    with pytest.raises(InterruptedError):
        generation.create(owner, asked(mode="full"), also=also)
    assert not TrainingSession.objects.exists()
    assert not ModelCall.objects.exists()


def test_an_account_that_is_deleted_while_the_coach_thinks_gets_nothing(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    coach = coaches.get("force")
    plan = coach.plan

    def deleting(means: Means, *, seed: int) -> Prescription:
        User.objects.filter(pk=owner.pk).delete()
        return plan(means, seed=seed)

    monkeypatch.setattr(coach, "plan", deleting)
    with pytest.raises(User.DoesNotExist):  # the API's 404
        generation.create(owner, asked())
    assert not TrainingSession.objects.exists()
