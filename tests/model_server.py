"""A language model's server over real HTTP, for tests: it speaks `/v1/responses` and `/v1/chat/completions`, streamed
too, at any pace.

Left alone, it answers the schema of a request from the request's own words (tests/model_answers.py). A test scripts
what differs: `server.script(Behaviour(status=429, headers={"Retry-After": "2"}))` is how the next call goes.
As a process, `python -m tests.model_server PORT`, it is scripted by `POST /_script` with a list of behaviours as JSON,
and `GET /_requests` tells what it was asked.
"""

import json
import random
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.model_answers import answer

FOREVER = -1
TOKEN_CHARACTERS = 4
PATHS = ("/v1/responses", "/v1/chat/completions")


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


class ModelServer:
    """The server and what it knows: its script, the models that are not there, and what it was asked."""

    def __init__(self, port: int = 0) -> None:
        self.requests: list[Request] = []
        self.unknown_models: set[str] = set()
        self.closing = threading.Event()
        self._held = threading.Event()
        self.most_at_once = 0
        self._at_once = 0
        self._script: list[Behaviour] = []
        self._lock = threading.Lock()
        self._http = _HTTPServer(("127.0.0.1", port), _Handler)
        self._http.model_server = self
        self.url = f"http://127.0.0.1:{self._http.server_port}/v1"

    def script(self, *behaviours: Behaviour) -> None:
        """The next calls go so, one behaviour after the other."""
        with self._lock:
            self._script.extend(behaviours)

    def serve(self) -> None:
        """Serve until `close`."""
        self._http.serve_forever(poll_interval=0.02)

    def close(self) -> None:
        """Stop, and let go of everybody who was left hanging."""
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()

    def go_on(self) -> None:
        """Let the answers that hold go on to their end."""
        self._held.set()

    def hold(self) -> None:
        """Wait for `go_on`, or the end."""
        while not self._held.wait(0.01) and not self.closing.is_set():
            pass

    def taken(self, request: Request) -> Behaviour:
        """Note a request, and how it goes."""
        with self._lock:
            self.requests.append(request)
            for behaviour in self._script:
                if behaviour.about in request.input:
                    if behaviour.times != FOREVER:
                        behaviour.times -= 1
                    if behaviour.times == 0:
                        self._script.remove(behaviour)
                    return behaviour
        return Behaviour()

    @property
    def at_once(self) -> int:
        """How many are being answered now."""
        return self._at_once

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Counts how many are served at once."""
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            yield
        finally:
            with self._lock:
                self._at_once -= 1


class _HTTPServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    model_server: ModelServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves is what many tests are about: anything else is said."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _HTTPServer

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
        """Tests print enough."""

    def do_GET(self) -> None:
        if self.path == "/_requests":
            self._send(200, {}, json.dumps([asdict(request) for request in self.server.model_server.requests]))
        else:
            self._send(404, {}, '{"error": {"message": "Not Found"}}')

    def do_POST(self) -> None:
        server = self.server.model_server
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        if self.path == "/_script":
            server.script(*(Behaviour(**behaviour) for behaviour in body))
            self._send(200, {}, "{}")
        elif self.path in PATHS:
            with server.busy():
                self._answer(_read(self.path, body, {name.lower(): value for name, value in self.headers.items()}))
        else:
            self._send(404, {}, '{"error": {"message": "Not Found"}}')

    def _answer(self, request: Request) -> None:
        server = self.server.model_server
        behaviour = server.taken(request)
        if server.closing.wait(behaviour.delay_seconds or (3600 if behaviour.hang else 0)):
            self.close_connection = True
            return
        if request.model in server.unknown_models:
            error = {"code": "model_not_found", "message": f"The model `{request.model}` does not exist", "param": None}
            self._send(404, {}, json.dumps({"error": error}))
        elif behaviour.error is not None or behaviour.status != 200:
            error = behaviour.error or {"code": None, "message": "scripted", "type": "scripted"}
            self._send(behaviour.status, behaviour.headers, behaviour.body or json.dumps({"error": error}))
        elif behaviour.body is None and behaviour.streams and request.body.get("stream"):
            self._stream(request, behaviour)
        else:
            write = _response if request.path.endswith("responses") else _completion
            good = behaviour.body if behaviour.body is not None else json.dumps(write(request, behaviour))
            self._send(200, behaviour.headers, good, behaviour.trickle_seconds, truncate=behaviour.truncate)

    def _stream(self, request: Request, behaviour: Behaviour) -> None:
        """An answer in server-sent events, in chunks of about a token; its length is not known beforehand."""
        server = self.server.model_server
        dialect = _ResponseEvents if request.path.endswith("responses") else _CompletionChunks
        events = dialect(request, behaviour)
        self.send_response(200)
        for name, value in {"Content-Type": "text/event-stream", **behaviour.headers}.items():
            self.send_header(name, value)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        text = "" if behaviour.refusal is not None else _text(request, behaviour)
        cut = (
            len(text) if behaviour.stop_after is None else text.index(behaviour.stop_after) + len(behaviour.stop_after)
        )
        self._write(events.start())
        server.closing.wait(_jittered(behaviour.first_token_seconds, behaviour))
        for place in range(0, cut, TOKEN_CHARACTERS):
            self._write(events.delta(text[place : min(place + TOKEN_CHARACTERS, cut)]))
            if behaviour.tokens_per_second and server.closing.wait(
                _jittered(1 / behaviour.tokens_per_second, behaviour)
            ):
                break
        match behaviour.stopped if behaviour.stop_after is not None else "":
            case "break":
                self.close_connection = True  # without the last chunk
                return
            case "hold":
                server.hold()
                self._write(events.delta(text[cut:]) + events.end(text))
            case "garble":
                self._write(events.delta(" oops") + events.end(text))
            case "refuse":
                self._write(events.refusal("I would rather not.") + events.end(text[:cut]))
            case "fail":
                self._write(events.error())
            case "":
                self._write((events.refusal(behaviour.refusal) if behaviour.refusal else b"") + events.end(text))
        self.wfile.write(b"0\r\n\r\n")

    def _write(self, content: bytes) -> None:
        self.wfile.write(f"{len(content):x}\r\n".encode() + content + b"\r\n")

    def _send(
        self, status: int, headers: dict[str, str], body: str, trickle_seconds: float = 0, *, truncate: bool = False
    ) -> None:
        content = body.encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if truncate:
            self.wfile.write(content[: len(content) // 2])
            self.close_connection = True
        elif trickle_seconds:
            for byte in content:
                self.wfile.write(bytes([byte]))
                time.sleep(trickle_seconds / len(content))
        else:
            self.wfile.write(content)


def _read(path: str, body: dict[str, Any], headers: dict[str, str]) -> Request:
    """The same question out of either API."""
    if path.endswith("responses"):
        instructions, asked, shape = body["instructions"], body["input"], body["text"]["format"]
    else:
        instructions, asked = (message["content"] for message in body["messages"])
        shape = body["response_format"]["json_schema"]
    return Request(path, body["model"], instructions, asked, shape["schema"], body, headers)


def _text(request: Request, behaviour: Behaviour) -> str:
    return behaviour.text if behaviour.text is not None else json.dumps(answer(request.schema, request.input))


def _response(request: Request, behaviour: Behaviour) -> dict[str, Any]:
    part: dict[str, Any] = {"type": "output_text", "annotations": [], "text": ""}
    if behaviour.refusal is not None:
        part = {"type": "refusal", "refusal": behaviour.refusal}
    else:
        part["text"] = _text(request, behaviour)
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


def _completion(request: Request, behaviour: Behaviour) -> dict[str, Any]:
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
                    "content": None if refused else _text(request, behaviour),
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


def _jittered(seconds: float, behaviour: Behaviour) -> float:
    return seconds * random.uniform(1 - behaviour.jitter, 1 + behaviour.jitter)


def _event(name: str | None, data: dict[str, Any]) -> bytes:
    # As the provider sends it: what is not ASCII stands as it is, a line separator too.
    named = f"event: {name}\n" if name else ""
    return f"{named}data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


class _ResponseEvents:
    """The events of `/v1/responses`."""

    def __init__(self, request: Request, behaviour: Behaviour) -> None:
        self._request, self._behaviour = request, behaviour

    def start(self) -> bytes:
        running = {**_response(self._request, self._behaviour), "status": "in_progress", "output": [], "usage": None}
        part = {"type": "output_text", "annotations": [], "text": ""}
        return self._typed("response.created", response=running) + self._typed("response.content_part.added", part=part)

    def delta(self, text: str) -> bytes:
        return self._typed("response.output_text.delta", item_id="msg_1", output_index=1, content_index=0, delta=text)

    def refusal(self, text: str) -> bytes:
        return self._typed("response.refusal.delta", item_id="msg_1", delta=text)

    def error(self) -> bytes:
        return self._typed("error", code="server_error", message="lost in the middle", param=None)

    def end(self, text: str) -> bytes:
        whole = _response(self._request, replace(self._behaviour, text=text))
        return self._typed(f"response.{whole['status']}", response=whole)

    def _typed(self, name: str, **data: Any) -> bytes:
        return _event(name, {"type": name, "sequence_number": 0, **data})


class _CompletionChunks:
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
        whole = _completion(self._request, replace(self._behaviour, text=text))
        last = self._chunk({}, finish=whole["choices"][0]["finish_reason"])
        wants_usage = self._request.body.get("stream_options", {}).get("include_usage")
        usage = _event(None, {**self._common(), "choices": [], "usage": whole["usage"]}) if wants_usage else b""
        return last + usage + b"data: [DONE]\n\n"

    def _chunk(self, delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return _event(None, {**self._common(), "choices": [choice], "usage": None})

    def _common(self) -> dict[str, Any]:
        return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 0, "model": self._request.model}


@contextmanager
def running(port: int = 0) -> Iterator[ModelServer]:
    """A server in a thread of this process."""
    server = ModelServer(port)
    thread = threading.Thread(target=server.serve, name="model-server", daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.close()
        thread.join()


if __name__ == "__main__":
    ModelServer(int(sys.argv[1])).serve()
