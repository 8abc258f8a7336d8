"""An analysis in words: every computed figure under its name, in the session's language. Pure."""

from collections.abc import Iterator
from typing import Any, Final

from training import wording
from training.coaches.phrases import MUSCLES_FR
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
    "after": "après", "tip": "conseil", "tips": "conseils",
    **{str(muscle): said for muscle, said in MUSCLES_FR.items()},
}  # fmt: skip
# Fractions of a whole, said as percent.
_SHARES: Final = frozenset({
    "share", "low", "moderate", "high", "light", "heavy", "maximal", "gymnastics", "weightlifting", "monostructural",
})  # fmt: skip
_DURATIONS: Final = frozenset({"seconds", "total_seconds", "cumulative_seconds"})


def lines(analysis: dict[str, Any], workout: Workout, depth: int = 0) -> Iterator[tuple[int, str]]:
    """A line a figure and how deep it stands; what is null is left out, its reason is not."""
    language = workout.language
    for key, figure in analysis.items():
        if figure is None or figure in ({}, []):
            continue
        name = label(key, language, begins=True)
        if key == "reasons":
            yield depth, name
            yield from ((depth + 1, reason) for reason in dict.fromkeys(map(str, figure.values())))
        elif isinstance(figure, dict):
            yield depth, name
            yield from lines(figure, workout, depth + 1)
        elif isinstance(figure, list) and isinstance(figure[0], dict):
            yield depth, name
            yield from ((depth + 1, _row(row, workout)) for row in figure)
        else:
            yield depth, f"{name}{wording.colon(language)}{_figure(key, figure, language)}"


def label(key: str, language: Language, *, begins: bool = False) -> str:
    """What a figure is called: where it `begins` a line, with a capital."""
    said = (_ENGLISH if language == "en" else _FRENCH).get(key, key.replace("_", " "))
    return said[:1].upper() + said[1:] if begins else said


def _row(row: dict[str, Any], workout: Workout) -> str:
    """An exercise, a zone or a stretch of a race on one line."""
    names = {exercise.key: workout.name(exercise) for _, exercise in workout.prescription.exercises()}
    said = [
        f"{label(key, workout.language)} {_figure(key, figure, workout.language)}"
        for key, figure in row.items()
        if key != "key" and figure is not None
    ]
    return ", ".join([names.get(row["key"], row["key"]), *said] if "key" in row else said)


def _figure(key: str, figure: Any, language: Language) -> str:
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
        case list():
            return ", ".join(_figure(key, each, language) for each in figure)
        case dict():
            return ", ".join(
                f"{label(name, language)} {_figure(name, each, language)}" for name, each in figure.items()
            )
    return label(figure, language) if figure in _FRENCH else str(figure)
