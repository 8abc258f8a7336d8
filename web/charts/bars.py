"""Bars on their tracks, one below the other: a name, a length, and the numbers at the end of the line. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from web.charts import svg

LINE: Final = 27  # from one bar to the next
STACKED_LINE: Final = 40  # where the name stands above its bar
THICK: Final = 10
LEAST: Final = 3  # of a bar that is not nothing
GAP: Final = 10


@dataclass(frozen=True)
class Bar:
    """A line of the picture. `share` of the track is filled, None where it is not known."""

    name: str
    share: float | None
    values: tuple[str, ...]  # the numbers at the end, each in its column
    kind: str = "bar"


def bars(rows: Sequence[Bar], top: float, *, stacked: bool = False) -> tuple[list[str], float]:
    """The shapes of the bars from `top` down, and where they end. `stacked`: the names, long ones, stand above."""
    columns = [max(svg.width(row.values[i], "value") for row in rows) for i in range(len(rows[0].values))]
    right = svg.WIDTH - sum(columns) - GAP * len(columns)
    name = 0.0 if stacked else min(max(svg.width(row.name) for row in rows), (svg.WIDTH - sum(columns)) * 0.45)
    left = name + GAP if name else 0.0
    shapes: list[str] = []
    for place, row in enumerate(rows):
        y = top + place * (STACKED_LINE if stacked else LINE) + (18 if stacked else 0)  # of the bar's middle
        y += LINE / 2 if not stacked else THICK / 2
        shapes.append(
            svg.text(0, y - THICK / 2 - 6 if stacked else y + 4, row.name, most=svg.WIDTH if stacked else name)
        )
        shapes += _track(row, left, right - left, y - THICK / 2)
        x = right
        for column, value in zip(columns, row.values, strict=True):
            x += GAP + column
            shapes.append(svg.quantity(x, y + 4, value))
    return shapes, top + len(rows) * (STACKED_LINE if stacked else LINE)


def _track(row: Bar, left: float, length: float, top: float) -> list[str]:
    if row.share is None:
        return [svg.rect(left, top, length, THICK, "track unknown", round_=THICK / 2)]
    track = svg.rect(left, top, length, THICK, "track", round_=THICK / 2)
    if not row.share:
        return [track]
    return [track, svg.rect(left, top, max(LEAST, length * min(row.share, 1)), THICK, row.kind, round_=THICK / 2)]
