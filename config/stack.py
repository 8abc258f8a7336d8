"""Everything that `manage.py up` keeps running: two servers and the processes of the Procfile.

Started in order, restarted when they die, stopped in order: workers give back what they hold, then nobody asks any
more, then the servers go. This process itself opens no connection to the database: Django's settings were read before
the servers ran, so whatever needs the database is a child that is given its address.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.processes import POLL_SECONDS, Child, Ledger, procfile, write_private
from config.servers import Postgres, Server, ServerError, Valkey

WORKERS = ("worker", "maintenance")
# Shares of the stop grace: workers may take this much of it, then web and beat up to this, the rest is the servers'.
WORKERS_SHARE, OTHERS_SHARE = 0.65, 0.8
WATCH_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 30
HEALTHY_SECONDS = 30  # who ran this long and then died is started again at once


class StackError(Exception):
    """The stack cannot start; the message is for the person at the terminal."""


Supervised = Server | Child


@dataclass
class Watch:
    """How one of them fares."""

    of: Supervised
    started: float = 0
    deaths: int = 0
    restart_at: float | None = None


class Stack:
    """`tell(name, line)` shows a line of a process, or of `up` itself, to the person at the terminal."""

    def __init__(self, home: Path, folder: Path, *, grace_seconds: float, tell: Callable[[str, str], None]) -> None:
        self.home = home
        self.folder = folder
        self.grace_seconds = grace_seconds
        self.tell = tell
        self.stopping = threading.Event()
        self.environment = {**os.environ, "SECONDWIND_HOME": str(home), "PYTHONUNBUFFERED": "1"}
        # Commands of the Procfile are those of this very virtual environment, activated or not.
        self.environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        # Celery warns root of pickled messages; ours are JSON, and root on a throw-away machine is welcome.
        self.environment.setdefault("PYTHONWARNINGS", "ignore:You're running the worker with superuser privileges")
        self._ledger = Ledger(home / "processes.json")
        self._watches: list[Watch] = []

    def stop_leftovers(self) -> None:
        """What a killed `up` left behind: stopped in the reverse order of its start, so the servers last."""
        for record in reversed(self._ledger.leftovers()):
            self.tell("up", f"stopping {record.name} (process {record.pid}), which an earlier `up` left behind")
            record.stop()
        self._ledger.clear()
        (self.home / "stack.json").unlink(missing_ok=True)

    def start_servers(self) -> None:
        """PostgreSQL and Valkey, each unless its address is given; then every command finds them by stack.json."""
        servers: list[Server] = [Postgres(self.home / "postgres"), Valkey(self.home / "valkey")]
        for server in servers:
            if self.environment.get(server.setting):
                continue
            try:
                self._start(Watch(server))
            except ServerError as error:
                raise StackError(str(error)) from error
            self.environment[server.setting] = server.url
            self.tell("up", f"{server.name} runs on port {server.port}")
        addresses = {server.setting: self.environment[server.setting] for server in servers}
        write_private(self.home / "stack.json", json.dumps(addresses))

    def run(self, *arguments: str) -> int:
        """`manage.py` with these arguments, as the database's owner, its output shown; its exit code."""
        command = [sys.executable, "manage.py", *arguments]
        child = self._child("setup", command, self.environment)
        child.start(lambda pid: self._ledger.add("setup", pid))
        assert child.process is not None  # noqa: S101  (for the type checker: it was just started)
        while child.process.poll() is None:
            if self.stopping.wait(POLL_SECONDS):
                child.process.terminate()
                child.process.wait()
        return child.process.returncode

    def start_processes(self, database_urls: Callable[[str], str]) -> None:
        """The Procfile's, each with the database URL that `database_urls` says for its name."""
        for name, command in procfile(self.folder / "Procfile").items():
            environment = {**self.environment, "DATABASE_URL": database_urls(name)}
            self._start(Watch(self._child(name, command, environment)))

    def watch(self) -> None:
        """Until `stopping`: who dies is started again, at once at first, then after growing pauses."""
        while not self.stopping.wait(WATCH_SECONDS):
            for watch in self._watches:
                self._look_after(watch)

    def stop(self) -> None:
        """Workers, then web and beat, then Valkey, then PostgreSQL; who is not gone by its share is killed."""
        self.stopping.set()
        begun = time.monotonic()
        by_name = {watch.of.name: watch.of for watch in self._watches}
        servers = [watch.of for watch in reversed(self._watches) if isinstance(watch.of, Server)]
        workers = [by_name.pop(name) for name in WORKERS if name in by_name]
        others = [one for one in by_name.values() if one not in servers]
        self._stop(workers, begun + self.grace_seconds * WORKERS_SHARE)
        self._stop(others, begun + self.grace_seconds * OTHERS_SHARE)
        for number, server in enumerate(servers, start=1):
            share = OTHERS_SHARE + (1 - OTHERS_SHARE) * number / (len(servers) + 1)
            self._stop([server], begun + self.grace_seconds * share)
        (self.home / "stack.json").unlink(missing_ok=True)
        self._ledger.clear()

    def _child(self, name: str, command: list[str], environment: dict[str, str]) -> Child:
        return Child(name, command, environment, self.folder, lambda line: self.tell(name, line))

    def _start(self, watch: Watch) -> None:
        watch.started = time.monotonic()
        if watch not in self._watches:
            self._watches.append(watch)
        watch.of.start(lambda pid: self._ledger.add(watch.of.name, pid, watch.of.stop_signal))

    def _look_after(self, watch: Watch) -> None:
        now = time.monotonic()
        if watch.restart_at is not None:
            if now >= watch.restart_at:
                watch.restart_at = None
                self._start_again(watch)
        elif watch.of.process is None or watch.of.process.poll() is not None:
            watch.deaths = 1 if now - watch.started > HEALTHY_SECONDS else watch.deaths + 1
            pause = 0 if watch.deaths == 1 else min(LONGEST_PAUSE_SECONDS, 2 ** (watch.deaths - 2))
            watch.restart_at = now + pause
            self.tell("up", f"{watch.of.name} {_ending(watch.of.process)}; it is started again in {pause} s")

    def _start_again(self, watch: Watch) -> None:
        try:
            self._start(watch)
        except (ServerError, OSError) as error:
            self.tell("up", f"{watch.of.name} does not start: {error}")

    def _stop(self, those: Sequence[Supervised], deadline: float) -> None:
        running = {one.name: one.process for one in those if one.process is not None and one.process.poll() is None}
        for one in those:
            if one.name in running:
                running[one.name].send_signal(one.stop_signal)
        for name, process in running.items():
            try:
                process.wait(max(0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.tell("up", f"{name} did not stop in time and is killed")
                with contextlib.suppress(ProcessLookupError):  # it went in this very moment
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _ending(process: subprocess.Popen[bytes] | None) -> str:
    """How a process ended, in words."""
    code = process.returncode if process is not None else None
    if code is None:
        return "is not running"
    return f"ended with exit code {code}" if code >= 0 else f"was killed by {signal.Signals(-code).name}"
