"""What a picture comes with: a title, the same in words, and how it was made. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.safestring import SafeString

from training import wording
from training.exports.figures import label
from training.request import Language
from web.charts import svg

Row = tuple[str, str]  # what is told of, and what is told; a heading of the rows below it where the latter is empty
Analysis = Mapping[str, Any]

MOST_TOLD: Final = 800  # characters of what is heard of a picture; all of it stands in words beside it
MOST_REASONS: Final = 400
NOTHING: Final = SafeString("")

_NOT_KNOWN: Final[dict[Language, str]] = {"en": "Not known. {reason}", "fr": "Inconnu. {reason}"}


@dataclass(frozen=True)
class Figure:
    """A picture of an analysis, whole without its picture: `rows` say the same in words.

    `svg` is empty where there is nothing to draw: then `note` has the reason, or the rows are all there is to see.
    """

    key: str  # unique in a session
    title: str
    svg: SafeString
    rows: tuple[Row, ...]
    note: str


def drawn(
    key: str, title: str, rows: Iterable[Row], height: float, *shapes: str, language: Language, note: str
) -> Figure:
    """A figure with its picture."""
    rows = tuple(rows)
    told = "; ".join(name + wording.colon(language) + value if value else name for name, value in rows)
    return Figure(key, title, svg.picture(key, title, svg.shortened(told, MOST_TOLD), height, *shapes), rows, note)


def not_known(key: str, title: str, reason: str, *, language: Language, rows: Iterable[Row] = ()) -> Figure:
    """A figure that its session does not allow, and why."""
    return Figure(key, title, NOTHING, tuple(rows), _NOT_KNOWN[language].format(reason=reason))


def method(analysis: Analysis, language: Language) -> Row:
    """How an analysis was made: the last row of its figure."""
    return label("method", language, begins=True), str(analysis["method"])


def reasons(analysis: Analysis, *paths: str) -> str:
    """What is to be known of the figures under these paths, each sentence once; cut where sixty strangers are named."""
    told = analysis.get("reasons", {})
    return svg.shortened(" ".join(dict.fromkeys(told[path] for path in paths if path in told)), MOST_REASONS)
