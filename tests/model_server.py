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
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from tests.model_forms import (
    FOREVER,
    Behaviour,
    CompletionChunks,
    Request,
    ResponseEvents,
    completion,
    response,
    told,
)

__all__ = ["FOREVER", "TOKEN_CHARACTERS", "Behaviour", "ModelServer", "Request"]

TOKEN_CHARACTERS = 4
PATHS = ("/v1/responses", "/v1/chat/completions")


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

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[Self]:
        """A server in a thread of this process, for as long as the block runs."""
        server = cls()
        thread = threading.Thread(target=server.serve, name="model-server", daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.close()
            thread.join()

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

    def hold(self, until: threading.Event | None) -> None:
        """Wait for this, else for `go_on`, or the end."""
        while not (until or self._held).wait(0.01) and not self.closing.is_set():
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
        if behaviour.until is not None and behaviour.stop_after is None:
            server.hold(behaviour.until)
        if request.model in server.unknown_models:
            error = {"code": "model_not_found", "message": f"The model `{request.model}` does not exist", "param": None}
            self._send(404, {}, json.dumps({"error": error}))
        elif behaviour.error is not None or behaviour.status != 200:
            error = behaviour.error or {"code": None, "message": "scripted", "type": "scripted"}
            self._send(behaviour.status, behaviour.headers, behaviour.body or json.dumps({"error": error}))
        elif behaviour.body is None and behaviour.streams and request.body.get("stream"):
            self._stream(request, behaviour)
        else:
            write = response if request.path.endswith("responses") else completion
            good = behaviour.body if behaviour.body is not None else json.dumps(write(request, behaviour))
            self._send(200, behaviour.headers, good, behaviour.trickle_seconds, truncate=behaviour.truncate)

    def _stream(self, request: Request, behaviour: Behaviour) -> None:
        """An answer in server-sent events, in chunks of about a token; its length is not known beforehand."""
        server = self.server.model_server
        dialect = ResponseEvents if request.path.endswith("responses") else CompletionChunks
        events = dialect(request, behaviour)
        self.send_response(200)
        for name, value in {"Content-Type": "text/event-stream", **behaviour.headers}.items():
            self.send_header(name, value)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        text = "" if behaviour.refusal is not None else told(request, behaviour)
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
                server.hold(behaviour.until)
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


def _jittered(seconds: float, behaviour: Behaviour) -> float:
    return seconds * random.uniform(1 - behaviour.jitter, 1 + behaviour.jitter)


if __name__ == "__main__":
    ModelServer(int(sys.argv[1])).serve()
