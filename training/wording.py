"""A prescription in short words, as a coach would write it on a board, in both languages. Pure.

Takes the stored JSON as it is: the admin's pages and the exports say a set the same way.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from training.prescription import Format, Role, Sport
from training.request import Language

Json = dict[str, Any]


@dataclass(frozen=True)
class _Words:
    """One language's words; `{}` stands for a number with its unit."""

    decimal_mark: str
    gap: str  # between a number and its unit
    percent: str
    roles: dict[Role, str]
    formats: dict[Format, str]
    sports: dict[Sport, str]
    kinds: dict[str, str]
    rep: str
    reps: str
    or_more: str
    to_failure: str
    per_side: str
    percent_1rm: str
    of_threshold: str
    zone: str
    tempo: str
    rest: str
    within: str
    round: str
    rounds: str
    cap: str
    every: str
    between_rounds: str
    slot: str


_WORDS: Final[dict[Language, _Words]] = {
    "en": _Words(
        decimal_mark=".",
        gap=" ",
        percent="%",
        roles={
            "warmup": "warm-up", "skill": "skill", "main": "main", "accessory": "accessory",
            "conditioning": "conditioning", "cooldown": "cool-down",
        },
        formats={
            "sets": "sets", "superset": "superset", "circuit": "circuit", "intervals": "intervals", "steady": "steady",
            "amrap": "AMRAP", "emom": "EMOM", "for_time": "for time", "tabata": "Tabata", "chipper": "chipper",
            "ladder": "ladder", "race": "race",
        },
        sports={"run": "run", "bike": "bike", "swim": "swim", "row": "row", "ski": "ski"},
        kinds={"warmup": "warm-up", "drop": "drop set"},
        rep="rep",
        reps="reps",
        or_more="{}+ reps",
        to_failure="to failure",
        per_side="per side",
        percent_1rm="{} of 1RM",
        of_threshold="{} of threshold",
        zone="zone {}",
        tempo="tempo {}",
        rest="rest {}",
        within="{} in {}",
        round="round",
        rounds="rounds",
        cap="cap {}",
        every="every {}",
        between_rounds="rest {} between rounds",
        slot="interval {}",
    ),
    "fr": _Words(
        decimal_mark=",",
        gap="\u00a0",  # no line ends there
        percent="\u00a0%",
        roles={
            "warmup": "échauffement", "skill": "technique", "main": "corps de séance",
            "accessory": "travail complémentaire", "conditioning": "conditionnement", "cooldown": "retour au calme",
        },
        formats={
            "sets": "séries", "superset": "superset", "circuit": "circuit", "intervals": "intervalles",
            "steady": "effort continu", "amrap": "AMRAP", "emom": "EMOM", "for_time": "for time", "tabata": "Tabata",
            "chipper": "chipper", "ladder": "échelle", "race": "course",
        },
        sports={"run": "course à pied", "bike": "vélo", "swim": "natation", "row": "rameur", "ski": "ski erg"},
        kinds={"warmup": "échauffement", "drop": "série dégressive"},
        rep="répétition",
        reps="répétitions",
        or_more="{} répétitions ou plus",
        to_failure="à l’échec",
        per_side="par côté",
        percent_1rm="{} du 1RM",
        of_threshold="{} du seuil",
        zone="zone {}",
        tempo="tempo {}",
        rest="repos {}",
        within="{} en {}",
        round="tour",
        rounds="tours",
        cap="limite {}",
        every="toutes les {}",
        between_rounds="repos {} entre les tours",
        slot="intervalle {}",
    ),
}  # fmt: skip


def sets(exercise: Json, language: Language, *, role: Role | None = None) -> Iterator[str]:
    """A line for each run of equal sets of an exercise: "3 × 5 reps, 100 kg, rest 3 min".

    `role` is its block's: what that says of a set is not said again.
    """

    def said(given: Json) -> str:
        per_side, implements = exercise.get("per_side") or False, exercise.get("implements") or 1
        again = role == given.get("kind")
        return one_set({**given, "kind": None} if again else given, language, per_side=per_side, implements=implements)

    for line, equal in groupby(exercise["sets"], key=said):
        count = sum(1 for _ in equal)
        yield f"{count} × {line}" if count > 1 else line


def one_set(given: Json, language: Language, *, per_side: bool = False, implements: int = 1) -> str:
    """ "8–10 reps per side, 2 × 24 kg, RPE 8, rest 90 s"; what is not given is not said."""
    words = _WORDS[language]
    kind = given.get("kind") or "working"
    measures = [
        *_reps(given, words, to_failure=kind == "to_failure"),
        *_said(given, "distance_meters", "{}", lambda value: distance(value, language)),
        *_said(given, "calories", "{}", lambda value: unit(value, "cal", language)),
    ]
    time = _said(given, "duration_seconds", "{}", lambda value: duration(value, language))
    # A distance is covered in a time.
    measures = [words.within.format(measures[-1], *time)] if time and _paced(given) else [*measures, *time]
    if per_side and measures:
        measures[0] = f"{measures[0]} {words.per_side}"
    pair = f"{implements} × " if implements > 1 else ""
    return ", ".join(
        [
            *([words.kinds[kind]] if kind in words.kinds else []),
            *measures,
            *_said(given, "load_kg", f"{pair}{{}}", lambda value: unit(value, "kg", language)),
            *_said(given, "percent_1rm", words.percent_1rm, lambda value: percent(round(value, 1), language)),
            *_said(given, "rpe", "{}", lambda value: effort(value, language)),
            *_said(given, "zone", words.zone, str),
            *_said(given, "tempo", words.tempo, str),
            *_intensity(given, words),
            *([] if not given.get("rest_seconds") else [words.rest.format(duration(given["rest_seconds"], language))]),
        ]
    )


def block(given: Json, language: Language) -> str:
    """ "main, circuit, 3 rounds, rest 60 s between rounds"."""
    words = _WORDS[language]
    rounds = given.get("rounds")
    return ", ".join(
        [
            words.roles[given["role"]],
            words.formats[given["format"]],
            *([] if rounds is None else [f"{rounds} {words.round if rounds == 1 else words.rounds}"]),
            *_said(given, "time_cap_seconds", words.cap, lambda value: duration(value, language)),
            *_said(given, "interval_seconds", words.every, lambda value: duration(value, language)),
            *_said(given, "rest_seconds", words.between_rounds, lambda value: duration(value, language)),
        ]
    )


def exercise(given: Json, language: Language) -> str:
    """What its sets do not say: "interval 1, run"."""
    words = _WORDS[language]
    return ", ".join(
        [*_said(given, "slot", words.slot, str), *_said(given, "sport", "{}", lambda value: words.sports[value])]
    )


def name(given: Json) -> str:
    """What an exercise is called: its name, else the slug that stands for it."""
    return str(given.get("name") or given["exercise"])


def duration(seconds: float, language: Language) -> str:
    """90 s, 3 min, 2 min 30 s, 1 h 5 min."""
    if seconds <= 90 and seconds != 60:
        return unit(seconds, "s", language)
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h"), (minutes, "min"), (rest, "s")]
    return " ".join(unit(value, name, language) for value, name in parts if value)


def distance(meters: float, language: Language) -> str:
    """400 m, 1.5 km."""
    kilometers = meters >= 1_000 and meters % 100 == 0
    return unit(meters / 1_000 if kilometers else meters, "km" if kilometers else "m", language)


def effort(rpe: float, language: Language) -> str:
    """RPE 8.5."""
    return f"RPE{_WORDS[language].gap}{number(rpe, language)}"


def unit(value: float, name: str, language: Language) -> str:
    """60 kg: on one line, in French."""
    return f"{number(value, language)}{_WORDS[language].gap}{name}"


def percent(value: float, language: Language) -> str:
    """85% or, in French, 85 %."""
    return f"{number(value, language)}{_WORDS[language].percent}"


def colon(language: Language) -> str:
    """What stands between a word and what is said of it."""
    return ": " if language == "en" else "\u00a0: "


def number(value: float, language: Language) -> str:
    """8, 8.5 or, in French, 8,5."""
    return _number(value, _WORDS[language])


def _said(given: Json, key: str, form: str, say: Any) -> list[str]:
    return [] if given.get(key) is None else [form.format(say(given[key]))]


def _paced(given: Json) -> bool:
    return given.get("distance_meters") is not None and given.get("reps") is None and given.get("calories") is None


def _reps(given: Json, words: _Words, *, to_failure: bool) -> list[str]:
    fewest, most = given.get("reps"), given.get("reps_max")
    if fewest is None:
        return [words.to_failure] if to_failure else []
    span = f"{fewest}–{most}" if most and most != fewest else f"{fewest}"
    return [words.or_more.format(span) if to_failure else f"{span} {words.rep if span == '1' else words.reps}"]


def _intensity(given: Json, words: _Words) -> list[str]:
    start, end = given.get("intensity"), given.get("intensity_end")
    if start is None:
        return []
    percents = [start] if end is None or end == start else [start, end]
    span = "–".join(_number(round(percent * 100, 1), words) for percent in percents)
    return [words.of_threshold.format(f"{span}{words.percent}")]


def _number(value: float, words: _Words) -> str:
    return f"{value:.10g}".replace(".", words.decimal_mark)
