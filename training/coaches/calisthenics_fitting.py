"""Fitting a calisthenics session to the clock and keeping it balanced on the way. Pure.

Shorter: what matters least goes first, conditioning before volume before strength and skills. Longer: more sets where
they are sound, longer rests, then easy movement.
"""

from collections.abc import Iterator
from typing import Final

from training.coaches import planning
from training.coaches.calisthenics_doses import Standing
from training.coaches.calisthenics_rules import balanced, settled
from training.coaches.calisthenics_sets import MOST_RUNGS, WORK, Unit, count, fewer, more, units, without
from training.coaches.calisthenics_words import Quality
from training.coaches.dosage import Dosage
from training.coaches.means import Means
from training.coaches.preparation import whole_tens
from training.counting import SET_BY_SET
from training.prescription import Prescription, Role

# Sets of an exercise, or rounds, that a session is cut to before exercises go, and then before it is cut to the bone.
_FLOORS: Final[tuple[dict[Role, int], ...]] = (
    {"conditioning": 3, "accessory": 3, "skill": 3, "main": 3},
    {"conditioning": 2, "accessory": 2, "skill": 2, "main": 3},
    {"conditioning": 2, "accessory": 2, "skill": 2, "main": 2},
    {"conditioning": 1, "accessory": 1, "skill": 1, "main": 1},
)
_MOST: Final[dict[Role, int]] = {"main": 5, "skill": 6, "accessory": 4, "conditioning": 6}
_MOST_EMOM_SECONDS = 1_200
_ENOUGH_EXERCISES = 4
_LEAST_REST_SECONDS, _REST_STEP_SECONDS = 45, 15
_MOST_REST_SECONDS: Final[dict[Role, int]] = {"main": 180, "skill": 120, "accessory": 120, "conditioning": 60}
_MORE_REST_STEPS: Final[dict[Quality, int]] = {
    "skill": 3, "strength": 3, "power": 3, "hypertrophy": 1, "endurance": 1,
}  # fmt: skip
_LEAST_EASY_SECONDS = 20


def fit(prescription: Prescription, standing: Standing, seconds: float, quality: Quality) -> Prescription:
    """A session of about `seconds`: cut where it is longer; with more sets and rest where it is shorter.

    On a tired day nothing is added.
    """
    fitted = _shorter(prescription, standing, seconds, quality)
    return fitted if standing.means.tired else _longer(fitted, standing, seconds, quality)


# --- shorter --------------------------------------------------------------------------------------------------------


def _shorter(prescription: Prescription, standing: Standing, seconds: float, quality: Quality) -> Prescription:
    means = standing.means
    while (now := planning.seconds_of(prescription, means)) > seconds:
        shorter = next(
            (
                cut
                for each in _cuts(prescription)
                for cut in [settled(each, standing, quality)]
                if planning.seconds_of(cut, means) < now
            ),
            None,
        )
        if shorter is None:
            return prescription
        prescription = shorter
    return prescription


def _cuts(prescription: Prescription) -> Iterator[Prescription]:
    """What may go, in the order in which it goes."""
    exercises = len(planning.trained(prescription))
    yield from _fewer_sets(prescription, _FLOORS[0])
    if exercises > _ENOUGH_EXERCISES:
        yield from _without(prescription, ("conditioning", "accessory"))
    yield from _fewer_sets(prescription, _FLOORS[1])
    yield from _shorter_rests(prescription)
    if exercises > 2:
        yield from _without(prescription, ("conditioning", "accessory"))
    yield from _fewer_sets(prescription, _FLOORS[2])
    if exercises > 2:
        yield from _without(prescription, ("skill",))
    yield from _less_easy(prescription)
    yield from _fewer_sets(prescription, _FLOORS[3])
    if exercises > 1:
        yield from _without(prescription, ("skill", "main"))
    for each in _fewer_sets(prescription, _FLOORS[3]):  # of two at once, so that the balance can hold
        yield from _fewer_sets(each, _FLOORS[3])


def _fewer_sets(prescription: Prescription, floors: dict[Role, int]) -> Iterator[Prescription]:
    """One set less: of the least role, and there where most are, the last of several."""
    for role in reversed(WORK):
        spare = [unit for unit in units(prescription, role) if count(prescription, unit) > floors[role]]
        yield from (
            fewer(prescription, u) for u in sorted(spare, key=lambda u: (-count(prescription, u), _from_end(u)))
        )


def _from_end(unit: Unit) -> tuple[int, int]:
    return -unit[0], -(unit[1] or 0)


def _without(prescription: Prescription, roles: tuple[Role, ...]) -> Iterator[Prescription]:
    for role in roles:
        for i in reversed(range(len(prescription.blocks))):
            block = prescription.blocks[i]
            if block.role == role and block.format == "sets":
                yield from (without(prescription, i, j) for j in reversed(range(len(block.exercises))))
            elif block.role == role:  # what takes turns goes as a whole
                yield prescription.model_copy(update={"blocks": [b for b in prescription.blocks if b is not block]})


def _shorter_rests(prescription: Prescription) -> Iterator[Prescription]:
    """Rests by a quarter of a minute, down to what strength cannot do without."""
    for role in reversed(WORK):
        yield _with_rests(prescription, role, -_REST_STEP_SECONDS, _LEAST_REST_SECONDS)


def _less_easy(prescription: Prescription) -> Iterator[Prescription]:
    """A shorter cool-down and warm-up: long work at half its length, then an exercise less; the primer stays."""
    for i in reversed(range(len(prescription.blocks))):
        block = prescription.blocks[i]
        if block.role in WORK:
            continue
        for j, exercise in enumerate(block.exercises):
            first = exercise.sets[0]
            if (first.duration_seconds or 0) > 2 * _LEAST_EASY_SECONDS:
                half = first.model_copy(update={"duration_seconds": whole_tens((first.duration_seconds or 0) / 2)})
                exercises = [*block.exercises]
                exercises[j] = exercise.model_copy(update={"sets": [half, *exercise.sets[1:]]})
                blocks = [*prescription.blocks]
                blocks[i] = block.model_copy(update={"exercises": exercises})
                yield prescription.model_copy(update={"blocks": blocks})
        if len(block.exercises) > 1:
            yield without(prescription, i, 0)


def _with_rests(prescription: Prescription, role: Role, by: int, bound: int) -> Prescription:
    """The rests after the working sets of a role so much longer or shorter, as far as a bound."""
    keep = max if by < 0 else min
    blocks = []
    for block in prescription.blocks:
        if block.role == role and block.format in SET_BY_SET:
            exercises = [
                e.model_copy(
                    update={
                        "sets": [
                            s.model_copy(update={"rest_seconds": keep(bound, (s.rest_seconds or 0) + by)})
                            if s.kind != "warmup" and (bound - (s.rest_seconds or 0)) * by > 0
                            else s
                            for s in e.sets
                        ]
                    }
                )
                for e in block.exercises
            ]
            block = block.model_copy(update={"exercises": exercises})  # noqa: PLW2901
        blocks.append(block)
    return prescription.model_copy(update={"blocks": blocks})


# --- longer ---------------------------------------------------------------------------------------------------------


def _longer(prescription: Prescription, standing: Standing, seconds: float, quality: Quality) -> Prescription:
    """More sets, as long as they are sound and there is time; then longer rests."""
    means = standing.means

    def sound(longer: Prescription) -> bool:
        return (
            planning.seconds_of(longer, means) <= seconds
            and not Dosage.of(longer.blocks, means).excessive
            and balanced(longer, standing)
        )

    while True:
        longer = next((p for p in _additions(prescription, means) if sound(p)), None)
        if longer is None:
            break
        prescription = longer
    for _ in range(_MORE_REST_STEPS[quality]):
        for role in WORK:
            rested = _with_rests(prescription, role, _REST_STEP_SECONDS, _MOST_REST_SECONDS[role])
            if planning.seconds_of(rested, means) <= seconds:
                prescription = rested
    return prescription


def _additions(prescription: Prescription, means: Means) -> Iterator[Prescription]:
    """One set or round more, there where fewest are; then of two exercises at once, so that the balance can hold."""
    less = 1 if means.level == "beginner" else 0
    open_to = [
        unit
        for role in ("main", "accessory", "skill", "conditioning")
        for unit in units(prescription, role)
        if count(prescription, unit) < _most(prescription, unit) - less
    ]
    open_to.sort(key=lambda unit: count(prescription, unit))
    yield from (more(prescription, unit) for unit in open_to)
    yield from (more(more(prescription, a), b) for a in open_to for b in open_to if a < b)


def _most(prescription: Prescription, unit: Unit) -> int:
    block = prescription.blocks[unit[0]]
    if block.format == "emom":
        slots = len({exercise.slot for exercise in block.exercises})
        return int(_MOST_EMOM_SECONDS // (slots * (block.interval_seconds or 60)))
    return MOST_RUNGS if block.format == "ladder" else _MOST[block.role]
