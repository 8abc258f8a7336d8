"""A throw-away home for a benchmark: servers of its own, a prepared database, and processes, all gone at the end."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

from config.servers import Postgres, Valkey, free_port

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60.0
STOP_SECONDS = 30.0
LOG_CHARACTERS = 4_000
# What a developer's shell may hold is not what is measured.
UNSET = ["OPENAI_API_KEY", "OPENAI_BASE_URL", "DATABASE_URL", "REDIS_URL", "DEBUG", "HTTPS", "PORT", "HOST"]


class Home:
    """Servers and processes of one benchmark; what they say is in `folder`, until the end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {name: value for name, value in os.environ.items() if name not in UNSET}
        self.environment |= {"SECONDWIND_HOME": str(folder), "LOG_LEVEL": "WARNING", "PYTHONUNBUFFERED": "1"}
        self._end = ExitStack()

    def __enter__(self) -> Self:
        try:
            for server in (Postgres(self.folder / "postgres"), Valkey(self.folder / "valkey")):
                server.start()
                self._end.callback(server.stop)
                self.environment[server.setting] = server.url
            self.run("manage.py", "prepare")
        except BaseException:
            self._end.close()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self._end.close()

    def run(self, *arguments: str) -> str:
        """A Python command to its end; what it printed."""
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, text=True, check=True
        )
        return done.stdout

    def start(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        """A Python module as a process that is stopped at the end."""
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *arguments], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
        self._end.callback(_stop, process)
        return process

    def logs(self) -> str:
        """The end of what the processes said."""
        tails = ((path.stem, path.read_text()[-LOG_CHARACTERS:]) for path in sorted(self.folder.glob("*.log")))
        return "\n".join(f"--- {name}\n{tail}" for name, tail in tails)

    def web(self) -> tuple[subprocess.Popen[bytes], int]:
        """One web process as the Procfile starts it, on asyncio and h11, which every installation has; its port."""
        port = free_port()
        process = self.start(
            "web", "uvicorn", "config.asgi:application", "--port", str(port), "--lifespan", "on", "--no-access-log",
            "--loop", "asyncio", "--http", "h11", "--timeout-graceful-shutdown", "3",
        )  # fmt: skip
        deadline = time.monotonic() + START_SECONDS
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"The web process does not answer.\n{self.logs()}")
            time.sleep(0.1)
        return process, port


@contextmanager
def home() -> Iterator[Home]:
    """A home for as long as the block runs; SIGTERM ends it as Ctrl-C does, and tidies up as well."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    folder = Path(tempfile.mkdtemp(prefix="secondwind-benchmark-"))
    folder.chmod(0o711)  # where root starts a server as nobody, nobody must get in
    try:
        with Home(folder) as started:
            yield started
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError:  # it answers: that no worker is there yet is no matter
        return True
    except OSError:
        return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
