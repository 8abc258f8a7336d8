"""The sentences coaches and checks say, in both languages. Pure.

Exercise names and cues are the catalogue's; here stands only what is said about a whole session.
"""

from dataclasses import dataclass
from typing import Final

from training.catalogue.entry import Muscle, Pattern
from training.request import Language


def number(value: float, language: Language) -> str:
    """8, 8.5 or, in French, 8,5."""
    text = f"{value:g}"
    return text.replace(".", ",") if language == "fr" else text


@dataclass(frozen=True)
class Phrases:
    """One language's words."""

    language: Language
    breathing: str
    see_a_professional: str
    easy_title: str
    easy_rationale: str
    tired: str
    resting: str
    summary_form: str
    patterns: dict[Pattern, str]

    def summary(self, minutes: int, exercises: int, sets: int, rpe: float) -> str:
        """How long, how much and how hard."""
        plural = "s" if exercises > 1 else ""
        more = "s" if sets > 1 else ""
        effort = number(rpe, self.language)
        return self.summary_form.format(
            minutes=minutes, exercises=exercises, plural=plural, sets=sets, more=more, rpe=effort
        )


PHRASES: Final[dict[Language, Phrases]] = {
    "en": Phrases(
        language="en",
        breathing="Calm breathing",
        see_a_professional=(
            "What you describe should be seen by a health professional before you train hard: "
            "this is an easy session only."
        ),
        easy_title="Easy movement",
        easy_rationale="Only gentle movement today: nothing heavy or fast, and stop at once if anything feels wrong.",
        tired="Your energy is low: fewer sets and more in reserve than usual.",
        resting="Muscles that worked heavily less than two days ago stay light today.",
        summary_form="{minutes} min, {exercises} exercise{plural}, {sets} working set{more}, mean RPE {rpe}.",
        patterns={
            "squat": "squat", "hinge": "hinge", "lunge": "lunge", "horizontal_push": "horizontal push",
            "vertical_push": "vertical push", "horizontal_pull": "horizontal pull", "vertical_pull": "vertical pull",
            "carry": "carry", "core": "core", "isolation": "isolation", "olympic": "Olympic lift", "jump": "jump",
            "cyclical": "cardio", "mobility": "mobility",
        },
    ),
    "fr": Phrases(
        language="fr",
        breathing="Respiration calme",
        see_a_professional=(
            "Ce que vous décrivez doit être vu par un professionnel de santé avant tout effort intense\u00a0: "
            "cette séance reste facile."
        ),
        easy_title="Mouvement en douceur",
        easy_rationale=(
            "Seulement du mouvement doux aujourd’hui\u00a0: rien de lourd ni de rapide, "
            "et arrêtez-vous au moindre signe."
        ),
        tired="Votre énergie est basse\u00a0: moins de séries et plus de marge que d’habitude.",
        resting="Les muscles qui ont travaillé lourd il y a moins de deux jours restent au léger aujourd’hui.",
        summary_form=(
            "{minutes}\u00a0min, {exercises} exercice{plural}, {sets} série{more} de travail, RPE moyen\u00a0{rpe}."
        ),
        patterns={
            "squat": "squat", "hinge": "charnière de hanche", "lunge": "fente", "carry": "porté", "core": "gainage",
            "horizontal_push": "poussée horizontale", "vertical_push": "poussée verticale",
            "horizontal_pull": "tirage horizontal", "vertical_pull": "tirage vertical", "isolation": "isolation",
            "olympic": "haltérophilie", "jump": "saut", "cyclical": "cardio", "mobility": "mobilité",
        },
    ),
}  # fmt: skip

MUSCLES_FR: Final[dict[Muscle, str]] = {
    "abdominals": "abdominaux", "abductors": "abducteurs", "adductors": "adducteurs", "biceps": "biceps",
    "calves": "mollets", "chest": "pectoraux", "forearms": "avant-bras", "glutes": "fessiers",
    "hamstrings": "ischio-jambiers", "lats": "grands dorsaux", "lower back": "lombaires",
    "middle back": "milieu du dos", "neck": "nuque", "quadriceps": "quadriceps", "shoulders": "épaules",
    "traps": "trapèzes", "triceps": "triceps",
}  # fmt: skip
