"""The calisthenics coach's pictures: your step on each ladder, and pulling against pushing. Pure."""

from bisect import bisect_left
from typing import Any, Final

from django.utils.safestring import SafeString

from training.analyses.calisthenics import LEAST_BALANCED, MOST_BALANCED, MOST_PULL_BIASED
from training.exports.figures import label
from training.exports.workout import Workout
from training.request import Language
from web.charts import svg
from web.charts.figure import Figure, Row, drawn, method, not_known, reasons
from web.charts.said import clock, count

RUNG, LOW_RUNG = 26, 9  # from one rung to the next; those below your step are closer
LEFT, RIGHT = 6, 38  # the rails
MOST_LOW_RUNGS: Final = 12  # drawn; the number says how many there are

BOUNDS: Final = (LEAST_BALANCED, MOST_BALANCED, MOST_PULL_BIASED)  # of pull / push, between two bands
BANDS: Final = ("push-heavy", "balanced", "pull-biased", "pull-heavy")
FAR: Final = 3.0  # the ratio at the end of the scale
WAYS: Final = (("", "total_sets"), ("by_reps", "total_reps"), ("by_time_under_tension", ""))

_WORDS: Final[dict[str, dict[Language, str]]] = {
    "ladders": {"en": "Your step on the ladder", "fr": "Votre étape sur l’échelle"},
    "no_skill": {"en": "No exercise of this session stands on a ladder.",
                 "fr": "Aucun exercice de cette séance ne figure dans une progression."},
    "step": {"en": "step {number}: {name}", "fr": "étape {number}\u00a0: {name}"},
    "here": {"en": "you are here", "fr": "vous êtes ici"},
    "next": {"en": "then", "fr": "ensuite"},
    "top": {"en": "the top of this ladder", "fr": "le sommet de cette échelle"},
    "push_pull": {"en": "Push and pull", "fr": "Poussée et tirage"},
    "push": {"en": "Push", "fr": "Poussée"},
    "pull": {"en": "Pull", "fr": "Tirage"},
    "ratio": {"en": "Pull / push", "fr": "Tirage / poussée"},
    "time": {"en": "under tension", "fr": "sous tension"},
}  # fmt: skip


def ladders(analysis: dict[str, Any], workout: Workout) -> Figure:
    """One ladder a skill: steps already climbed close below, yours marked, the next ones above."""
    language = workout.language
    title = _WORDS["ladders"][language]
    if not analysis["skills"]:
        why = reasons(analysis, "skills") or _WORDS["no_skill"][language]
        return not_known("ladders", title, why, language=language)
    rows: list[Row] = []
    shapes: list[str] = []
    top = 0.0
    for skill in analysis["skills"]:
        rows += _told(skill, language)
        drawn_, top = _ladder(skill, top, language)
        shapes += drawn_
    rows.append(method(analysis, language))
    return drawn("ladders", title, rows, top - 14, *shapes, language=language, note=reasons(analysis, "skills"))


def push_pull(analysis: dict[str, Any], workout: Workout) -> Figure:
    """Where pull / push stands among its bands, and what is pushed and pulled in sets, repetitions and seconds."""
    language = workout.language
    title = _WORDS["push_pull"][language]
    sides = [(name, _amounts(analysis[path] if path else analysis, name, language)) for path, name in _ways(language)]
    rows: list[Row] = []
    if analysis["ratio"] is not None:
        band = label(analysis["band"], language)
        rows.append((_WORDS["ratio"][language], f"{count(analysis['ratio'], language, decimals=2)}, {band}"))
    rows += [
        (name, f"{_WORDS['push'][language].lower()} {push}, {_WORDS['pull'][language].lower()} {pull}")
        for name, (push, pull) in sides
    ]
    if not analysis["push"] and not analysis["pull"]:
        return not_known("push-pull", title, reasons(analysis, "ratio"), language=language, rows=rows)
    scale: list[SafeString] = []
    top = 0.0
    if analysis["ratio"] is not None:
        scale, top = _scale(analysis["ratio"], analysis["band"], language)
    shapes = [svg.text(0, top + 13, _WORDS["push"][language], "strong")]
    shapes.append(svg.text(svg.WIDTH, top + 13, _WORDS["pull"][language], "strong", anchor="end"))
    reach = svg.WIDTH / 2 - 8 - max(svg.width(value, "value") for _, said in sides for value in said)
    for place, ((path, _), (name, said)) in enumerate(zip(_ways(language), sides, strict=True)):
        figures = analysis[path] if path else analysis
        shapes += _butterfly(figures["push"], figures["pull"], said, name, top + 34 + 38 * place, reach)
    rows.append(method(analysis, language))
    told = reasons(analysis, "ratio", "push", "pull", "by_reps.ratio", "by_time_under_tension.ratio")
    return drawn(
        "push-pull", title, rows, top + 34 + 38 * len(sides) - 8, *scale, *shapes, language=language, note=told
    )


# --- the ladder ---


def _told(skill: dict[str, Any], language: Language) -> list[Row]:
    step = _WORDS["step"][language].format(number=skill["current_index"] + 1, name=skill["current_step"])
    ahead = " → ".join(skill["next_steps"]) or _WORDS["top"][language]
    rows = [(skill["name"], ""), (_WORDS["here"][language].capitalize(), step)]
    rows.append((_WORDS["next"][language].capitalize(), ahead))
    return [*rows, (label("standard", language, begins=True), skill["standard"])] if skill["standard"] else rows


def _ladder(skill: dict[str, Any], top: float, language: Language) -> tuple[list[SafeString], float]:
    """The shapes of a ladder from `top` down, and where the next one begins."""
    ahead, below = list(reversed(skill["next_steps"])), min(skill["current_index"], MOST_LOW_RUNGS)
    first = top + 38.0
    here = first + RUNG * len(ahead)
    foot = here + LOW_RUNG * below + 12
    shapes = [svg.text(0, top + 16, skill["name"], "strong", most=svg.WIDTH)]
    shapes += [svg.line(x, first - 12, x, foot, "rail") for x in (LEFT, RIGHT)]
    for place, name in enumerate(ahead):
        y = first + RUNG * place
        shapes += [
            svg.line(LEFT, y, RIGHT, y, "rung ahead"),
            svg.text(RIGHT + 14, y + 4, name, most=svg.WIDTH - RIGHT - 14),
        ]
    shapes += [
        svg.line(LEFT, here + LOW_RUNG * n, RIGHT, here + LOW_RUNG * n, "rung climbed") for n in range(1, below + 1)
    ]
    standard = svg.wrapped(skill["standard"] or "", svg.WIDTH - RIGHT - 14, "small", lines=4)
    shapes += [
        svg.line(LEFT, here, RIGHT, here, "rung here"),
        svg.circle((LEFT + RIGHT) / 2, here, 10, "dot"),
        svg.text((LEFT + RIGHT) / 2, here + 4, str(skill["current_index"] + 1), "small on-accent", anchor="middle"),
        svg.text(RIGHT + 14, here + 4, skill["current_step"], "strong", most=svg.WIDTH - RIGHT - 14),
        *(svg.text(RIGHT + 14, here + 20 + 14 * n, said, "small") for n, said in enumerate(standard)),
    ]
    return shapes, max(foot, here + 10 + 14 * len(standard)) + 16


# --- push and pull ---


def _ways(language: Language) -> list[tuple[str, str]]:
    return [
        (path, label(key, language, begins=True) if key else _WORDS["time"][language].capitalize())
        for path, key in WAYS
    ]


def _amounts(figures: dict[str, Any], name: str, language: Language) -> tuple[str, str]:
    if name == _WORDS["time"][language].capitalize():
        return clock(figures["push"]), clock(figures["pull"])
    return count(figures["push"], language, decimals=1), count(figures["pull"], language, decimals=1)


def _place(ratio: float) -> float:
    """Where a ratio stands on the scale: every band is as wide as the others, a line within it."""
    ends = (0.0, *BOUNDS, FAR)
    band = min(bisect_left(BOUNDS, ratio), len(BOUNDS))
    within = min((ratio - ends[band]) / (ends[band + 1] - ends[band]), 1)
    return svg.WIDTH * (band + within) / len(BANDS)


def _scale(ratio: float, band: str, language: Language) -> tuple[list[SafeString], float]:
    wide = svg.WIDTH / len(BANDS)
    x = _place(ratio)
    said = count(ratio, language, decimals=2)
    half = svg.width(said, "strong") / 2
    top = 34.0
    shapes = [svg.text(min(max(x, half), svg.WIDTH - half), 14, said, "strong", anchor="middle")]
    lines = {name: svg.wrapped(label(name, language), wide - 4, "small", lines=3) for name in BANDS}
    for place, name in enumerate(BANDS):
        here = " here" if name == band else ""
        even = " even" if name == "balanced" else ""
        shapes.append(svg.rect(place * wide + 1, top, wide - 2, 12, f"scale{even}{here}", round_=4))
        shapes += [
            svg.text((place + 0.5) * wide, top + 42 + 13 * n, part, f"small{here}", anchor="middle")
            for n, part in enumerate(lines[name])
        ]
        if place:
            shapes.append(
                svg.text(
                    place * wide, top + 26, count(BOUNDS[place - 1], language, decimals=1), "small", anchor="middle"
                )
            )
    x = min(max(x, 6), svg.WIDTH - 6)
    number = f"{svg.number(x)} {svg.number(top + 12)}"
    shapes.append(svg.path(f"M{number}l-6 -9v-5h12v5Z", "pointer"))
    return shapes, top + 42 + 13 * max(map(len, lines.values())) + 12


def _butterfly(
    push: float, pull: float, said: tuple[str, str], name: str, top: float, reach: float
) -> list[SafeString]:
    """Two bars that grow from the middle, the longer one as far as `reach`."""
    middle, most = svg.WIDTH / 2, max(push, pull) or 1
    left, right = reach * push / most, reach * pull / most
    return [
        svg.text(middle, top, name, "small", anchor="middle"),
        svg.rect(middle - 1 - left, top + 6, left, 12, "push", round_=3),
        svg.rect(middle + 1, top + 6, right, 12, "pull", round_=3),
        svg.quantity(middle - left - 7, top + 16, said[0], anchor="end"),
        svg.quantity(middle + right + 7, top + 16, said[1], anchor="start"),
    ]
