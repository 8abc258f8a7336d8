"""Live enrichment over real sockets: one web process, listeners that are cut off or vanish."""

import http.client
import json
import random
import socket
import struct
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Self

import pytest
from django.contrib.auth.models import User

from config.models import Token
from config.roles import Role, url
from config.servers import free_port
from enrichment.models import EnrichmentItem
from tests.callers import load_catalogue
from tests.enrichment.items import claim
from tests.factories import TrainingSessionFactory, UserFactory
from tests.processes import START_SECONDS, Processes, PythonProcess, eventually, processes
from training.models import TrainingSession

__all__ = ["processes"]

pytestmark = pytest.mark.django_db(transaction=True)

GRACE_SECONDS = 1
POOLED_CONNECTIONS = 10  # the settings' DATABASE_POOL_SIZE
OPEN = {"01", "08"}  # of TCP's states: established, and left by the other side alone


@dataclass
class Web:
    """A web process, and an athlete's key to it."""

    port: int
    process: PythonProcess
    athlete: User
    token: str

    def listen(self, session: TrainingSession, after: int = 0) -> "Ear":
        """An open stream of a session."""
        return Ear(self.port, self.token, session, after)

    def callers(self) -> int:
        """How many connections to it are open, in the system's own words."""
        rows = [line.split() for line in Path("/proc/self/net/tcp").read_text().splitlines()[1:]]
        return sum(row[1].endswith(f":{self.port:04X}") and row[3] in OPEN for row in rows)

    def status_of(self, session: TrainingSession) -> int:
        """The answer to an ordinary request."""
        asking = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        path = f"/api/v1/sessions/{session.pk}/enrichment/"
        asking.request("GET", path, headers={"Authorization": f"Bearer {self.token}"})
        status = asking.getresponse().status
        asking.close()
        return status


@dataclass
class Ear:
    """A listener on a socket of its own: the whole events it heard, and how the stream ended."""

    port: int
    token: str
    session: TrainingSession
    after: int
    events: list[tuple[int, str, Any]] = field(default_factory=list)  # number, name, data

    def __enter__(self) -> Self:
        self._socket = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        head = [
            f"GET /api/v1/sessions/{self.session.pk}/enrichment/events/ HTTP/1.1",
            "Host: localhost",
            f"Authorization: Bearer {self.token}",
            "Accept: text/event-stream",
            f"Last-Event-ID: {self.after}",
        ]
        self._socket.sendall("\r\n".join([*head, "", ""]).encode())
        self._heard = b""
        return self

    def __exit__(self, *exception: object) -> None:
        self._socket.close()

    def cut(self) -> None:
        """Gone without a farewell: the server gets a reset, as from a phone that has changed its network."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def hear(self, seconds: float) -> bool:
        """Listens for so long, wherever in an event that ends; False once the stream is over."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                received = self._socket.recv(random.choice([7, 100, 4096]))
            except TimeoutError:
                break
            if not received:
                return False
            self._take(received)
        return True

    def hear_all(self, within: float = 10.0) -> None:
        """Listens to the end."""
        deadline = time.monotonic() + within
        while not self.events or self.events[-1][1] != "done":
            assert self.hear(0.05), "the stream ended before its done"
            assert time.monotonic() < deadline, "the stream does not end"

    def _take(self, received: bytes) -> None:
        *blocks, self._heard = (self._heard + received).split(b"\n\n")
        for block in blocks:
            # Between the lines of an event are those of HTTP's chunks, which mean nothing to it.
            lines = [line.split(b": ", 1) for line in block.split(b"\n") if b": " in line]
            fields = {name.decode(): value.decode() for name, value in lines}
            if "id" in fields and "data" in fields:
                self.events.append((int(fields["id"]), fields["event"], json.loads(fields["data"])))


@pytest.fixture
def web(processes: Processes, process_environment: dict[str, str]) -> Web:
    """One web process under its own database role."""
    load_catalogue()
    athlete = UserFactory.create()
    _, token = Token.objects.create(athlete)
    database, port = url(Role.WEB, process_environment["DATABASE_URL"]), free_port()
    process = processes.starting_web(
        port, DATABASE_URL=database, UVICORN_TIMEOUT_GRACEFUL_SHUTDOWN=GRACE_SECONDS, LOG_LEVEL="WARNING"
    )
    started = Web(port, process, athlete, token)
    eventually(lambda: _answers(started), within=START_SECONDS, what="the web process's readiness")
    return started


def _answers(web: Web) -> bool:
    assert web.process.process.poll() is None, web.process.log.read_text()
    with suppress(OSError):
        socket.create_connection(("127.0.0.1", web.port), timeout=1).close()
        return True
    return False


def session_of(web: Web) -> TrainingSession:
    session: TrainingSession = TrainingSessionFactory.create(owner=web.athlete)
    return session


def test_a_stream_cut_a_hundred_times_tells_every_event_once_and_in_order(web: Web) -> None:
    dice, session, recorded = random.Random(11), session_of(web), 0
    item = claim()
    told: list[tuple[int, str, Any]] = []
    for _ in range(100):
        with web.listen(session, told[-1][0] if told else 0) as ear:
            ear.hear(dice.uniform(0, 0.02))
            for _ in range(dice.randint(0, 2)):
                item.record([(f"k{recorded}", {"cues": ["é" * dice.randint(0, 3000)]})])
                recorded += 1
            ear.hear(dice.uniform(0, 0.01))
            ear.cut()
            told += ear.events
    item.complete(None)
    with web.listen(session, told[-1][0] if told else 0) as ear:
        ear.hear_all()
        told += ear.events
    item.refresh_from_db()
    assert [number for number, _, _ in told] == list(range(1, item.event_count + 1))
    assert [data["key"] for _, name, data in told if name == "exercise"] == [f"k{n}" for n in range(recorded)]
    assert told[-1][1] == "done"


def test_streams_hold_no_connection_of_the_pool_leave_nothing_behind_and_let_the_server_stop(web: Web) -> None:
    session = session_of(web)
    with ExitStack() as listening:
        ears = [listening.enter_context(web.listen(session)) for _ in range(3 * POOLED_CONNECTIONS)]
        for ear in ears:
            eventually(partial(_heard_something, ear), what="the first event")
        assert web.callers() == len(ears)
        assert web.status_of(session) == 200
        for ear in ears:
            ear.cut()
    eventually(lambda: web.callers() == 0, what="the end of their connections")
    with web.listen(session) as ear:
        eventually(partial(_heard_something, ear), what="the first event")
        assert web.process.stop(within=GRACE_SECONDS + 10) < GRACE_SECONDS + 3
        assert not ear.hear(1), "the stream was left open"
    assert EnrichmentItem.objects.get().event_count == ear.events[-1][0] == 1


def _heard_something(ear: Ear) -> bool:
    return ear.hear(0.05) and bool(ear.events)
