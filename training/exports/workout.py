"""What an export is made from: a session, the exercises it names and when it takes place. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from training.catalogue import Catalogue, Entry
from training.prescription import PrescribedExercise, Prescription
from training.request import Language, SessionRequest
from training.timing import session_seconds

_UNTITLED: Final[dict[Language, str]] = {"en": "Training session", "fr": "Séance d’entraînement"}
# What JSON may hold and neither XML 1.0 nor a line of a calendar may.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_SPACES = re.compile(r"[ \t\n]+")


@dataclass(frozen=True)
class Workout:
    """One session, to be written as a file."""

    id: UUID
    coach: str
    discipline: str
    language: Language
    request: SessionRequest
    prescription: Prescription
    catalogue: Catalogue
    starts_at: datetime
    created_at: datetime
    updated_at: datetime
    details: Mapping[str, dict[str, Any]]  # by an exercise's key, as far as it is enriched
    analysis: dict[str, Any] | None
    checks: list[dict[str, Any]]

    @cached_property
    def seconds(self) -> float:
        """How long it takes, computed."""
        return session_seconds(self.prescription, self.catalogue, self.request)

    @property
    def title(self) -> str:
        """Its title, on one line; never empty."""
        return line(self.prescription.title or "") or _UNTITLED[self.language]

    def entry(self, exercise: PrescribedExercise) -> Entry | None:
        """What the catalogue knows of an exercise; None for a stranger."""
        return self.catalogue.get(exercise.exercise)

    def name(self, exercise: PrescribedExercise) -> str:
        """What an exercise is called: as its author called it, else as the catalogue does in the session's language."""
        entry = self.entry(exercise)
        said = exercise.name or (getattr(entry.name, self.language) if entry else exercise.exercise)
        return line(said or "") or str(exercise.exercise or exercise.key)


def line(text: str) -> str:
    """A text on one line, without what a file of text cannot hold; French keeps the spaces at which no line breaks."""
    return _SPACES.sub(" ", _CONTROL.sub(" ", text)).strip()
