"""What the tests' model server says in both APIs' words, in one piece and streamed, and how a test wants it to go."""

import json
import threading
from dataclasses import dataclass, field, replace
from typing import Any

from tests.model_answers import answer

FOREVER = -1


@dataclass
class Behaviour:
    """How some calls go. What is left alone goes well."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None  # the whole body, as it is
    error: dict[str, Any] | None = None  # the `error` of the body
    text: str | None = None  # what the model says, instead of a right answer
    refusal: str | None = None
    finish: str | None = None  # "length" or "content_filter": why the model stopped before its end
    usage: dict[str, Any] | None = field(default_factory=lambda: {"input": 1000, "cached": 200, "output": 100})
    delay_seconds: float = 0
    trickle_seconds: float = 0  # the body comes byte by byte over so long
    hang: bool = False  # nothing comes, the connection stays open
    until: threading.Event | None = None  # nothing comes before this is set; with `stop_after` and "hold", no more
    truncate: bool = False  # the connection breaks off in the middle of the body
    first_token_seconds: float = 0  # after which a streamed answer begins
    tokens_per_second: float = 0  # of a streamed answer; 0: all at once
    jitter: float = 0  # a share by which each pause is longer or shorter
    stop_after: str | None = None  # a streamed answer stops after this text, and then:
    stopped: str = "break"  # "break" off, "hold" until `go_on`, "garble", "refuse", "fail" (an event), "end" unfinished
    streams: bool = True  # False: answers in one piece, whatever was asked for
    about: str = ""  # only calls with this in their input
    times: int = 1  # calls; FOREVER


@dataclass(frozen=True)
class Request:
    """One call, as it came."""

    path: str
    model: str
    instructions: str
    input: str
    schema: dict[str, Any]
    body: dict[str, Any]
    headers: dict[str, str]


def told(request: Request, behaviour: Behaviour) -> str:
    """The model's words."""
    return behaviour.text if behaviour.text is not None else json.dumps(answer(request.schema, request.input))


def response(request: Request, behaviour: Behaviour) -> dict[str, Any]:
    """The body of `/v1/responses`."""
    part: dict[str, Any] = {"type": "output_text", "annotations": [], "text": ""}
    if behaviour.refusal is not None:
        part = {"type": "refusal", "refusal": behaviour.refusal}
    else:
        part["text"] = told(request, behaviour)
    cut = {"length": "max_output_tokens", "content_filter": "content_filter"}.get(behaviour.finish or "")
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 0,
        "model": request.model,
        "status": "incomplete" if cut else "completed",
        "incomplete_details": {"reason": cut} if cut else None,
        "error": None,
        "output": [
            {"id": "rs_1", "type": "reasoning", "summary": []},
            {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [part]},
        ],
        "usage": behaviour.usage
        and {
            "input_tokens": behaviour.usage["input"],
            "input_tokens_details": {"cached_tokens": behaviour.usage["cached"]},
            "output_tokens": behaviour.usage["output"],
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 0,
        },
    }


def completion(request: Request, behaviour: Behaviour) -> dict[str, Any]:
    """The body of `/v1/chat/completions`."""
    refused = behaviour.refusal is not None
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 0,
        "model": request.model,
        "choices": [
            {
                "index": 0,
                "finish_reason": behaviour.finish or "stop",
                "message": {
                    "role": "assistant",
                    "content": None if refused else told(request, behaviour),
                    "refusal": behaviour.refusal,
                },
            }
        ],
        "usage": behaviour.usage
        and {
            "prompt_tokens": behaviour.usage["input"],
            "prompt_tokens_details": {"cached_tokens": behaviour.usage["cached"]},
            "completion_tokens": behaviour.usage["output"],
            "total_tokens": 0,
        },
    }


# --- the streamed forms of both ---


def _event(name: str | None, data: dict[str, Any]) -> bytes:
    # As the provider sends it: what is not ASCII stands as it is, a line separator too.
    named = f"event: {name}\n" if name else ""
    return f"{named}data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


class ResponseEvents:
    """The events of `/v1/responses`."""

    def __init__(self, request: Request, behaviour: Behaviour) -> None:
        self._request, self._behaviour = request, behaviour

    def start(self) -> bytes:
        running = {**response(self._request, self._behaviour), "status": "in_progress", "output": [], "usage": None}
        part = {"type": "output_text", "annotations": [], "text": ""}
        return self._typed("response.created", response=running) + self._typed("response.content_part.added", part=part)

    def delta(self, text: str) -> bytes:
        return self._typed("response.output_text.delta", item_id="msg_1", output_index=1, content_index=0, delta=text)

    def refusal(self, text: str) -> bytes:
        return self._typed("response.refusal.delta", item_id="msg_1", delta=text)

    def error(self) -> bytes:
        return self._typed("error", code="server_error", message="lost in the middle", param=None)

    def end(self, text: str) -> bytes:
        whole = response(self._request, replace(self._behaviour, text=text))
        return self._typed(f"response.{whole['status']}", response=whole)

    def _typed(self, name: str, **data: Any) -> bytes:
        return _event(name, {"type": name, "sequence_number": 0, **data})


class CompletionChunks:
    """The chunks of `/v1/chat/completions`."""

    def __init__(self, request: Request, behaviour: Behaviour) -> None:
        self._request, self._behaviour = request, behaviour

    def start(self) -> bytes:
        return self._chunk({"role": "assistant", "content": "", "refusal": None})

    def delta(self, text: str) -> bytes:
        return self._chunk({"content": text})

    def refusal(self, text: str) -> bytes:
        return self._chunk({"refusal": text})

    def error(self) -> bytes:
        return _event(None, {"error": {"code": "server_error", "message": "lost in the middle"}})

    def end(self, text: str) -> bytes:
        whole = completion(self._request, replace(self._behaviour, text=text))
        last = self._chunk({}, finish=whole["choices"][0]["finish_reason"])
        wants_usage = self._request.body.get("stream_options", {}).get("include_usage")
        usage = _event(None, {**self._common(), "choices": [], "usage": whole["usage"]}) if wants_usage else b""
        return last + usage + b"data: [DONE]\n\n"

    def _chunk(self, delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return _event(None, {**self._common(), "choices": [choice], "usage": None})

    def _common(self) -> dict[str, Any]:
        return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 0, "model": self._request.model}
