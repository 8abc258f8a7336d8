"""The competitions coach's pictures: a race, or what is trained of it, along the clock, and its transitions. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.safestring import SafeString

from training import wording
from training.exports.workout import Workout
from training.request import Language
from web.charts import svg
from web.charts.figure import Figure, Row, drawn, method, not_known, reasons
from web.charts.said import clock

LINE: Final = 17  # of a name beside the clock
MOST_SEGMENTS: Final = 80  # named on the clock; beyond them only the longest are
MOST_DRAWN: Final = 20  # transitions with their tips
LEAST: Final = 0.5  # between two blocks that are drawn apart
WIDE: Final = {"run": 10, "station": 26, "transition": 4}
UNKNOWN_SECONDS: Final = 60  # what an unknown length is drawn as

_WORDS: Final[dict[str, dict[Language, str]]] = {
    "timeline": {"en": "Along the clock", "fr": "Au fil du chrono"},
    "transitions": {"en": "Transitions", "fr": "Transitions"},
    "total": {"en": "Total", "fr": "Total"},
    "run": {"en": "Runs", "fr": "Courses"},
    "station": {"en": "Stations", "fr": "Stations"},
    "transition": {"en": "Transitions", "fr": "Transitions"},
    "at": {"en": "{time}, ends at {clock}", "fr": "{time}, fin à {clock}"},
    "finish": {"en": "Finish", "fr": "Arrivée"},
    "unknown": {"en": "length unknown", "fr": "durée inconnue"},
    "tip": {"en": "Tip", "fr": "Conseil"},
    "longest": {
        "en": "{count} stretches: the longest are named.",
        "fr": "{count} segments\u00a0: les plus longs sont nommés.",
    },
    "first": {"en": "The first {most} of {count}.", "fr": "Les {most} premières sur {count}."},
}


@dataclass(frozen=True)
class Stretch:
    """A stretch of the clock, as it is drawn."""

    kind: str
    name: str
    seconds: int | None
    begins: int | None
    top: float
    height: float


def timeline(analysis: dict[str, Any], workout: Workout) -> Figure:
    """Runs, stations and transitions from the start down, as long as they take."""
    language = workout.language
    title = _WORDS["timeline"][language]
    segments = analysis["segments"]
    if not segments:
        return not_known("timeline", title, reasons(analysis, "total_seconds"), language=language)
    rows = _totals(analysis, language)
    told = reasons(analysis, "total_seconds")
    if len(segments) <= MOST_SEGMENTS:
        rows += [(segment["name"], _segment_told(segment, language)) for segment in segments]
    else:
        told = f"{_WORDS['longest'][language].format(count=len(segments))} {told}"
    stretches = _placed(segments)
    shapes, bottom = _clock(stretches, analysis["total_seconds"], language)
    rows.append(method(analysis, language))
    return drawn("timeline", title, rows, bottom, *shapes, language=language, note=told)


def transitions(analysis: dict[str, Any], workout: Workout) -> Figure:
    """How long every transition is, and what helps in it."""
    language = workout.language
    title = _WORDS["transitions"][language]
    tips: list[Row] = [(_WORDS["tip"][language], tip) for tip in analysis["tips"]]
    found = analysis["transitions"]
    if not found:
        return not_known("transitions", title, reasons(analysis, "total_seconds"), language=language, rows=tips)
    notes = list(analysis["tips"])
    if len(found) > MOST_DRAWN:
        notes.append(_WORDS["first"][language].format(most=MOST_DRAWN, count=len(found)))
    rows: list[Row] = [(_WORDS["total"][language], wording.duration(analysis["total_seconds"], language))]
    rows += [
        (_way(row), f"{wording.duration(row['seconds'], language)}. {row['tip']}".strip()) for row in found[:MOST_DRAWN]
    ]
    shapes, bottom = _tipped(found[:MOST_DRAWN], language)
    rows = [*rows, *tips, method(analysis, language)]
    return drawn("transitions", title, rows, bottom, *shapes, language=language, note=" ".join(notes))


# --- in words ---


def _totals(analysis: dict[str, Any], language: Language) -> list[Row]:
    seconds: defaultdict[str, int] = defaultdict(int)
    for segment in analysis["segments"]:
        seconds[segment["kind"]] += segment["seconds"] or 0
    rows: list[Row] = []
    if analysis["total_seconds"] is not None:
        rows.append((_WORDS["total"][language], wording.duration(analysis["total_seconds"], language)))
    return rows + [
        (_WORDS[kind][language], wording.duration(seconds[kind], language)) for kind in WIDE if seconds[kind]
    ]


def _segment_told(segment: dict[str, Any], language: Language) -> str:
    if segment["seconds"] is None:
        return _WORDS["unknown"][language]
    time = wording.duration(segment["seconds"], language) or "0"
    if segment["cumulative_seconds"] is None:
        return time
    return _WORDS["at"][language].format(time=time, clock=clock(segment["cumulative_seconds"]))


def _way(row: dict[str, Any]) -> str:
    return f"{row['after']} → {row['before']}"


# --- the transitions ---


def _tipped(found: Sequence[dict[str, Any]], language: Language) -> tuple[list[SafeString], float]:
    """The way, its seconds, a bar as long as they are, and the tip."""
    most = max(row["seconds"] for row in found) or 1
    shapes, top = [], 0.0
    for row in found:
        seconds = wording.unit(row["seconds"], "s", language)
        way = svg.wrapped(_way(row), svg.WIDTH - svg.width(seconds, "value") - 10)
        shapes += [svg.text(0, top + 13 + 15 * n, said) for n, said in enumerate(way)]
        shapes.append(svg.quantity(svg.WIDTH, top + 13, seconds))
        top += 15 * (len(way) - 1)
        shapes.append(svg.rect(0, top + 20, svg.WIDTH, 5, "track", round_=2.5))
        if row["seconds"]:
            shapes.append(svg.rect(0, top + 20, max(3, svg.WIDTH * row["seconds"] / most), 5, "bar", round_=2.5))
        tip = svg.wrapped(row["tip"], svg.WIDTH, "small", lines=6)
        shapes += [svg.text(0, top + 41 + 14 * n, said, "small") for n, said in enumerate(tip)]
        top += 41 + 14 * len(tip) + 8
    return shapes, top - 14


# --- along the clock ---


def _placed(segments: Sequence[dict[str, Any]]) -> list[Stretch]:
    """Each as high as it is long; the whole so high that names have room."""
    named = [segment for segment in segments if segment["kind"] != "transition"]
    seconds = [UNKNOWN_SECONDS if s["seconds"] is None else s["seconds"] for s in segments]
    # An unknown length is drawn too, a race of nothing as one second.
    scale = min(max(420, 34 * len(named)), 1_400) / (sum(seconds) or 1)
    top, stretches = 2.0, []
    for segment, long in zip(segments, seconds, strict=True):
        ends, own = segment["cumulative_seconds"], segment["seconds"]
        begins = None if ends is None or own is None else ends - own
        stretches.append(Stretch(segment["kind"], segment["name"], own, begins, top, long * scale))
        top += long * scale
    return stretches


def _clock(stretches: Sequence[Stretch], total: int | None, language: Language) -> tuple[list[SafeString], float]:
    named = _named(stretches)
    times = [clock(s.begins) for s in named if s.begins is not None] + ([] if total is None else [clock(total)])
    lane = max((svg.width(said, "value") for said in times), default=0) + 8 + max(WIDE.values()) / 2  # its middle
    shapes: list[SafeString] = []
    if len(stretches) <= MOST_SEGMENTS:
        shapes += [_block(stretch, lane) for stretch in stretches]
    else:
        shapes += _blocks(stretches, lane)
    ends = 13.0 - LINE  # the first name stands below the edge
    for stretch in named:
        y = max(stretch.top + min(stretch.height / 2, 24) + 4, ends + LINE)
        lines, ends = _name(stretch, lane, y)
        shapes += lines
    last = max(stretches[-1].top + stretches[-1].height + 20, ends + LINE + 4)
    if total is not None:
        shapes.append(svg.text(lane - 18, last, clock(total), "small strong-ink", anchor="end"))
    shapes.append(svg.text(lane + 22, last, _WORDS["finish"][language], "strong"))
    return shapes, last + 6


def _named(stretches: Sequence[Stretch]) -> list[Stretch]:
    """Those that are named: runs and stations, of too many the longest."""
    able = [stretch for stretch in stretches if stretch.kind != "transition"]
    longest = sorted(able, key=lambda stretch: -stretch.height)[:MOST_SEGMENTS]
    return sorted(longest, key=lambda stretch: stretch.top)


def _block(stretch: Stretch, lane: float) -> SafeString:
    wide, gap = WIDE[stretch.kind], min(2, stretch.height / 4)
    kind = stretch.kind if stretch.seconds is not None else "unknown"
    return svg.rect(lane - wide / 2, stretch.top + gap / 2, wide, stretch.height - gap, kind, round_=4)


def _blocks(stretches: Sequence[Stretch], lane: float) -> Iterator[SafeString]:
    """One path a kind: a thousand stretches are no thousand shapes."""
    for kind, wide in WIDE.items():
        edges: list[float] = []  # of what touches, one block: thinner ones than an eye can tell are not drawn apart
        for stretch in stretches:
            if stretch.kind != kind:
                continue
            if edges and stretch.top - edges[-1] < LEAST:
                edges[-1] = stretch.top + stretch.height
            else:
                edges += [stretch.top, stretch.top + stretch.height]
        parts = zip(edges[::2], edges[1::2], strict=True)
        left = svg.number(lane - wide / 2)
        data = "".join(f"M{left} {svg.number(top)}h{wide}V{svg.number(bottom)}h-{wide}Z" for top, bottom in parts)
        if data:
            yield svg.path(data, kind)


def _name(stretch: Stretch, lane: float, y: float) -> tuple[list[SafeString], float]:
    """When it begins, its name and how long it is; and the base line of its last line."""
    said = "?" if stretch.seconds is None else clock(stretch.seconds)
    left = lane + 22
    kind = "strong" if stretch.kind == "station" else "label"
    lines = svg.wrapped(stretch.name, svg.WIDTH - svg.width(said, "value") - 10 - left, kind)
    shapes = [svg.text(left, y + 14 * n, line, kind) for n, line in enumerate(lines)]
    shapes.append(svg.text(svg.WIDTH, y, said, "value", anchor="end"))
    if stretch.begins is not None:
        shapes.append(svg.text(lane - 18, y, clock(stretch.begins), "small", anchor="end"))
    return shapes, y + 18 * (len(lines) - 1)
