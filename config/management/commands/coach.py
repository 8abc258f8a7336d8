"""`manage.py coach "A stronger squat"`: a session from the running stack, written and enriched before your eyes."""

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console

from config import demo
from config.terminal import Screen
from secondwind_client import (
    ApiProblem,
    Athlete,
    Client,
    ConnectionLost,
    Limits,
    NotEnriched,
    SecondWindError,
    Session,
    SessionRequest,
)

NOT_ENRICHED, INTERRUPTED = 3, 130
PLAIN_WIDTH = 240  # of a file or a pipe: who reads there searches lines, and wraps them as they like

HELP = f"""
Ask a coach for a session and watch it being written and enriched. It speaks HTTP, to the stack of this
SECONDWIND_HOME unless --url says otherwise. Exit codes: 0 enriched; 1 no session; {NOT_ENRICHED} a session, but not
enriched; {INTERRUPTED} Ctrl-C, the session stays and is enriched all the same.
"""


class Command(BaseCommand):
    help = HELP
    requires_system_checks = ()  # it needs no database

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("goal", nargs="?", help="in your own words")
        parser.add_argument("--coach", default="force", help="force (default), endurance, functional, ...")
        parser.add_argument("--discipline", help="one of the coach's")
        parser.add_argument("--minutes", type=int, help="how long you have; 45 by default")
        parser.add_argument("--energy", type=int, help="how fit you feel today, 1 to 10; 7 by default")
        parser.add_argument("--location", choices=["gym", "home", "outdoor"])
        parser.add_argument(
            "--equipment", nargs="*", metavar="WORD", help="what there is; none after it: the body only"
        )
        parser.add_argument("--language", choices=["en", "fr"], default="en", help="of the session")
        parser.add_argument("--level", choices=["beginner", "intermediate", "advanced"])
        parser.add_argument(
            "--one-rep-max",
            type=_lift,
            action="append",
            metavar="LIFT=KG",
            help="such as back-squat=120; may be repeated",
        )
        parser.add_argument("--injury", action="append", metavar="WORDS", help="such as 'left knee'; may be repeated")
        parser.add_argument("--avoid", action="append", metavar="EXERCISE", help="may be repeated")
        parser.add_argument("--priority", type=int, help="in the queue, 1 (first) to 10; 5 by default")
        parser.add_argument("--full", action="store_true", help="answer only once it is enriched")
        parser.add_argument("--json", action="store_true", help="print the enriched session as JSON and nothing else")
        parser.add_argument("--url", help="SECONDWIND_URL, or this machine at PORT")
        parser.add_argument("--token", help="SECONDWIND_TOKEN, or the demo athlete's of this SECONDWIND_HOME")

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console(
            highlight=False,
            no_color=options["no_color"] or None,  # else NO_COLOR says
            force_terminal=options["force_color"] or None,
            width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else PLAIN_WIDTH,
        )
        self.session: Session | None = None
        self.url = options["url"] or os.environ.get("SECONDWIND_URL") or f"http://127.0.0.1:{settings.PORT}"
        if not self.url.startswith(("http://", "https://")):
            raise CommandError(f"{self.url} is no address: it begins with http:// or https://.")
        try:
            with _client(self.url, options["token"]) as client:
                if options["json"]:
                    self._as_json(client, _request(options))
                else:
                    self._before_your_eyes(client, _request(options), Screen(console, options["language"]))
        except KeyboardInterrupt:
            self.stderr.write(f"\nInterrupted. {self._where()}")
            sys.exit(INTERRUPTED)
        except NotEnriched as error:
            raise CommandError(f"{error}. It can be trained as it is.", returncode=NOT_ENRICHED) from error
        except SecondWindError as error:
            words = str(error) if isinstance(error, ApiProblem) else f"{error}\n{self._where()}"
            raise CommandError(words, returncode=1 if self.session is None else NOT_ENRICHED) from error

    def _as_json(self, client: Client, request: SessionRequest) -> None:
        self.session = client.generate(**request)
        try:
            self.session = client.wait_until_enriched(self.session.id)
        except NotEnriched:
            self.stdout.write(client.get(self.session.id).model_dump_json(indent=2))
            raise
        self.stdout.write(self.session.model_dump_json(indent=2))

    def _before_your_eyes(self, client: Client, request: SessionRequest, screen: Screen) -> None:
        self.session = screen.write(client.stream(**request))
        status = screen.follow(self.session, client.follow(self.session.id))
        self.stdout.write(self._where())
        if status.status not in ("enriched", "full"):
            raise NotEnriched(status)

    def _where(self) -> str:
        if self.session is None:
            return "No session has come yet; one that was begun is finished and kept."
        return f"The session: {urljoin(self.url, self.session.links['self'])}"


def _request(options: dict[str, Any]) -> SessionRequest:
    """What was said on the command line; what was not, the API knows best."""
    athlete: Athlete = {
        "level": options["level"],
        "one_rep_max_kg": dict(options["one_rep_max"] or ()),
        "injuries": options["injury"] or (),
        "avoid": options["avoid"] or (),
    }
    request: SessionRequest = {
        "coach": options["coach"],
        "discipline": options["discipline"],
        "mode": "full" if options["full"] else "fast",
        "goal": options["goal"],
        "available_minutes": options["minutes"],
        "energy_level": options["energy"],
        "location": options["location"],
        "equipment": options["equipment"],
        "language": options["language"],
        "priority": options["priority"],
        "athlete": athlete,
    }
    return request


def _lift(text: str) -> tuple[str, float]:
    lift, _, kilograms = text.partition("=")
    try:
        return lift, float(kilograms)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not LIFT=KG") from None


@contextmanager
def _client(url: str, token: str | None) -> Iterator[Client]:
    """A client of the server there, who is there and knows the token."""
    token = token or os.environ.get("SECONDWIND_TOKEN")
    token = token or demo.Credentials.read(settings.SECONDWIND_HOME / demo.CREDENTIALS).token
    if token is None:
        raise CommandError(
            "There is no token here. Make one: manage.py create_token USERNAME; then give it by --token."
        )
    with Client(url, token=token, limits=Limits(retry_seconds=0)) as impatient:
        try:
            impatient.stats()  # a stack that is not up is told at once, not after the patience of whoever was cut off
        except ConnectionLost as error:
            raise CommandError(f"Nobody answers at {url}: {error}. Is `make run` up, on this PORT?") from error
    with Client(url, token=token) as client:
        yield client
