"""What every calisthenics session keeps: its order, the gates of the ladders, pulling against pushing. Pure.

`order`, `gates` and `balance` judge; `mended` brings a model's session to keep them.
"""

from collections.abc import Iterable
from typing import Final, get_args

from training.analyses.calisthenics import LEAST_BALANCED, MOST_BALANCED, push_and_pull_sets
from training.catalogue import Entry
from training.coaches import planning
from training.coaches.calisthenics_doses import Side, Standing, gated, share, weighted
from training.coaches.calisthenics_sets import WORK, Unit, count, even, fewer, more, units, without
from training.coaches.calisthenics_words import WORDS, Quality
from training.coaches.case import Case, Mended, Verdict
from training.coaches.dosage import Dosage
from training.coaches.means import Means
from training.coaches.phrases import number
from training.prescription import Block, PrescribedExercise, Prescription, Role

_MAY_LEAD: Final[tuple[Role, ...]] = ("main", "accessory", "conditioning", "skill")
_RANKED: Final[tuple[Role, ...]] = ("skill", "main")
_ROLES: Final[tuple[Role, ...]] = get_args(Role)
_MOST_STEPS = 60  # of settling: far more than the sets of any session
_ADDED_SETS = 3
_FEWEST_SETS, _MOST_SETS = 2, 5  # of an exercise that gives or takes one for the balance
_EASY_RPE = 5.5  # below what counts as a hard set


def entry_of(exercise: PrescribedExercise, means: Means) -> Entry | None:
    """Its entry in the catalogue."""
    return means.catalogue.get(exercise.exercise)


# --- order ----------------------------------------------------------------------------------------------------------


def order(case: Case) -> Verdict:
    """Warm-up, skills, dynamic strength, weighted strength, volume, conditioning, cool-down."""
    kept = _in_order(case)
    return kept, case.say("good") if kept else WORDS[case.means.language].order


def _in_order(case: Case) -> bool:
    roles = [_ROLES.index(block.role) for block in case.prescription.blocks]
    ranks = [_rank(block.role, entry) for block, _, entry in case.entries() if block.role in WORK]
    return roles == sorted(roles) and ranks == sorted(ranks)


def _rank(role: Role, entry: Entry | None) -> int:
    """Where in the order: 0 static skills, 1 complex dynamic strength, 2 weighted, 3 volume, 4 conditioning."""
    if role == "conditioning":
        return 4
    if entry is None:
        return 3
    if role == "skill":
        return 0 if entry.measure == "seconds" else 1
    if gated(entry):
        return 1
    return 2 if role == "main" and (weighted(entry) or entry.modality == "weightlifting") else 3


def ordered(prescription: Prescription, means: Means) -> Prescription:
    """The same exercises in order: blocks by role, within a role by rank; what stands too late moves to the skills."""

    def rank(role: Role, exercise: PrescribedExercise) -> int:
        return _rank(role, entry_of(exercise, means))

    def by_rank(role: Role, exercises: Iterable[PrescribedExercise]) -> list[PrescribedExercise]:
        return sorted(exercises, key=lambda exercise: rank(role, exercise))

    late = [e for b in prescription.blocks if b.role == "accessory" for e in b.exercises if rank("accessory", e) < 3]
    blocks: dict[Role, list[Block]] = {role: [] for role in _ROLES}
    for block in prescription.blocks:
        exercises = [e for e in block.exercises if block.role != "accessory" or e not in late]
        if exercises:
            exercises = by_rank(block.role, exercises) if block.role in WORK else exercises
            blocks[block.role].append(block.model_copy(update={"exercises": exercises}))
    if late:
        blocks["skill"].append(Block(role="skill", format="sets", exercises=late))
    for role in _RANKED:
        blocks[role].sort(key=lambda block: rank(block.role, block.exercises[0]))
        exercises = [e for block in blocks[role] for e in block.exercises]
        if exercises != by_rank(role, exercises):  # what takes turns stands in the way
            blocks[role] = [Block(role=role, format="sets", exercises=by_rank(role, exercises))]
    return even(prescription.model_copy(update={"blocks": [block for role in _ROLES for block in blocks[role]]}))


# --- gates ----------------------------------------------------------------------------------------------------------


def gates(case: Case) -> Verdict:
    """No muscle-up before its strict pull-ups and dips."""
    standing = Standing(case.means)
    closed = case.names(lambda block, exercise, entry: not standing.open(entry))
    words = WORDS[case.means.language]
    return not closed, words.gates.format(names=", ".join(closed)) if closed else case.say("good")


def _within_gates(
    prescription: Prescription, standing: Standing, quality: Quality
) -> tuple[Prescription, list[Mended]]:
    """What stands behind a closed gate gives way to the pull-ups that open it, or goes."""
    means = standing.means
    done: list[Mended] = []

    def kept(block: Block, exercise: PrescribedExercise) -> PrescribedExercise | None:
        entry = entry_of(exercise, means)
        if entry is None or standing.open(entry):
            return exercise
        name, other = planning.named(entry, means), _toward_the_gate(prescription, standing)
        if other is None or block.role not in WORK:
            done.append(Mended("gates", Case(prescription, means).say("dropped", name=name)))
            return None
        told = WORDS[means.language].gated.format(name=name, other=planning.named(other, means))
        done.append(Mended("gates", told))
        return standing.stand_in(other, exercise, quality)

    blocks = []
    for block in prescription.blocks:
        exercises = [stays for exercise in block.exercises if (stays := kept(block, exercise)) is not None]
        if exercises:
            blocks.append(block.model_copy(update={"exercises": exercises}))
    return prescription.model_copy(update={"blocks": blocks}), done


def _toward_the_gate(prescription: Prescription, standing: Standing) -> Entry | None:
    used = {exercise.exercise for _, exercise in prescription.exercises()}
    pulls = [e for e in standing.usable if e.ladder == "pull-up" and e.measure == "reps" and e.slug not in used]
    return min(pulls, key=lambda e: (abs(standing.distance(e)), e.slug), default=None)


# --- balance --------------------------------------------------------------------------------------------------------


def balance(case: Case) -> Verdict:
    """Pull to push between 0.8 and 1.5 by sets, where both may be done."""
    push, pull = push_and_pull_sets(case.prescription, case.means.catalogue)
    kept = balanced(case.prescription, Standing(case.means))
    ratio = number(round(pull / push, 2), case.means.language) if push else None
    return kept, WORDS[case.means.language].balance.format(ratio=ratio) if ratio else case.say("good")


def balanced(prescription: Prescription, standing: Standing) -> bool:
    """Do pulling and pushing keep to each other? A session without either, or for which one is ruled out, does."""
    return _heavier(prescription, standing) is None


def _heavier(prescription: Prescription, standing: Standing) -> Side | None:
    push, pull = push_and_pull_sets(prescription, standing.means.catalogue)
    if push * LEAST_BALANCED <= pull <= push * MOST_BALANCED or not standing.two_sided:
        return None
    return "pull" if pull > push else "push"


def settled(prescription: Prescription, standing: Standing, quality: Quality) -> Prescription:
    """With sets of the heavier side taken away, and sets of the lighter side added where that is not enough."""
    for _ in range(_MOST_STEPS):
        side = _heavier(prescription, standing)
        if side is None:
            return prescription
        push, pull = push_and_pull_sets(prescription, standing.means.catalogue)
        lighter: Side = "push" if side == "pull" else "pull"
        changed = None
        if min(push, pull):
            changed = (
                _lightened(prescription, standing.means, side)
                or _strengthened(prescription, standing.means, lighter)
                or _dropped(prescription, standing.means, side)
            )
        if changed is None:
            changed = _with_more_of(lighter, prescription, standing, quality)
        if changed is None:
            return prescription
        prescription = changed
    return prescription


def _lightened(prescription: Prescription, means: Means, side: Side) -> Prescription | None:
    """One set less of what leans to a side, where most are, as long as two stay."""
    leaning = [unit for unit in units(prescription) if _lean(prescription, unit, means, side) > 0]
    spare = [unit for unit in leaning if count(prescription, unit) > _FEWEST_SETS]
    most = max(spare, key=lambda unit: (count(prescription, unit), unit[0]), default=None)
    return None if most is None else fewer(prescription, most)


def _strengthened(prescription: Prescription, means: Means, side: Side) -> Prescription | None:
    """One set more of what leans to a side, where fewest are, if its muscles may do it."""
    leaning = [unit for unit in units(prescription) if _lean(prescription, unit, means, side) > 0]
    open_to = sorted(
        (unit for unit in leaning if count(prescription, unit) < _MOST_SETS), key=lambda unit: count(prescription, unit)
    )
    longer = (more(prescription, unit) for unit in open_to)
    return next((p for p in longer if not Dosage.of(p.blocks, means).excessive), None)


def _dropped(prescription: Prescription, means: Means, side: Side) -> Prescription | None:
    """One exercise of a side less, the last, if there are several; else one set of the only one."""
    places = [
        (i, j)
        for i, block in enumerate(prescription.blocks)
        if block.role in WORK
        for j, exercise in enumerate(block.exercises)
        if (entry := entry_of(exercise, means)) is not None and share(entry, side)
    ]
    if len(places) > 1:
        return without(prescription, *places[-1])
    unit = next((u for u in units(prescription) if _lean(prescription, u, means, side) > 0), None)
    return fewer(prescription, unit) if unit is not None and count(prescription, unit) > 1 else None


def _lean(prescription: Prescription, unit: Unit, means: Means, side: Side) -> float:
    """How much more a set of a unit counts on this side than on the other."""
    block = prescription.blocks[unit[0]]
    exercises = block.exercises if unit[1] is None else [block.exercises[unit[1]]]
    entries = [entry for e in exercises if (entry := entry_of(e, means)) is not None]
    other: Side = "push" if side == "pull" else "pull"
    return sum(share(entry, side) - share(entry, other) for entry in entries)


def _with_more_of(side: Side, prescription: Prescription, standing: Standing, quality: Quality) -> Prescription | None:
    """With an exercise of that side at the end of the volume; None where there is none left."""
    used = {exercise.exercise for block, exercise in prescription.exercises() if block.role in WORK}
    open_to = [e for e in standing.usable if share(e, side) == 1 and e.slug not in used]
    entry = min(
        open_to,
        key=lambda e: (
            weighted(e),
            e.measure != "reps",
            {"main", "accessory"}.isdisjoint(e.roles),
            standing.second_best(e),
            abs(standing.distance(e) - 1),
            e.slug,
        ),
        default=None,
    )
    if entry is None:
        return None
    dose = standing.dose(entry, quality, "volume")
    sets = standing.working_sets(entry, dose)[-_ADDED_SETS:]
    sets = [set_.model_copy(update={"rpe": min(set_.rpe or _EASY_RPE, _EASY_RPE)}) for set_ in sets]
    added = Block(role="accessory", format="sets", exercises=[planning.exercise(entry, sets, standing.means)])
    blocks = [*prescription.blocks]
    last = max((i for i, b in enumerate(blocks) if _ROLES.index(b.role) <= _ROLES.index("accessory")), default=-1)
    blocks.insert(last + 1, added)
    return prescription.model_copy(update={"blocks": blocks})


# --- mending --------------------------------------------------------------------------------------------------------


def mended(case: Case, quality: Quality) -> tuple[Prescription, list[Mended]]:
    """The session with its gates, its balance and its order kept, and what was done for it."""
    means, standing = case.means, Standing(case.means)
    whole, done = _within_gates(case.prescription, standing, quality)
    whole, doubles = _once(whole, means)
    done += [Mended("order", case.say("dropped", name=name)) for name in doubles]
    whole = even(whole)
    if not balanced(whole, standing):
        whole = settled(whole, standing, quality)
        done.append(Mended("balance", WORDS[means.language].balanced))
    if not _in_order(Case(whole, means)):
        whole = ordered(whole, means)
        done.append(Mended("order", case.say("reordered")))
    return led(whole, means), done


def _once(prescription: Prescription, means: Means) -> tuple[Prescription, list[str]]:
    """Set by set an exercise is done but once; at the end, in turn with others, it may come again."""
    doubles: list[str] = []
    for i in reversed(range(len(prescription.blocks))):
        block = prescription.blocks[i]
        earlier = {e.exercise for b in prescription.blocks[:i] if b.role in WORK for e in b.exercises}
        for j in reversed(range(len(block.exercises))):
            exercise = block.exercises[j]
            before = earlier | {e.exercise for e in block.exercises[:j]}
            if block.role in WORK and block.role != "conditioning" and exercise.exercise in before:
                doubles.append(exercise.name or "")
                prescription = without(prescription, i, j)
    return prescription, doubles


def led(prescription: Prescription, means: Means) -> Prescription:
    """Something is the main work: where nothing is, the volume, else the conditioning, else the skills; in order."""
    there = {block.role for block in prescription.blocks}
    role = next((role for role in _MAY_LEAD if role in there), "main")
    if role == "main":
        return prescription
    blocks = [b.model_copy(update={"role": "main"}) if b.role == role else b for b in prescription.blocks]
    return ordered(prescription.model_copy(update={"blocks": blocks}), means)
