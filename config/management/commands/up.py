"""`manage.py up`: the whole of Second Wind on this machine, from nothing to a session enriched before your eyes."""

import contextlib
import fcntl
import json
import os
import shlex
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.text import Text

from config import demo, roles
from config.management.commands.roles import MAY_NOT
from config.roles import Role
from config.servers import free_port
from config.stack import Stack, StackError

READY_SECONDS = 120
READY_POLL_SECONDS = 0.1
COLOURS = {"web": "green", "worker": "magenta", "maintenance": "blue", "beat": "yellow", "up": "bold cyan"}
PREFIX_WIDTH = len("maintenance")


class Command(BaseCommand):
    help = "Start everything, show one session being generated and enriched, and stay up until Ctrl-C."
    requires_system_checks = ()  # `prepare` runs them, with a database

    def handle(self, *args: Any, **options: Any) -> None:
        self.console = Console(highlight=False)
        self.failure = ""
        home: Path = settings.SECONDWIND_HOME
        try:
            home.mkdir(parents=True, exist_ok=True)
            with _alone(home):
                self._run(Stack(home, settings.BASE_DIR, grace_seconds=settings.STOP_GRACE_SECONDS, tell=self._tell))
        except StackError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"Cannot use {home}: {error.strerror or error}") from error

    def _run(self, stack: Stack) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: stack.stopping.set())
        stack.stop_leftovers()
        _check_port()
        try:
            if self._start(stack):
                threading.Thread(target=self._show, args=[stack], name="demo", daemon=True).start()
                stack.watch()
        finally:
            self._tell("up", "stopping: workers, then web and beat, then the servers")
            stack.stop()
            self._tell("up", "stopped; the data stay for the next start")
        if self.failure:
            raise StackError(self.failure)

    def _start(self, stack: Stack) -> bool:
        """Servers, then the database's content, then the Procfile's processes; False if told to stop."""
        stack.start_servers()
        code = stack.run("prepare", "--demo-users")
        if stack.stopping.is_set():
            return False
        if code not in (0, MAY_NOT):
            raise StackError("`manage.py prepare` failed; its own words are above.")
        have_roles = code == 0
        if not have_roles:
            self._tell("up", "web and worker use DATABASE_URL as it is, without roles of their own")
        owner = stack.environment["DATABASE_URL"]
        urls = {role: roles.url(role, owner) if have_roles else owner for role in Role}
        stack.start_processes(lambda name: urls[Role.WEB if name == "web" else Role.WORKER])
        return True

    def _show(self, stack: Stack) -> None:
        """Wait until all is ready, do the main job visibly, say how to go on; beside the watch over the children."""
        credentials = demo.Credentials.read(stack.home / demo.CREDENTIALS)
        api = demo.Api(f"http://127.0.0.1:{settings.PORT}", credentials.token)
        try:
            if self._wait_until_ready(api, stack):
                demo.show(api, self.console, stack.stopping)
        except OSError as error:
            self._tell("up", f"the session could not be shown: {error}")
        if not stack.stopping.is_set():
            self._say_how_to_go_on(api, credentials)

    def _wait_until_ready(self, api: demo.Api, stack: Stack) -> bool:
        """Database, broker and a worker, by /readyz; False if told to stop or if it takes too long, which ends `up`."""
        deadline = time.monotonic() + READY_SECONDS
        readiness: dict[str, str] = {}
        while time.monotonic() < deadline:
            readiness = api.readiness()
            if set(readiness.values()) == {"ok"}:
                self._tell("up", "ready: " + ", ".join(readiness))
                return True
            if stack.stopping.wait(READY_POLL_SECONDS):
                return False
        self.failure = f"Not ready after {READY_SECONDS} s: {json.dumps(readiness)}"
        stack.stopping.set()
        return False

    def _say_how_to_go_on(self, api: demo.Api, credentials: demo.Credentials) -> None:
        def say(line: str) -> None:
            self.console.print(Text(line), soft_wrap=True)

        self.console.rule("Second Wind is up")
        say(f"Address   {api.address}/ (API: {api.address}/api/v1/docs/, admin: {api.address}/admin/)")
        for username, password in credentials.passwords.items():
            say(f"Sign in   {username} / {password or '(the password you gave it)'}")
        say(f"Token     {credentials.token} (athlete's; another: manage.py create_token USERNAME)")
        body = shlex.quote(json.dumps({"coach": "force", "available_minutes": 30}))
        headers = f'-H "Authorization: Bearer {credentials.token}" -H "Content-Type: application/json"'
        say(f"Try       curl -s {api.address}/api/v1/sessions/ {headers} -d {body}")
        say("Stop      Ctrl-C")

    def _tell(self, name: str, line: str) -> None:
        """One line of a process under its coloured name, whatever thread it comes from."""
        if not line.strip():
            return
        prefix = Text(f"{name:<{PREFIX_WIDTH}} | ", style=COLOURS.get(name, "white"))
        # With nobody there to read (a closed terminal, `| head`) the processes are still looked after and stopped.
        with contextlib.suppress(OSError, SystemExit):  # rich ends the program where a pipe is closed
            self.console.print(prefix + Text.from_ansi(line), soft_wrap=True)


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """One `up` a home. The lock is the system's: it goes with its process, however that ends."""
    with (home / "up.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise StackError(
                f"`manage.py up` already runs on {home} (process {lock.read().strip()}). Stop it, or give this one "
                "a SECONDWIND_HOME and a PORT of its own."
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _check_port() -> None:
    if not 0 < settings.PORT < 65_536:
        raise StackError(f"PORT={settings.PORT} is no port.")
    try:
        free_port(settings.PORT)
    except OSError as error:
        raise StackError(
            f"Port {settings.PORT} cannot be used ({error.strerror}). Choose another one, for example "
            f"PORT={settings.PORT + 1} make run"
        ) from error
