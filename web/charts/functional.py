"""The functional coach's pictures: where a session stands between three modalities, and its three scalings. Pure."""

from collections.abc import Iterator
from math import sqrt
from typing import Any, Final

from django.utils.safestring import SafeString

from training import wording
from training.analyses.functional import MODALITIES
from training.exports.figures import label
from training.exports.workout import Workout
from training.request import Language
from web.charts import svg
from web.charts.figure import Figure, Row, drawn, method, not_known, reasons
from web.charts.said import share

SIDE: Final = 176  # of the triangle
TOP: Final = 30
LEVELS: Final = ("rx", "scaled", "foundations")
MOST_MOVEMENTS: Final = 20  # drawn; all of them are told
LINE: Final = 15  # of a sentence
COLUMN: Final = 104  # where the sentences begin

_WORDS: Final[dict[str, dict[Language, str]]] = {
    "modalities": {"en": "Modal balance", "fr": "Équilibre des modalités"},
    "scaling": {"en": "Scaling", "fr": "Adaptations"},
    "balance": {"en": "balance", "fr": "équilibre"},
    "even": {"en": "The dot leans to what there is most of; in the middle all three are even.",
             "fr": "Le point penche vers ce qui domine\u00a0; au milieu, les trois s’équilibrent."},
    "first": {
        "en": "The first {most} movements are drawn, all are in the words.",
        "fr": "Les {most} premiers mouvements sont dessinés, tous figurent dans le texte.",
    },
    "nothing": {"en": "There is no movement to scale.", "fr": "Aucun mouvement à adapter."},
}  # fmt: skip


def modalities(analysis: dict[str, Any], workout: Workout) -> Figure:
    """A point in a triangle whose corners are the modalities."""
    language = workout.language
    title = _WORDS["modalities"][language]
    if analysis["balance"] is None:
        return not_known("modalities", title, reasons(analysis, "balance"), language=language)
    shares = [analysis[modality] for modality in MODALITIES]
    names = [label(modality, language, begins=True) for modality in MODALITIES]
    rows: list[Row] = [(name, share(value, language)) for name, value in zip(names, shares, strict=True)]
    rows.append((_WORDS["balance"][language].capitalize(), share(analysis["balance"], language)))
    rows.append(method(analysis, language))
    middle, high = svg.WIDTH / 2, SIDE * sqrt(3) / 2
    corners = ((middle, TOP), (middle - SIDE / 2, TOP + high), (middle + SIDE / 2, TOP + high))
    centre = (middle, TOP + high * 2 / 3)
    x, y = (sum(value * corner[axis] for value, corner in zip(shares, corners, strict=True)) for axis in (0, 1))
    rings = [
        svg.path(_triangle([_between(centre, corner, size) for corner in corners]), "ring")
        for size in (1, 2 / 3, 1 / 3)
    ]
    places = ((middle, TOP - 10, "middle"), (0, TOP + high + 20, "start"), (svg.WIDTH, TOP + high + 20, "end"))
    said = [
        svg.text(left, base, f"{name} {share(value, language)}", "label", anchor=anchor)
        for (left, base, anchor), name, value in zip(places, names, shares, strict=True)
    ]
    return drawn(
        "modalities",
        title,
        rows,
        TOP + high + 30,
        *rings,
        *(svg.line(centre[0], centre[1], corner[0], corner[1], "ring") for corner in corners),
        svg.line(centre[0], centre[1], x, y, "lean"),
        svg.circle(centre[0], centre[1], 2.5, "centre"),
        svg.circle(x, y, 8, "dot"),
        svg.text(0, 26, share(analysis["balance"], language).replace("\u00a0", "\u202f"), "big"),
        svg.text(0, 44, _WORDS["balance"][language], "label"),
        *said,
        language=language,
        note=f"{_WORDS['even'][language]} {reasons(analysis, 'balance')}".strip(),
    )


def scaling(analysis: dict[str, Any], workout: Workout) -> Figure:
    """Rx, scaled and foundations of every movement, three steps down."""
    language = workout.language
    title = _WORDS["scaling"][language]
    if not analysis["by_exercise"]:
        return not_known("scaling", title, _WORDS["nothing"][language], language=language)
    names = {exercise.key: workout.name(exercise) for _, exercise in workout.prescription.exercises()}
    rows: list[Row] = []
    shapes: list[SafeString] = []
    top = 0.0
    for place, row in enumerate(analysis["by_exercise"]):
        name = names[row["key"]]
        told = {level: _without(name, row[level], language) for level in LEVELS if row[level] is not None}
        rows.append((name, ""))
        rows += [(label(level, language, begins=True), said) for level, said in told.items()]
        if place < MOST_MOVEMENTS:
            shapes.append(svg.text(0, top + 13, name, "strong", most=svg.WIDTH))
            top += 20
            for level, said in told.items():
                shapes += _step(level, said, top, language)
                top += LINE * len(_lines(said)) + 3
            top += 14
    more = len(analysis["by_exercise"]) > MOST_MOVEMENTS
    notes = [reasons(analysis, *analysis.get("reasons", {}))]
    notes += [_WORDS["first"][language].format(most=MOST_MOVEMENTS)] if more else []
    rows.append(method(analysis, language))
    return drawn("scaling", title, rows, top - 14, *shapes, language=language, note=" ".join(filter(None, notes)))


def _step(level: str, said: str, top: float, language: Language) -> Iterator[SafeString]:
    """A level: as many bars of three as it is hard, its name, its sentence."""
    lit = len(LEVELS) - LEVELS.index(level)
    for bar in range(len(LEVELS)):
        high = 4 + 3 * bar
        yield svg.rect(5 * bar, top + 11 - high, 3.5, high, "bar" if bar < lit else "track", round_=1)
    yield svg.text(20, top + 11, label(level, language, begins=True), "small", most=COLUMN - 24)
    for place, part in enumerate(_lines(said)):
        yield svg.text(COLUMN, top + 11 + LINE * place, part)


def _lines(said: str) -> list[str]:
    return svg.wrapped(said, svg.WIDTH - COLUMN, lines=3)


def _without(name: str, sentence: str, language: Language) -> str:
    """A sentence without the name it stands under: another one is a movement that takes its place."""
    return sentence.removeprefix(name + wording.colon(language))


Point = tuple[float, float]


def _between(start: Point, end: Point, share: float) -> Point:
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _triangle(corners: list[Point]) -> str:
    return "M" + "L".join(f"{svg.number(x)} {svg.number(y)}" for x, y in corners) + "Z"
