import json
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from rich.console import Console
from rich.progress import track

from training.catalogue import Catalogue, Entry
from training.catalogue.free_exercise_db import Flaw, Known, place
from training.catalogue.stored import current, load

SHOWN = 20  # flaws listed without --verbosity 2


class Command(BaseCommand):
    """Take more exercises into the catalogue, from a JSON file in the layout of free-exercise-db.

    Safe to repeat: an exercise is known by the slug of its name, and written only if it is new or changed. What the
    hand-written catalogue has, by name or alias, is never overwritten. What cannot be placed is reported with a pointer
    to its place in the file and the reason; the rest is taken in all the same.

    An imported exercise is known in English only, and nobody has told whom it would hurt. So it is found by name and
    shown in the catalogue, and no planner and no model chooses it. A French athlete who brings it reads its English
    name; its details are written in French by the model, and stay empty where no model is configured.

    Exit status 1 only when the file cannot be read at all, or nothing in it could be placed.
    """

    help = "Take exercises from a JSON file in the layout of free-exercise-db. Safe to repeat; removes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="a JSON list of exercises, UTF-8")

    def handle(self, *args: Any, file: Path, verbosity: int, **options: Any) -> None:
        items = read(file)
        console = Console(stderr=True)
        answers = list(
            track(
                place(items, hand_written()),
                description="Exercises",
                total=len(items),
                console=console,
                transient=True,
                disable=not console.is_terminal,
            )
        )
        entries = [answer for answer in answers if isinstance(answer, Entry)]
        flaws = [answer for answer in answers if isinstance(answer, Flaw)]
        known = Counter(answer.by for answer in answers if isinstance(answer, Known))
        with transaction.atomic():
            changed = load(entries)
        self.stdout.write(
            f"{len(items)} exercises in the file, {len(entries)} placed, {changed} of them new or changed"
        )
        self.stdout.write(
            f"{known['catalogue']} are in the catalogue already, {known['file']} stood in the file before"
        )
        self._report(flaws, len(flaws) if verbosity > 1 else SHOWN)
        if not entries and not known:
            raise CommandError("nothing could be placed")

    def _report(self, flaws: list[Flaw], most: int) -> None:
        if not flaws:
            return
        self.stdout.write(f"{len(flaws)} could not be placed:")
        for flaw in flaws[:most]:
            self.stdout.write(f"  {flaw.pointer}: {flaw.reason}")
        if len(flaws) > most:
            self.stdout.write(f"  and {len(flaws) - most} more; --verbosity 2 lists them all")


def hand_written() -> Catalogue:
    """What no import may touch: the data files, and what was loaded from older ones."""
    entries = {entry.slug: entry for entry in current() if entry.coaches}
    return Catalogue({**entries, **{entry.slug: entry for entry in Catalogue.from_files()}}.values())


def read(file: Path) -> list[Any]:
    """The exercises of a file. Raises CommandError where it cannot be read as a list in JSON."""
    try:
        root = json.loads(file.read_text(encoding="utf-8-sig"), parse_constant=_refused)
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:  # broken UTF-8 and broken JSON are both a ValueError
        raise CommandError(f"{file} is no JSON: {error}") from error
    if not isinstance(root, list):
        raise CommandError(f"{file} holds no list of exercises")
    return root


def _refused(constant: str) -> float:
    raise ValueError(f"{constant} is no number of JSON")
