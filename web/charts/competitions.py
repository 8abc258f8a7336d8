"""The competitions coach's pictures: a race, or what is trained of it, along the clock, and its transitions. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.safestring import SafeString

from training import wording
from training.exports.figures import label
from training.exports.workout import Workout
from training.request import Language
from web.charts import svg
from web.charts.bars import Bar, bars
from web.charts.figure import Figure, Row, drawn, not_known, note, reason
from web.charts.said import clock

LINE: Final = 17  # of a name beside the clock
MOST_SEGMENTS: Final = 80  # named on the clock; beyond them only the longest are
MOST_BARS: Final = 40
LEFT: Final = 44  # where the clock stands; left of it the time, right of it the names
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
    "more": {
        "en": "Too many to name them all: {count} stretches.",
        "fr": "Trop nombreux pour être tous nommés\u00a0: {count} segments.",
    },
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
        return not_known("timeline", title, reason(analysis, "total_seconds"), language=language)
    rows = _totals(analysis, language)
    told = note(analysis, language, "total_seconds")
    if len(segments) <= MOST_SEGMENTS:
        rows += [(segment["name"], _segment_told(segment, language)) for segment in segments]
    else:
        told = f"{_WORDS['more'][language].format(count=len(segments))} {told}"
    stretches = _placed(segments)
    shapes, bottom = _clock(stretches, analysis["total_seconds"], language)
    return drawn("timeline", title, rows, bottom, *shapes, language=language, note=told)


def transitions(analysis: dict[str, Any], workout: Workout) -> Figure:
    """How long every transition is, and what helps in it."""
    language = workout.language
    title = _WORDS["transitions"][language]
    tips: list[Row] = [(_WORDS["tip"][language], tip) for tip in analysis["tips"]]
    found = analysis["transitions"]
    if not found:
        return not_known("transitions", title, reason(analysis, "total_seconds"), language=language, rows=tips)
    rows: list[Row] = [(_WORDS["total"][language], wording.duration(analysis["total_seconds"], language))]
    rows += [
        (_way(row), f"{wording.duration(row['seconds'], language)}. {row['tip']}".strip()) for row in found[:MOST_BARS]
    ]
    most = max(row["seconds"] for row in found) or 1
    shapes, bottom = bars(
        [Bar(_way(row), row["seconds"] / most, (wording.unit(row["seconds"], "s", language),)) for row in found[:MOST_BARS]],
        0,
        stacked=True,
    )
    told = note(analysis, language)
    if len(found) > MOST_BARS:
        told = f"{_WORDS['more'][language].format(count=len(found))} {told}"
    return drawn("transitions", title, [*rows, *tips], bottom, *shapes, language=language, note=told)


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


# --- along the clock ---


def _placed(segments: Sequence[dict[str, Any]]) -> list[Stretch]:
    """Each as high as it is long; the whole so high that names have room."""
    named = [segment for segment in segments if segment["kind"] != "transition"]
    seconds = [UNKNOWN_SECONDS if s["seconds"] is None else s["seconds"] for s in segments]
    # An unknown length is drawn too, a race of nothing as one second.
    scale = min(max(420, 34 * len(named)), 1_400) / (sum(seconds) or 1)
    top, stretches = 24.0, []
    for segment, long in zip(segments, seconds, strict=True):
        ends, own = segment["cumulative_seconds"], segment["seconds"]
        begins = None if ends is None or own is None else ends - own
        stretches.append(Stretch(segment["kind"], segment["name"], own, begins, top, long * scale))
        top += long * scale
    return stretches


def _clock(stretches: Sequence[Stretch], total: int | None, language: Language) -> tuple[list[SafeString], float]:
    shapes: list[SafeString] = []
    bottom = stretches[-1].top + stretches[-1].height
    if len(stretches) <= MOST_SEGMENTS:
        shapes += [_block(stretch) for stretch in stretches]
    else:  # one path a kind: a thousand stretches are no thousand shapes
        for kind, wide in WIDE.items():
            parts = [s for s in stretches if s.kind == kind]
            data = "".join(f"M{LEFT + 13 - wide / 2:g} {svg.number(s.top)}h{wide}v{svg.number(s.height)}h-{wide}Z" for s in parts)
            shapes += [svg.path(data, f"leg {kind}")] if data else []
    shapes.append(svg.text(LEFT - 8, stretches[0].top - 8, clock(0), "small", anchor="end"))
    ends = stretches[0].top
    for stretch in _named(stretches):
        y = max(stretch.top + min(stretch.height / 2, 24) + 4, ends + LINE)
        ends = y
        shapes += _name(stretch, y)
    last = max(bottom, ends) + 20
    if total is not None:
        shapes.append(svg.text(LEFT - 8, last, clock(total), "small strong-ink", anchor="end"))
    shapes.append(svg.text(LEFT + 36, last, _WORDS["finish"][language], "strong"))
    return shapes, last + 6


def _named(stretches: Sequence[Stretch]) -> list[Stretch]:
    """Those that are named: runs and stations, of too many the longest."""
    able = [stretch for stretch in stretches if stretch.kind != "transition"]
    if len(able) <= MOST_SEGMENTS:
        return able
    longest = sorted(able, key=lambda stretch: -stretch.height)[:MOST_SEGMENTS]
    return sorted(longest, key=lambda stretch: stretch.top)


def _block(stretch: Stretch) -> SafeString:
    wide = WIDE[stretch.kind]
    gap = min(1, stretch.height / 4)
    known = "" if stretch.seconds is not None else " unknown"
    return svg.rect(LEFT + 13 - wide / 2, stretch.top + gap / 2, wide, stretch.height - gap, f"leg {stretch.kind}{known}", round_=4)


def _name(stretch: Stretch, y: float) -> list[SafeString]:
    said = "?" if stretch.seconds is None else clock(stretch.seconds)
    right = svg.WIDTH - svg.width(said, "value") - 10
    shapes = [
        svg.text(LEFT + 36, y, stretch.name, "strong" if stretch.kind == "station" else "label", most=right - LEFT - 36),
        svg.text(svg.WIDTH, y, said, "value", anchor="end"),
    ]
    if stretch.begins is not None:
        shapes.append(svg.text(LEFT - 8, y, clock(stretch.begins), "small", anchor="end"))
    return shapes
