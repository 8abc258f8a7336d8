"""Fitting a session to the clock: shorter by what matters least, longer by rests and easy movement. Pure."""

from collections.abc import Callable
from typing import Final

from training.coaches.means import Means
from training.coaches.planning import seconds_of, trained
from training.coaches.preparation import cyclical, lengthened, whole_tens
from training.prescription import Block, PrescribedExercise, Prescription

_MAIN: Final = frozenset({"main"})
_EXTRA: Final = frozenset({"accessory", "skill", "conditioning"})
_WORK: Final = _MAIN | _EXTRA
_EASY: Final = frozenset({"warmup", "cooldown"})
_HEAVY_REST_SECONDS, _LEAST_REST_SECONDS = 120, 60  # what a heavy lift needs at least, and what any does


def trim(prescription: Prescription, means: Means, limit_seconds: float) -> Prescription:
    """The same session within a time: what matters least goes first, one step at a time; the main exercise stays.

    Where whole exercises went, the sets and rests that the others lost come back as far as there is time again.
    """
    trimmed = prescription
    while seconds_of(trimmed, means) > limit_seconds:
        shorter = next((p for step in _STEPS if (p := step(trimmed)) is not None), None)
        if shorter is None:
            break
        trimmed = shorter
    return _given_back(trimmed, prescription, means, limit_seconds)


def _given_back(trimmed: Prescription, whole: Prescription, means: Means, limit_seconds: float) -> Prescription:
    """With as much of the rests that the session lost as fits, then of its sets; the first exercises come first."""
    before = {(e.exercise, e.name): e for e in trained(whole)}
    for place in reversed(_places(trimmed, _WORK)):
        chosen = _at(trimmed, place)
        sets = before[chosen.exercise, chosen.name].sets[: len(chosen.sets)]
        longer = _with_exercise(trimmed, place, chosen.model_copy(update={"sets": sets}))
        if seconds_of(longer, means) > limit_seconds:
            break  # no exercise rests longer than one that comes before it
        trimmed = longer
    for place in reversed(_places(trimmed, _WORK)):
        while True:
            lead, chosen = trained(trimmed)[0], _at(trimmed, place)
            if len(chosen.sets) >= len(before[chosen.exercise, chosen.name].sets):
                break
            if chosen is not lead and _work(chosen) >= _work(lead):
                break  # none gets more sets than what leads
            longer = _with_exercise(trimmed, place, chosen.model_copy(update={"sets": [*chosen.sets, chosen.sets[-1]]}))
            if seconds_of(longer, means) > limit_seconds:
                break
            trimmed = longer
    return trimmed


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


def _at(prescription: Prescription, place: tuple[int, int]) -> PrescribedExercise:
    return prescription.blocks[place[0]].exercises[place[1]]


def _work(exercise: PrescribedExercise) -> int:
    return sum(set_.kind != "warmup" for set_ in exercise.sets)


def _fewer_sets(main: int, extra: int) -> Callable[[Prescription], Prescription | None]:
    """One set less of the exercise that has most, the last of several; at least so many of main and other ones stay."""

    def step(prescription: Prescription) -> Prescription | None:
        # A main exercise counts one set less than it has: it may have one more than the others.
        counted = {place: _work(_at(prescription, place)) for place in _places(prescription, _WORK)}
        spare = [(counted[place], place) for place in _places(prescription, _EXTRA) if counted[place] > extra]
        spare += [(counted[place] - 1, place) for place in _places(prescription, _MAIN) if counted[place] > main]
        if not spare:
            return None
        most = max(spare, key=lambda each: each[0])[1]
        chosen = _at(prescription, most)
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
        chosen = _at(prescription, place)
        if any((set_.duration_seconds or 0) > 30 for set_ in chosen.sets):
            sets = [
                s.model_copy(update={"duration_seconds": max(30, whole_tens(s.duration_seconds / 2))})
                if s.duration_seconds
                else s
                for s in chosen.sets
            ]
            return _with_exercise(prescription, place, chosen.model_copy(update={"sets": sets}))
    return None


def _shorter_rests(most_seconds: int) -> Callable[[Prescription], Prescription | None]:
    """The rests of one more exercise down to so much, the last first."""

    def step(prescription: Prescription) -> Prescription | None:
        for place in _places(prescription, _WORK):
            chosen = _at(prescription, place)
            if any((set_.rest_seconds or 0) > most_seconds for set_ in chosen.sets):
                sets = [
                    s.model_copy(update={"rest_seconds": min(most_seconds, s.rest_seconds or 0)}) for s in chosen.sets
                ]
                return _with_exercise(prescription, place, chosen.model_copy(update={"sets": sets}))
        return None

    return step


# A lift more is worth more than a fourth set, and than the third minute of a rest.
_STEPS: tuple[Callable[[Prescription], Prescription | None], ...] = (
    _fewer_sets(main=3, extra=2),
    _fewer_exercises(_EXTRA, 2),
    _shorter_rests(_HEAVY_REST_SECONDS),
    _fewer_exercises(_EXTRA, 1),
    _fewer_sets(main=2, extra=2),
    _fewer_exercises(_EXTRA, 0),
    _shorter_holds,
    _fewer_exercises(_MAIN, 1),
    _fewer_easy("cooldown"),
    _fewer_easy("warmup"),
    _shorter_rests(_LEAST_REST_SECONDS),
    _fewer_sets(main=1, extra=1),
)


def with_rests(prescription: Prescription, rest_seconds: int) -> Prescription:
    """The working sets of the main exercises with rests of at least so much."""
    for place in _places(prescription, _MAIN):
        chosen = _at(prescription, place)
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
