"""An analysis in words: every computed figure under its name, in the session's language. Pure."""

from collections.abc import Iterator
from typing import Any, Final

from training import wording
from training.coaches.phrases import MUSCLES_FR
from training.exports import outline
from training.exports.workout import Workout
from training.request import Language

# In English a figure is called by its key, but for these.
_ENGLISH: Final[dict[str, str]] = {
    "tss_breakdown": "training load",  # the key's name is a trade mark
    "tss": "load",
    "inol": "INOL",
    "estimated_1rm_kg": "estimated 1RM",
    "average_percent_1rm": "average %1RM",
    "volume_kg": "volume",
    "total_volume_kg": "total volume",
    "total_seconds": "total",
    "cumulative_seconds": "at",
    "seconds": "time",
    "rx": "Rx",
    "reasons": "notes",
    "push_pull_ratio": "push and pull",
}
_FRENCH: Final[dict[str, str]] = {
    "volume_analysis": "volume", "intensity_distribution": "répartition de l’intensité",
    "zone_distribution": "répartition par zone", "tss_breakdown": "charge d’entraînement",
    "modal_balance": "équilibre des modalités", "scaling_guidance": "adaptations",
    "skill_progression_path": "progression technique", "push_pull_ratio": "poussée et tirage",
    "station_timing": "temps par station", "transition_strategy": "transitions",
    "method": "méthode", "reasons": "remarques", "total": "total", "ratio": "rapport", "band": "profil",
    "total_sets": "séries", "total_reps": "répétitions", "total_volume_kg": "volume total",
    "by_exercise": "par exercice", "by_muscle": "par muscle", "by_block": "par bloc", "by_reps": "par répétitions",
    "by_time_under_tension": "par temps sous tension", "by_bucket": "par type de mouvement",
    "sets": "séries", "reps": "répétitions", "volume_kg": "volume", "estimated_1rm_kg": "1RM estimé",
    "inol": "INOL", "light": "léger", "moderate": "modéré", "heavy": "lourd", "maximal": "maximal",
    "unknown_reps": "répétitions d’intensité inconnue", "average_percent_1rm": "%1RM moyen",
    "zones": "zones", "zone": "zone", "seconds": "durée", "share": "part", "low": "faible", "high": "élevé",
    "polarization_index": "indice de polarisation", "tss": "charge", "intensity_factor": "facteur d’intensité",
    "normalized": "normalisé", "gymnastics": "gymnastique", "weightlifting": "haltérophilie",
    "monostructural": "cardio", "balance": "équilibre", "rx": "Rx", "scaled": "adapté", "foundations": "débutant",
    "skills": "mouvements", "skill": "mouvement", "current_step": "étape actuelle",
    "current_index": "numéro de l’étape", "next_steps": "étapes suivantes", "standard": "critère de passage",
    "push": "poussée", "pull": "tirage", "horizontal_push": "poussée horizontale",
    "vertical_push": "poussée verticale", "horizontal_pull": "tirage horizontal", "vertical_pull": "tirage vertical",
    "total_seconds": "total", "segments": "segments", "kind": "type", "name": "nom", "run": "course",
    "station": "station", "transition": "transition", "cumulative_seconds": "à", "transitions": "transitions",
    "balanced": "équilibré", "push-heavy": "poussée dominante", "pull-biased": "tirage un peu dominant",
    "pull-heavy": "tirage dominant", "after": "après", "before": "avant", "tip": "conseil", "tips": "conseils",
    **{str(muscle): said for muscle, said in MUSCLES_FR.items()},
}  # fmt: skip
# Fractions of a whole, said as percent.
_SHARES: Final = frozenset({
    "share", "low", "moderate", "high", "light", "heavy", "maximal", "gymnastics", "weightlifting", "monostructural",
})  # fmt: skip
_NAMES: Final = ("key", "name", "skill", "after")  # what a row is about, by the first of them
_DURATIONS: Final = frozenset({"seconds", "total_seconds", "cumulative_seconds"})


def lines(analysis: dict[str, Any], workout: Workout) -> Iterator[tuple[int, str]]:
    """A line a figure and how deep it stands; what is null is left out, its reason is not."""
    yield from _tree(analysis, workout.language, _names(workout), 0)


def _tree(figures: dict[str, Any], language: Language, names: dict[str, str], depth: int) -> Iterator[tuple[int, str]]:
    for key, figure in figures.items():
        if figure is None or figure in ({}, []):
            continue
        head = label(key, language, begins=True)
        if key == "reasons":  # often one for many figures
            yield depth, head
            yield from ((depth + 1, str(reason)) for reason in dict.fromkeys(figure.values()))
        elif isinstance(figure, dict):
            yield depth, head
            yield from _tree(figure, language, names, depth + 1)
        elif isinstance(figure, list):
            yield depth, head
            for row in figure:
                yield from _row(row, language, names, depth + 1) if isinstance(row, dict) else [(depth + 1, str(row))]
        else:
            yield depth, f"{head}{wording.colon(language)}{value(key, figure, language)}"


def _row(row: dict[str, Any], language: Language, names: dict[str, str], depth: int) -> Iterator[tuple[int, str]]:
    """An exercise, a zone or a stretch of a race: its figures on one line, its sentences below one another."""
    named = next((key for key in _NAMES if row.get(key) is not None), "")
    name = str(row.get(named, ""))
    if named == "key":
        name = names.get(name, name)
    elif named == "after":
        name = f"{label(named, language, begins=True)} {name}"
    told = {key: figure for key, figure in row.items() if key not in {"kind", "skill", named} and figure is not None}
    if any(isinstance(figure, (str, list)) for figure in told.values()):
        yield depth, name
        yield from _tree(told, language, names, depth + 1)
    else:
        said = ", ".join(f"{label(key, language)} {value(key, figure, language)}" for key, figure in told.items())
        yield depth, wording.colon(language).join(part for part in (name, said) if part)


def label(key: str, language: Language, *, begins: bool = False) -> str:
    """What a figure is called: where it `begins` a line, with a capital."""
    said = (_ENGLISH if language == "en" else _FRENCH).get(key, key.replace("_", " "))
    return said[:1].upper() + said[1:] if begins else said


def _names(workout: Workout) -> dict[str, str]:
    """What the session calls its blocks and exercises, by key."""
    prescription = workout.prescription
    return {
        **{block.key: part.head for block, part in zip(prescription.blocks, outline.parts(workout), strict=True)},
        **{exercise.key: workout.name(exercise) for _, exercise in prescription.exercises()},
    }


def value(key: str, figure: Any, language: Language) -> str:
    """A figure with its unit, as exactly as people read; the API has it whole."""
    match figure:
        case bool():
            return "✓" if figure else "✗"
        case int() | float() if key in _DURATIONS:
            return wording.duration(round(figure), language)
        case int() | float() if key in _SHARES:
            return wording.percent(round(100 * figure, 1), language)
        case int() | float():
            said = round(figure, 2)
            return wording.unit(said, "kg", language) if key.endswith("_kg") else wording.number(said, language)
    return label(figure, language) if figure in _FRENCH else str(figure)
