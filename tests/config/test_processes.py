"""Child processes: records that outlive their parent, and never mean a stranger."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from config.processes import Child, Ledger, Record, identity, procfile, write_private

SLEEP = [sys.executable, "-c", "import time; print('awake', flush=True); time.sleep(600)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('awake', flush=True); time.sleep(600)",
]


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(SLEEP, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


def record_of(process: subprocess.Popen[bytes]) -> Record:
    found = identity(process.pid)
    assert found is not None
    return Record("sleeper", process.pid, found, 15)


def test_a_process_keeps_its_identity_and_loses_it_when_it_ends(sleeper: subprocess.Popen[bytes]) -> None:
    assert identity(sleeper.pid) == identity(sleeper.pid) is not None
    assert identity(sleeper.pid) != identity(os.getpid())
    sleeper.kill()
    os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)  # dead, and not yet asked for: a zombie
    assert identity(sleeper.pid) is None
    sleeper.wait()
    assert identity(sleeper.pid) is None


def test_a_recycled_process_id_is_never_signalled(sleeper: subprocess.Popen[bytes]) -> None:
    stranger = replace(record_of(sleeper), identity="the process that had this id before")
    stranger.stop()
    assert sleeper.poll() is None


def test_the_next_ledger_finds_what_the_last_one_left_running(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    path = tmp_path / "processes.json"
    Ledger(path).add("sleeper", sleeper.pid)
    [leftover] = Ledger(path).leftovers()
    assert leftover == record_of(sleeper)
    leftover.stop()
    assert sleeper.wait() == -15
    assert Ledger(path).leftovers() == []


def test_a_leftover_that_will_not_stop_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.processes.LEFTOVER_GRACE_SECONDS", 0.2)
    with subprocess.Popen(STUBBORN, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        record_of(process).stop()
        assert process.wait() == -9


@pytest.mark.parametrize("content", ["", "[", "{}", '[{"pid": 1}]', "null"])
def test_a_damaged_ledger_is_an_empty_one(tmp_path: Path, content: str) -> None:
    path = tmp_path / "processes.json"
    path.write_text(content)
    assert Ledger(path).leftovers() == []


def test_a_dead_process_leaves_the_ledger_when_the_next_one_enters(
    tmp_path: Path, sleeper: subprocess.Popen[bytes]
) -> None:
    ledger = Ledger(tmp_path / "processes.json")
    ledger.add("sleeper", sleeper.pid)
    sleeper.kill()
    sleeper.wait()
    ledger.add("me", os.getpid())
    assert [row["name"] for row in json.loads(ledger.path.read_text())] == ["me"]
    assert asdict(Ledger(ledger.path).leftovers()[0])["pid"] == os.getpid()


def test_a_childs_lines_are_shown_and_its_death_is_seen(tmp_path: Path) -> None:
    lines: list[str] = []
    both = threading.Event()

    def show(line: str) -> None:
        lines.append(line)
        if len(lines) == 2:
            both.set()

    pids: list[int] = []
    child = Child("child", ["/bin/sh", "-c", "echo one; echo two >&2; exit 3"], os.environ, tmp_path, show)
    child.start(pids.append)
    assert child.process is not None
    assert child.process.wait(10) == 3
    assert pids == [child.process.pid]
    assert both.wait(10)
    assert lines == ["one", "two"]


def test_a_private_file_is_replaced_whole_and_read_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    for text in ("one", "two"):
        write_private(path, text)
        assert path.read_text() == text
        assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["secrets.json"]


def test_a_procfile_line_becomes_the_process_itself_with_variables_expanded(tmp_path: Path) -> None:
    path = tmp_path / "Procfile"
    path.write_text('# a comment: this\n\necho: printf "%s:%s" "$PORT" $$\n')
    [(name, command)] = procfile(path).items()
    assert name == "echo"
    with subprocess.Popen(
        command, env={"PORT": "80 80", "PATH": os.environ["PATH"]}, stdout=subprocess.PIPE
    ) as process:
        output, _ = process.communicate()
        assert output.decode() == f"80 80:{process.pid}"
