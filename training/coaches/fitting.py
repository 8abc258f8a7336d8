"""Fitting a session to the clock: shorter by what matters least, longer by rests and easy movement. Pure."""

from collections.abc import Callable
from typing import Final

from training.coaches.means import Means
from training.coaches.planning import seconds_of, trained
from training.coaches.preparation import cyclical, lengthened, whole_tens
from training.prescription import Block, PrescribedExercise, Prescription

_MAIN: Final = frozenset({"main"})
_EXTRA: Final = frozenset({"accessory", "skill", "conditioning"})
_EASY: Final = frozenset({"warmup", "cooldown"})


def trim(prescription: Prescription, means: Means, limit_seconds: float) -> Prescription:
    """The same session within a time: what matters least goes first, one step at a time; the main exercise stays."""
    while seconds_of(prescription, means) > limit_seconds:
        shorter = next((p for step in _STEPS if (p := step(prescription)) is not None), None)
        if shorter is None:
            break
        prescription = shorter
    return prescription


def _with_block(prescription: Prescription, index: int, block: Block | None) -> Prescription:
    blocks = [*prescription.blocks]
    blocks[index : index + 1] = [block] if block is not None and block.exercises else []
    return prescription.model_copy(update={"blocks": blocks})


def _with_exercise(prescription: Prescription, place: tuple[int, int], new: PrescribedExercise | None) -> Prescription:
    index, position = place
    exercises = [*prescription.blocks[index].exercises]
    exercises[position : position + 1] = [new] if new is not None else []
    return _with_block(prescription, index, prescription.blocks[index].model_copy(update={"exercises": exercises}))


def _places(prescription: Prescription, roles: frozenset[str]) -> list[tuple[int, int]]:
    """Block and position of every exercise in blocks of these roles, last first."""
    return [
        (index, position)
        for index in reversed(range(len(prescription.blocks)))
        for position in reversed(range(len(prescription.blocks[index].exercises)))
        if prescription.blocks[index].role in roles
    ]


def _fewer_sets(roles: frozenset[str], floor: int) -> Callable[[Prescription], Prescription | None]:
    def step(prescription: Prescription) -> Prescription | None:
        def count(place: tuple[int, int]) -> int:
            return sum(set_.kind != "warmup" for set_ in prescription.blocks[place[0]].exercises[place[1]].sets)

        most = max(_places(prescription, roles), key=count, default=None)
        if most is None or count(most) <= floor:
            return None
        chosen = prescription.blocks[most[0]].exercises[most[1]]
        return _with_exercise(prescription, most, chosen.model_copy(update={"sets": chosen.sets[:-1]}))

    return step


def _fewer_exercises(roles: frozenset[str], floor: int) -> Callable[[Prescription], Prescription | None]:
    def step(prescription: Prescription) -> Prescription | None:
        places = _places(prescription, roles)
        enough = len(places) > floor and len(trained(prescription)) > 1
        return _with_exercise(prescription, places[0], None) if enough else None

    return step


def _fewer_easy(role: str) -> Callable[[Prescription], Prescription | None]:
    """One exercise of the warm-up or cool-down less, the first: the last one practises the main pattern."""

    def step(prescription: Prescription) -> Prescription | None:
        places = _places(prescription, frozenset({role}))
        return _with_exercise(prescription, places[-1], None) if len(places) > 1 else None

    return step


def _shorter_holds(prescription: Prescription) -> Prescription | None:
    """Long easy work of warm-up and cool-down at half its length, down to half a minute."""
    for place in _places(prescription, _EASY):
        chosen = prescription.blocks[place[0]].exercises[place[1]]
        if any((set_.duration_seconds or 0) > 30 for set_ in chosen.sets):
            sets = [
                s.model_copy(update={"duration_seconds": max(30, whole_tens(s.duration_seconds / 2))})
                if s.duration_seconds
                else s
                for s in chosen.sets
            ]
            return _with_exercise(prescription, place, chosen.model_copy(update={"sets": sets}))
    return None


def _shorter_rests(prescription: Prescription) -> Prescription | None:
    """All rests down to a minute."""
    for place in _places(prescription, _MAIN | _EXTRA):
        chosen = prescription.blocks[place[0]].exercises[place[1]]
        if any((set_.rest_seconds or 0) > 60 for set_ in chosen.sets):
            sets = [s.model_copy(update={"rest_seconds": min(60, s.rest_seconds or 0)}) for s in chosen.sets]
            return _with_exercise(prescription, place, chosen.model_copy(update={"sets": sets}))
    return None


_STEPS: tuple[Callable[[Prescription], Prescription | None], ...] = (
    _fewer_sets(_EXTRA, 2),
    _fewer_exercises(_EXTRA, 2),
    _fewer_sets(_MAIN, 3),
    _fewer_exercises(_EXTRA, 0),
    _fewer_exercises(_MAIN, 1),
    _shorter_holds,
    _fewer_sets(_MAIN, 2),
    _fewer_easy("cooldown"),
    _fewer_easy("warmup"),
    _shorter_rests,
    _fewer_sets(_MAIN, 1),
)


def with_rests(prescription: Prescription, rest_seconds: int) -> Prescription:
    """The working sets of the main exercises with rests of at least so much."""
    for place in _places(prescription, _MAIN):
        chosen = prescription.blocks[place[0]].exercises[place[1]]
        sets = [
            s.model_copy(update={"rest_seconds": max(s.rest_seconds or 0, rest_seconds)}) if s.kind != "warmup" else s
            for s in chosen.sets
        ]
        prescription = _with_exercise(prescription, place, chosen.model_copy(update={"sets": sets}))
    return prescription


def with_easy_movement(prescription: Prescription, means: Means, seconds: float) -> Prescription:
    """A session as long as `seconds`: what is missing is easy movement, a third of it to warm up, the rest after.

    Where there is none the athlete may do, calm breathing closes the session, and it may stay shorter.
    """
    missing = seconds - seconds_of(prescription, means)
    if missing < 30:
        return prescription
    longer = {"cooldown": whole_tens(missing)}
    if cyclical(means, "cooldown") is not None:
        before = whole_tens(min(missing / 3, 600))
        longer = {"warmup": before, "cooldown": whole_tens(missing - before)}
    blocks = [lengthened(b, means, longer[b.role]) if b.role in longer else b for b in prescription.blocks]
    return prescription.model_copy(update={"blocks": blocks})
