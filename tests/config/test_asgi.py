"""The real server, spoken to byte by byte: what is too large, broken or malicious is answered and forgotten."""

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from pytest_django import DjangoDbBlocker

from config.models import Token
from config.servers import free_port
from tests.callers import SESSIONS, load_catalogue
from tests.factories import UserFactory
from tests.processes import eventually
from training.models import Exercise

# The tests use the server's database, not their own; without the mark there would be none.
pytestmark = pytest.mark.django_db

TOO_MUCH = 300 * 1024 * 1024
TOKENS = "/api/v1/tokens/"


@dataclass
class Web:
    """A running server."""

    port: int
    token: str
    process: subprocess.Popen[bytes]
    log: Path

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def head(self, line: str = f"POST {TOKENS} HTTP/1.1", **headers: str) -> bytes:
        """The start of a request, up to its body."""
        named = {
            "Host": "localhost",
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return "\r\n".join([line, *(f"{name}: {value}" for name, value in named.items()), "", ""]).encode("latin-1")

    def ask(self, *parts: bytes) -> http.client.HTTPResponse:
        """Sends raw bytes, as far as the server takes them, and reads its whole answer."""
        with self.connect() as connected:
            with suppress(BrokenPipeError, ConnectionResetError):
                for part in parts:
                    connected.sendall(part)
            response = http.client.HTTPResponse(connected)
            response.begin()
            response.body = response.read()  # type: ignore[attr-defined]
            return response

    def memory_peak_bytes(self) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        assert found
        return int(found[1]) * 1024


@pytest.fixture(scope="module")
def web(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Web]:
    """A server process on the test database, and somebody who may call it."""
    with django_db_blocker.unblock():
        user: User = UserFactory.create(username="raw")
        _, token = Token.objects.create(user)
        load_catalogue()
        database = connection.settings_dict["NAME"]
        connection.close()
    server = settings.DATABASE_URL.rpartition("/")[0]
    try:
        with running(f"{server}/{database}", token, tmp_path_factory.mktemp("web") / "log") as started:
            yield started
    finally:
        with django_db_blocker.unblock():
            user.delete()
            Exercise.objects.all().delete()
            connection.close()
    assert "Traceback" not in started.log.read_text(), started.log.read_text()


@contextmanager
def running(database_url: str, token: str, log: Path) -> Iterator[Web]:
    """A server process on this database."""
    port = free_port()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "config.asgi:application", "--port", str(port), "--lifespan", "on"],
            env={**os.environ, "DATABASE_URL": database_url, "REDIS_URL": settings.REDIS_URL},
            stdout=output,
            stderr=output,
        )
    started = Web(port, token, process, log)
    try:
        eventually(lambda: _answers(started), what="the server")
        yield started
    finally:
        process.terminate()
        process.wait(30)


def _answers(web: Web) -> bool:
    assert web.process.poll() is None, web.log.read_text()
    try:
        return web.ask(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").status == 200
    except OSError:
        return False


def test_a_chunked_body_is_read_whole(web: Web) -> None:
    chunks = b'8\r\n{"name":\r\n9\r\n "chunks"\r\n1\r\n}\r\n0\r\n\r\n'
    response = web.ask(web.head(Transfer_Encoding="chunked"), chunks)
    assert response.status == 201
    assert json.loads(response.body)["name"] == "chunks"  # type: ignore[attr-defined]


def test_a_session_is_generated_found_and_deleted_over_the_wire(web: Web) -> None:
    body = b'{"coach": "force", "available_minutes": 40}'
    made = web.ask(web.head(f"POST {SESSIONS} HTTP/1.1", Content_Length=str(len(body)), Idempotency_Key="k"), body)
    assert made.status == 201
    again = web.ask(web.head(f"POST {SESSIONS} HTTP/1.1", Content_Length=str(len(body)), Idempotency_Key="k"), body)
    assert again.body == made.body  # type: ignore[attr-defined]
    assert again.headers["Idempotent-Replayed"] == "true"
    found = web.ask(web.head(f"GET {made.headers['Location']} HTTP/1.1"))
    assert found.body == made.body  # type: ignore[attr-defined]
    unchanged = web.ask(web.head(f"GET {made.headers['Location']} HTTP/1.1", If_None_Match=found.headers["ETag"]))
    assert unchanged.status == 304
    assert web.ask(web.head(f"DELETE {made.headers['Location']} HTTP/1.1")).status == 204
    assert web.ask(web.head(f"GET {made.headers['Location']} HTTP/1.1")).status == 404


def test_a_declared_body_over_the_limit_is_refused_before_it_is_sent(web: Web) -> None:
    response = web.ask(web.head(Content_Length=str(TOO_MUCH)))
    assert response.status == 413
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Connection"] == "close"


def test_who_asks_first_is_not_told_to_go_on_with_too_much(web: Web) -> None:
    with web.connect() as connected:
        connected.sendall(web.head(Content_Length=str(TOO_MUCH), Expect="100-continue"))
        assert connected.recv(12) == b"HTTP/1.1 413"


def test_a_chunked_body_over_the_limit_is_refused_and_not_kept(web: Web) -> None:
    before = web.memory_peak_bytes()
    piece = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    response = web.ask(web.head(Transfer_Encoding="chunked"), *[piece] * (TOO_MUCH // 0x100000), b"0\r\n\r\n")
    assert response.status == 413
    assert response.headers["Content-Type"] == "application/problem+json"
    assert web.memory_peak_bytes() - before < 32 * 1024 * 1024


def test_a_body_sent_without_end_is_cut_off(web: Web) -> None:
    sent = 0
    with web.connect() as connected:
        connected.sendall(web.head(Transfer_Encoding="chunked"))
        with suppress(BrokenPipeError, ConnectionResetError):
            while True:
                connected.sendall(b"1000\r\n" + b"x" * 0x1000 + b"\r\n")
                sent += 0x1000
    assert sent > settings.MAX_BODY_BYTES


def test_the_limit_itself_is_allowed(web: Web) -> None:
    body = b'{"name": "x"}'.ljust(settings.MAX_BODY_BYTES)
    assert web.ask(web.head(Content_Length=str(len(body))), body).status == 201
    chunked = b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n"
    assert web.ask(web.head(Transfer_Encoding="chunked"), chunked).status == 201
    body += b" "
    assert web.ask(web.head(Content_Length=str(len(body))), body).status == 413
    chunked = b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n"
    assert web.ask(web.head(Transfer_Encoding="chunked"), chunked).status == 413


def test_a_caller_who_leaves_in_the_middle_of_a_body_leaves_nothing_behind(web: Web) -> None:
    with web.connect() as connected:
        connected.sendall(web.head(Content_Length="100") + b'{"name": "half')
    assert b"half" not in web.ask(web.head(f"GET {TOKENS} HTTP/1.1")).body  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "raw",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /api/v1/sessions/?coach=\xff HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /api/v1/%ff%00/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /api/v1/exercises/%zz/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /api/v1/tokens/ HTTP/1.1\r\n\r\n",
        b"GET /api/v1/tokens/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"GET /api/v1/tokens/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \xff\r\n\r\n",
        b"GET /api/v1/tokens/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \x00\r\n\r\n",
        b"GET /api/v1/tokens/ HTTP/1.1\r\nHost: localhost\r\nCookie: sessionid=\xff; csrftoken=\xff\r\n\r\n",
        b'GET /api/v1/tokens/ HTTP/1.1\r\nHost: localhost\r\nCookie: sessionid="aaaaaaaa\\000"\r\n\r\n',
        (
            b"GET /api/v1/tokens/ HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        ),
        b"GET /api/v1/tokens/ HTTP/1.1\r\nHost: localhost\r\n" + b"A: " + b"x" * 100_000 + b"\r\n\r\n",
        b"POST /api/v1/tokens/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
        b"POST /api/v1/tokens/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST /api/v1/tokens/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + b"9" * 100 + b"\r\n\r\n",
        b"POST /api/v1/tokens/ HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"BREW /api/v1/tokens/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
)
def test_a_malformed_request_is_answered_as_one(web: Web, raw: bytes) -> None:
    assert 400 <= web.ask(raw).status < 500


def test_without_a_database_every_place_says_503_soon(tmp_path: Path) -> None:
    nowhere = f"postgres://postgres@127.0.0.1:{free_port()}/secondwind"
    with running(nowhere, "sw_token", tmp_path / "log") as web, ThreadPoolExecutor() as pool:
        started = time.monotonic()
        paths = (TOKENS, "/metrics", "/readyz")
        answers = list(pool.map(web.ask, [web.head(f"GET {path} HTTP/1.1") for path in paths]))
        assert [answer.status for answer in answers] == [503, 503, 503]
        assert [answer.headers["Retry-After"] for answer in answers[:2]] == ["1", "1"]
        assert time.monotonic() - started < 20, "the pool's own patience is 30 s"
