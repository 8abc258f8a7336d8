"""`manage.py up`, as a person at a terminal meets it: a process of its own, with its own home and port."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from config.demo import Api
from config.processes import Ledger, Record
from config.servers import free_port
from tests.processes import eventually

# Two cores shared with another test process: generous, as only a failure waits this long.
PATIENCE_SECONDS = 120
GRACE_SECONDS = 20


class Up:
    """One `manage.py up` and what it printed."""

    def __init__(self, home: Path, port: int) -> None:
        self.home = home
        self.address = f"http://127.0.0.1:{port}"
        self.lines: list[str] = []
        given = {"SECONDWIND_HOME": str(home), "PORT": str(port), "STOP_GRACE_SECONDS": str(GRACE_SECONDS)}
        self.environment = {**os.environ, **given, "COLUMNS": "200"}
        for name in ("DATABASE_URL", "REDIS_URL"):
            self.environment.pop(name, None)  # those of the tests: `up` is to start its own
        self._reading = True
        self.process = self._popen("up")
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another manage.py command in the same checkout and home."""
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=settings.BASE_DIR, env=self.environment, capture_output=True, text=True, check=False
        )

    def wait_for(self, pattern: str) -> re.Match[str]:
        """The first printed line that matches."""

        def found() -> re.Match[str] | None:
            return next((match for line in list(self.lines) if (match := re.search(pattern, line))), None)

        return eventually(found, within=PATIENCE_SECONDS, what=f"a line {pattern!r}")

    def records(self) -> dict[str, Record]:
        """The processes that run on its behalf."""
        return {record.name: record for record in Ledger(self.home / "processes.json").leftovers()}

    def terminate(self) -> float:
        """SIGTERM; the seconds until it had stopped, with exit code 0."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(GRACE_SECONDS + 10)
        assert code == 0
        return time.monotonic() - begun

    def _popen(self, command: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "manage.py", command],
            cwd=settings.BASE_DIR,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def close(self) -> None:
        """Kill it if it still runs, and whatever it left behind."""
        self.process.kill()
        self.process.wait()
        for record in reversed(Ledger(self.home / "processes.json").leftovers()):
            record.stop()
        self._reader.join()
        print("\n".join(self.lines))  # which pytest shows where a test has failed

    def stop_reading(self) -> None:
        """Close this end of the pipe; what is printed from now on is refused."""
        self._reading = False
        self._reader.join()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as output:
            while self._reading and (line := output.readline()):
                self.lines.append(line.rstrip())


@pytest.fixture
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Up]]:
    """Starts `up` on one home and port, as often as a test asks; nothing of it outlives the test."""
    home = tmp_path_factory.mktemp("home")
    port = free_port()
    started: list[Up] = []

    def start() -> Up:
        started.append(Up(home, port))
        return started[-1]

    yield start
    for up in started:
        up.close()


@pytest.mark.timeout(300)
def test_up_shows_a_session_being_enriched_heals_itself_and_stops_cleanly(start: Callable[[], Up]) -> None:
    up = start()
    up.wait_for(r"answered in .* by the built-in coach")
    up.wait_for(r"s  fast|s  enriching|s  enriched")
    up.wait_for(r"s  .* \(builtin\) \w+")
    up.wait_for(r"s  enriched \(item completed\)")
    _the_curl_line_works_when_pasted(up)
    _any_command_finds_the_servers(up)
    _a_second_one_on_the_same_home_is_refused(up)
    _a_killed_child_is_started_again(up, "web")
    _a_killed_child_is_started_again(up, "worker")
    _a_killed_child_is_started_again(up, "Valkey")

    records = up.records()
    assert set(records) == {"PostgreSQL", "Valkey", "web", "worker", "maintenance", "beat"}
    assert up.terminate() < GRACE_SECONDS
    assert not [record for record in records.values() if record.runs()]
    assert not (up.home / "stack.json").exists()


@pytest.mark.timeout(300)
def test_what_a_killed_up_left_behind_is_stopped_by_the_next_and_its_data_are_kept(start: Callable[[], Up]) -> None:
    killed = start()
    token = killed.wait_for(r"^Token +(\w+)")[1]
    killed.process.kill()
    killed.process.wait()
    orphans = killed.records()
    assert set(orphans) == {"PostgreSQL", "Valkey", "web", "worker", "maintenance", "beat"}

    up = start()
    up.wait_for(r"stopping web .* an earlier `up` left behind")
    assert up.wait_for(r"^Token +(\w+)")[1] == token
    assert not [orphan for orphan in orphans.values() if orphan.runs()]
    assert up.terminate() < GRACE_SECONDS


def test_up_stays_and_stops_cleanly_though_nobody_reads_its_output(start: Callable[[], Up]) -> None:
    up = start()
    up.wait_for("Valkey runs on port")
    up.stop_reading()
    eventually(lambda: Api(up.address).readiness().get("worker") == "ok", within=PATIENCE_SECONDS, what="a worker")
    records = up.records()
    assert up.terminate() < GRACE_SECONDS
    assert not [record for record in records.values() if record.runs()]


def _the_curl_line_works_when_pasted(up: Up) -> None:
    line = up.wait_for(r"^Try +(curl .*)")[1]
    answer = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, check=True)
    assert json.loads(answer.stdout)["enrichment_status"] == "fast"


def _any_command_finds_the_servers(up: Up) -> None:
    answer = up.manage("create_token", "athlete")
    assert re.fullmatch(r"sw_\w+\n", answer.stdout), answer
    sessions = Api(up.address, answer.stdout.strip()).get("/api/v1/sessions/")
    assert len(sessions["results"]) == 2


def _a_second_one_on_the_same_home_is_refused(up: Up) -> None:
    answer = up.manage("up")
    assert answer.returncode == 1
    assert f"already runs on {up.home} (process {up.process.pid})" in answer.stderr
    assert up.process.poll() is None


def _a_killed_child_is_started_again(up: Up, name: str) -> None:
    before = up.records()[name]
    os.kill(before.pid, signal.SIGKILL)
    up.wait_for(rf"{name} was killed by SIGKILL; it is started again")

    def healed() -> bool:
        ready = set(Api(up.address).readiness().values()) == {"ok"}
        return ready and name in up.records() and up.records()[name] != before

    eventually(healed, within=PATIENCE_SECONDS, what=f"a new {name}")


def test_a_port_that_is_taken_is_named_and_nothing_is_started(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        answer = subprocess.run(
            [sys.executable, "manage.py", "up"],
            cwd=settings.BASE_DIR,
            env={**os.environ, "SECONDWIND_HOME": str(tmp_path), "PORT": str(port)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert answer.returncode == 1
    assert f"Port {port} cannot be used (Address already in use)" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert not (tmp_path / "processes.json").exists()
