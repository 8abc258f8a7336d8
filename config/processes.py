"""Child processes of `manage.py up`: started in sessions of their own, recorded, restarted when they die.

Pure Python, no Django.
"""

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

LEFTOVER_GRACE_SECONDS = 10
POLL_SECONDS = 0.05


def identity(pid: int) -> str | None:
    """What tells a process from every other that has or had its id: when it started; None if it does not run."""
    try:
        state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        if Path("/proc/self/stat").exists():
            return None
        return _identity_from_ps(pid)
    except ProcessLookupError:
        return None
    if state in "ZX":  # dead, and only waiting for its parent to ask
        return None
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return f"{boot} {fields[18]}"  # the 22nd of the line: ticks since that boot


def _identity_from_ps(pid: int) -> str | None:
    """For macOS, which has no /proc."""
    answer = subprocess.run(
        ["/bin/ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False, env={"LC_ALL": "C"}
    )
    return answer.stdout.strip() or None


@dataclass(frozen=True)
class Record:
    """A process that runs on behalf of `up`, and how it is asked to stop."""

    name: str
    pid: int
    identity: str
    stop_signal: int

    def runs(self) -> bool:
        """Is it still that process?"""
        return identity(self.pid) == self.identity

    def stop(self) -> None:
        """Ask it to stop, wait, and after the grace kill it; for a process that is nobody's child any more."""
        for number, seconds in ((self.stop_signal, LEFTOVER_GRACE_SECONDS), (signal.SIGKILL, LEFTOVER_GRACE_SECONDS)):
            deadline = time.monotonic() + seconds
            if self.runs():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self.pid, number)
            while self.runs() and time.monotonic() < deadline:
                time.sleep(POLL_SECONDS)


class Ledger:
    """The processes of this home, kept in a file so that an `up` which was killed can be cleaned up after."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._records: list[Record] = []

    def leftovers(self) -> list[Record]:
        """What an earlier `up` started and still runs, in the order of its start."""
        try:
            records = [Record(**row) for row in json.loads(self.path.read_text())]
        except (OSError, ValueError, TypeError):
            return []
        return [record for record in records if record.runs()]

    def add(self, name: str, pid: int, stop_signal: int = signal.SIGTERM) -> None:
        """Remember a process that has just been started; nothing to remember if it is dead already."""
        found = identity(pid)
        if found is not None:
            self._records = [record for record in self._records if record.runs()]
            self._records.append(Record(name, pid, found, int(stop_signal)))
            write_private(self.path, json.dumps([asdict(record) for record in self._records]))

    def clear(self) -> None:
        """Everything was stopped."""
        self._records = []
        self.path.unlink(missing_ok=True)


class Child:
    """One process of the Procfile: its output goes line by line to `show`, its death is told by `process.poll()`."""

    stop_signal = signal.SIGTERM

    def __init__(
        self, name: str, command: list[str], environment: Mapping[str, str], folder: Path, show: Callable[[str], None]
    ) -> None:
        self.name = name
        self.command = command
        self.environment = dict(environment)
        self.folder = folder
        self.show = show
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, spawned: Callable[[int], None]) -> None:
        """Start it in a session of its own: a Ctrl-C at the terminal is for `up` alone, which stops in order."""
        self.process = subprocess.Popen(
            self.command,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        spawned(self.process.pid)
        threading.Thread(target=self._relay, args=[self.process], name=f"{self.name} output", daemon=True).start()

    def _relay(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None  # noqa: S101  (for the type checker: it was opened above)
        with process.stdout as output:
            for line in output:
                self.show(line.decode(errors="replace").rstrip())


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step, readable by its owner only."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_text(text)
    fresh.replace(path)


def procfile(path: Path) -> dict[str, list[str]]:
    """Name to command line of each process. A shell expands the variables, then becomes the command."""
    commands = {}
    for line in path.read_text().splitlines():
        name, colon, command = line.partition(":")
        if colon and not name.startswith("#"):
            commands[name.strip()] = ["/bin/sh", "-c", f"exec {command.strip()}"]
    return commands
