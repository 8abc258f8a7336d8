"""Sets and rounds of a session's work, one more or one less, whatever the format they stand in. Pure.

What takes turns (superset, circuit, emom, ladder) is changed as a whole: a round is a set of each of its exercises.
"""

from collections.abc import Iterator
from typing import Final, Literal

from training.prescription import Block, PrescribedExercise, Prescription, Role

Unit = tuple[int, int | None]  # a block, and the place of an exercise in it; None: all of it, in turn

WORK: Final[tuple[Role, ...]] = ("skill", "main", "accessory", "conditioning")
MOST_RUNGS = 6  # of a ladder of repetitions


def units(prescription: Prescription, *roles: Role) -> Iterator[Unit]:
    """What can have a set more or less, in blocks of these roles or in all work: an exercise, or a whole round."""
    for i, block in enumerate(prescription.blocks):
        if block.role not in (roles or WORK):
            continue
        if block.format == "sets" and not block.rounds:
            yield from ((i, j) for j in range(len(block.exercises)))
        else:
            yield i, None


def count(prescription: Prescription, unit: Unit) -> int:
    """How many working sets, or rounds."""
    block, exercises = _of(prescription, unit)
    return block.rounds or max(len(exercise.sets) - _ramp(exercise) for exercise in exercises)


def fewer(prescription: Prescription, unit: Unit) -> Prescription:
    """One set or round less; the last one stays."""
    return _changed(prescription, unit, -1) if count(prescription, unit) > 1 else prescription


def more(prescription: Prescription, unit: Unit) -> Prescription:
    """One set or round more: like the last, or the next rung of a ladder."""
    return _changed(prescription, unit, 1)


def without(prescription: Prescription, block_index: int, place: int) -> Prescription:
    """One exercise less; where it was one of a pair, the other is done alone."""
    block = prescription.blocks[block_index]
    exercises = [*block.exercises[:place], *block.exercises[place + 1 :]]
    update: dict[str, object] = {"exercises": exercises}
    if len(exercises) == 1 and block.format == "superset":
        update["format"] = "sets"
    changed = [block.model_copy(update=update)] if exercises else []
    blocks = [*prescription.blocks[:block_index], *changed, *prescription.blocks[block_index + 1 :]]
    return prescription.model_copy(update={"blocks": blocks})


def even(prescription: Prescription) -> Prescription:
    """What takes turns has as many sets as its shortest list; an exercise that is left alone has nobody to wait for."""
    return prescription.model_copy(update={"blocks": [_even(block) for block in prescription.blocks]})


def _even(block: Block) -> Block:
    if block.role not in WORK or block.format not in {"superset", "ladder"}:
        return block
    led_up_to = any(_ramp(exercise) for exercise in block.exercises)  # a lift that is, is rested for, too
    if block.format == "superset" and (len(block.exercises) == 1 or led_up_to):
        return block.model_copy(update={"format": "sets"})
    shortest = min(len(exercise.sets) for exercise in block.exercises)
    exercises = [e.model_copy(update={"sets": e.sets[:shortest]}) for e in block.exercises]
    return block.model_copy(update={"exercises": exercises})


def _of(prescription: Prescription, unit: Unit) -> tuple[Block, list[PrescribedExercise]]:
    block = prescription.blocks[unit[0]]
    return block, block.exercises if unit[1] is None else [block.exercises[unit[1]]]


def _ramp(exercise: PrescribedExercise) -> int:
    return sum(set_.kind == "warmup" for set_ in exercise.sets)


def _changed(prescription: Prescription, unit: Unit, by: Literal[-1, 1]) -> Prescription:
    block, chosen = _of(prescription, unit)
    if block.rounds:
        block = block.model_copy(update={"rounds": block.rounds + by})
    else:
        exercises = [_with_set(e, block, by) if e in chosen else e for e in block.exercises]
        block = block.model_copy(update={"exercises": exercises})
    blocks = [*prescription.blocks]
    blocks[unit[0]] = block
    return prescription.model_copy(update={"blocks": blocks})


def _with_set(exercise: PrescribedExercise, block: Block, by: Literal[-1, 1]) -> PrescribedExercise:
    if by < 0:
        last_one = len(exercise.sets) - _ramp(exercise) == 1
        return exercise if last_one else exercise.model_copy(update={"sets": exercise.sets[:-1]})
    last = exercise.sets[-1]
    if block.format == "ladder" and len(exercise.sets) > 1 and last.reps is not None:
        step = last.reps - (exercise.sets[-2].reps or last.reps)
        last = last.model_copy(update={"reps": last.reps + step})
    return exercise.model_copy(update={"sets": [*exercise.sets, last]})
