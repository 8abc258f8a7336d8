"""A language model's server over real HTTP, for tests: it speaks `/v1/responses` and `/v1/chat/completions`.

Left alone, it answers the schema of a request from the request's own words (tests/model_answers.py). A test scripts
what differs: `server.script(Behaviour(status=429, headers={"Retry-After": "2"}))` is how the next call goes.
As a process, `python -m tests.model_server PORT`, it is scripted by `POST /_script` with a list of behaviours as JSON,
and `GET /_requests` tells what it was asked.
"""

import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.model_answers import answer

FOREVER = -1
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
        else:
            write = _response if request.path.endswith("responses") else _completion
            good = behaviour.body if behaviour.body is not None else json.dumps(write(request, behaviour))
            self._send(200, behaviour.headers, good, behaviour.trickle_seconds, truncate=behaviour.truncate)

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
