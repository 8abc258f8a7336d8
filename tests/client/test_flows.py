"""When the client asks again, resumes and gives up: no network, and no time but what a flow itself lets pass."""

import inspect
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from uuid import uuid4

import pytest

from secondwind_client import (
    ApiProblem,
    AsyncClient,
    Client,
    Conflict,
    ConnectionLost,
    EnrichmentOver,
    ExerciseEnriched,
    Limits,
    NotEnriched,
    NotFound,
    NoToken,
    SessionReady,
    StatusChanged,
    Throttled,
    TookTooLong,
    Unavailable,
    UnexpectedAnswer,
)
from secondwind_client.flows import Flows
from secondwind_client.steps import Answer, Flow, Read, Run, Send, Sleep, Step

SESSION = uuid4()
LIMITS = Limits(answer_seconds=10, generation_seconds=100, silence_seconds=20, retry_seconds=30)


Outcome = Answer | bytes | Exception


class Network:
    """Takes a flow's steps by a script of answers, chunks and losses; its clock moves when a flow sleeps."""

    def __init__(self, *script: Outcome) -> None:
        self.script = [*script]
        self.sent: list[Send] = []
        self.slept: list[float] = []
        self.flows = Flows(LIMITS, now=lambda: sum(self.slept))

    def tell(self, flow: Flow[Any]) -> list[Any]:
        """All that the flow tells."""
        told, run = [], Run(flow)
        for step in run:
            if not isinstance(step, Step):
                told.append(step)
                continue
            outcome = self._take(step)
            if isinstance(outcome, Exception):
                run.lost = outcome
            else:
                run.outcome = outcome
        assert self.script == []
        return told

    def _take(self, step: Step) -> Any:
        match step:
            case Sleep(seconds):
                self.slept.append(seconds)
                return None
            case Send():
                self.sent.append(step)
        outcome = self.script.pop(0)
        assert isinstance(outcome, Exception | (bytes if step == Read() else Answer))
        return outcome


LOST = OSError("cut")
STREAM = Answer(200, {"content-type": "text/event-stream; charset=utf-8"}, b"")
END = b""


def json_answer(body: Any, status: int = 200, retry_after: str | None = None) -> Answer:
    return _answer(body, status, "application/json", retry_after)


def problem(status: int, retry_after: str | None = None, **more: Any) -> Answer:
    body = {"type": "about:blank", "title": "No", "status": status, "detail": "Really not.", **more}
    return _answer(body, status, "application/problem+json", retry_after)


def _answer(body: Any, status: int, media_type: str, retry_after: str | None) -> Answer:
    headers = {"content-type": media_type} | ({"retry-after": retry_after} if retry_after else {})
    return Answer(status, headers, json.dumps(body).encode())


def event(name: str, data: Any, number: int | None = None) -> bytes:
    numbered = "" if number is None else f"id: {number}\n"
    return f"{numbered}event: {name}\ndata: {json.dumps(data)}\n\n".encode()


def session_body(**changes: Any) -> dict[str, Any]:
    """The least that is a session."""
    return {
        "id": str(SESSION),
        "coach": "force",
        "discipline": "strength",
        "mode": "fast",
        "language": "en",
        "enrichment_status": "fast",
        "source": "builtin",
        "model": None,
        "fallback_reason": None,
        "prescription": {"blocks": []},
        "analysis": None,
        "checks": [],
        "usage": {"input_tokens": 0, "cached_input_tokens": 0, "output_tokens": 0, "cost_usd": "0.000000"},
        "created_at": "2026-11-22T10:00:00Z",
        "updated_at": "2026-11-22T10:00:00Z",
        "enriched_at": None,
        "links": {},
        **changes,
    }


def status_body(status: str = "fast", item: str = "pending", error: str | None = None) -> dict[str, Any]:
    times = dict.fromkeys(["next_attempt_at", "started_at", "completed_at"])
    row = {"id": str(uuid4()), "status": item, "priority": 5, "attempts": 1, "max_attempts": 3, "error_message": error}
    return {
        "session": str(SESSION),
        "status": status,
        "item": {**row, **times, "created_at": "2026-11-22T10:00:00Z"},
        "queue_position": 1 if item == "pending" else None,
        "estimated_wait_seconds": None,
        "estimated_wait_seconds_p90": None,
        "progress": {"enriched": 0, "total": 2},
    }


DETAILS = {
    "coaching_cues_detailed": ["Brace."],
    "common_mistakes": [],
    "progression_suggestions": {},
    "technical_breakdown": {},
    "source": "llm",
}


def exercise(number: int) -> bytes:
    return event("exercise", {"key": f"b1e{number}", "details": DETAILS}, number)


DONE = event("done", status_body("enriched", "completed"), 9)


# --- asking again ---


def test_a_lost_answer_is_asked_for_again_with_the_same_bytes_under_the_same_key() -> None:
    network = Network(LOST, LOST, json_answer(session_body(), 201))
    [session] = network.tell(network.flows.generate({"coach": "force"}, None))
    assert session.id == SESSION
    first, *others = network.sent
    assert first.headers["Idempotency-Key"]
    assert others == [first, first]
    assert len(network.slept) == 2


def test_every_session_has_a_key_of_its_own() -> None:
    keys = set()
    for _ in range(2):
        network = Network(json_answer(session_body(), 201))
        network.tell(network.flows.generate({"coach": "force"}, None))
        keys.add(network.sent[0].headers["Idempotency-Key"])
    assert len(keys) == 2


def test_nobody_answering_is_told_after_a_while() -> None:
    network = Network(*[LOST] * 100)
    with pytest.raises(ConnectionLost, match="cut"):
        network.tell(network.flows.get(SESSION))
    assert 15 < sum(network.slept) <= LIMITS.retry_seconds


@pytest.mark.parametrize("status", [429, 503])
def test_who_is_asked_to_wait_waits_so_long(status: int) -> None:
    network = Network(problem(status, "7"), json_answer(session_body()))
    network.tell(network.flows.get(SESSION))
    assert network.slept == [7]


def test_a_time_to_come_back_may_be_a_date() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    network = Network(problem(503, date), json_answer(session_body()))
    network.tell(network.flows.get(SESSION))
    assert 15 < network.slept[0] <= 20


@pytest.mark.parametrize(("status", "kind"), [(429, Throttled), (503, Unavailable)])
def test_a_wait_beyond_the_limits_is_told_at_once(status: int, kind: type[ApiProblem]) -> None:
    network = Network(problem(status, "31"))
    with pytest.raises(kind) as told:
        network.tell(network.flows.get(SESSION))
    assert told.value.retry_after_seconds == 31
    assert network.slept == []


def test_a_gateways_own_page_counts_by_its_status() -> None:
    page = Answer(502, {"content-type": "text/html"}, b"<h1>Bad Gateway</h1>")
    network = Network(page, json_answer(session_body()))
    network.tell(network.flows.get(SESSION))
    network = Network(*[page] * 100)
    with pytest.raises(ApiProblem) as told:
        network.tell(network.flows.get(SESSION))
    assert told.value.problem.status == 502


def test_a_request_that_still_runs_is_waited_for_as_long_as_a_session_takes() -> None:
    network = Network(LOST, *[problem(409, "2")] * 40, json_answer(session_body(), 201))
    network.tell(network.flows.generate({"coach": "force"}, None))
    assert LIMITS.retry_seconds < sum(network.slept) < LIMITS.generation_seconds


def test_a_refusal_is_not_asked_for_again() -> None:
    errors = [{"pointer": "/coach", "code": "invalid_choice", "detail": "Not a coach: yoga."}]
    network = Network(problem(422, errors=errors))
    with pytest.raises(ApiProblem, match="/coach: Not a coach: yoga") as told:
        network.tell(network.flows.generate({"coach": "yoga"}, None))
    assert told.value.problem.errors[0].code == "invalid_choice"


def test_an_answer_in_other_words_is_an_error_of_its_own() -> None:
    network = Network(json_answer({"hello": "world"}))
    with pytest.raises(UnexpectedAnswer, match="This is no Session"):
        network.tell(network.flows.get(SESSION))


def test_what_a_newer_server_adds_is_kept() -> None:
    network = Network(json_answer(session_body(mood="good")))
    [session] = network.tell(network.flows.get(SESSION))
    assert session.mood == "good"


def cancel(flows: Flows) -> Flow[Any]:
    return flows.cancel(SESSION)


def delete(flows: Flows) -> Flow[Any]:
    return flows.delete(SESSION)


@pytest.mark.parametrize(
    ("call", "refusal", "afterwards"),
    [(delete, problem(404), []), (cancel, problem(409), [json_answer(status_body(item="cancelled"))])],
)
def test_a_call_that_was_heeded_before_its_answer_was_lost_has_succeeded(
    call: Callable[[Flows], Flow[Any]], refusal: Answer, afterwards: list[Answer]
) -> None:
    network = Network(LOST, refusal, *afterwards)
    assert len(network.tell(call(network.flows))) == 1
    network = Network(refusal)
    with pytest.raises((NotFound, Conflict)):
        network.tell(call(network.flows))


def test_pages_are_asked_for_here_wherever_their_links_point() -> None:
    page = {"previous": None, "results": [session_body()]}
    network = Network(
        json_answer({**page, "next": "https://elsewhere.example/api/v1/sessions/?cursor=abc&coach=force"}),
        json_answer({**page, "next": None}),
    )
    assert len(network.tell(network.flows.list({"coach": "force"}))) == 2
    assert [sent.path for sent in network.sent] == [
        "/api/v1/sessions/?coach=force",
        "/api/v1/sessions/?cursor=abc&coach=force",
    ]


# --- a session being written ---


def test_a_server_that_does_not_stream_is_asked_for_json() -> None:
    network = Network(problem(406), json_answer(session_body(), 201))
    [told] = network.tell(network.flows.stream({"coach": "force"}, None))
    assert isinstance(told, SessionReady)
    streamed, plain = network.sent
    assert (streamed.headers["Accept"], plain.headers["Accept"]) == ("text/event-stream", "application/json")
    assert streamed.headers["Idempotency-Key"] == plain.headers["Idempotency-Key"]


@pytest.mark.parametrize("end", [LOST, END])
def test_a_stream_that_breaks_off_is_asked_for_again_under_its_key(end: bytes | Exception) -> None:
    notice = event("notice", {"code": "deadline", "detail": "The built-in coach goes on."})
    network = Network(STREAM, notice, end, problem(409, "2"), STREAM, event("session", session_body()))
    told = network.tell(network.flows.stream({"coach": "force"}, None))
    assert isinstance(told[-1], SessionReady)
    assert len({sent.headers["Idempotency-Key"] for sent in network.sent}) == 1


def test_a_problem_in_the_stream_is_raised() -> None:
    network = Network(STREAM, event("problem", {"type": "about:blank", "title": "No", "status": 503, "detail": "..."}))
    with pytest.raises(Unavailable):
        network.tell(network.flows.stream({"coach": "force"}, None))


# --- its enrichment ---


def resumed_from(network: Network) -> list[str | None]:
    return [sent.headers.get("Last-Event-ID") for sent in network.sent]


def test_a_cut_stream_is_resumed_after_the_last_event_and_nothing_is_told_twice() -> None:
    status = event("status", status_body())
    network = Network(
        STREAM, b"retry: 2000\n\n", exercise(1), exercise(2) + status, exercise(3)[:30], LOST,
        STREAM, exercise(2), exercise(3), END,
        STREAM, DONE,
    )  # fmt: skip
    told = network.tell(network.flows.follow(SESSION, 0))
    assert [one.number for one in told] == [1, 2, None, 3, 9]
    assert isinstance(told[-1], EnrichmentOver)
    assert resumed_from(network) == [None, "2", "3"]
    assert network.slept[0] == 2  # as the server asked


def test_a_story_can_be_taken_up_where_another_process_left_it() -> None:
    network = Network(STREAM, exercise(5), DONE)
    assert [one.number for one in network.tell(network.flows.follow(SESSION, 4))] == [5, 9]
    assert resumed_from(network) == ["4"]


def test_a_story_told_to_its_end_is_not_told_again() -> None:
    network = Network(Answer(204, {}, b""))
    assert network.tell(network.flows.follow(SESSION, 9)) == []


def test_events_of_a_newer_server_are_passed_over() -> None:
    network = Network(STREAM, event("weather", "fine", 1), exercise(2), DONE)
    assert [type(one) for one in network.tell(network.flows.follow(SESSION, 0))] == [ExerciseEnriched, EnrichmentOver]


def test_a_stream_that_stays_silent_is_given_up_in_the_end() -> None:
    silent: list[Outcome] = [STREAM, LOST]
    network = Network(*silent * 100)
    with pytest.raises(ConnectionLost):
        network.tell(network.flows.follow(SESSION, 0))
    assert 15 < sum(network.slept) <= LIMITS.retry_seconds
    assert network.sent[0].read_seconds == LIMITS.silence_seconds


def test_a_sign_of_life_is_enough_to_go_on() -> None:
    alive: list[Outcome] = [STREAM, b": still here\n\n", LOST]
    network = Network(*alive * 60, STREAM, DONE)
    assert len(network.tell(network.flows.follow(SESSION, 0))) == 1
    assert sum(network.slept) > LIMITS.retry_seconds


def test_a_session_that_is_deleted_meanwhile_is_not_found() -> None:
    network = Network(STREAM, event("status", status_body(), 1), END, problem(404))
    with pytest.raises(NotFound):
        network.tell(network.flows.follow(SESSION, 0))


def test_a_page_instead_of_a_stream_is_no_story() -> None:
    network = Network(Answer(200, {"content-type": "text/html"}, b"<h1>Sign in</h1>"))
    with pytest.raises(UnexpectedAnswer, match="text/html"):
        network.tell(network.flows.follow(SESSION, 0))


def test_silence_must_be_longer_than_a_heartbeat() -> None:
    with pytest.raises(ValueError, match="above 15"):
        Limits(silence_seconds=15)


def test_waiting_asks_as_often_as_the_server_advises() -> None:
    enriched = [
        json_answer(status_body("enriched", "completed")),
        json_answer(session_body(enrichment_status="enriched")),
    ]
    network = Network(json_answer(status_body(), retry_after="3"), *enriched)
    [session] = network.tell(network.flows.wait_until_enriched(SESSION, 60))
    assert session.enrichment_status == "enriched"
    assert network.slept == [3]


def test_waiting_ends_with_its_time() -> None:
    network = Network(*[json_answer(status_body(), retry_after="4")] * 4)
    with pytest.raises(TookTooLong, match="place 1 in the queue") as told:
        network.tell(network.flows.wait_until_enriched(SESSION, 10))
    assert network.slept == [4, 4, 2]
    assert told.value.status.session == SESSION


@pytest.mark.parametrize("end", ["failed", "cancelled"])
def test_waiting_for_what_will_not_come_ends_at_once(end: str) -> None:
    network = Network(json_answer(status_body(item=end, error="model_unavailable")))
    with pytest.raises(NotEnriched, match=f"{end}: model_unavailable"):
        network.tell(network.flows.wait_until_enriched(SESSION, 60))


# --- the two clients ---


def test_both_clients_offer_the_same_calls() -> None:
    def calls(client: type) -> Mapping[str, list[inspect.Parameter]]:
        public = inspect.getmembers(client, inspect.isfunction)
        return {
            name: [*inspect.signature(call).parameters.values()]
            for name, call in public
            if not name.startswith("_") or name == "__init__"
        }

    assert calls(Client) == calls(AsyncClient)


def test_without_a_token_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECONDWIND_TOKEN", raising=False)
    with pytest.raises(NoToken):
        Client()


def test_a_status_reads_as_a_line() -> None:
    network = Network(
        STREAM, event("status", status_body(), 1), event("status", status_body("enriching", "processing"), 2), DONE
    )
    told = network.tell(network.flows.follow(SESSION, 0))
    assert [str(one.status) for one in told if isinstance(one, StatusChanged | EnrichmentOver)] == [
        "place 1 in the queue",
        "enriching, 0 of 2",
        "enriched",
    ]
