"""The order of a force session: warm-up, main lifts, accessories with isolation last, cool-down. Pure."""

from typing import get_args

from training.catalogue import Entry
from training.coaches import planning
from training.coaches.case import Case, Mended, Verdict
from training.coaches.means import Means
from training.prescription import Block, PrescribedExercise, Prescription, Role


def kept(case: Case) -> Verdict:
    """The check `order`: warm-up first, cool-down last, main work before accessories, isolation after compounds."""
    ok = _kept(case)
    return ok, case.say("good") if ok else case.say("order")


def _kept(case: Case) -> bool:
    roles = [block.role for block in case.prescription.blocks]
    stages = [{"warmup": 0, "cooldown": 3, "accessory": 2}.get(role, 1) for role in roles if role != "conditioning"]
    ranks = [
        _rank(entry)
        for block, _, entry in case.entries()
        if block.role in {"main", "accessory"} and entry.pattern != "core"  # the trunk may close a session
    ]
    return stages == sorted(stages) and ranks == sorted(ranks)


def mended(case: Case) -> tuple[Prescription, list[Mended]]:
    """The same exercises in the right order; a compound lift leads if there is one."""
    blocks = case.prescription.blocks
    if _kept(case) and any(block.role == "main" for block in blocks):
        return case.prescription, []

    def rank(exercise: PrescribedExercise) -> int:
        return _rank_of(exercise, case.means)

    main = [e for block in blocks if block.role == "main" for e in block.exercises]
    extra = [e for block in blocks if block.role == "accessory" for e in block.exercises]
    compounds = [e for e in [*main, *extra] if not rank(e)]
    leaders = [e for e in main if not rank(e)] or compounds[:1] or [*main, *extra][:1]
    rest = sorted((e for e in [*main, *extra] if e not in leaders), key=rank)
    work = [Block(role="main", format="sets", exercises=leaders)] if leaders else []
    work += [Block(role="accessory", format="sets", exercises=rest)] if rest else []
    by_role = {role: [block for block in blocks if block.role == role] for role in get_args(Role)}
    ordered = [*by_role["warmup"], *by_role["skill"], *work, *by_role["conditioning"], *by_role["cooldown"]]
    return case.prescription.model_copy(update={"blocks": ordered}), [Mended("order", case.say("reordered"))]


def apart(exercises: list[PrescribedExercise], before: PrescribedExercise, means: Means) -> list[PrescribedExercise]:
    """Compounds first, each followed by one that spares the grip, lower back and shoulders it tired, if one does."""
    left, ordered = list(exercises), [before]
    while left:
        tired = planning.strains(means.catalogue.get(ordered[-1].exercise))
        first = min(_rank_of(exercise, means) for exercise in left)
        chosen = min(
            (exercise for exercise in left if _rank_of(exercise, means) == first),
            key=lambda e: bool(tired & planning.strains(means.catalogue.get(e.exercise))),
        )
        left.remove(chosen)
        ordered.append(chosen)
    return ordered[1:]


def _rank(entry: Entry) -> int:
    return int(entry.pattern in {"isolation", "core"})


def _rank_of(exercise: PrescribedExercise, means: Means) -> int:
    entry = means.catalogue.get(exercise.exercise)
    return _rank(entry) if entry is not None else 0
