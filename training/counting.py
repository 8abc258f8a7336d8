"""What counts: which of a prescription's sets are done, in which order and how often. Pure.

The table "how a block is read" of the API's documentation, and section "what counts" of its exercise science.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from training.prescription import Block, Format, PrescribedExercise, Prescription, Set

# Set i of every exercise in turn is round i; a list of one set is the same in each round. All other formats read an
# exercise's list to its end before the next exercise begins.
IN_TURN: frozenset[Format] = frozenset({"superset", "circuit", "for_time", "ladder"})
SET_BY_SET: frozenset[Format] = frozenset({"sets", "superset"})  # where sets are counted one by one
TABATA_ROUNDS = 8
Turn = list[tuple[PrescribedExercise, Set]]


@dataclass(frozen=True)
class Counted:
    """A listed set, and how often it is done in the session."""

    exercise: PrescribedExercise
    set: Set
    times: int

    @property
    def reps(self) -> int:
        """Repetitions in all `times`, of one side where the exercise is done per side; 0 for holds and distances."""
        return self.times * (self.set.reps or 0)

    @property
    def sides(self) -> int:
        """2 where the listed reps and seconds are one side's."""
        return 2 if self.exercise.per_side else 1


def passes(block: Block) -> int:
    """How often the listed sets are gone through as a whole; an amrap, which has no known end, counts one."""
    if block.format == "amrap":
        return 1
    return block.rounds or (TABATA_ROUNDS if block.format == "tabata" else 1)


def rounds_of_a_pass(block: Block) -> int:
    """Into how many rounds the listed sets fall: as many as the longest list where exercises take turns, else one."""
    return max(len(exercise.sets) for exercise in block.exercises) if block.format in IN_TURN else 1


def turns(block: Block) -> list[Turn]:
    """The sets of one pass through a block in the order in which they are done, by round."""
    if block.format not in IN_TURN:
        return [[(exercise, set_) for exercise in block.exercises for set_ in exercise.sets]]
    return [
        [
            (exercise, exercise.sets[0 if len(exercise.sets) == 1 else number])
            for exercise in block.exercises
            if len(exercise.sets) == 1 or number < len(exercise.sets)
        ]
        for number in range(rounds_of_a_pass(block))
    ]


def slots(block: Block) -> list[tuple[PrescribedExercise, ...]]:
    """What is done in each interval of one pass of an emom: exercises of one slot share it, one without has its own."""
    shared: dict[int, list[PrescribedExercise]] = {}
    for place, exercise in enumerate(block.exercises, start=1):
        shared.setdefault(exercise.slot or -place, []).append(exercise)
    return [tuple(exercises) for exercises in shared.values()]


def times(block: Block, exercise: PrescribedExercise) -> int:
    """How often each listed set of an exercise is done in its block."""
    every_round = block.format in IN_TURN and len(exercise.sets) == 1
    return passes(block) * (rounds_of_a_pass(block) if every_round else 1)


def working_sets(prescription: Prescription) -> Iterator[Counted]:
    """The sets that are work: of every block but warm-up and cool-down, and of every kind but warm-up."""
    for block, exercise in prescription.exercises():
        if block.role in {"warmup", "cooldown"}:
            continue
        often = times(block, exercise)
        yield from (Counted(exercise, set_, often) for set_ in exercise.sets if set_.kind != "warmup")
