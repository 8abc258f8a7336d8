"""The force coach's analyses: how much was lifted, by which muscles, and how heavy. Pure.

Working sets only. Repetitions and volume count both sides of what is done per side; sets, intensity and INOL one.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from training.catalogue import Catalogue, Entry
from training.counting import Counted, working_sets
from training.one_rep_max import CHART_REPS, OneRepMaxes, chart_percent, epley, inol
from training.prescription import PrescribedExercise, Prescription
from training.request import Language, SessionRequest

SEMICOLON: Final[dict[Language, str]] = {"en": ";", "fr": "\u00a0;"}
BANDS = ("light", "moderate", "heavy", "maximal")
BAND_BOUNDS = (70, 80, 90)  # %1RM at which the next band begins
PRIMARY, SECONDARY = 1.0, 0.5  # of a set, Pelland et al. 2024, doi 10.1007/s40279-025-02344-w


@dataclass(frozen=True)
class _Words:
    """What the figures say in words, in one language."""

    volume_method: str
    intensity_method: str
    amrap_method: str
    no_percent: str
    no_load: str
    lower_bound: str
    added_load: str
    unloaded: str
    unloaded_in: str
    strangers: str


_WORDS: Final[dict[Language, _Words]] = {
    "en": _Words(
        volume_method=(
            "volume load; fractional sets 1.0 / 0.5, volume alike by convention; e1RM by RTS chart or Epley; INOL"
        ),
        intensity_method="%1RM given, by load / 1RM, or by RTS chart; shares of reps; average relative intensity; INOL",
        amrap_method="an amrap counts one round",
        no_percent=(
            "No set's %1RM is known: it takes percent_1rm, a load and the athlete's 1RM, or 1-12 reps at RPE 6-10."
        ),
        no_load="No working set of 1-12 reps has a load.",
        lower_bound="A lower bound: without an RPE of 6-10, Epley takes the set for all there was.",
        added_load="Of the added load alone: the body that is lifted with it is not counted.",
        unloaded="Sets without a load are left out.",
        unloaded_in="Sets without a load are left out: {names}.",
        strangers="Left out, because their muscles are unknown: {names}.",
    ),
    "fr": _Words(
        volume_method=(
            "charge de volume\u00a0; séries fractionnées 1,0 / 0,5, volume de même par convention\u00a0; 1RM estimé "
            "par la table RTS ou Epley\u00a0; INOL"
        ),
        intensity_method=(
            "%1RM donné, par charge / 1RM ou par la table RTS\u00a0; parts des répétitions\u00a0; intensité relative "
            "moyenne\u00a0; INOL"
        ),
        amrap_method="un AMRAP compte pour un tour",
        no_percent=(
            "Aucun %1RM n’est connu\u00a0: il faut percent_1rm, une charge et le 1RM de l’athlète, ou 1 à 12 "
            "répétitions à RPE 6 à 10."
        ),
        no_load="Aucune série de travail de 1 à 12 répétitions n’a de charge.",
        lower_bound="Au moins autant\u00a0: sans RPE de 6 à 10, Epley suppose que la série allait jusqu’au bout.",
        added_load="De la seule charge ajoutée\u00a0: le corps soulevé avec elle n’est pas compté.",
        unloaded="Les séries sans charge ne sont pas comptées.",
        unloaded_in="Les séries sans charge ne sont pas comptées\u00a0: {names}.",
        strangers="Non comptés, car leurs muscles sont inconnus\u00a0: {names}.",
    ),
}


@dataclass(frozen=True)
class _Work:
    """The working sets of one exercise."""

    exercise: PrescribedExercise
    name: str  # in the request's language
    entry: Entry | None
    sets: Sequence[Counted]

    def loads(self) -> Iterator[float | None]:
        """The volume load of each set, None where its load is unknown."""
        body_weight = self.entry is not None and (self.entry.modality == "gymnastics" or not self.entry.equipment)
        for counted in self.sets:
            load = counted.set.load_kg
            if load is None and (body_weight or not counted.reps):
                load = 0  # nothing is added to the body, or nothing is counted in repetitions
            yield None if load is None else volume_load(counted, load)


def analyse(prescription: Prescription, request: SessionRequest, catalogue: Catalogue) -> dict[str, Any]:
    """`volume_analysis` and `intensity_distribution` of the API's contract. The prescription has all its keys."""
    words, maxes = _WORDS[request.language], OneRepMaxes(request.athlete.one_rep_max_kg, "force", catalogue)
    by_key = groupby(working_sets(prescription), key=lambda counted: counted.exercise.key)
    grouped = [list(sets) for _, sets in by_key]
    work = [
        _Work(done, catalogue.called(done, request.language), catalogue.get(done.exercise), sets)
        for sets in grouped
        for done in [sets[0].exercise]
    ]
    amrap = any(b.format == "amrap" and b.role not in {"warmup", "cooldown"} for b in prescription.blocks)
    suffix = f"{SEMICOLON[request.language]} {words.amrap_method}" if amrap else ""
    return {
        "volume_analysis": {"method": words.volume_method + suffix, **_volume_analysis(work, maxes, words)},
        "intensity_distribution": {
            "method": words.intensity_method + suffix,
            **_intensity_distribution(work, maxes, words),
        },
    }


def volume_load(counted: Counted, load_kg: float) -> float:
    """Volume load in kg: reps x load x implements, both sides. Body weight is not volume. The standard definition."""
    return counted.reps * counted.sides * load_kg * counted.exercise.implements


def estimated_1rm(work: Iterable[Counted]) -> tuple[float, bool] | None:
    """The greatest estimate over sets of 1-12 reps in kg, and whether it rests on an RPE; None without a load.

    With an RPE: load / (percent of the RTS chart / 100). Else Epley, a lower bound: it takes the set for all there was.
    """
    estimates = []
    for counted in work:
        load, reps, rpe = counted.set.load_kg, counted.set.reps, counted.set.rpe
        if not load or reps is None or reps > CHART_REPS:
            continue
        percent = None if rpe is None else chart_percent(reps, rpe)
        estimates.append((epley(load, reps), False) if percent is None else (load / (percent / 100), True))
    return max(estimates, default=None)


def _volume_analysis(work: list[_Work], maxes: OneRepMaxes, words: _Words) -> dict[str, Any]:
    reasons: dict[str, str] = {}
    rows = []
    for i, exercise in enumerate(work):
        row, row_reasons = _exercise_row(exercise, maxes, words)
        rows.append(row)
        reasons |= {f"by_exercise.{i}.{figure}": reason for figure, reason in row_reasons.items()}
    by_muscle, muscle_reasons = _by_muscle(work, words)
    total, complete = _sum(load for exercise in work for load in exercise.loads())
    if not complete:
        unloaded = ", ".join(exercise.name for exercise in work if None in exercise.loads())
        reasons["total_volume_kg"] = words.unloaded_in.format(names=unloaded)
    return {
        "total_sets": sum(row["sets"] for row in rows),
        "total_reps": sum(row["reps"] for row in rows),
        "total_volume_kg": total,
        "by_exercise": rows,
        "by_muscle": by_muscle,
        "reasons": reasons | muscle_reasons,
    }


def _exercise_row(work: _Work, maxes: OneRepMaxes, words: _Words) -> tuple[dict[str, Any], dict[str, str]]:
    """One exercise's figures, and the reasons beside them."""
    reasons = {}
    volume, complete = _sum(work.loads())
    if not complete:
        reasons["volume_kg"] = words.unloaded
    estimate = estimated_1rm(work.sets)
    if estimate is None:
        reasons["estimated_1rm_kg"] = words.no_load
    else:
        notes = [] if estimate[1] else [words.lower_bound]
        notes += [words.added_load] if work.entry is not None and work.entry.modality == "gymnastics" else []
        if notes:
            reasons["estimated_1rm_kg"] = " ".join(notes)
    total_inol = _inol(_known(work, maxes))
    if total_inol is None:
        reasons["inol"] = words.no_percent
    return {
        "key": work.exercise.key,
        "sets": sum(counted.times for counted in work.sets),
        "reps": sum(counted.reps * counted.sides for counted in work.sets),
        "volume_kg": volume,
        "estimated_1rm_kg": None if estimate is None else _figure(estimate[0]),
        "inol": total_inol,
    }, reasons


def _by_muscle(work: list[_Work], words: _Words) -> tuple[dict[str, dict[str, float | None]], dict[str, str]]:
    """Fractional sets and volume by muscle: 1.0 of each for a primary muscle, 0.5 for a secondary one."""
    sets: defaultdict[str, float] = defaultdict(float)
    loads: defaultdict[str, list[float | None]] = defaultdict(list)
    for exercise in work:
        if exercise.entry is None:
            continue
        weights = dict.fromkeys(exercise.entry.secondary, SECONDARY) | dict.fromkeys(exercise.entry.primary, PRIMARY)
        for muscle, weight in weights.items():
            sets[muscle] += weight * sum(counted.times for counted in exercise.sets)
            loads[muscle] += [None if load is None else weight * load for load in exercise.loads()]
    figures: dict[str, dict[str, float | None]] = {}
    reasons = {}
    for name in sorted(sets):
        volume, complete = _sum(loads[name])
        figures[name] = {"sets": _figure(sets[name]), "volume_kg": volume}
        if not complete:
            reasons[f"by_muscle.{name}.volume_kg"] = words.unloaded
    strangers = [exercise.name for exercise in work if exercise.entry is None]
    if strangers:
        reasons["by_muscle"] = words.strangers.format(names=", ".join(strangers))
    return figures, reasons


def _intensity_distribution(work: list[_Work], maxes: OneRepMaxes, words: _Words) -> dict[str, Any]:
    """Shares of the reps with a known %1RM by band, their average relative intensity, and INOL. One side's reps."""
    known = [pair for exercise in work for pair in _known(exercise, maxes)]
    reps = sum(n for n, _ in known)
    unknown_reps = sum(counted.reps for exercise in work for counted in exercise.sets) - reps
    in_band = [0] * len(BANDS)
    for n, percent in known:
        in_band[bisect_right(BAND_BOUNDS, percent)] += n
    figures: dict[str, Any] = {
        **{band: _figure(n / reps) if reps else None for band, n in zip(BANDS, in_band, strict=True)},
        "unknown_reps": unknown_reps,
        # Haff & Triplett, Essentials of Strength Training and Conditioning, 4th ed.
        "average_percent_1rm": _figure(sum(n * percent for n, percent in known) / reps) if reps else None,
        "inol": _inol(known),
    }
    return {**figures, "reasons": {figure: words.no_percent for figure, value in figures.items() if value is None}}


def _known(work: _Work, maxes: OneRepMaxes) -> list[tuple[int, float]]:
    """Reps and %1RM of the sets that are counted in reps and whose %1RM is known."""
    percents = ((counted.reps, maxes.percent(work.exercise, counted.set)) for counted in work.sets)
    return [(reps, percent) for reps, percent in percents if reps and percent is not None]


def _inol(known: list[tuple[int, float]]) -> float | None:
    return _figure(sum(inol(reps, percent) for reps, percent in known)) if known else None


def _sum(loads: Iterable[float | None]) -> tuple[float | None, bool]:
    """The sum of what is known and whether that is everything; null where all that is known comes to nothing."""
    everything = list(loads)
    known = [load for load in everything if load is not None]
    total, complete = sum(known), len(known) == len(everything)
    return (_figure(total) if complete or total else None), complete


def _figure(value: float) -> float:
    """A figure without the noise of binary fractions."""
    return round(value, 6)
