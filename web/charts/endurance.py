"""The endurance coach's pictures: the session as a profile, the time in each zone, the training load. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from django.utils.safestring import SafeString

from training import wording
from training.analyses.endurance import Step, step_of
from training.exports.figures import label
from training.exports.steps import Pause, Work, session_steps
from training.exports.workout import Workout
from training.prescription import Block
from training.request import Language
from web.charts import svg
from web.charts.bars import Bar, bars
from web.charts.figure import Figure, Row, drawn, method, not_known, reasons
from web.charts.said import amount, clock, count, share

MOST_STEPS: Final = 2_000  # more is no profile, and would make a big picture of a small request
MOST_BARS: Final = 160  # beyond them a bar is narrower than an eye can tell: what lies in a slice is averaged
HIGH: Final = 130  # of the profile
HARDEST: Final = 1.15  # the intensity at its top, where no step is harder
STEPS_OF_TIME: Final = (1, 2, 5, 10, 15, 20, 30, 60, 120, 240, 480, 1_440)  # minutes between the marks below
THIRDS: Final = ("low", "moderate", "high")

_WORDS: Final[dict[str, dict[Language, str]]] = {
    "profile": {"en": "The session’s profile", "fr": "Profil de la séance"},
    "zones": {"en": "Time in zones", "fr": "Temps par zone"},
    "load": {"en": "Training load", "fr": "Charge d’entraînement"},
    "threshold": {"en": "threshold", "fr": "seuil"},
    "zone": {"en": "Zone {zones}", "fr": "Zone {zones}"},
    "by_feel": {"en": "by feel", "fr": "au ressenti"},
    "nothing": {"en": "No step has an intensity.", "fr": "Aucune étape n’a d’intensité."},
    "too_many": {
        "en": "More than {most} steps are too many to draw.",
        "fr": "Au-delà de {most} étapes, le profil n’est plus lisible.",
    },
    "slices": {
        "en": "Drawn in {bars} slices, each at its mean intensity.",
        "fr": "Tracé en {bars} tranches, chacune à son intensité moyenne.",
    },
    "height": {
        "en": "Width is time, height is intensity; 100% is your threshold.",
        "fr": "En largeur le temps, en hauteur l’intensité\u00a0; 100\u00a0% est votre seuil.",
    },
    "total": {"en": "Total", "fr": "Total"},
    "normalized": {"en": "Normalized", "fr": "Normalisée"},
    "factor": {"en": "intensity {factor}", "fr": "intensité {factor}"},
    "unit": {"en": "load", "fr": "charge"},
}


@dataclass(frozen=True)
class Stretch:
    """Some seconds of a session at one zone; without one they are rest, or by feel."""

    begins: float
    seconds: float
    start: float = 0  # intensity, a fraction of threshold
    end: float = 0
    zone: int | None = None
    rest: bool = False


def profile(analysis: dict[str, Any], workout: Workout) -> Figure:
    """The intensity over time: a bar a step, a ramp as a slope, rounds unrolled."""
    language = workout.language
    title = _WORDS["profile"][language]
    steps = list(islice(session_steps(workout), MOST_STEPS + 1))
    if len(steps) > MOST_STEPS:
        why = _WORDS["too_many"][language].format(most=count(MOST_STEPS, language))
        return not_known("profile", title, why, language=language)
    stretches = list(unrolled(steps, workout))
    if not any(stretch.zone for stretch in stretches):
        why = reasons(analysis, "zones") or _WORDS["nothing"][language]
        return not_known("profile", title, why, language=language)
    total = stretches[-1].begins + stretches[-1].seconds
    told = _WORDS["height"][language]
    shown = stretches
    if len(stretches) > MOST_BARS:
        shown = _sliced(stretches, total)
        told += " " + _WORDS["slices"][language].format(bars=MOST_BARS)
    rows = list(_told_by_block(workout, steps))
    top = max(HARDEST, *(max(stretch.start, stretch.end) for stretch in shown))
    return drawn(
        "profile",
        title,
        rows,
        HIGH + 62,
        *_profile(shown, total, top, language),
        *_legend(sorted({stretch.zone for stretch in shown if stretch.zone}), HIGH + 52),
        language=language,
        note=f"{told} {reasons(analysis, 'zones')}".strip(),
    )


def zones(analysis: dict[str, Any], workout: Workout) -> Figure:
    """The time in every zone, and in low, moderate and high intensity."""
    language = workout.language
    title = _WORDS["zones"][language]
    if not analysis["zones"]:
        return not_known("zones", title, reasons(analysis, "zones"), language=language)
    thirds = [(label(third, language, begins=True), analysis[third]) for third in THIRDS]
    rows: list[Row] = [
        (
            _WORDS["zone"][language].format(zones=row["zone"]),
            f"{wording.duration(round(row['seconds']), language) or '0'}, {share(row['share'], language)}",
        )
        for row in analysis["zones"]
    ]
    rows += [(name, share(value, language)) for name, value in thirds]
    if analysis["polarization_index"] is not None:
        index = count(analysis["polarization_index"], language, decimals=2)
        said = f"{index}. {reasons(analysis, 'polarization_index')}"
        rows.append((label("polarization_index", language, begins=True), said))
    rows.append(method(analysis, language))
    split = _thirds(thirds, language)
    shapes, bottom = bars(
        [
            Bar(
                f"Z{row['zone']}",
                row["share"],
                (clock(row["seconds"]), share(row["share"], language)),
                f"zone-{row['zone']}",
            )
            for row in analysis["zones"]
        ],
        58,
    )
    told = reasons(analysis, "zones")
    return drawn("zones", title, rows, bottom, *split, *shapes, language=language, note=told)


def load(analysis: dict[str, Any], workout: Workout) -> Figure:
    """The training load of each block."""
    language = workout.language
    title = _WORDS["load"][language]
    if analysis["total"] is None:
        return not_known("load", title, reasons(analysis, "total"), language=language)
    names = {block.key: _head(block, language) for block in workout.prescription.blocks}
    rows: list[Row] = [(_WORDS["total"][language], count(analysis["total"], language, decimals=1))]
    if analysis["normalized"]["tss"] is not None:
        rows.append((_WORDS["normalized"][language], _load_told(analysis["normalized"], language)))
    rows += [(names[row["key"]], _load_told(row, language)) for row in analysis["by_block"]]
    rows.append(method(analysis, language))
    most = max(row["tss"] or 0 for row in analysis["by_block"])
    shapes, bottom = bars(
        [
            Bar(
                names[row["key"]],
                None if row["tss"] is None else row["tss"] / most,
                ("?" if row["tss"] is None else count(row["tss"], language),),
            )
            for row in analysis["by_block"]
        ],
        46,
        stacked=True,
    )
    told = reasons(analysis, "total", "normalized.intensity_factor")
    head = _headline(count(analysis["total"], language), _WORDS["unit"][language])
    return drawn("load", title, rows, bottom, *head, *shapes, language=language, note=told)


# --- the session, step by step ---


def unrolled(steps: Iterable[Step | Work | Pause | Any], workout: Workout) -> Iterator[Stretch]:
    """The stretches of the steps; a ramp is cut where it leaves a zone."""
    begins = 0.0
    for step in steps:
        found = (
            step_of(step.exercise, step.set, 1, workout.request, workout.catalogue) if isinstance(step, Work) else None
        )
        if isinstance(found, Step):
            yield from _in_zones(found, begins, step.seconds)
        else:
            yield Stretch(begins, step.seconds, rest=isinstance(step, Pause))
        begins += step.seconds


def _in_zones(step: Step, begins: float, seconds: float) -> Iterator[Stretch]:
    if step.zone is not None or step.start == step.end:
        yield Stretch(begins, seconds, step.start, step.end, step.zone or step.zones.zone(step.start))
        return
    shares = sorted(step.zones.shares(step.start, step.end).items(), reverse=step.start > step.end)
    start = step.start
    for zone, part in shares:
        end = start + part * (step.end - step.start)
        yield Stretch(begins, part * seconds, start, end, zone)
        begins, start = begins + part * seconds, end


def _sliced(stretches: Sequence[Stretch], total: float) -> list[Stretch]:
    """The session in slices of equal time, each at its mean intensity and in the zone most of it lies in."""
    wide = total / MOST_BARS
    seconds: defaultdict[int, defaultdict[int, float]] = defaultdict(lambda: defaultdict(float))
    effort: defaultdict[int, float] = defaultdict(float)
    for stretch in stretches:
        first, last = int(stretch.begins / wide), int((stretch.begins + stretch.seconds) / wide)
        for place in range(first, min(last, MOST_BARS - 1) + 1):
            inside = min((place + 1) * wide, stretch.begins + stretch.seconds) - max(place * wide, stretch.begins)
            seconds[place][stretch.zone or 0] += inside
            effort[place] += inside * (stretch.start + stretch.end) / 2
    return [
        Stretch(
            place * wide, wide, effort[place] / wide, effort[place] / wide, max(parts, key=lambda z: parts[z]) or None
        )
        for place, parts in sorted(seconds.items())
    ]


def _told_by_block(workout: Workout, steps: Sequence[Any]) -> Iterator[Row]:
    """A block, how long it takes and in which zones."""
    language = workout.language
    for block in workout.prescription.blocks:
        mine = [step for step in steps if not isinstance(step, Pause) and step.block is block]
        found = sorted({stretch.zone for stretch in unrolled(mine, workout) if stretch.zone})
        span = "–".join(str(zone) for zone in dict.fromkeys([found[0], found[-1]])) if found else ""
        zones = _WORDS["zone"][language].format(zones=span).lower() if span else _WORDS["by_feel"][language]
        seconds = wording.duration(round(sum(step.seconds for step in mine)), language)
        yield _head(block, language), f"{seconds}, {zones}"


def _head(block: Block, language: Language) -> str:
    said = wording.block(block.model_dump(mode="json"), language)
    return said[0].upper() + said[1:]


# --- shapes ---


def _profile(shown: Sequence[Stretch], total: float, top: float, language: Language) -> Iterator[SafeString]:
    base = HIGH + 16.0

    def x(seconds: float) -> float:
        return svg.WIDTH * seconds / total

    def y(intensity: float) -> float:
        return base - HIGH * intensity / top

    by_kind: defaultdict[str, list[str]] = defaultdict(list)
    numbers = []
    for stretch in shown:
        left, right = x(stretch.begins), x(stretch.begins + stretch.seconds)
        right -= min(1, (right - left) / 6)  # a hair between neighbours
        if stretch.zone is None:
            if not stretch.rest:
                by_kind["track unknown"].append(f"M{_at(left, base)}V{_at(y(0.25))}H{_at(right)}V{_at(base)}Z")
            continue
        tops = f"M{_at(left, base)}V{_at(y(stretch.start))}L{_at(right, y(stretch.end))}V{_at(base)}Z"
        by_kind[f"zone-{stretch.zone}"].append(tops)
        if right - left >= 10:
            middle = y((stretch.start + stretch.end) / 2)
            numbers.append(svg.text((left + right) / 2, middle - 4, str(stretch.zone), "small halo", anchor="middle"))
    yield from (svg.path("".join(parts), kind) for kind, parts in by_kind.items())
    yield svg.line(0, base, svg.WIDTH, base, "axis")
    yield svg.line(0, y(1), svg.WIDTH, y(1), "mark")
    yield from numbers
    threshold = f"{_WORDS['threshold'][language]} {wording.percent(100, language)}"
    yield svg.text(svg.WIDTH, y(1) - 4, threshold, "small halo", anchor="end")
    yield from _times(total, base, language)


def _times(total: float, base: float, language: Language) -> Iterator[SafeString]:
    """Marks of time below the profile, so many that their words do not meet."""
    minutes = total / 60
    step = next((step for step in STEPS_OF_TIME if minutes / step <= 5), STEPS_OF_TIME[-1] * (1 + int(minutes / 7_200)))
    for mark in range(0, int(minutes) + 1, step):
        x = svg.WIDTH * mark / minutes
        last = mark + step > minutes
        said = amount(mark, "min", language) if last else count(mark, language)
        ends = x + svg.width(said, "small") / 2 > svg.WIDTH
        yield svg.line(x, base, x, base + 4, "axis")
        yield svg.quantity(
            min(x, svg.WIDTH), base + 16, said, "small", anchor="end" if ends else "middle" if mark else "start"
        )


def _legend(found: Sequence[int], y: float) -> Iterator[SafeString]:
    for place, zone in enumerate(found):
        x = place * 44
        yield svg.rect(x, y - 9, 14, 10, f"zone-{zone}", round_=3)
        yield svg.text(x + 18, y, f"Z{zone}", "small")


def _thirds(thirds: Sequence[tuple[str, float]], language: Language) -> Iterator[SafeString]:
    """Low, moderate and high side by side, with their words below in three columns."""
    left = 0.0
    column = svg.WIDTH / len(thirds)
    for place, (name, value) in enumerate(thirds):
        wide = svg.WIDTH * value
        if wide:
            yield svg.rect(left, 0, max(wide - 2, 1), 14, f"third-{place + 1}", round_=3)
        left += wide
        yield svg.rect(place * column, 25, 10, 10, f"third-{place + 1}", round_=3)
        said = f"{name} {share(value, language)}"
        yield svg.text(place * column + 15, 34, said, "small", most=column - 18)


def _headline(value: str, unit: str) -> Iterator[SafeString]:
    yield svg.text(0, 28, value, "big")
    yield svg.text(svg.width(value, "big") + 6, 28, unit, "label")


def _load_told(row: dict[str, Any], language: Language) -> str:
    told = ["?" if row["tss"] is None else count(row["tss"], language, decimals=1)]
    if row.get("seconds") is not None:
        told.insert(0, wording.duration(round(row["seconds"]), language))
    if row["intensity_factor"] is not None:
        factor = amount(100 * row["intensity_factor"], "%", language)
        told.append(_WORDS["factor"][language].format(factor=factor))
    return ", ".join(told)


def _at(*values: float) -> str:
    return " ".join(map(svg.number, values))
