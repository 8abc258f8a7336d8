"""The door to a language model, against a server that speaks the provider's API over real HTTP."""

import asyncio
import json
import logging
import os
import socket
import time
import warnings
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from typing import Annotated, Any, Literal
from uuid import uuid4

import pytest
from django.db import connections, transaction
from django.db.transaction import TransactionManagementError
from pydantic import BaseModel, Field
from pytest_django import Settings

from tests.model_fixtures import KEY
from tests.model_server import FOREVER, Behaviour, ModelServer
from tests.processes import eventually
from training import llm
from training.llm import Prompt, Reaction
from training.models import ModelCall

LATE_SECONDS = 20  # what is in time comes before, on a busy machine too; what is not would take a minute or more
PROMPT = Prompt(instructions="You are a coach.", input="I limp since my accident near Besançon; what now?")


class Advice(BaseModel):
    """A small answer."""

    kind: Literal["rest", "train"]
    minutes: Annotated[int, Field(ge=1, le=60)]


def ask(
    *, models: Sequence[str] = ("gpt-5-mini", "gpt-6-luna"), deadline_seconds: float = 10.0, prompt: Prompt = PROMPT
) -> llm.Answer[Advice]:
    return llm.submit(llm.ask(prompt, Advice, models=models, deadline_seconds=deadline_seconds)).result(timeout=30)


@pytest.fixture(params=["responses", "chat"])
def api(request: pytest.FixtureRequest, settings: Settings) -> str:
    settings.OPENAI_API = request.param
    return str(request.param)


# --- answers ---
def test_an_answer_is_validated_and_says_who_gave_it_and_what_it_took(model_server: ModelServer, api: str) -> None:
    answer = ask()
    assert answer.value == Advice(kind="rest", minutes=1)
    assert answer.model == "gpt-5-mini"
    [call] = answer.calls
    assert (call.outcome, call.detail) == ("ok", "")
    assert (call.usage.input_tokens, call.usage.cached_input_tokens, call.usage.output_tokens) == (1000, 200, 100)
    assert call.cost_usd == Decimal("0.000405")  # 800 x 0.25 + 200 x 0.025 + 100 x 2.00, a million of each
    assert 0 < call.seconds < 10


def test_the_request_is_strict_and_asks_the_provider_to_keep_nothing(model_server: ModelServer) -> None:
    ask()
    [request] = model_server.requests
    assert request.body["store"] is False
    assert request.body["text"]["format"]["strict"] is True
    assert request.schema["additionalProperties"] is False
    assert (request.instructions, request.input) == (PROMPT.instructions, PROMPT.input)
    assert request.headers["authorization"] == f"Bearer {KEY}"


def test_a_server_that_does_not_tell_its_usage_costs_an_unknown_sum(model_server: ModelServer, api: str) -> None:
    model_server.script(Behaviour(usage=None), Behaviour(usage={"input": 7, "cached": None, "output": -1}))
    [without] = ask().calls
    assert (without.usage.input_tokens, without.cost_usd) == (None, None)
    [odd] = ask().calls
    assert (odd.usage.input_tokens, odd.usage.cached_input_tokens, odd.usage.output_tokens) == (7, None, None)
    assert odd.cost_usd is None


def test_a_model_without_a_price_costs_an_unknown_sum(model_server: ModelServer) -> None:
    [call] = ask(models=["llama-of-my-own"]).calls
    assert call.usage.input_tokens == 1000
    assert call.cost_usd is None


# --- an answer heard while it is written ---
class Plan(BaseModel):
    """An answer that has elements."""

    steps: list[Advice]
    words: list[str]


STEPS = [{"kind": "rest", "minutes": 12}, {"kind": "train", "minutes": 3}]
# With a line separator, which JSON may hold as it is and at which no line of a stream ends.
PLAN = json.dumps({"steps": STEPS, "words": ["d’abord\u2028", "b"]}, ensure_ascii=False)


def hear(**limits: Any) -> list[Any]:
    """All parts, and the answer."""
    return [*llm.stream(PROMPT, Plan, models=["gpt-5-mini"], **{"deadline_seconds": 10.0, **limits})]


def test_a_streamed_answer_is_heard_element_by_element_and_validated_as_a_whole(
    model_server: ModelServer, api: str
) -> None:
    model_server.script(Behaviour(text=PLAN, stop_after='"minutes": 3', stopped="hold"))
    parts = llm.stream(PROMPT, Plan, models=["gpt-5-mini"], deadline_seconds=10.0)
    assert next(parts) == {"steps": [{"kind": "rest", "minutes": 12}]}
    model_server.go_on()
    *_, last, answer = parts
    assert last == json.loads(PLAN)
    assert isinstance(answer, llm.Answer)
    assert answer.value == Plan.model_validate_json(PLAN)
    [call] = answer.calls
    assert (call.outcome, call.usage.input_tokens, call.usage.output_tokens) == ("ok", 1000, 100)
    assert call.cost_usd == Decimal("0.000405")


def test_a_stream_is_asked_for_with_its_usage(model_server: ModelServer, settings: Settings) -> None:
    model_server.script(Behaviour(text=PLAN, times=2))
    for api in ("responses", "chat"):
        settings.OPENAI_API = api
        hear()
    first, second = (request.body for request in model_server.requests)
    assert (first["stream"], first["store"]) == (True, False)
    assert (second["stream"], second["stream_options"]) == (True, {"include_usage": True})


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        (Behaviour(stop_after="12", stopped="break"), llm.Unavailable),
        (Behaviour(stop_after="12", stopped="end"), llm.Unavailable),
        (Behaviour(stop_after="12", stopped="fail"), llm.Unavailable),
        (Behaviour(stop_after="12", stopped="garble"), llm.InvalidOutput),
        (Behaviour(stop_after="12", stopped="refuse"), llm.ModelRefused),
        (Behaviour(refusal="No."), llm.ModelRefused),
        (Behaviour(finish="length"), llm.InvalidOutput),
        (Behaviour(finish="content_filter"), llm.ModelRefused),
        (Behaviour(status=429), llm.RateLimited),
        (Behaviour(body="data: {\n\n", headers={"Content-Type": "text/event-stream"}), llm.Unavailable),
        (Behaviour(body="", headers={"Content-Type": "text/event-stream"}), llm.Unavailable),
    ],
    ids=lambda value: "" if isinstance(value, type) else value.stopped if value.stop_after else str(vars(value))[:60],
)
def test_a_stream_that_does_not_end_well_is_an_error_and_one_call(
    model_server: ModelServer, api: str, behaviour: Behaviour, error: type[llm.ModelError]
) -> None:
    model_server.script(replace(behaviour, text=PLAN, times=FOREVER))
    with pytest.raises(error) as caught:
        hear()
    assert [call.outcome for call in caught.value.calls] == [error.code]
    assert len(model_server.requests) == 1


def test_a_stream_that_stalls_ends_at_the_deadline(model_server: ModelServer, api: str) -> None:
    model_server.script(Behaviour(text=PLAN, stop_after="12}", stopped="hold"))
    start = time.monotonic()
    with pytest.raises(llm.Deadline):
        hear(deadline_seconds=1.0)
    assert 0.9 < time.monotonic() - start < LATE_SECONDS


def test_what_nobody_listens_to_any_more_is_cancelled(model_server: ModelServer) -> None:
    model_server.script(Behaviour(text=PLAN, stop_after="12}", stopped="hold"))
    parts = llm.stream(PROMPT, Plan, models=["gpt-5-mini"], deadline_seconds=60.0)
    next(parts)
    parts.close()
    model_server.go_on()
    eventually(lambda: model_server.at_once == 0, what="the end of the call")


@pytest.mark.django_db
def test_nobody_listens_to_a_model_inside_a_transaction(model_server: ModelServer) -> None:
    with transaction.atomic(), pytest.raises(TransactionManagementError):
        hear()
    assert model_server.requests == []


# --- asked again ---
@pytest.mark.parametrize(
    "text",
    [
        "no JSON",
        "",
        '{"kind": "rest"}',
        '{"kind": "rest", "minutes": 61}',
        '{"kind": "re\\u0000st", "minutes": 1}',
        "[" * 9999,
    ],
    ids=["prose", "nothing", "a part", "out of bounds", "NUL", "deep"],
)
def test_an_invalid_answer_is_asked_again_once_with_its_faults(model_server: ModelServer, text: str, api: str) -> None:
    model_server.script(Behaviour(text=text))
    answer = ask()
    assert answer.value.minutes == 1
    assert [call.outcome for call in answer.calls] == ["invalid_output", "ok"]
    assert answer.calls[0].cost_usd == answer.calls[1].cost_usd  # an invalid answer is paid for
    first, second = model_server.requests
    assert second.input.startswith(first.input)
    assert "without these faults" in second.input


def test_two_invalid_answers_are_an_error(model_server: ModelServer, api: str) -> None:
    model_server.script(Behaviour(text='{"kind": "fly", "minutes": 1}', times=FOREVER))
    with pytest.raises(llm.InvalidOutput) as caught:
        ask()
    assert (caught.value.code, caught.value.reaction) == ("invalid_output", Reaction.RETRY)
    assert str(caught.value) == "kind: literal_error"
    assert [call.outcome for call in caught.value.calls] == ["invalid_output"] * 2
    assert len(model_server.requests) == 2


def test_an_answer_that_was_cut_off_is_invalid_however_whole_it_looks(model_server: ModelServer, api: str) -> None:
    model_server.script(Behaviour(finish="length", times=FOREVER))
    with pytest.raises(llm.InvalidOutput, match="cut off"):
        ask()


def test_asking_again_shares_the_deadline(model_server: ModelServer) -> None:
    model_server.script(Behaviour(text="no", delay_seconds=1.5), Behaviour(hang=True))
    with pytest.raises(llm.Deadline) as caught:
        ask(deadline_seconds=4.0)
    first, second = caught.value.calls
    assert (first.outcome, second.outcome) == ("invalid_output", "deadline")
    assert second.seconds < 3.9, "what the first one left"


# --- refusals ---
def test_a_refusal_is_final(model_server: ModelServer, api: str) -> None:
    model_server.script(Behaviour(refusal="I cannot help with that accident near Besançon."))
    with pytest.raises(llm.ModelRefused) as caught:
        ask()
    assert (caught.value.code, caught.value.reaction) == ("refused", Reaction.GIVE_UP)
    assert "Besançon" not in str(caught.value)
    [call] = caught.value.calls
    assert call.usage.output_tokens == 100
    assert len(model_server.requests) == 1


def test_a_content_filter_is_a_refusal(model_server: ModelServer, api: str) -> None:
    model_server.script(Behaviour(finish="content_filter"))
    with pytest.raises(llm.ModelRefused):
        ask()


# --- what servers say ---
@pytest.mark.parametrize(
    ("status", "error", "code", "reaction"),
    [
        (400, {"message": "Invalid schema", "code": None}, "refused", Reaction.GIVE_UP),
        (401, {"message": "Incorrect API key", "code": "invalid_api_key"}, "bad_key", Reaction.GIVE_UP),
        (402, {"message": "Payment required"}, "budget", Reaction.WAIT),
        (403, {"message": "Country not supported", "code": "unsupported_country"}, "bad_key", Reaction.GIVE_UP),
        (404, {"message": "Not Found"}, "unavailable", Reaction.RETRY),
        (408, {"message": "Request timeout"}, "unavailable", Reaction.RETRY),
        (409, {"message": "Conflict"}, "unavailable", Reaction.RETRY),
        (429, {"message": "Slow down", "code": "rate_limit_exceeded"}, "rate_limited", Reaction.WAIT),
        (429, {"message": "No money", "code": "insufficient_quota"}, "budget", Reaction.WAIT),
        (500, {"message": "Oops"}, "unavailable", Reaction.RETRY),
        (503, {"message": "Overloaded"}, "unavailable", Reaction.RETRY),
    ],
)
def test_a_status_says_how_to_react(
    model_server: ModelServer, status: int, error: dict[str, str | None], code: str, reaction: Reaction
) -> None:
    model_server.script(Behaviour(status=status, error=error))
    with pytest.raises(llm.ModelError) as caught:
        ask()
    assert (caught.value.code, caught.value.reaction) == (code, reaction)
    assert str(caught.value) == f"HTTP {status}: {error['message']}"
    assert [call.outcome for call in caught.value.calls] == [code]
    assert len(model_server.requests) == 1  # the client repeats nothing by itself


def test_an_error_that_is_no_json_is_read_all_the_same(model_server: ModelServer) -> None:
    model_server.script(Behaviour(status=502, body="<html>Bad Gateway</html>", headers={"Content-Type": "text/html"}))
    with pytest.raises(llm.Unavailable, match="HTTP 502"):
        ask()


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7), ("1.5", 1.5), ("-3", 0), ("999999999", 3600), ("soon", None), ("nan", None), ("", None)],
)
def test_the_seconds_a_server_asks_for_are_told(model_server: ModelServer, header: str, seconds: float | None) -> None:
    model_server.script(Behaviour(status=429, headers={"Retry-After": header}))
    with pytest.raises(llm.RateLimited) as caught:
        ask()
    assert caught.value.retry_after == seconds


def test_a_date_to_come_back_at_is_told_in_seconds(model_server: ModelServer) -> None:
    in_a_minute = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    model_server.script(Behaviour(status=503, headers={"Retry-After": in_a_minute}))
    with pytest.raises(llm.Unavailable) as caught:
        ask()
    assert caught.value.retry_after is not None
    assert 50 < caught.value.retry_after <= 60


def test_a_message_is_kept_short_and_without_key_or_athletes_words(model_server: ModelServer) -> None:
    message = f"Key {KEY} may not ask: {PROMPT.input} {'x' * 1000}"
    model_server.script(Behaviour(status=400, error={"message": message}))
    with pytest.raises(llm.ModelRefused) as caught:
        ask()
    [call] = caught.value.calls
    for said in (call.detail, str(caught.value), caught.value.detail):
        assert said.startswith("HTTP 400: Key *** may not ask: ")
        assert "Besançon" not in said
        assert KEY not in said
        assert len(said) <= 300


# --- what breaks ---
@pytest.mark.parametrize(
    "body",
    [
        "",
        "null",
        "[]",
        "{}",
        "{",
        '{"output": 7, "choices": {}}',
        "<html></html>",
        '{"error": {"message": "GPU lost"}}',
        "[" * 9999,
    ],
)
def test_a_body_that_is_no_answer_means_unavailable(model_server: ModelServer, body: str, api: str) -> None:
    model_server.script(Behaviour(body=body))
    with pytest.raises(llm.Unavailable) as caught:
        ask()
    assert [call.outcome for call in caught.value.calls] == ["unavailable"]


def test_a_failed_response_means_unavailable(model_server: ModelServer) -> None:
    failed = '{"status": "failed", "output": [], "error": {"code": "server_error", "message": "lost"}}'
    limited = failed.replace("server_error", "rate_limit_exceeded")
    model_server.script(Behaviour(body=failed), Behaviour(body=limited))
    with pytest.raises(llm.Unavailable, match="server_error: lost"):
        ask()
    with pytest.raises(llm.RateLimited):
        ask()


def test_a_connection_that_breaks_off_means_unavailable(model_server: ModelServer, api: str) -> None:
    model_server.script(Behaviour(truncate=True))
    with pytest.raises(llm.Unavailable, match="connection failed"):
        ask()


def test_nobody_at_home_means_unavailable(settings: Settings, model_server: ModelServer) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings.OPENAI_BASE_URL = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    with pytest.raises(llm.Unavailable):
        ask()


# --- time ---
@pytest.mark.parametrize("slow", [Behaviour(hang=True), Behaviour(trickle_seconds=60)], ids=["hangs", "trickles"])
def test_the_deadline_holds_whatever_the_body_does(model_server: ModelServer, slow: Behaviour) -> None:
    model_server.script(slow)
    start = time.monotonic()
    with pytest.raises(llm.Deadline) as caught:
        ask(deadline_seconds=2.0)
    assert 1.9 < time.monotonic() - start < LATE_SECONDS
    assert (caught.value.code, caught.value.reaction) == ("deadline", Reaction.RETRY)
    [call] = caught.value.calls
    assert 1.9 < call.seconds < LATE_SECONDS


def test_without_time_nobody_is_asked(model_server: ModelServer) -> None:
    with pytest.raises(llm.Deadline) as caught:
        ask(deadline_seconds=0)
    assert caught.value.calls == ()
    assert model_server.requests == []


def test_what_is_in_flight_can_be_cancelled_and_says_what_it_took(model_server: ModelServer) -> None:
    model_server.script(Behaviour(text="no", about="limp"), Behaviour(hang=True, times=FOREVER))
    asking = [llm.submit(llm.ask(PROMPT, Advice, models=["gpt-5-mini"], deadline_seconds=60)) for _ in range(3)]
    eventually(lambda: len(model_server.requests) == 4, what="three questions, one of them asked again")
    start = time.monotonic()
    llm.cancel_all()
    outcomes = []
    for future in asking:
        with pytest.raises(llm.Cancelled) as caught:
            future.result(timeout=LATE_SECONDS)
        outcomes.append([call.outcome for call in caught.value.calls])
    assert time.monotonic() - start < LATE_SECONDS
    assert sorted(outcomes) == [["cancelled"], ["cancelled"], ["invalid_output", "cancelled"]]


def test_what_was_handed_in_just_before_is_cancelled_too(model_server: ModelServer) -> None:
    async def sleep() -> None:
        await asyncio.sleep(60)

    asking = [llm.submit(sleep()) for _ in range(50)]
    llm.cancel_all()
    for future in asking:
        with pytest.raises(llm.Cancelled):
            future.result(timeout=LATE_SECONDS)


# --- models come and go ---
@pytest.mark.parametrize(
    "gone",
    [
        Behaviour(status=404, error={"code": "model_not_found", "message": "The model does not exist"}),
        Behaviour(status=404, error={"message": 'model "gpt-5-mini" not found, try pulling it first'}),
        Behaviour(status=403, error={"code": "model_not_found", "message": "No access to it"}),
        Behaviour(status=400, error={"param": "model", "message": "invalid model ID", "code": None}),
        Behaviour(status=410, error={"message": "This model is retired"}),
    ],
    ids=["provider", "ollama", "no access", "invalid id", "gone"],
)
def test_an_unknown_model_moves_to_the_next_and_is_not_asked_again(
    model_server: ModelServer, gone: Behaviour, caplog: pytest.LogCaptureFixture
) -> None:
    gone.times = 1
    model_server.script(gone)
    with caplog.at_level(logging.WARNING, "training.llm"):
        answer = ask()
        ask()
    assert answer.model == "gpt-6-luna"
    assert [(call.model, call.outcome) for call in answer.calls] == [
        ("gpt-5-mini", "unknown_model"),
        ("gpt-6-luna", "ok"),
    ]
    assert [request.model for request in model_server.requests] == ["gpt-5-mini", "gpt-6-luna", "gpt-6-luna"]
    assert [record.message for record in caplog.records] == ["model is unknown to the server"]


def test_an_unknown_model_is_tried_anew_after_a_while(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(llm, "UNKNOWN_FOR_SECONDS", 0.0)
    model_server.unknown_models = {"gpt-5-mini"}
    assert ask().model == "gpt-6-luna"
    model_server.unknown_models = set()
    assert ask().model == "gpt-5-mini"


def test_no_known_model_is_given_up(model_server: ModelServer) -> None:
    model_server.unknown_models = {"gpt-5-mini", "gpt-6-luna"}
    with pytest.raises(llm.UnknownModel) as caught:
        ask()
    assert (caught.value.code, caught.value.reaction) == ("unknown_model", Reaction.GIVE_UP)
    assert len(caught.value.calls) == 2
    with pytest.raises(llm.UnknownModel) as caught:
        ask()
    assert caught.value.calls == ()


# --- process, database ---
def test_a_fork_opens_a_door_of_its_own(model_server: ModelServer) -> None:
    ask()
    read, write = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # a fork with threads is what this is about
        child = os.fork()
    if child == 0:
        try:
            os.write(write, str(ask(deadline_seconds=10).value.minutes).encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as answer:
        assert answer.read() == "1"
    os.waitpid(child, 0)


@pytest.mark.django_db
def test_nobody_waits_for_a_model_inside_a_transaction(model_server: ModelServer) -> None:
    with transaction.atomic(), pytest.raises(transaction.TransactionManagementError):
        llm.wait(llm.ask(PROMPT, Advice, models=["gpt-5-mini"], deadline_seconds=1))
    assert model_server.requests == []


@pytest.mark.django_db(transaction=True)
def test_no_connection_is_held_while_a_model_thinks(model_server: ModelServer) -> None:
    ModelCall.objects.exists()
    mine = connections["default"]
    assert mine.connection is not None

    async def thinks() -> bool:
        return mine.connection is None

    assert llm.wait(thinks())


@pytest.mark.django_db
def test_every_call_is_on_the_bill(model_server: ModelServer) -> None:
    model_server.script(Behaviour(text="no", usage=None))
    session = uuid4()
    llm.record(ask().calls, session_id=session, purpose="generation")
    failed, good = ModelCall.objects.filter(session_id=session).order_by("started_at")
    assert (failed.outcome, failed.input_tokens, failed.cost_usd) == ("invalid_output", 0, None)
    assert (good.outcome, good.input_tokens, good.cost_usd) == ("ok", 1000, Decimal("0.000405"))
