"""Scalable pictures, element by element. Pure.

No style attribute and no <style>: the page's Content-Security-Policy allows neither. Colours and sizes are classes of
`charts.css`. What is not known to be markup is escaped, and freed of what XML cannot hold.
"""

import re
from itertools import accumulate, takewhile
from typing import Final

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

WIDTH: Final = 320  # of every picture: what a card has on a phone of 390 px, so that a unit is about a pixel
# Sizes of text by class, as in charts.css; a class that is not here is of the first size.
SIZES: Final = {"label": 12.0, "value": 12.0, "strong": 13.0, "small": 11.0, "big": 28.0}
MOST_TITLE: Final = 160  # characters under the pointer
BOLD: Final = frozenset({"value", "strong", "big"})

# Advance widths of DejaVu Sans, the widest of the usual system fonts, in thousandths of the size.
_WIDTHS: Final = {
    **dict.fromkeys("abcdeghknopqsuvxyzàâäçèéêëîïôöùûüœñ0123456789+<=>≤≥×~→", 635),
    **dict.fromkeys("ijl.,:;'’|!I îï·()[]rtf-/ \u00a0\u202f", 405),
    **dict.fromkeys("mwMW%—…@OQGDNHUœŒÉ½∞", 1000),
}
_OTHER_CAPITAL, _OTHER = 780, 660
_WIDE = 1_150  # of other scripts, and of pictures
_BOLD_FACTOR: Final = 1.12
# What XML 1.0 cannot hold, or a line of text should not.
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
# Where a line may end: not before a unit, nor before a mark that French sets apart.
_GAP: Final = re.compile(r" (?!(?:s|min|h|m|km|kg|cal)\b|[%:;?!])")
_UNIT: Final = re.compile(r"([^\W\d_]+|%)")

Number = int | float


def tag(name: str, /, *children: str, **attributes: str | Number | None) -> SafeString:
    """An element. `class_` is its class and `stroke_width` its stroke-width; None leaves an attribute out."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_said(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    inside = "".join(map(_escaped, children))
    return mark_safe(f"<{name}{given}>{inside}</{name}>" if inside else f"<{name}{given}/>")  # noqa: S308 escaped above


def picture(key: str, title: str, told: str, height: Number, *shapes: str) -> SafeString:
    """A whole picture, with its name and what it shows for who cannot see it. `key` is unique on the page."""
    return tag(
        "svg",
        tag("title", title, id=f"{key}-title"),
        tag("desc", told, id=f"{key}-desc"),
        *shapes,
        class_="chart",
        role="img",
        viewBox=f"0 0 {WIDTH} {number(height)}",
        aria_labelledby=f"{key}-title {key}-desc",
    )


def group(*shapes: str, **attributes: str | Number | None) -> SafeString:
    """Shapes that share their attributes."""
    return tag("g", *shapes, **attributes)


def rect(x: Number, y: Number, width: Number, height: Number, kind: str, *, round_: Number = 0) -> SafeString:
    """A rectangle, its corners rounded by `round_`."""
    corner = min(round_, width / 2, height / 2) or None
    return tag("rect", x=x, y=y, width=width, height=height, rx=corner, class_=kind)


def line(x1: Number, y1: Number, x2: Number, y2: Number, kind: str) -> SafeString:
    """A straight line."""
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=kind)


def path(data: str, kind: str) -> SafeString:
    """A path of SVG's own commands."""
    return tag("path", d=data, class_=kind)


def circle(x: Number, y: Number, radius: Number, kind: str) -> SafeString:
    """A circle about a point."""
    return tag("circle", cx=x, cy=y, r=radius, class_=kind)


def text(
    x: Number, y: Number, said: str, kind: str = "label", *, anchor: str = "start", most: Number | None = None
) -> SafeString:
    """A line of text on the base line `y`; beyond `most` units it is cut, and whole only under the pointer."""
    shown = said if most is None else fitted(said, most, kind)
    whole = [tag("title", shortened(said, MOST_TITLE))] if shown != said else []
    return tag("text", shown, *whole, x=x, y=y, class_=kind, text_anchor=None if anchor == "start" else anchor)


def quantity(x: Number, y: Number, said: str, kind: str = "value", *, anchor: str = "end") -> SafeString:
    """A number with its units small beside it: "10 min 54 s"."""
    parts = [tag("tspan", part, class_="unit") if _UNIT.fullmatch(part) else part for part in _UNIT.split(said)]
    return tag("text", *parts, x=x, y=y, class_=kind, text_anchor=None if anchor == "start" else anchor)


def shortened(said: str, most: int) -> str:
    """At most so many characters of a text."""
    return said if len(said) <= most else said[: most - 1].rstrip() + "…"


def fitted(said: str, most: Number, kind: str = "label") -> str:
    """As much of a text as fits, with an ellipsis where something is missing."""
    if width(said, kind) <= most:
        return said
    ends = takewhile(lambda reached: reached <= most - width("…", kind), accumulate(width(c, kind) for c in said))
    return said[: sum(1 for _ in ends)].rstrip() + "…"


def width(said: str, kind: str = "label") -> float:
    """About how wide a text is at most, in units."""
    size = SIZES.get(kind, SIZES["label"]) * (_BOLD_FACTOR if kind in BOLD else 1)
    return size * sum(map(_advance, said)) / 1000


def wrapped(said: str, most: Number, kind: str = "label", *, lines: int = 2) -> list[str]:
    """A text in at most so many lines, the last of them cut where it must be."""
    broken = [""]
    for word in _GAP.split(said):
        longer = f"{broken[-1]} {word}".strip()
        if width(longer, kind) <= most or not broken[-1] or len(broken) == lines:
            broken[-1] = longer
        else:
            broken.append(word)
    return [fitted(part, most, kind) for part in broken]


def number(value: Number) -> str:
    """A coordinate, to a tenth."""
    return f"{round(value, 1):g}" if abs(value) < 100_000 else f"{value:.0f}"


def _advance(character: str) -> int:
    if character in _WIDTHS:
        return _WIDTHS[character]
    if ord(character) > 0x24F:
        return _WIDE
    return _OTHER_CAPITAL if character.isupper() else _OTHER


def _said(value: str | Number) -> str:
    return _escaped(value) if isinstance(value, str) else number(value)


def _escaped(said: str) -> str:
    return str(conditional_escape(said if isinstance(said, SafeString) else _CONTROL.sub(" ", said)))
