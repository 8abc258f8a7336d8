"""What an athlete has done lately: the sessions of the last days that count as history. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from training.prescription import Block, PrescribedExercise, Prescription, Set
from training.zones import system

DAYS = 7  # a coach looks back so far
REST_HOURS = 48  # of a muscle that was trained heavily
INTENSE_HOURS = 36  # "yesterday": two days running with work in zone 5 are one too many
INTENSE_ZONE = 5


@dataclass(frozen=True)
class Past:
    """A session that was done, so many hours ago."""

    hours_ago: float
    discipline: str
    prescription: Prescription

    def intense(self) -> bool:
        """Was there work in zone 5 or above?"""
        return any(
            intense(self.discipline, exercise, set_)
            for _, exercise in worked(self.prescription)
            for set_ in exercise.sets
        )


@dataclass(frozen=True)
class History:
    """Past sessions, the newest first. Empty: nothing is known, and nothing follows from it."""

    sessions: tuple[Past, ...] = ()

    def within(self, hours: float) -> Iterator[Past]:
        """The sessions of the last hours."""
        return (past for past in self.sessions if past.hours_ago <= hours)

    def holds(self, prescription: Prescription) -> bool:
        """Was this very session done lately? The same exercises with the same sets in the same formats."""
        asked = _essence(prescription)
        return any(_essence(past.prescription) == asked for past in self.sessions)


NOTHING_DONE = History()


def intense(discipline: str | None, exercise: PrescribedExercise, set_: Set) -> bool:
    """Is a set in zone 5 or above, by its zone or its intensity?"""
    if set_.zone is not None:
        return set_.zone >= INTENSE_ZONE
    return set_.intensity is not None and system(discipline, exercise.sport).zone(set_.intensity) >= INTENSE_ZONE


def worked(prescription: Prescription) -> Iterator[tuple[Block, PrescribedExercise]]:
    """The exercises outside warm-up and cool-down, with their blocks."""
    return ((block, e) for block, e in prescription.exercises() if block.role not in {"warmup", "cooldown"})


def _essence(prescription: Prescription) -> list[object]:
    return [
        (block.format, block.rounds, block.time_cap_seconds, e.exercise or e.name, tuple(e.sets))
        for block, e in worked(prescription)
    ]
