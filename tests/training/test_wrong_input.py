"""Wrong input: where it is wrong, and why, in the caller's language. Nothing of it becomes a wrong number."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from tests.callers import SESSIONS, signed_in
from training.models import TrainingSession

SET = "/prescription/blocks/0/exercises/0/sets/0"
RUNNING = {"coach": "endurance", "discipline": "running"}
Body = dict[str, Any]


def one(*sets: Body, coach: Body | None = None, block: Body | None = None, **exercise: Any) -> Body:
    """A request that brings one exercise with these sets."""
    brought = {"name": "Sled", "sets": list(sets) or [{"reps": 5}], **exercise}
    return {
        "coach": "force",
        **(coach or {}),
        "prescription": {"blocks": [{"role": "main", "format": "sets", "exercises": [brought], **(block or {})}]},
    }


def many(blocks: int = 1, exercises: int = 1, sets: int = 1) -> Body:
    """A request that brings so many of everything."""
    brought = {"name": "Sled", "sets": [{"reps": 5}] * sets}
    return {
        "coach": "force",
        "prescription": {"blocks": [{"role": "main", "format": "sets", "exercises": [brought] * exercises}] * blocks},
    }


def athlete_is(coach: str = "force", **fields: Any) -> Body:
    """A request of an athlete with these fields."""
    return {"coach": coach, "athlete": fields}


# What is wrong: the body, the pointer, the code, and a word of the reason in English and in French.
WRONG: dict[str, tuple[Body, str, str, str, str]] = {
    # loads, distances and times that nobody moves, covers or takes
    "ten tonnes": (one({"reps": 1, "load_kg": 10_000}), f"{SET}/load_kg", "max_value", "1000", "1000"),
    "a negative load": (one({"reps": 1, "load_kg": -20}), f"{SET}/load_kg", "min_value", "least 0", "minimale est 0"),
    "a load in words": (one({"reps": 1, "load_kg": "20"}), f"{SET}/load_kg", "invalid_type", "number", "nombre"),
    "1,000 km": (one({"distance_meters": 1_000_000}), f"{SET}/distance_meters", "max_value", "250000", "250000"),
    "no distance": (one({"distance_meters": 0}), f"{SET}/distance_meters", "min_value", "least 1", "minimale est 1"),
    "two days": (one({"duration_seconds": 172_800}), f"{SET}/duration_seconds", "max_value", "86400", "86400"),
    "no time": (one({"duration_seconds": 0}), f"{SET}/duration_seconds", "min_value", "least 1", "minimale est 1"),
    "an interval of 0 s": (
        one(block={"format": "emom", "interval_seconds": 0}),
        "/prescription/blocks/0/interval_seconds", "min_value", "least 1", "minimale est 1",
    ),
    "a rest of a day": (one({"reps": 5, "rest_seconds": 86_400}), f"{SET}/rest_seconds", "max_value", "3600", "3600"),
    "a cap of 0 s": (
        one(block={"format": "amrap", "time_cap_seconds": 0}),
        "/prescription/blocks/0/time_cap_seconds", "min_value", "least 1", "minimale est 1",
    ),
    # sets that say nothing, or what cannot be
    "no measure": (one({"load_kg": 100}), SET, "required", "reps, duration_seconds", "reps, duration_seconds"),
    "no reps": (one({"reps": 0}), f"{SET}/reps", "min_value", "least 1", "minimale est 1"),
    "half a rep": (one({"reps": 2.5}), f"{SET}/reps", "invalid_type", "whole", "entier"),
    "reps that are true": (one({"reps": True}), f"{SET}/reps", "invalid_type", "whole", "entier"),
    "an unknown kind": (one({"reps": 1, "kind": "amrap"}), f"{SET}/kind", "invalid_choice", "'drop'", "'drop'"),
    "a tempo in words": (one({"reps": 1, "tempo": "slow"}), f"{SET}/tempo", "invalid_format", "form", "Forme"),
    "RPE 11": (one({"reps": 1, "rpe": 11}), f"{SET}/rpe", "max_value", "most 10", "maximale est 10"),
    "no sets": (one(sets=[]), "/prescription/blocks/0/exercises/0/sets", "min_length", "least 1", "au moins 1"),
    "a fraction for a percentage": (
        one({"reps": 5, "percent_1rm": 0.8}), f"{SET}/percent_1rm", "min_value", "least 1", "minimale est 1",
    ),
    "a percentage for a fraction": (
        one({"duration_seconds": 60, "intensity": 85}), f"{SET}/intensity", "max_value", "most 3", "maximale est 3",
    ),
    "a load that is not its percentage": (
        {**one({"reps": 5, "percent_1rm": 50, "load_kg": 90}), "athlete": {"one_rep_max_kg": {"Sled": 120}}},
        f"{SET}/percent_1rm", "contradiction", "90 kg is 75 %", "90\u00a0kg représentent 75\u00a0%",
    ),
    # zones
    "zone 9": (one({"duration_seconds": 60, "zone": 9}), f"{SET}/zone", "max_value", "most 7", "maximale est 7"),
    "zone 0": (one({"duration_seconds": 60, "zone": 0}), f"{SET}/zone", "min_value", "least 1", "minimale est 1"),
    "zone 6 of a run": (
        one({"duration_seconds": 60, "zone": 6}, coach=RUNNING),
        f"{SET}/zone", "max_value", "Friel speed zones go from 1 to 5", "zones de vitesse de Friel vont de 1 à 5",
    ),
    "a zone that is not its intensity": (
        one({"duration_seconds": 60, "zone": 1, "intensity": 0.98}, coach=RUNNING),
        f"{SET}/zone", "contradiction", "zone 4", "zone 4",
    ),
    # exercises, blocks, sessions
    "a muscle": (
        one(primary_muscles=["wings"]),
        "/prescription/blocks/0/exercises/0/primary_muscles", "unknown_key", "no such key", "n’existe pas",
    ),
    "an unknown slug": (
        one(exercise="flying"),
        "/prescription/blocks/0/exercises/0/exercise", "unknown_exercise", "null is welcome", "null convient",
    ),
    "no name": (one(name=" "), "/prescription/blocks/0/exercises/0", "required", "needs a name", "avoir un nom"),
    "three dumbbells": (
        one(implements=3), "/prescription/blocks/0/exercises/0/implements", "max_value", "most 2", "maximale est 2",
    ),
    "an unknown sport": (
        one(sport="golf"), "/prescription/blocks/0/exercises/0/sport", "invalid_choice", "'swim'", "'swim'",
    ),
    "an unknown role": (
        one(block={"role": "rest"}), "/prescription/blocks/0/role", "invalid_choice", "'warmup'", "'warmup'",
    ),
    "an unknown format": (
        one(block={"format": "pyramid"}), "/prescription/blocks/0/format", "invalid_choice", "'sets'", "'sets'",
    ),
    "an amrap without an end": (
        one(block={"format": "amrap"}), "/prescription/blocks/0/time_cap_seconds", "required", "cap", "durée",
    ),
    "two sets of a tabata": (
        one({"reps": 1}, {"reps": 1}, block={"format": "tabata"}),
        "/prescription/blocks/0/exercises/0/sets", "max_length", "one set", "une seule série",
    ),
    "101 rounds": (one(block={"rounds": 101}), "/prescription/blocks/0/rounds", "max_value", "100", "100"),
    "no rounds": (one(block={"rounds": 0}), "/prescription/blocks/0/rounds", "min_value", "least 1", "minimale est 1"),
    "a key given twice": (
        one(key="a", block={"key": "a"}), "/prescription/blocks/0/exercises/0/key", "not_unique", "Another", "autre",
    ),
    "no blocks": (
        {"coach": "force", "prescription": {"blocks": []}}, "/prescription/blocks", "min_length", "least 1", "moins 1",
    ),
    "blocks of nothing": (
        {"coach": "force", "prescription": {"blocks": [None]}}, "/prescription/blocks/0", "invalid_type", "object",
        "objet",
    ),
    "31 blocks": (many(blocks=31), "/prescription/blocks", "max_length", "30", "30"),
    "62 exercises": (many(blocks=2, exercises=31), "/prescription/blocks", "max_length", "60", "60"),
    "61 sets": (many(sets=61), "/prescription/blocks/0/exercises/0/sets", "max_length", "60", "60"),
    "a cue of 501 characters": (
        one(cue="x" * 501), "/prescription/blocks/0/exercises/0/cue", "max_length", "500", "500",
    ),
    # the athlete and the request
    "injuries as a text": (athlete_is(injuries="knee"), "/athlete/injuries", "invalid_type", "list", "liste"),
    "a child of 9": (athlete_is(age=9), "/athlete/age", "min_value", "least 10", "minimale est 10"),
    "4 kg of body": (athlete_is(body_mass_kg=4), "/athlete/body_mass_kg", "min_value", "least 20", "minimale est 20"),
    "a 1RM of nothing": (
        athlete_is(one_rep_max_kg={"back-squat": 0}),
        "/athlete/one_rep_max_kg/back-squat", "min_value", "than 0", "à 0",
    ),
    "2,000 W": (athlete_is(ftp_watts=2_000), "/athlete/ftp_watts", "max_value", "most 700", "maximale est 700"),
    "a kilometre in 10 s": (
        athlete_is(threshold_pace_s_per_km=10), "/athlete/threshold_pace_s_per_km", "min_value", "120", "120",
    ),
    "a heart faster at rest than at most": (
        athlete_is(max_heart_rate=100, resting_heart_rate=110),
        "/athlete/resting_heart_rate", "max_value", "Less than 100", "inférieure à 100",
    ),
    "a threshold above the maximum": (
        athlete_is(max_heart_rate=180, threshold_heart_rate=181),
        "/athlete/threshold_heart_rate", "max_value", "Less than 180", "inférieure à 180",
    ),
    "an unknown level": (athlete_is(level="elite"), "/athlete/level", "invalid_choice", "'advanced'", "'advanced'"),
    "a race faster than any": (
        athlete_is("competitions", target_finish_seconds=2_400, division="men_open"),
        "/athlete/target_finish_seconds", "min_value", "between 50:00 and 4:00:00", "entre 50:00 et 4:00:00",
    ),
    "a race slower than the day": (
        athlete_is("competitions", target_finish_seconds=20_000, division="women_open"),
        "/athlete/target_finish_seconds", "max_value", "between 53:00 and 4:00:00", "entre 53:00 et 4:00:00",
    ),
    "another's discipline": (
        {"coach": "force", "discipline": "running"}, "/discipline", "invalid_choice", "not running", "pas running",
    ),
    "5 minutes": ({"coach": "force", "available_minutes": 5}, "/available_minutes", "min_value", "10", "10"),
    "energy 11": ({"coach": "force", "energy_level": 11}, "/energy_level", "max_value", "most 10", "maximale est 10"),
    "priority 0": ({"coach": "force", "priority": 0}, "/priority", "min_value", "least 1", "minimale est 1"),
    "German": ({"coach": "force", "language": "de"}, "/language", "invalid_choice", "'fr'", "'fr'"),
    "equipment as a text": ({"coach": "force", "equipment": "rack"}, "/equipment", "invalid_type", "list", "liste"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "pointer", "code", "word", "mot"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_where_it_is_and_why(
    athlete: User, body: Body, pointer: str, code: str, word: str, mot: str
) -> None:
    client = signed_in(athlete)
    for language, reason in (("en", word), ("fr", mot)):
        refused = client.post(SESSIONS, body, format="json", HTTP_ACCEPT_LANGUAGE=language)
        assert refused.status_code == 422
        [error] = refused.json()["errors"]
        assert (error["pointer"], error["code"]) == (pointer, code)
        assert reason in error["detail"]
    assert not TrainingSession.objects.exists()


def test_an_unknown_muscle_is_no_filter(athlete: User) -> None:
    refused = signed_in(athlete).get("/api/v1/exercises/", {"muscle": "wings"})
    assert [(error["pointer"], error["code"]) for error in refused.json()["errors"]] == [("/muscle", "invalid_choice")]


@pytest.fixture
def client(athlete: User) -> APIClient:
    """The athlete's."""
    return signed_in(athlete)


def test_every_wrong_place_is_told_at_once(client: APIClient) -> None:
    refused = client.post(SESSIONS, one({"reps": 1, "load_kg": 10_000, "zone": 9}, {"rpe": 3}), format="json")
    assert {error["pointer"] for error in refused.json()["errors"]} == {
        f"{SET}/load_kg", f"{SET}/zone", SET.removesuffix("0") + "1",
    }  # fmt: skip


def test_words_that_nobody_knows_are_kept_as_they_are_given(client: APIClient) -> None:
    body = one(substitutions=["flying", "Back squat"])
    body["prescription"]["focus"] = ["wings"]
    body["athlete"] = {"injuries": ["left wing"], "avoid": ["flying"], "one_rep_max_kg": {"flying": 20}}
    body["equipment"] = ["broom"]
    created = client.post(SESSIONS, body, format="json")
    assert created.status_code == 201
    shown = created.json()["prescription"]
    assert shown["focus"] == ["wings"]
    assert shown["blocks"][0]["exercises"][0]["substitutions"] == ["flying", "Back squat"]
