"""A session that a model began and the built-in coach ends. Pure."""

from collections.abc import Callable, Iterator
from typing import get_args

from training import checks
from training.checks import Check
from training.coaches import Coach, planning
from training.coaches.means import Means
from training.prescription import Block, Prescription, Refused, Role

_ORDER = get_args(Role)  # of the blocks of a session


def completed(
    begun: Prescription, plan: Prescription, coach: Coach, means: Means
) -> tuple[Prescription, list[Check]] | None:
    """What the model began, filled up from the plan to the time there is, mended as a whole, and its checks.

    Where mending takes more of what was begun than it takes of that alone, only work that leaves it there is
    added. None where what was begun can be no session either.
    """

    def mended(session: Prescription) -> tuple[Prescription, list[Check]] | None:
        try:
            whole, found = checks.repair(coach.finish(session, means), means)
        except Refused:
            return None
        return (whole, found) if checks.kept(found) else None

    def leaves_it(session: Prescription) -> bool:
        ended = mended(session)
        return ended is not None and _lost(begun, ended[0]) <= least

    alone = _ended(begun, plan)
    bare = mended(alone)
    least = 0 if bare is None else _lost(begun, bare[0])
    filled = mended(_filled(alone, plan, means))
    if filled is None or _lost(begun, filled[0]) > least:
        return mended(_filled(alone, plan, means, leaves_it)) or filled or bare
    return filled


def _lost(begun: Prescription, ended: Prescription) -> int:
    """How many of the exercises that were begun are there no more."""
    there = {exercise.exercise for _, exercise in ended.exercises()}
    return len({exercise.exercise for _, exercise in begun.exercises()} - there)


def _filled(
    whole: Prescription, plan: Prescription, means: Means, fits_in: Callable[[Prescription], bool] = lambda whole: True
) -> Prescription:
    """With as much of the plan's work as there is time for and fits in, and nothing twice."""
    for piece in _pieces(plan):
        there = {exercise.exercise for exercise in planning.trained(whole)}
        longer = whole.model_copy(update={"blocks": _with(whole.blocks, piece)})
        in_time = planning.seconds_of(longer, means) <= planning.budget_seconds(means.request)
        new = there.isdisjoint(exercise.exercise for exercise in piece.exercises)
        if in_time and new and fits_in(longer):
            whole = longer
    return whole


def _ended(begun: Prescription, plan: Prescription) -> Prescription:
    """With the plan's cool-down."""
    blocks = [*begun.blocks, *(block for block in plan.blocks if block.role == "cooldown")]
    return begun.model_copy(update={"blocks": blocks})


def _pieces(plan: Prescription) -> Iterator[Block]:
    """The plan's work in the smallest parts that stand by themselves: exercises in straight sets, else whole blocks."""
    for block in plan.blocks:
        if block.role in {"warmup", "cooldown"}:
            continue
        if block.format != "sets":
            yield block
            continue
        for exercise in block.exercises:
            yield block.model_copy(update={"exercises": [exercise]})


def _with(blocks: list[Block], piece: Block) -> list[Block]:
    """One more piece, at the end of its like or else after what comes before it in a session."""
    for place, block in enumerate(blocks):
        if piece.format == "sets" and (block.role, block.format) == (piece.role, piece.format):
            joined = block.model_copy(update={"exercises": [*block.exercises, *piece.exercises]})
            return [*blocks[:place], joined, *blocks[place + 1 :]]
    before = [place for place, block in enumerate(blocks, 1) if _ORDER.index(block.role) <= _ORDER.index(piece.role)]
    place = before[-1] if before else 0
    return [*blocks[:place], piece, *blocks[place:]]
