"""A session watched while it is written: what is told, when, in which order, and what becomes of what breaks."""

import threading
from collections.abc import Iterator
from itertools import cycle, product
from typing import Any
from unittest.mock import Mock

import pytest
from django.contrib.auth.models import User
from django.db import connections
from pytest_django import Settings
from redis import Redis
from rest_framework.test import APIClient

from config import events
from enrichment.models import EnrichmentItem
from tests.callers import SESSIONS, import_request, load_catalogue, pointers, signed_in
from tests.factories import UserFactory
from tests.model_server import FOREVER, Behaviour, ModelServer
from tests.processes import eventually
from tests.streams import Heard, Listener
from tests.training.test_generation import draft
from training import checks, coaches
from training.models import IdempotencyKey, ModelCall, TrainingSession

pytestmark = pytest.mark.django_db(transaction=True)

LATE = '"cooldown'  # stands late in every coach's draft, after work that is closed
COACHES = list(coaches.REGISTRY)
each_api = pytest.mark.parametrize("api", ["responses", "chat"])
# Each with one of the two: every test over all of both would say little more.
each_coach = pytest.mark.parametrize(("coach", "api"), [*zip(COACHES, cycle(["chat", "responses"]), strict=False)])


@pytest.fixture(autouse=True)
def catalogue(transactional_db: None) -> Iterator[None]:
    load_catalogue()
    yield
    for thread in threading.enumerate():  # who left did not wait for it
        if thread.name == "generation":
            thread.join()


@pytest.fixture
def owner() -> User:
    return UserFactory.create()


@pytest.fixture
def client(owner: User) -> APIClient:
    return signed_in(owner)


def post(client: APIClient, body: dict[str, Any], key: str | None = None, **headers: Any) -> Any:
    if key is not None:
        headers["HTTP_IDEMPOTENCY_KEY"] = key
    return client.post(SESSIONS, body, format="json", HTTP_ACCEPT=events.MEDIA_TYPE, **headers)


def stream_of(response: Any) -> Listener:
    assert response.status_code == 200, response.content
    assert response["Content-Type"].startswith(events.MEDIA_TYPE)
    return Listener(lambda: response.streaming_content)


def watch(client: APIClient, **body: Any) -> Listener:
    return stream_of(post(client, {"coach": "force", **body}))


def told(client: APIClient, **body: Any) -> list[Heard]:
    """Everything a stream says, to its end."""
    with watch(client, **body) as stream:
        heard = [stream.next(30)]
        while heard[-1].name not in {"session", "problem"}:
            heard.append(stream.next(30))
        assert stream.ended()
    return heard


def named(heard: list[Heard], name: str) -> list[Any]:
    return [event.data for event in heard if event.name == name]


def exercises(session: dict[str, Any]) -> dict[str, Any]:
    """By key."""
    return {e["key"]: e for block in session["prescription"]["blocks"] for e in block["exercises"]}


def failed(session: dict[str, Any]) -> list[str]:
    return [check["code"] for check in session["checks"] if not check["ok"]]


def make_sense(heard: list[Heard]) -> dict[str, Any]:
    """What is true of every stream that ends with a session; the session."""
    assert heard[0].name in {"outline", "notice"}
    assert heard[-1].name == "session"
    session: dict[str, Any] = heard[-1].data
    blocks: set[str] = set()
    sent: list[str] = []
    for event in heard:
        if event.name == "outline":
            assert event.data["id"] == session["id"]
            assert event.data["title"]
            assert blocks < {block["key"] for block in event.data["blocks"]}, "an outline is for a new block"
            assert not [block for block in event.data["blocks"] if "exercises" in block]
            blocks = {block["key"] for block in event.data["blocks"]}
        elif event.name == "exercise":
            assert event.data["block"] in blocks
            sent.append(event.data["exercise"]["key"])
    assert len(sent) == len(set(sent)), "each is told once"
    final = exercises(session)
    assert set(final) <= set(sent), "the session holds nothing that was not told"
    for exercise in named(heard, "exercise"):
        key = exercise["exercise"]["key"]
        if key in final:
            assert final[key]["exercise"] == exercise["exercise"]["exercise"]
    return session


# --- a model that does well ---
@each_coach
def test_every_coachs_session_is_told_exercise_by_exercise_and_then_whole(
    client: APIClient, model_server: ModelServer, settings: Settings, api: str, coach: str
) -> None:
    settings.OPENAI_API = api
    heard = told(client, coach=coach)
    session = make_sense(heard)
    assert (session["source"], session["model"], session["fallback_reason"]) == ("llm", "gpt-5-mini", None)
    assert failed(session) == []
    assert {e["exercise"]["key"] for e in named(heard, "exercise")} == set(exercises(session)), "nothing was dropped"
    assert client.get(session["links"]["self"]).json() == session
    assert EnrichmentItem.objects.filter(session_id=session["id"]).exists()
    [call] = ModelCall.objects.all()
    assert str(call.session_id) == session["id"]
    assert session["usage"]["input_tokens"] == call.input_tokens == 1000
    assert session["usage"]["cost_usd"] == "0.000405"
    [request] = model_server.requests
    assert request.body["stream"] is True


@each_coach
def test_the_first_exercise_is_told_while_the_model_still_writes(
    client: APIClient, model_server: ModelServer, settings: Settings, api: str, coach: str
) -> None:
    settings.OPENAI_API = api
    model_server.script(Behaviour(stop_after=LATE, stopped="hold"))
    with watch(client, coach=coach) as stream:
        heard = stream.until("exercise")
        assert model_server.at_once == 1, "its answer is still open"
        assert not TrainingSession.objects.exists()
        model_server.go_on()
        heard += stream.until("session")
    assert make_sense(heard)["fallback_reason"] is None


@each_api
def test_a_server_that_knows_no_streams_serves_all_the_same(
    client: APIClient, model_server: ModelServer, settings: Settings, api: str
) -> None:
    settings.OPENAI_API = api
    model_server.script(Behaviour(streams=False))
    assert make_sense(told(client))["source"] == "llm"


def test_a_model_that_is_not_there_gives_way_to_the_next(client: APIClient, model_server: ModelServer) -> None:
    model_server.unknown_models = {"gpt-5-mini"}
    heard = told(client)
    session = make_sense(heard)
    assert (session["model"], named(heard, "notice")) == ("gpt-6-luna", [])
    assert set(ModelCall.objects.values_list("model", "outcome")) == {
        ("gpt-5-mini", "unknown_model"),
        ("gpt-6-luna", "ok"),
    }


# --- what is wrong with an answer ---
def test_once_an_exercise_was_told_the_model_is_not_asked_again(client: APIClient, model_server: ModelServer) -> None:
    model_server.script(Behaviour(text=draft(), times=FOREVER))
    session = make_sense(told(client, athlete={"avoid": ["romanian-deadlift"]}))
    slugs = [exercise["exercise"] for exercise in exercises(session).values()]
    assert "back-squat" in slugs
    assert "romanian-deadlift" not in slugs
    assert (failed(session), session["fallback_reason"]) == ([], None)
    assert len(model_server.requests) == 1


def test_what_the_coach_does_not_know_is_left_out_and_the_rest_stays(
    client: APIClient, model_server: ModelServer
) -> None:
    nobody = {"slug": "moon-walk", "sets": 3, "amount": 8, "rpe": 7, "rest": 90}
    model_server.script(Behaviour(text=draft(accessory=[nobody, {**nobody, "slug": "romanian-deadlift"}])))
    session = make_sense(told(client))
    slugs = [exercise["exercise"] for exercise in exercises(session).values()]
    assert "romanian-deadlift" in slugs
    assert "moon-walk" not in slugs
    assert (session["source"], session["fallback_reason"], failed(session)) == ("llm", None, [])
    assert len(model_server.requests) == 1


def test_an_element_that_is_none_stops_the_model_and_what_was_before_it_stays(
    client: APIClient, model_server: ModelServer
) -> None:
    too_hard = {"slug": "romanian-deadlift", "sets": 3, "amount": 8, "rpe": 12, "rest": 90}
    model_server.script(Behaviour(text=draft(accessory=[too_hard]), times=FOREVER))
    session = make_sense(told(client))
    assert (session["source"], session["fallback_reason"], failed(session)) == ("llm", "invalid_output", [])
    assert "back-squat" in [exercise["exercise"] for exercise in exercises(session).values()]
    assert len(model_server.requests) == 1


def test_a_whole_answer_with_faults_is_repaired_where_the_model_cannot_be_asked_again(
    client: APIClient, model_server: ModelServer
) -> None:
    model_server.script(Behaviour(text=draft(), streams=False), Behaviour(status=500))
    heard = told(client, athlete={"avoid": ["romanian-deadlift"]})
    session = make_sense(heard)
    assert (session["source"], session["fallback_reason"], failed(session)) == ("llm", None, [])
    assert "romanian-deadlift" not in [exercise["exercise"] for exercise in exercises(session).values()]
    assert (named(heard, "notice"), len(model_server.requests)) == ([], 2)


@pytest.mark.parametrize("text", ["Sure! Here is your plan.", "[]", "7", '{"title": "No more than that"}'])
def test_before_an_exercise_was_told_an_invalid_answer_is_asked_again(
    client: APIClient, model_server: ModelServer, text: str
) -> None:
    model_server.script(Behaviour(text=text))
    heard = told(client)
    assert make_sense(heard)["source"] == "llm"
    assert named(heard, "notice") == []
    _, second = model_server.requests
    assert "without these faults" in second.input
    assert sorted(ModelCall.objects.values_list("outcome", flat=True)) == ["invalid_output", "ok"]


# --- a model that breaks off ---
BREAKS = {
    "break": "unavailable",
    "fail": "unavailable",
    "end": "unavailable",
    "garble": "invalid_output",
    "refuse": "refused",
}


@pytest.mark.parametrize(
    ("how", "api", "coach"),
    [(how, api, coach) for (how, api), coach in zip(product(BREAKS, ["responses", "chat"]), cycle(COACHES))],
)
def test_the_built_in_coach_goes_on_from_where_the_model_stopped(
    client: APIClient, model_server: ModelServer, settings: Settings, coach: str, how: str, api: str
) -> None:
    settings.OPENAI_API = api
    model_server.script(Behaviour(stop_after=LATE, stopped=how, times=FOREVER))
    heard = told(client, coach=coach)
    session = make_sense(heard)
    assert (session["source"], session["model"]) == ("llm", "gpt-5-mini")
    assert session["fallback_reason"] == BREAKS[how]
    assert failed(session) == []
    [notice] = named(heard, "notice")
    assert notice["code"] == BREAKS[how]
    assert notice["detail"].endswith("goes on from here.")
    before = heard[: [event.name for event in heard].index("notice")]
    sent = {event["exercise"]["key"] for event in named(before, "exercise")}
    assert sent
    assert sent <= set(exercises(session)), "what was sent stays"
    [call] = ModelCall.objects.all()
    assert (call.outcome, str(call.session_id)) == (BREAKS[how], session["id"])
    assert len(model_server.requests) == 1


def test_a_model_that_stalls_is_taken_over_at_the_deadline(
    client: APIClient, model_server: ModelServer, settings: Settings
) -> None:
    settings.FAST_DEADLINE_SECONDS = 3
    model_server.script(Behaviour(stop_after=LATE, stopped="hold"))
    session = make_sense(told(client))
    assert (session["source"], session["fallback_reason"]) == ("llm", "deadline")
    assert failed(session) == []
    assert ModelCall.objects.get().output_tokens == 0, "what was not told is not known"


def test_before_an_exercise_was_told_the_built_in_coach_writes_the_whole(
    client: APIClient, model_server: ModelServer
) -> None:
    model_server.script(Behaviour(stop_after='"title"'))
    heard = told(client, language="fr")
    session = make_sense(heard)
    assert (session["source"], session["model"], session["fallback_reason"]) == ("builtin", None, "unavailable")
    assert heard[0].data == {
        "code": "unavailable",
        "detail": "Le modèle n’est pas disponible. Le coach intégré rédige votre séance.",
    }


@pytest.mark.parametrize("slow", [Behaviour(hang=True), Behaviour(first_token_seconds=60)], ids=["no head", "no token"])
def test_a_model_that_never_begins_is_taken_over_at_the_deadline(
    client: APIClient, model_server: ModelServer, settings: Settings, slow: Behaviour
) -> None:
    settings.FAST_DEADLINE_SECONDS = 0.3
    model_server.script(Behaviour(**vars(slow)))
    session = make_sense(told(client))
    assert (session["source"], session["fallback_reason"]) == ("builtin", "deadline")


@pytest.mark.parametrize("late", [False, True])
def test_who_forbids_the_built_in_coach_gets_a_problem_and_nothing_is_saved(
    client: APIClient, model_server: ModelServer, late: bool
) -> None:
    model_server.script(Behaviour(stop_after=LATE) if late else Behaviour(status=503))
    heard = told(client, allow_fallback=False)
    assert bool(named(heard, "exercise")) is late
    problem = heard[-1].data
    assert (problem["status"], problem["type"]) == (503, "urn:secondwind:problem:model_unavailable")
    assert not TrainingSession.objects.exists()
    assert ModelCall.objects.get().session_id is None


# --- without a model ---
@pytest.mark.parametrize("coach", COACHES)
def test_without_a_model_the_built_in_coachs_session_comes_in_the_same_events(client: APIClient, coach: str) -> None:
    heard = told(client, coach=coach)
    session = make_sense(heard)
    assert (session["source"], session["fallback_reason"]) == ("builtin", None)
    [outline] = named(heard, "outline")
    prescription = session["prescription"]
    assert outline["summary"] == prescription["summary"]
    assert [block["key"] for block in outline["blocks"]] == [block["key"] for block in prescription["blocks"]]
    assert [e["exercise"] | {"details": None} for e in named(heard, "exercise")] == [*exercises(session).values()]


@pytest.mark.parametrize("body", [import_request(), {"coach": "force", "mode": "full"}], ids=["import", "full"])
def test_imports_and_full_sessions_come_alone(
    client: APIClient, model_server: ModelServer, body: dict[str, Any]
) -> None:
    [session] = told(client, **body)
    assert session.name == "session"
    assert session.data == client.get(session.data["links"]["self"]).json()


@pytest.mark.parametrize("coach", COACHES)
def test_a_full_session_of_every_coach_is_enriched_whole_by_the_model(
    client: APIClient, model_server: ModelServer, coach: str
) -> None:
    [full] = told(client, coach=coach, mode="full")
    session = full.data
    assert (session["enrichment_status"], session["source"], failed(session)) == ("full", "llm", [])
    assert set(session["analysis"]) == set(coaches.get(coach).analyses)
    assert {exercise["details"]["source"] for exercise in exercises(session).values()} == {"llm"}


# --- before the first byte ---
def test_what_is_refused_is_an_ordinary_problem(client: APIClient, settings: Settings, broker: Redis) -> None:
    def refused(response: Any, status: int) -> Any:
        assert response.status_code == status
        assert response["Content-Type"] == "application/problem+json"
        return response

    assert pointers(refused(post(client, {"coach": "yoga"}), 422)) == ["/coach"]
    assert pointers(refused(post(client, {"coach": "force", "priority": 0}), 422)) == ["/priority"]
    broken = client.post(SESSIONS, "{", content_type="application/json", HTTP_ACCEPT=events.MEDIA_TYPE)
    refused(broken, 400)
    refused(post(APIClient(), {"coach": "force"}), 401)
    refused(client.post(SESSIONS, {"coach": "force"}, format="json", HTTP_ACCEPT="text/csv"), 406)
    french = refused(post(client, {"coach": "yoga"}, HTTP_ACCEPT_LANGUAGE="fr"), 422)
    assert french["Content-Language"] == "fr"
    settings.THROTTLE_GENERATE = "1/hour"
    refused(post(client, {"coach": "yoga"}), 422)
    refused(post(client, {"coach": "force"}), 429)
    assert not TrainingSession.objects.exists()


def test_what_no_coach_can_do_is_refused_before_the_first_byte(
    client: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    response = post(client, {"coach": "competitions", "athlete": {"target_finish_seconds": 60}})
    assert response.status_code == 422
    assert pointers(response) == ["/athlete/target_finish_seconds"]


# --- an Idempotency-Key ---
def test_the_same_key_gives_the_same_session_alone(client: APIClient, model_server: ModelServer) -> None:
    first = post(client, {"coach": "force"}, key="k")
    assert not first.has_header("Idempotent-Replayed")
    with stream_of(first) as stream:
        session = stream.until("session")[-1].data
    again = post(client, {"coach": "force"}, key="k")
    assert again["Idempotent-Replayed"] == "true"
    with stream_of(again) as stream:
        assert stream.next() == Heard("session", session, None)
        assert stream.ended()
    in_json = client.post(SESSIONS, {"coach": "force"}, format="json", HTTP_IDEMPOTENCY_KEY="k")
    assert (in_json.status_code, in_json.json()) == (201, session)
    assert post(client, {"coach": "endurance"}, key="k").status_code == 422
    assert TrainingSession.objects.count() == 1


def test_a_refusal_is_replayed_as_a_problem(client: APIClient) -> None:
    for replayed in (False, True):
        response = post(client, {"coach": "yoga"}, key="k")
        assert (response.status_code, response.has_header("Idempotent-Replayed")) == (422, replayed)


def test_while_it_is_written_its_key_is_taken(client: APIClient, model_server: ModelServer) -> None:
    model_server.script(Behaviour(stop_after=LATE, stopped="hold"))
    with stream_of(post(client, {"coach": "force"}, key="k")) as stream:
        stream.until("exercise")
        assert post(client, {"coach": "force"}, key="k").status_code == 409
        model_server.go_on()
        stream.until("session")


def test_a_model_that_fails_is_not_kept(client: APIClient, model_server: ModelServer) -> None:
    model_server.script(Behaviour(status=503))
    with stream_of(post(client, {"coach": "force", "allow_fallback": False}, key="k")) as stream:
        assert stream.until("problem")
    assert not IdempotencyKey.objects.exists()


# --- the stream ---
def test_who_leaves_gets_the_session_saved_and_queued(client: APIClient, model_server: ModelServer) -> None:
    model_server.script(Behaviour(stop_after=LATE, stopped="hold"))
    with watch(client) as stream:
        [outline, *_] = stream.until("exercise")
    model_server.go_on()
    item = eventually(EnrichmentItem.objects.first, what="the session's queue item")
    assert str(item.session_id) == outline.data["id"]
    assert item.session.source == "llm"


def test_a_stream_that_has_nothing_to_tell_says_that_it_lives(
    client: APIClient, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "HEARTBEAT_SECONDS", 0.05)
    model_server.script(Behaviour(stop_after='"title"', stopped="hold"))
    with watch(client) as stream:
        assert stream.comments.get(timeout=10)
        assert stream.comments.get(timeout=10)
        model_server.go_on()
        stream.until("session")


def test_no_connection_is_held_while_the_model_writes(client: APIClient, model_server: ModelServer) -> None:
    model_server.script(Behaviour(stop_after=LATE, stopped="hold"))
    pool = connections["default"].pool  # type: ignore[attr-defined]  # the stubs do not know it
    with watch(client) as stream:
        stream.until("exercise")
        connections.close_all()
        stats = pool.get_stats()
        assert stats["pool_available"] == stats["pool_size"]
        model_server.go_on()
        stream.until("session")


def test_a_request_keeps_no_connection_while_its_task_needs_one(
    client: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else as many requests at once as the pool has connections wait for each other, until all are told 503."""
    pool = connections["default"].pool  # type: ignore[attr-defined]  # the stubs do not know it
    free: list[bool] = []

    def admit(_: Any) -> None:  # in the task, before it asks the database for anything
        stats = pool.get_stats()
        free.append(stats["pool_available"] == stats["pool_size"])

    monkeypatch.setattr(coaches.get("force"), "admit", admit)
    make_sense(told(client))
    assert free == [True]


def test_a_mistake_of_ours_is_logged_though_nobody_listens_any_more(
    client: APIClient, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(checks, "repair", Mock(side_effect=ZeroDivisionError))
    model_server.script(Behaviour(stop_after=LATE, stopped="hold"))
    with watch(client) as stream:
        stream.until("exercise")
    model_server.go_on()
    eventually(lambda: "ZeroDivisionError" in caplog.text, what="the log's word")


def test_a_mistake_of_ours_ends_the_stream_with_a_problem(
    client: APIClient, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(checks, "repair", Mock(side_effect=ZeroDivisionError))
    problem = told(client)[-1]
    assert (problem.name, problem.data["status"]) == ("problem", 500)
    assert "ZeroDivisionError" in caplog.text
    assert not TrainingSession.objects.exists()
