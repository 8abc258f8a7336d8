"""A session that is watched while it is written: what is told of it, each exercise once, under keys that stay. Pure."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, count
from typing import Any, TypeAlias
from uuid import UUID

from training.prescription import Block, PrescribedExercise, Prescription, Role
from training.request import Language

Tell: TypeAlias = Callable[[str, dict[str, Any]], None]  # an event's name and its data
Place: TypeAlias = tuple[int, int]  # of an exercise: its block and where in it, from 1


_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "deadline": "The model was too slow.",
        "unavailable": "The model is not available.",
        "rate_limited": "The model has too much to do just now.",
        "invalid_output": "The model's answer could not be used.",
        "refused": "The model declined to answer.",
        "unknown_model": "The model is no longer there.",
        "bad_key": "The model does not let us in.",
        "budget": "The budget for the model is spent.",
        "begins": "The built-in coach writes your session.",
        "goes on": "The built-in coach goes on from here.",
    },
    "fr": {
        "deadline": "Le modèle a été trop lent.",
        "unavailable": "Le modèle n’est pas disponible.",
        "rate_limited": "Le modèle est trop sollicité en ce moment.",
        "invalid_output": "La réponse du modèle était inutilisable.",
        "refused": "Le modèle a refusé de répondre.",
        "unknown_model": "Le modèle n’existe plus.",
        "bad_key": "Le modèle nous refuse l’accès.",
        "budget": "Le budget du modèle est épuisé.",
        "begins": "Le coach intégré rédige votre séance.",
        "goes on": "Le coach intégré prend la suite.",
    },
}


@dataclass(frozen=True)
class _Told:
    """An exercise that was told, and where."""

    key: str
    block: str
    role: Role
    name: tuple[str | None, str | None]


class Unfolding:
    """One session. Each time it has grown it is shown whole; only what is new is told."""

    def __init__(self, session_id: UUID, tell: Tell) -> None:
        self.begun: Prescription | None = None  # as it was shown last
        self._session_id = session_id
        self._tell = tell
        self._blocks: set[str] = set()  # the keys that were told
        self._told: dict[str, _Told] = {}  # by key

    def show(self, prescription: Prescription) -> Prescription:
        """Tell what is new, and return it with the keys under which it was told."""
        keyed = self._keyed(prescription)
        if not {block.key for block in keyed.blocks} <= self._blocks:
            self._tell("outline", self._outline(keyed))
            self._blocks |= {block.key for block in keyed.blocks}
        for block, exercise in keyed.exercises():
            if exercise.key not in self._told:
                self._tell("exercise", {"block": block.key, "exercise": exercise.model_dump(mode="json")})
            # Told before or not, it may have come into another block.
            self._told[exercise.key] = _Told(exercise.key, block.key, block.role, _name(exercise))
        self.begun = keyed
        return keyed

    def notice(self, reason: str, language: Language) -> None:
        """Tell that the built-in coach takes over, and why: a word of `fallback_reason`."""
        words = _WORDS[language]
        goes_on = words["goes on" if self.begun else "begins"]
        self._tell("notice", {"code": reason, "detail": f"{words[reason]} {goes_on}"})

    def _outline(self, prescription: Prescription) -> dict[str, Any]:
        whole = prescription.model_dump(mode="json", include={"title", "summary", "focus", "rationale"})
        blocks = [block.model_dump(mode="json", exclude={"exercises"}) for block in prescription.blocks]
        return {"id": str(self._session_id), **whole, "blocks": blocks}

    # --- keys ---

    def _keyed(self, prescription: Prescription) -> Prescription:
        """What was told keeps its key; what is new gets one that was never given, by its place where that is free."""
        same = self._same(prescription)
        given = self._blocks | set(self._told)
        used: set[str] = set()  # for a block of this prescription
        blocks = []
        for number, block in enumerate(prescription.blocks, 1):
            told = [same.get((number, place)) for place in range(1, len(block.exercises) + 1)]
            were_in = Counter(
                each.block for each in told if each and each.role == block.role and each.block not in used
            )
            key = were_in.most_common(1)[0][0] if were_in else _free(f"b{number}", "b", given)
            used.add(key)
            given.add(key)
            exercises = []
            for place, (exercise, before) in enumerate(zip(block.exercises, told, strict=True), 1):
                name = before.key if before else _free(f"{key}e{place}", f"{key}e", given)
                given.add(name)
                exercises.append(exercise.model_copy(update={"key": name}))
            blocks.append(block.model_copy(update={"key": key, "exercises": exercises}))
        return prescription.model_copy(update={"blocks": blocks})

    def _same(self, prescription: Prescription) -> dict[Place, _Told]:
        """What of it was told before: first where it had the same role, then wherever it was."""
        left = [*self._told.values()]
        found: dict[Place, _Told] = {}
        for anywhere in (False, True):
            for place, block, exercise in _places(prescription):
                before = (t for t in left if t.name == _name(exercise) and (anywhere or t.role == block.role))
                if place not in found and (told := next(before, None)) is not None:
                    found[place] = told
                    left.remove(told)
        return found


def _name(exercise: PrescribedExercise) -> tuple[str | None, str | None]:
    return exercise.exercise, exercise.name


def _places(prescription: Prescription) -> Iterator[tuple[Place, Block, PrescribedExercise]]:
    for number, block in enumerate(prescription.blocks, 1):
        for place, exercise in enumerate(block.exercises, 1):
            yield (number, place), block, exercise


def _free(wanted: str, stem: str, given: set[str]) -> str:
    """The key of the place, or the next of its kind that was never given."""
    return next(key for key in chain([wanted], (f"{stem}{n}" for n in count(1))) if key not in given)
