"""What a session is judged by: a prescription and the means of the athlete it is for. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from training.catalogue import Entry
from training.check_words import Sentence, found, say
from training.coaches.means import Means
from training.coaches.planning import named
from training.prescription import Block, PrescribedExercise, Prescription

Verdict: TypeAlias = tuple[bool, str]  # kept or not, and a person's words for it


@dataclass(frozen=True)
class Case:
    """One prescription for one athlete."""

    prescription: Prescription
    means: Means

    def entries(self) -> Iterator[tuple[Block, PrescribedExercise, Entry]]:
        """Every exercise that the catalogue knows; of strangers nothing is known that could be judged."""
        for block, exercise in self.prescription.exercises():
            entry = self.means.catalogue.get(exercise.exercise)
            if entry is not None:
                yield block, exercise, entry

    def main(self) -> Entry | None:
        """The first exercise of the first main block, if it is known."""
        return next((entry for block, _, entry in self.entries() if block.role == "main"), None)

    def names(self, wrong: Callable[[Block, PrescribedExercise, Entry], bool]) -> list[str]:
        """The names of the exercises of which that is true, each once."""
        return list(dict.fromkeys(named(place[2], self.means) for place in self.entries() if wrong(*place)))

    def say(self, sentence: Sentence, **places: str | int) -> str:
        """A sentence of the checks in the athlete's language."""
        return say(self.means.language, sentence, **places)

    def verdict(self, wrong: list[str]) -> Verdict:
        """Kept where nothing is wrong; else what is."""
        return not wrong, found(self.means.language, wrong)


Rule: TypeAlias = Callable[[Case], Verdict]


@dataclass(frozen=True)
class Mended:
    """What was done to a session so that it keeps the promise of a check, in the athlete's language."""

    code: str
    sentence: str
