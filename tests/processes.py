"""Processes as `up` starts them, for the tests that stop, freeze and kill them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from config.roles import Role, url

T = TypeVar("T")
START_SECONDS = 30.0
CELERY = ("celery", "-A", "config")


def eventually(condition: Callable[[], T | None], *, within: float = 20.0, what: str = "it") -> T:
    """Asks until the answer is true, and returns it."""
    deadline = time.monotonic() + within
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come true within {within:g} s")
        time.sleep(0.05)


class PythonProcess:
    """One `python -m ...` process with its log."""

    def __init__(self, arguments: list[str], environment: dict[str, str], log: Path) -> None:
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                env=environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def kill(self) -> None:
        """SIGKILL: nothing is tidied up."""
        self.process.kill()
        self.process.wait()

    def stop(self, within: float = 30.0) -> float:
        """SIGTERM; the seconds it took."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(within)
        return time.monotonic() - started

    def close(self) -> None:
        """Whatever is left of it."""
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGCONT)
            self.kill()


class Processes:
    """Starts workers and the rest on the test's own database and broker."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self.environment = environment
        self._folder = folder
        self._started: list[PythonProcess] = []

    def worker(self, name: str = "w1", *, concurrency: int = 4, **environment: object) -> PythonProcess:
        """An enrichment worker; ready when it consumes."""
        process = self.starting_worker(name, concurrency=concurrency, **environment)
        eventually(
            lambda: b"ready." in process.log.read_bytes(), within=START_SECONDS, what=f"worker {name}'s readiness"
        )
        return process

    def starting_worker(self, name: str = "w1", *, concurrency: int = 4, **environment: object) -> PythonProcess:
        """An enrichment worker that may never get ready."""
        arguments = ["worker", "-Q", "enrichment", "-c", str(concurrency), "-n", f"{name}@test", "--loglevel", "INFO"]
        return self._start(name, [*CELERY, *arguments], **environment)

    def maintenance(self, **environment: object) -> None:
        """The consumer of `rescue` and `prune`, and beat, which sends them."""
        arguments = ["worker", "-Q", "maintenance", "-c", "1", "-n", "maintenance@test", "--loglevel", "INFO"]
        self._start("maintenance", [*CELERY, *arguments], **environment)
        self._start("beat", [*CELERY, "beat", "--schedule", str(self._folder / "beat-schedule")], **environment)

    def starting_web(self, port: int, **environment: object) -> PythonProcess:
        """A web process that will listen on this port of 127.0.0.1."""
        arguments = ["uvicorn", "config.asgi:application", "--port", str(port), "--lifespan", "on", "--no-access-log"]
        return self._start("web", arguments, **environment)

    def close(self) -> None:
        """Nothing outlives its test."""
        for process in self._started:
            process.close()

    def logs(self) -> str:
        """Everything they said."""
        return "\n".join(f"--- {path.name}\n{path.read_text()}" for path in sorted(self._folder.glob("*.log")))

    def _start(self, name: str, arguments: list[str], **environment: object) -> PythonProcess:
        variables = {key: str(value) for key, value in environment.items()}
        process = PythonProcess(arguments, {**self.environment, **variables}, self._folder / f"{name}.log")
        self._started.append(process)
        return process


@pytest.fixture
def processes(process_environment: dict[str, str], tmp_path: Path, database_roles: None) -> Iterator[Processes]:
    """Processes that log in as the worker's database role, and are gone after the test."""
    environment = {
        **process_environment,
        "DATABASE_URL": url(Role.WORKER, process_environment["DATABASE_URL"]),
        "RESCUE_INTERVAL_SECONDS": "1",
    }
    started = Processes(environment, tmp_path)
    yield started
    started.close()
    print(started.logs())  # pytest shows it when the test failed
