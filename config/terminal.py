"""A session on a terminal: as it is written, and as its enrichment lands. In a file or a pipe the same as plain lines.

What a model or an athlete wrote is shown as text: no mark-up of it counts, no control character of it gets through.
"""

import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from secondwind_client import (
    AnalysisComputed,
    Details,
    EnrichmentEvent,
    EnrichmentOver,
    EnrichmentStatus,
    Exercise,
    ExerciseEnriched,
    ExerciseWritten,
    GenerationEvent,
    Notice,
    Outline,
    Session,
    SessionReady,
    StatusChanged,
)
from training import wording
from training.exports.figures import label, value
from training.exports.markdown import WORDS

Language = Literal["en", "fr"]
NAME_WIDTH = 30
BADGES = {
    "fast": "black on yellow",
    "enriching": "white on blue",
    "enriched": "white on green",
    "full": "white on green",
}
# Of an analysis: told apart from the figures, or said by a name beside it.
NOT_FIGURES = frozenset({"method", "reasons", "kind", "skill"})
ROW_NAMES = ("key", "name", "zone", "after", "before")  # what a row of a table is about comes first in it
LONG_CHARACTERS = 30  # and sentences come last
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


class Screen:
    """What is on the terminal of one session so far."""

    def __init__(self, console: Console, language: Language) -> None:
        self._console = console
        self._language = language
        self._began = time.monotonic()
        self._headed = False
        self._summary: str | None = None
        self._blocks: dict[str, str] = {}  # by key, what is said of a block
        self._block = ""  # the key of the last one shown
        self._exercises: dict[str, tuple[str, ...]] = {}  # by key, what was shown of an exercise
        self._names: dict[str, str] = {}

    # --- being written ---

    def write(self, events: Iterable[GenerationEvent]) -> Session:
        """Show a session as it is written; the session that was saved."""
        with self._console.status("The coach is thinking ..."):
            for event in events:
                match event:
                    case Outline():
                        if not self._headed:  # it comes again with each block
                            self._head(event)
                        self._blocks = {
                            block.key: wording.block(block.model_dump(), self._language) for block in event.blocks
                        }
                    case ExerciseWritten(block=block, exercise=exercise):
                        self._exercise(block, exercise)
                    case Notice(detail=detail):
                        self._say(detail, style="yellow")
                    case SessionReady(session=session):
                        self._ready(session)
                        return session
        raise AssertionError("a stream ends with its session, or raises")

    def _ready(self, session: Session) -> None:
        """The session as it was saved: what differs from what was shown, and what was not shown yet."""
        if not self._headed:
            self._head(session.prescription)
        self._blocks = {
            block.key: wording.block(block.model_dump(exclude={"exercises"}), self._language)
            for block in session.prescription.blocks
        }
        kept = {exercise.key for _, exercise in session.prescription.exercises()}
        mended = [
            (block.key, exercise)
            for block, exercise in session.prescription.exercises()
            if self._exercises.get(exercise.key) != self._lines(exercise)
        ]
        if self._exercises and (mended or self._exercises.keys() - kept):
            self._say("Mended by the coach's checks:", style="yellow", above=True)
            self._block = ""
            for key in [key for key in self._exercises if key not in kept]:
                self._say(f"{self._names[key]}: left out", style="dim", indent=2)
        for block_key, exercise in mended:
            self._exercise(block_key, exercise)
        self._summarize(session.prescription.summary, above=True)
        author = {"llm": session.model, "builtin": "the built-in coach", "imported": "its author"}[session.source]
        seconds = time.monotonic() - self._began
        self._say(
            f"Written in {seconds:.1f} s by {author} ({session.coach}, {session.discipline})", style="dim", above=True
        )
        for check in session.checks:
            if not check.ok:
                self._say(f"{check.detail} ({check.code})", style="yellow")

    def _head(self, about: Any) -> None:
        """Title, summary and focus, of an outline or a prescription."""
        self._headed = True
        self._say(about.title or "A session", style="bold", above=True)
        self._summarize(about.summary)
        if about.focus:
            self._say(", ".join(about.focus), style="italic")

    def _summarize(self, summary: str | None, *, above: bool = False) -> None:
        """What the sets come to; a model's are known once they are all written."""
        if summary and summary != self._summary:
            self._summary = summary
            self._say(summary, above=above)

    def _exercise(self, block_key: str, exercise: Exercise) -> None:
        if block_key != self._block:
            self._block = block_key
            said = self._blocks.get(block_key, "...")  # an outline may not know its last blocks yet
            self._say(said[:1].upper() + said[1:], style="bold cyan", above=True)
        self._names[exercise.key] = name = _clean(wording.name(exercise.model_dump()))
        self._exercises[exercise.key] = sets = self._lines(exercise)
        row = Table.grid(padding=(0, 2))
        row.add_column(width=NAME_WIDTH)
        row.add_column()
        row.add_row(Text(name), Text("\n".join(sets)))
        self._console.print(Padding(row, (0, 0, 0, 2), expand=False))

    def _lines(self, exercise: Exercise) -> tuple[str, ...]:
        given = exercise.model_dump()
        about = wording.exercise(given, self._language)
        return (*([about] if about else []), *wording.sets(given, self._language))

    # --- its enrichment ---

    def follow(self, session: Session, events: Iterable[EnrichmentEvent]) -> EnrichmentStatus:
        """Show the enrichment to its end; the last status."""
        self._say("Its second wind", style="bold", above=True)
        began = time.monotonic()
        analysis: dict[str, Any] = {}
        with self._progress() as progress:
            bar = progress.add_task("", total=None)
            shown: EnrichmentStatus | None = None
            for event in events:
                match event:
                    case StatusChanged(status=status) | EnrichmentOver(status=status):
                        progress.update(
                            bar,
                            description=_badge(status),
                            total=status.progress.total,
                            completed=status.progress.enriched,
                            refresh=True,  # what comes in one go would leave the bar behind
                        )
                        if not self._console.is_terminal and isinstance(event, StatusChanged) and status != shown:
                            self._say(_plain(status))
                        shown = status
                    case ExerciseEnriched(key=key, details=details):
                        progress.update(bar, advance=1, refresh=True)
                        self._details(self._names.get(key, key), details, time.monotonic() - began)
                    case AnalysisComputed():
                        analysis = event.analysis
                if isinstance(event, EnrichmentOver):
                    break
            else:
                raise AssertionError("a story comes to its end, or raises")
        for name, part in analysis.items():
            self._analysis(name, part)
        self._console.print()
        badge = Text.from_markup(_badge(status)) if self._console.is_terminal else Text(_plain(status))
        self._console.print(badge, f"after {time.monotonic() - began:.1f} s", soft_wrap=True)
        return status

    def _progress(self) -> Progress:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        return Progress(*columns, console=self._console, transient=True, disable=not self._console.is_terminal)

    def _details(self, name: str, details: Details, seconds: float) -> None:
        self._console.print(
            Text.assemble("\n  ", ("✓ ", "green"), (name, "bold"), (f"  {details.source}, {seconds:.1f} s", "dim"))
        )
        for listed, mark in ((details.coaching_cues_detailed, "•"), (details.common_mistakes, "✗")):
            for said in listed:
                self._say(f"{mark} {_clean(said)}", indent=4)
        told = {**details.technical_breakdown, **details.progression_suggestions}
        for word in (word for word in WORDS if word in told):  # in a coach's order: JSON has none
            said = f"{WORDS[word][self._language]}{wording.colon(self._language)}{told[word]}"
            self._say(said, indent=4, style="dim")

    # --- its analyses ---

    def _analysis(self, name: str, part: Mapping[str, Any]) -> None:
        """One analysis: its figures one below the other, then a table for each list of them."""
        self._say(label(name, self._language, begins=True), style="bold cyan", above=True)
        figures = Table.grid(padding=(0, 2))
        tables: list[Table] = []
        for key, figure in part.items():
            head = label(key, self._language, begins=True)
            match figure:
                case _ if key in NOT_FIGURES or figure is None or figure in ({}, []):
                    continue
                case dict() if all(isinstance(row, dict) for row in figure.values()):
                    rows = [{"name": label(name, self._language), **row} for name, row in figure.items()]
                    tables.append(self._table(head, rows))
                case dict():
                    figures.add_row(head, ", ".join(self._pairs(figure)))
                case [{}, *_]:
                    tables.append(self._table(head, figure))
                case _:
                    figures.add_row(head, self._cell(key, figure))
        for shown in (figures, *tables):
            if shown.row_count:
                self._console.print(Padding(shown, (0, 0, 0, 2), expand=False))
        for note in dict.fromkeys((part.get("reasons") or {}).values()):
            self._say(_clean(note), style="dim", indent=2)

    def _table(self, title: str, rows: Sequence[Mapping[str, Any]]) -> Table:
        keys = dict.fromkeys(key for row in rows for key in (*ROW_NAMES, *row) if row.get(key) is not None)
        columns = [
            *(key for key in keys if key not in NOT_FIGURES and not _is_long(key, rows)),
            *(key for key in keys if key not in NOT_FIGURES and _is_long(key, rows)),
        ]
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
        for number, key in enumerate(columns):
            table.add_column(title if number == 0 else label(key, self._language, begins=True))
        for row in rows:
            table.add_row(*(self._cell(key, row.get(key)) for key in columns))
        return table

    def _pairs(self, figures: Mapping[str, Any]) -> Iterator[str]:
        for key, figure in figures.items():
            if figure is not None:
                yield f"{label(key, self._language)} {self._cell(key, figure)}"

    def _cell(self, key: str, figure: Any) -> Text:
        match figure:
            case None:
                said = ""
            case list():
                return Text("\n".join(_clean(str(one)) for one in figure))
            case _ if key == "key":
                said = self._names.get(figure) or self._blocks.get(figure, figure)
            case _:
                said = value(key, figure, self._language)
        return Text(_clean(said))

    def _say(self, said: str, *, style: str = "", indent: int = 0, above: bool = False) -> None:
        """A text, wrapped under its own beginning; `above` it an empty line."""
        if above:
            self._console.print()
        self._console.print(Padding(Text(_clean(said), style=style), (0, 0, 0, indent), expand=False))


def _clean(text: str) -> str:
    """On one line, and nothing that a terminal would obey."""
    return _CONTROL.sub(" ", text)


def _is_long(key: str, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a column holds lists or sentences."""
    figures = [row.get(key) for row in rows if key not in ROW_NAMES]
    return any(isinstance(one, list) or (isinstance(one, str) and len(one) > LONG_CHARACTERS) for one in figures)


def _badge(status: EnrichmentStatus) -> str:
    """The state as a coloured word, and how it stands: rich's mark-up, for a progress bar takes no other."""
    return f"[{BADGES[status.status]}] {status.status} [/] {escape(_standing(status))}".rstrip()


def _plain(status: EnrichmentStatus) -> str:
    return f"{status.status} {_standing(status)}".rstrip()


def _standing(status: EnrichmentStatus) -> str:
    """What the status says beyond its one word."""
    said = _clean(str(status))
    return "" if status.status in (said, "enriching") else said  # the bar says how many
