"""What a competitions session keeps beyond what all sessions keep, how it is mended, and how it is fitted. Pure."""

from collections.abc import Callable, Iterator
from typing import Final, Literal

from training.coaches import fitting, planning, preparation
from training.coaches.case import Case, Mended, Verdict
from training.coaches.competitions_blocks import may_race_it_all
from training.coaches.competitions_sets import Gear
from training.coaches.means import Means
from training.prescription import Block, PrescribedExercise, Prescription, Role, Set
from training.timing import block_seconds

_STAGES: Final[dict[Role, int]] = {
    "warmup": 0, "skill": 1, "main": 2, "accessory": 3, "conditioning": 4, "cooldown": 5,
}  # fmt: skip
_NEARLY_WHOLE: Final = 0.95  # of every station
_LEAST_STEADY_SECONDS: Final = 300
_CHANGE_SECONDS: Final = 60
_MOST_ADDED_SECONDS: Final = 450  # to a warm-up or a cool-down
_LEAST_LOOSENING_SECONDS: Final = 90
_LOOSENING_EXERCISES: Final = 6
_LEAST_WORK_SECONDS: Final = 60  # of a block that is made shorter by its sets


# --- rules ----------------------------------------------------------------------------------------------------------


def order(case: Case) -> Verdict:
    """Warm-up first, cool-down last, the hardest work before the rest; in a race block the stations in race order."""
    gear = Gear(case.means)
    stages = [_STAGES[block.role] for block in case.prescription.blocks]
    kept = stages == sorted(stages) and all(
        places == sorted(places) for places in (_places(block, gear) for block in _races(case.prescription))
    )
    return kept, gear.words.good if kept else gear.words.order


def race(case: Case) -> Verdict:
    """In a race block the division's own loads; a full simulation only for whom it is right today."""
    gear = Gear(case.means)
    blocks = list(_races(case.prescription))
    judged = gear.division_given or case.means.request.prescription is None
    wrong = [
        exercise.name or ""
        for block in blocks
        for exercise in block.exercises
        if judged and not _own_load(exercise, gear)
    ]
    if wrong:
        return False, gear.words.loads.format(names=", ".join(dict.fromkeys(wrong)))
    full = any(is_whole(block, gear) for block in blocks)
    kept = not full or may_race_it_all(gear, planning.budget_seconds(case.means.request))
    return kept, gear.words.good if kept else gear.words.full


def is_whole(block: Block, gear: Gear) -> bool:
    """Does a race block hold every station, in all but its full length? What stands in for a station is one."""
    if block.format != "race":
        return False
    runs = sum(_is_run(place, exercise, gear) for place, exercise in enumerate(block.exercises))
    if len(block.exercises) - runs < len(gear.race.stations):
        return False
    own = ((block.exercises[index], gear.race.stations[place]) for index, place in _own_stations(block, gear))
    return all(_amount(exercise) >= _NEARLY_WHOLE * station.amount for exercise, station in own)


def _races(prescription: Prescription) -> Iterator[Block]:
    return (block for block in prescription.blocks if block.format == "race")


def _is_run(index: int, exercise: PrescribedExercise, gear: Gear) -> bool:
    """Is an exercise of a race block run, or does it stand in for running? Those stand at every other place."""
    entry = gear.means.catalogue.get(exercise.exercise)
    if entry is None or not gear.race.run_meters:
        return False
    return entry.sport == "run" or (index % 2 == 0 and gear.running is not None and entry is gear.running.entry)


def _own_stations(block: Block, gear: Gear) -> list[tuple[int, int]]:
    """The stations of a race block that are themselves: their index in the block, and their place in the race."""
    stand_ins = {work.entry.slug for work in gear.stations if work.station is None}
    return [
        (index, place)
        for index, exercise in enumerate(block.exercises)
        if exercise.exercise not in stand_ins and not _is_run(index, exercise, gear)
        for place in [gear.race.station(exercise.exercise)]
        if place is not None
    ]


def _places(block: Block, gear: Gear) -> list[int]:
    return [place for _, place in _own_stations(block, gear)]


def _amount(exercise: PrescribedExercise) -> float:
    sides = 2 if exercise.per_side else 1
    return sides * sum(set_.distance_meters or set_.reps or set_.calories or 0 for set_ in exercise.sets)


def _own_load(exercise: PrescribedExercise, gear: Gear) -> bool:
    """Is a station's load the division's, or left open?"""
    place = gear.race.station(exercise.exercise)
    load = None if place is None else gear.race.stations[place].load(gear.division)
    return load is None or all(set_.load_kg in {None, load} for set_ in exercise.sets)


# --- mending --------------------------------------------------------------------------------------------------------


def mend(case: Case) -> tuple[Prescription, list[Mended]]:
    """Loads and order put right, and a full simulation cut to half where it is not for today."""
    gear, done = Gear(case.means), []
    blocks = [*case.prescription.blocks]
    for index, block in enumerate(blocks):
        if block.format != "race":
            continue
        mended = block.model_copy(update={"exercises": [_loaded(e, gear) for e in block.exercises]})
        if mended != block:
            done.append(Mended("race", gear.words.mended_loads))
        places = _places(mended, gear)
        if places != sorted(places):
            mended = _sorted(mended, gear)
            done.append(Mended("order", gear.words.mended_order))
        if is_whole(mended, gear) and not may_race_it_all(gear, planning.budget_seconds(case.means.request)):
            mended = mended.model_copy(update={"exercises": mended.exercises[: max(1, len(mended.exercises) // 2)]})
            done.append(Mended("race", gear.words.mended_full))
        blocks[index] = mended
    staged = sorted(blocks, key=lambda block: _STAGES[block.role])
    if staged != blocks:
        done.append(Mended("order", gear.words.mended_order))
    return case.prescription.model_copy(update={"blocks": staged}), done


def _loaded(exercise: PrescribedExercise, gear: Gear) -> PrescribedExercise:
    if _own_load(exercise, gear):
        return exercise
    load = gear.race.stations[gear.race.station(exercise.exercise) or 0].load(gear.division)
    return exercise.model_copy(update={"sets": [s.model_copy(update={"load_kg": load}) for s in exercise.sets]})


def _sorted(block: Block, gear: Gear) -> Block:
    """The stations in race order, each with what stands before it."""
    ends = _own_stations(block, gear)
    starts = [0, *(index + 1 for index, _ in ends)]
    legs = {place: block.exercises[start : index + 1] for start, (index, place) in zip(starts, ends, strict=False)}
    ordered = [exercise for place in sorted(legs) for exercise in legs[place]]
    return block.model_copy(update={"exercises": [*ordered, *block.exercises[starts[-1] :]]})


# --- fitting --------------------------------------------------------------------------------------------------------


def fit(prescription: Prescription, means: Means, seconds: float) -> Prescription:
    """As near to these seconds as sound training allows.

    Too long: steady work gets shorter, rounds and stations go, the longest block first; then whole blocks, then what
    stands around. Too short: easy movement.
    """
    fitted = prescription
    while planning.seconds_of(fitted, means) > seconds:
        shorter = next((p for step in _STEPS if (p := step(fitted, means)) is not None), None)
        if shorter is None:
            return fitting.trim(fitted, means, seconds)
        fitted = shorter
    return filled(fitted, means, seconds) if fitted is prescription else fitted


def filled(prescription: Prescription, means: Means, seconds: float) -> Prescription:
    """As long as `seconds`: by easy movement, and where nothing of it may be done, by loosening up in turns."""
    longer = fitting.with_easy_movement(_with_easy_block(prescription, means, seconds), means, seconds)
    missing = seconds - planning.seconds_of(longer, means) - _CHANGE_SECONDS
    role: Literal["warmup", "cooldown"] = "cooldown"
    if not any(role in entry.roles for entry in means.candidates):
        role = "warmup"
    entries = [entry for entry in means.candidates if role in entry.roles][:_LOOSENING_EXERCISES]
    if missing < _LEAST_LOOSENING_SECONDS or not entries:
        return longer
    turn = Block(role=role, format="circuit", exercises=[preparation.easy(entry, means, role) for entry in entries])
    rounds = min(100, max(1, int(missing // block_seconds(turn, means.catalogue, means.request))))
    blocks = [*longer.blocks]
    blocks.insert(1 if role == "warmup" else len(blocks) - 1, turn.model_copy(update={"rounds": rounds}))
    return longer.model_copy(update={"blocks": blocks})


def _with_easy_block(prescription: Prescription, means: Means, seconds: float) -> Prescription:
    """What would make a cool-down of half an hour is easy work of its own, before it; a whole race stands alone."""
    if any(is_whole(block, Gear(means)) for block in _races(prescription)):
        return prescription
    left = seconds - planning.seconds_of(prescription, means) - _CHANGE_SECONDS - 2 * _MOST_ADDED_SECONDS
    mover = preparation.cyclical(means, "cooldown")
    if mover is None or left < _LEAST_STEADY_SECONDS:
        return prescription
    work = Set(duration_seconds=60.0 * int(left // 60), rpe=planning.EASY_RPE)
    easy = Block(role="conditioning", format="steady", exercises=[planning.exercise(mover, [work], means)])
    return prescription.model_copy(update={"blocks": [*prescription.blocks[:-1], easy, prescription.blocks[-1]]})


def _with(prescription: Prescription, index: int, block: Block | None) -> Prescription:
    blocks = [*prescription.blocks]
    blocks[index : index + 1] = [] if block is None else [block]
    return prescription.model_copy(update={"blocks": blocks})


def _longest(prescription: Prescription, means: Means, fits: Callable[[Block], bool]) -> int | None:
    work = [i for i, b in enumerate(prescription.blocks) if b.role not in {"warmup", "cooldown"} and fits(b)]
    lengths = {i: block_seconds(prescription.blocks[i], means.catalogue, means.request) for i in work}
    return max(work, key=lambda i: lengths[i], default=None)


def _less_steady(prescription: Prescription, means: Means) -> Prescription | None:
    def long(block: Block) -> bool:
        return block.format == "steady" and (block.exercises[0].sets[0].duration_seconds or 0) > _LEAST_STEADY_SECONDS

    index = _longest(prescription, means, long)
    if index is None:
        return None
    block = prescription.blocks[index]
    first = block.exercises[0]
    duration = max(_LEAST_STEADY_SECONDS, preparation.whole_tens((first.sets[0].duration_seconds or 0) - 60))
    shorter = first.model_copy(update={"sets": [first.sets[0].model_copy(update={"duration_seconds": duration})]})
    return _with(prescription, index, block.model_copy(update={"exercises": [shorter, *block.exercises[1:]]}))


def _fewer_rounds(least: int) -> Callable[[Prescription, Means], Prescription | None]:
    """One round, one set or one station less of the longest block that has more than so many."""

    def size(block: Block) -> int:
        if block.format == "race":
            return len(block.exercises) // 2
        return block.rounds or max(len(exercise.sets) for exercise in block.exercises)

    def step(prescription: Prescription, means: Means) -> Prescription | None:
        index = _longest(prescription, means, lambda block: size(block) > least)
        if index is None:
            return None
        block = prescription.blocks[index]
        if block.format == "race":
            update: dict[str, object] = {"exercises": block.exercises[:-2]}
        elif block.rounds:
            update = {"rounds": block.rounds - 1}
        else:
            most = size(block)
            exercises = [
                e.model_copy(update={"sets": e.sets[:-1]}) if len(e.sets) == most else e for e in block.exercises
            ]
            update = {"exercises": exercises}
        return _with(prescription, index, block.model_copy(update=update))

    return step


def _less_of_each(prescription: Prescription, means: Means) -> Prescription | None:
    """Three quarters of every set of the longest block."""

    def long(block: Block) -> bool:
        return block_seconds(block, means.catalogue, means.request) > _LEAST_WORK_SECONDS

    index = _longest(prescription, means, long)
    if index is None:
        return None

    def less(set_: Set) -> Set:
        amounts = set_.model_dump(
            include={"reps", "duration_seconds", "distance_meters", "calories"}, exclude_none=True
        )
        return set_.model_copy(update={field: max(1, int(0.75 * amount)) for field, amount in amounts.items()})

    block = prescription.blocks[index]
    exercises = [e.model_copy(update={"sets": [less(set_) for set_ in e.sets]}) for e in block.exercises]
    shorter = _with(prescription, index, block.model_copy(update={"exercises": exercises}))
    # Where a block is nothing but rests and single repetitions, less of each is the same again.
    return shorter if planning.seconds_of(shorter, means) < planning.seconds_of(prescription, means) else None


def _fewer_blocks(prescription: Prescription, means: Means) -> Prescription | None:
    extra = [i for i, block in enumerate(prescription.blocks) if block.role in {"accessory", "conditioning", "skill"}]
    work = [block for block in prescription.blocks if block.role not in {"warmup", "cooldown"}]
    return _with(prescription, extra[-1], None) if extra and len(work) > 1 else None


_STEPS: Final[tuple[Callable[[Prescription, Means], Prescription | None], ...]] = (
    _less_steady,
    _fewer_rounds(2),
    _fewer_blocks,
    _fewer_rounds(1),
    _less_of_each,
)
