"""The force coach's pictures: the sets of each muscle on a body, and how heavy the repetitions are. Pure."""

from bisect import bisect_right
from typing import Any, Final, cast

from django.utils.safestring import SafeString

from training.analyses.force import BANDS
from training.catalogue.entry import Muscle
from training.exports.figures import label
from training.exports.workout import Workout
from training.request import Language
from web.charts import body, svg
from web.charts.bars import LINE, Bar, bars
from web.charts.figure import Figure, Row, drawn, method, not_known, reasons
from web.charts.said import amount, count, share

LEVELS: Final = (2, 4, 6)  # sets at which a muscle is shaded a step stronger
DECIMALS: Final = 1  # of kilograms
MIDDLE: Final = 86  # of the body seen from the front; the other one stands as far from the other edge

_WORDS: Final[dict[str, dict[Language, str]]] = {
    "muscles": {"en": "Sets by muscle", "fr": "Séries par muscle"},
    "intensity": {"en": "How heavy", "fr": "Intensité"},
    "no_muscle": {
        "en": "No working set trains a muscle that is known.",
        "fr": "Aucune série de travail ne sollicite un muscle connu.",
    },
    "sets": {"en": "{sets} sets", "fr": "{sets} séries"},
    "set": {"en": "{sets} set", "fr": "{sets} série"},
    "front": {"en": "front", "fr": "face"},
    "back": {"en": "back", "fr": "dos"},
    "legend": {"en": "sets", "fr": "séries"},
    "unknown": {"en": "Reps of unknown intensity", "fr": "Répétitions d’intensité inconnue"},
    "below": {"en": "under {percent}", "fr": "moins de {percent}"},
}


def muscles(analysis: dict[str, Any], workout: Workout) -> Figure:
    """Every muscle in the shade of its sets, a half one for each set it helps in."""
    language = workout.language
    title = _WORDS["muscles"][language]
    worked = sorted(analysis["by_muscle"].items(), key=lambda item: (-item[1]["sets"], item[0]))
    totals = [
        (label("total_sets", language, begins=True), count(analysis["total_sets"], language)),
        (label("total_reps", language, begins=True), count(analysis["total_reps"], language)),
    ]
    total = analysis["total_volume_kg"]
    volume = "" if total is None else amount(total, "kg", language, decimals=DECIMALS)
    if told := ". ".join(filter(None, [volume, reasons(analysis, "total_volume_kg")])):
        totals.append((label("total_volume_kg", language, begins=True), told))
    if not worked:
        why = reasons(analysis, "by_muscle") or _WORDS["no_muscle"][language]
        return not_known("muscles", title, why, language=language, rows=totals)
    rows = [(label(muscle, language, begins=True), _muscle_told(figures, language)) for muscle, figures in worked]
    sets = {cast(Muscle, muscle): figures["sets"] for muscle, figures in worked}
    legend_top = 26 + body.HEIGHT
    return drawn(
        "muscles",
        title,
        [*rows, *totals, method(analysis, language)],
        legend_top + 34,
        _body("front", MIDDLE, sets, language),
        _body("back", svg.WIDTH - MIDDLE, sets, language),
        *_legend(legend_top + 20, language),
        language=language,
        note=reasons(analysis, "by_muscle"),
    )


def intensity(analysis: dict[str, Any], workout: Workout) -> Figure:
    """The shares of the repetitions in each band of %1RM."""
    language = workout.language
    title = _WORDS["intensity"][language]
    unknown = (_WORDS["unknown"][language], count(analysis["unknown_reps"], language))
    if analysis["light"] is None:
        told = [unknown] if analysis["unknown_reps"] else []
        return not_known("intensity", title, reasons(analysis, "light"), language=language, rows=told)
    rows: list[Row] = [(label(band, language, begins=True), share(analysis[band], language)) for band in BANDS]
    shapes, bottom = bars(
        [
            Bar(label(band, language, begins=True), analysis[band], (share(analysis[band], language),), f"band-{step}")
            for step, band in enumerate(BANDS, start=1)
        ],
        0,
    )
    if analysis["unknown_reps"]:
        rows.append(unknown)
        shapes += [
            svg.text(0, bottom + 17, unknown[0], "small", most=260),
            svg.quantity(svg.WIDTH, bottom + 17, unknown[1]),
        ]
        bottom += LINE
    average = round(analysis["average_percent_1rm"], 1)
    rows.append((label("average_percent_1rm", language, begins=True), amount(average, "%", language, decimals=1)))
    rows.append((label("inol", language), count(analysis["inol"], language, decimals=2)))
    rows.append(method(analysis, language))
    return drawn("intensity", title, rows, bottom, *shapes, language=language, note="")


def _muscle_told(figures: dict[str, Any], language: Language) -> str:
    form = _WORDS["set" if figures["sets"] == 1 else "sets"][language]
    sets = form.format(sets=count(figures["sets"], language, decimals=1))
    if not figures["volume_kg"]:
        return sets
    return f"{sets}, {amount(figures['volume_kg'], 'kg', language, decimals=DECIMALS)}"


def _body(view: body.View, middle: float, sets: dict[Muscle, float], language: Language) -> SafeString:
    half = [
        svg.path(body.OUTLINE, "body"),
        *(svg.path(region.path, _shade(sets.get(region.muscle, 0))) for region in body.REGIONS if region.view == view),
        svg.path(body.RELIEF[view], "relief"),
    ]
    # Outside stands the view's own number, so that those between the two bodies do not meet.
    side = -1 if view == "front" else 1
    said = {muscle: count(value, language, decimals=1) for muscle, value in sets.items()}
    numbers = [
        _tagged(side * x, y, said[muscle])
        for muscle, (where, x, y) in body.PLACES.items()
        if where == view and muscle in said
    ]
    numbers += [
        svg.text(side * x, y + 4, said[muscle], "small strong-ink", anchor="end" if side < 0 else "start")
        for muscle, (where, x, y) in body.BESIDE.items()
        if where == view and muscle in said
    ]
    return svg.group(
        svg.text(0, 12, _WORDS[view][language], "small", anchor="middle"),
        svg.group(
            svg.group(*half),
            svg.group(*half, transform="scale(-1 1)"),
            *numbers,
            transform="translate(0 16)",
        ),
        transform=f"translate({svg.number(middle)} 0)",
    )


def _tagged(x: float, y: float, said: str) -> SafeString:
    """A number that is read on any shade."""
    width = svg.width(said, "small") + 7
    tag = svg.rect(x - width / 2, y - 8, width, 16, "tag", round_=8)
    return svg.group(tag, svg.text(x, y + 4, said, "small strong-ink", anchor="middle"))


def _shade(sets: float) -> str:
    return f"muscle load-{bisect_right(LEVELS, sets) + 1}" if sets else "muscle"


def _legend(y: float, language: Language) -> list[SafeString]:
    """What the shades mean."""
    steps = [f"<\u00a0{LEVELS[0]}", *(f"{bound}+" for bound in LEVELS)]
    name = _WORDS["legend"][language]
    shapes = [svg.text(24, y + 4, name, "small")]
    left = 24 + svg.width(name, "small") + 14
    for step, said in enumerate(steps, start=1):
        x = left + (step - 1) * 58
        shapes += [svg.rect(x, y - 6, 18, 12, f"muscle load-{step}", round_=4), svg.text(x + 23, y + 4, said, "small")]
    return shapes
