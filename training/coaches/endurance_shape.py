"""Blocks of steps, and how a session of them grows and shrinks: by easy time and rounds, not inside a bout. Pure."""

from collections.abc import Callable, Iterator
from typing import Final

from training import timing
from training.catalogue import Entry
from training.coaches import planning, preparation
from training.coaches.endurance_targets import EASY_ZONE, step, zones_of
from training.coaches.means import Means
from training.prescription import Block, Kind, PrescribedExercise, Prescription, Role, Set
from training.timing import CHANGE_SECONDS, set_seconds
from training.zones import intensity_of

LENGTH_M: Final = 50  # distances in water grow and shrink by whole lengths there and back
ROUND_SECONDS: Final = 30  # and times by half minutes
SHORT_REST_SECONDS: Final = 30  # who learns to swim rests after every length there and back
_MOST_SETS: Final = 60  # of an exercise
MOST_ROUNDS: Final = 100  # of a block
_LEAST_EASY_SECONDS, _LEAST_STEADY_SECONDS, _LEAST_PREPARATION_SECONDS = 300, 180, 60
_LEAST_BLOCK_SECONDS = 300  # an easy block of its own
_MOST_PREPARATION_SECONDS = 1_200

STEADY_ZONE: Final = 3  # above it a step is a bout, and what follows its recovery

Change = Callable[[Prescription, Means, float], Prescription | None]


def intervals(rounds: int, *exercises: PrescribedExercise, role: Role = "main") -> Block:
    """The steps in order, so many times; once is a steady block."""
    if rounds == 1:
        return Block(role=role, format="steady", exercises=list(exercises))
    return Block(role=role, format="intervals", rounds=rounds, exercises=list(exercises))


def steady(*exercises: PrescribedExercise, role: Role = "main") -> Block:
    """One step after another."""
    return Block(role=role, format="steady", exercises=list(exercises))


def in_lengths(entry: Entry) -> bool:
    """Is it counted in the metres of a pool?"""
    return entry.sport == "swim" and entry.measure == "meters"


def in_repeats(entry: Entry | None, means: Means) -> bool:
    """Is it swum by somebody who cannot swim on for minutes, so that it comes in short repeats?"""
    return entry is not None and in_lengths(entry) and means.level == "beginner"


def lasting(entry: Entry, means: Means, zone: int, seconds: float, kind: Kind = "working") -> PrescribedExercise:
    """A step of about so much time: in half minutes, in a pool in whole lengths, a beginner's with rests."""
    if in_repeats(entry, means):
        once = step(entry, means, zone, meters=LENGTH_M, rest=SHORT_REST_SECONDS, kind=kind)
        return _repeated(once, round(seconds / (seconds_of(once, means) + SHORT_REST_SECONDS)))
    if in_lengths(entry):
        speed = 1000 / seconds_of(step(entry, means, zone, meters=1000), means)
        meters = max(LENGTH_M, LENGTH_M * round(seconds * speed / LENGTH_M))
        return step(entry, means, zone, meters=meters, kind=kind)
    rounded = max(ROUND_SECONDS, ROUND_SECONDS * round(seconds / ROUND_SECONDS))
    return step(entry, means, zone, seconds=rounded, kind=kind)


def _repeated(exercise: PrescribedExercise, times: int) -> PrescribedExercise:
    """The exercise with its first set so many times."""
    return exercise.model_copy(update={"sets": [exercise.sets[0]] * max(1, min(times, _MOST_SETS))})


def stand_in(entry: Entry, like: PrescribedExercise, means: Means) -> PrescribedExercise:
    """A substitute that works as long in the same zone, set by set in one."""
    sets = []
    original = means.catalogue.get(like.exercise)
    made = None
    for set_ in like.sets:
        intensity = intensity_of(set_, zones_of(original, means))
        zone = set_.zone or (1 if intensity is None else zones_of(original, means).zone(max(intensity)))
        seconds = seconds_of(like.model_copy(update={"sets": [set_]}), means)
        made = _as_long(entry, means, zone, seconds)
        sets += [
            each.model_copy(update={"kind": set_.kind, "rest_seconds": set_.rest_seconds or each.rest_seconds})
            for each in made.sets
        ]
    whole = made if made is not None else planning.inherited(entry, like, means)
    return whole.model_copy(update={"key": like.key, "sets": sets})


def _as_long(entry: Entry, means: Means, zone: int, seconds: float) -> PrescribedExercise:
    """A step that takes as long, to five seconds or a length."""
    if not in_lengths(entry):
        return step(entry, means, zone, seconds=max(5, 5 * round(seconds / 5)))
    pace = seconds_of(step(entry, means, zone, meters=100), means)
    if in_repeats(entry, means) and zone <= STEADY_ZONE and seconds > pace:
        return lasting(entry, means, zone, seconds)
    return step(entry, means, zone, meters=max(25, 25 * round(seconds / pace * 4)))


def seconds_of(exercise: PrescribedExercise, means: Means) -> float:
    """How long the work of an exercise takes, once."""
    return sum(set_seconds(exercise, set_, means.catalogue, means.request) for set_ in exercise.sets)


def block_seconds(block: Block, means: Means) -> float:
    """How long a block takes."""
    return timing.block_seconds(block, means.catalogue, means.request)


def easy(block: Block) -> bool:
    """Is no step of it above the easy zones?"""
    zones = [set_.zone for exercise in block.exercises for set_ in exercise.sets if set_.zone is not None]
    return bool(zones) and max(zones) <= EASY_ZONE


def _easy(set_: Set) -> bool:
    return set_.zone is not None and set_.zone <= EASY_ZONE


def _between(whole: Prescription, index: int) -> bool:
    """Does this block part two sets of bouts, so that it neither grows nor goes?"""
    around = whole.blocks[index - 1 : index + 2 : 2]
    return index > 0 and len(around) > 1 and all(b.format == "intervals" and not easy(b) for b in around)


def _even(block: Block) -> bool:
    """Is it a steady block without bouts, so that none of its easy steps is a recovery?"""
    zones = [set_.zone or 0 for exercise in block.exercises for set_ in exercise.sets]
    return block.format == "steady" and max(zones) <= STEADY_ZONE


# --- to the clock ---------------------------------------------------------------------------------------------------


def fit(prescription: Prescription, means: Means, seconds: float) -> Prescription:
    """The session as near to `seconds` as sound training allows: easy time first, then rounds, then what is around."""
    return _grown(_shrunk(prescription, means, seconds), means, seconds)


def _shrunk(whole: Prescription, means: Means, seconds: float) -> Prescription:
    while (surplus := planning.seconds_of(whole, means) - seconds) > 0:
        changes: tuple[Change, ...] = (
            _less_easy, _fewer_rounds(2), _less_steady, _no_drills, _less_preparation, _fewer_rounds(1), _fewer_steps,
        )  # fmt: skip
        shorter = next((p for change in changes if (p := change(whole, means, surplus)) is not None), None)
        if shorter is None:
            break
        whole = shorter
    return whole


def _places(whole: Prescription) -> Iterator[tuple[int, int, Block, PrescribedExercise]]:
    """Index of the block, place of the exercise, and both, the longest first."""
    for index, block in enumerate(whole.blocks):
        for place, exercise in enumerate(block.exercises):
            yield index, place, block, exercise


def _longest(whole: Prescription, means: Means, fits: Callable[[Block, Set], bool]) -> tuple[int, int] | None:
    """The longest step of one set that fits, by block and place; the last of several."""
    found = [
        (seconds_of(exercise, means), index, place)
        for index, place, block, exercise in _places(whole)
        if not _between(whole, index)
        and (len(exercise.sets) == 1 or in_repeats(means.catalogue.get(exercise.exercise), means))
        and exercise.sets[0].reps is None
        and fits(block, exercise.sets[0])
    ]
    return max(found)[1:] if found else None


def _resized(whole: Prescription, means: Means, at: tuple[int, int], by: float, least: float) -> Prescription | None:
    """A step longer or shorter by about so many seconds, at least `least` long; None where nothing changes."""
    index, place = at
    block = whole.blocks[index]
    exercise = block.exercises[place]
    set_ = exercise.sets[0]
    now = seconds_of(exercise, means)
    target = max(now + by / (block.rounds or 1), min(least, now))
    if in_repeats(means.catalogue.get(exercise.exercise), means) and (by > 0 or len(exercise.sets) > 1):
        if block.rounds is not None:
            return None
        one = now / len(exercise.sets) + (set_.rest_seconds or 0)
        new_sets = _repeated(exercise, len(exercise.sets) + int((target - now) // one))
        return None if new_sets == exercise else with_exercise(whole, index, place, new_sets)
    if set_.distance_meters is not None and set_.duration_seconds is None:
        meters = set_.distance_meters * target / now
        length = LENGTH_M if meters >= 4 * LENGTH_M else LENGTH_M / 2
        new = set_.model_copy(update={"distance_meters": max(length, length * (meters // length))})
    else:
        sides = 2 if exercise.per_side else 1
        part = ROUND_SECONDS if target >= 4 * ROUND_SECONDS else 10
        new = set_.model_copy(update={"duration_seconds": max(10.0, part * (target // part)) / sides})
    if new == set_:
        return None
    return with_exercise(whole, index, place, exercise.model_copy(update={"sets": [new]}))


def with_exercise(whole: Prescription, index: int, place: int, new: PrescribedExercise | None) -> Prescription:
    """The session with another exercise at a place, or none; a block without any goes."""
    block = whole.blocks[index]
    exercises = [*block.exercises]
    exercises[place : place + 1] = [] if new is None else [new]
    return with_block(whole, index, block.model_copy(update={"exercises": exercises}) if exercises else None)


def with_block(whole: Prescription, index: int, new: Block | None) -> Prescription:
    """The session with another block at a place, or none."""
    blocks = [*whole.blocks]
    blocks[index : index + 1] = [] if new is None else [new]
    return whole.model_copy(update={"blocks": blocks})


def _work(block: Block) -> bool:
    return block.role not in {"warmup", "skill", "cooldown"}


def _trained(block: Block) -> bool:
    return block.role not in {"warmup", "cooldown"}


def _less_easy(whole: Prescription, means: Means, surplus: float) -> Prescription | None:
    """The longest easy step of the work shorter; a whole easy block less where others carry the session."""
    spare = [
        i
        for i, block in enumerate(whole.blocks)
        if _work(block) and block.format == "steady" and easy(block) and not _between(whole, i)
    ]
    others = [block for block in whole.blocks if _work(block)]
    for index in reversed(spare):
        lasts = sum(seconds_of(exercise, means) for exercise in whole.blocks[index].exercises)
        if len(others) > 1 and surplus >= lasts - _LEAST_EASY_SECONDS:
            return with_block(whole, index, None)
    at = _longest(whole, means, lambda b, s: _work(b) and _even(b) and (s.zone or 0) <= EASY_ZONE)
    return None if at is None else _resized(whole, means, at, -surplus, _LEAST_EASY_SECONDS)


def _fewer_rounds(least: int) -> Change:
    def change(whole: Prescription, means: Means, surplus: float) -> Prescription | None:
        found = [(b.rounds or 1, i) for i, b in enumerate(whole.blocks) if _trained(b) and (b.rounds or 1) > least]
        if not found:
            return None
        rounds, index = max(found)
        block = whole.blocks[index]
        fewer = max(least, min(rounds - 1, rounds - int(surplus // _round_seconds(block, means))))
        return with_block(whole, index, intervals(fewer, *block.exercises, role=block.role))

    return change


def _less_steady(whole: Prescription, means: Means, surplus: float) -> Prescription | None:
    at = _longest(whole, means, lambda b, s: _trained(b) and (_even(b) or (b.format == "steady" and not _easy(s))))
    return None if at is None else _resized(whole, means, at, -surplus, _LEAST_STEADY_SECONDS)


def _no_drills(whole: Prescription, means: Means, surplus: float) -> Prescription | None:
    """The drills go where they are not all there is; then what a warm-up or cool-down has beside its easy movement."""
    for index, block in reversed([*enumerate(whole.blocks)]):
        if block.role == "skill" and any(_work(other) for other in whole.blocks):
            return with_block(whole, index, None)
    for index, place, block, exercise in reversed([*_places(whole)]):
        moves = [
            e for e in block.exercises if (entry := means.catalogue.get(e.exercise)) and entry.pattern == "cyclical"
        ]
        if not _trained(block) and len(block.exercises) > 1 and (exercise not in moves or len(moves) > 1):
            return with_exercise(whole, index, place, None)
    return None


def _less_preparation(whole: Prescription, means: Means, surplus: float) -> Prescription | None:
    at = _longest(whole, means, lambda block, set_: block.role in {"warmup", "cooldown"})
    return None if at is None else _resized(whole, means, at, -surplus, _LEAST_PREPARATION_SECONDS)


def _fewer_steps(whole: Prescription, means: Means, surplus: float) -> Prescription | None:
    """What is left: the last of several blocks of work, the last of several steps, the longest step shorter."""
    working = [i for i, block in enumerate(whole.blocks) if _trained(block)]
    if len(working) > 1:
        return with_block(whole, working[-1], None)
    for index in working:
        if len(whole.blocks[index].exercises) > 1:
            return with_exercise(whole, index, len(whole.blocks[index].exercises) - 1, None)
    at = _longest(whole, means, lambda block, set_: True)
    return None if at is None else _resized(whole, means, at, -surplus, 20)


def _grown(whole: Prescription, means: Means, seconds: float) -> Prescription:
    """Longer by easy time: of the easy work there is, else after the work, else before and after it."""
    for grow in (_more_easy, _more_rounds, _longer_bouts, _easy_after, _prepared_longer):
        missing = seconds - planning.seconds_of(whole, means)
        if missing < ROUND_SECONDS:
            break
        whole = grow(whole, means, missing) or whole
    return whole


def _more_easy(whole: Prescription, means: Means, missing: float) -> Prescription | None:
    """The longest easy step of steady work longer."""
    at = _longest(whole, means, lambda b, s: _work(b) and _even(b) and (s.zone or 9) <= EASY_ZONE)
    return None if at is None else _resized(whole, means, at, missing, 0)


def _easy_rounds(whole: Prescription) -> int | None:
    """The first block of work whose rounds are easy all through."""
    return next((i for i, b in enumerate(whole.blocks) if _work(b) and (b.rounds or 1) > 1 and easy(b)), None)


def _more_rounds(whole: Prescription, means: Means, missing: float) -> Prescription | None:
    index = _easy_rounds(whole)
    if index is None:
        return None
    block = whole.blocks[index]
    rounds = min(MOST_ROUNDS, (block.rounds or 1) + int(missing // _round_seconds(block, means)))
    return with_block(whole, index, intervals(rounds, *block.exercises, role=block.role))


def _longer_bouts(whole: Prescription, means: Means, missing: float) -> Prescription | None:
    """Easy rounds whose timed steps are longer by what is missing for one round more; by whole five seconds."""
    index = _easy_rounds(whole)
    if index is None:
        return None
    block = whole.blocks[index]
    timed = [e for e in block.exercises if e.sets[0].duration_seconds is not None]
    more = missing / (block.rounds or 1) / max(1, len(timed)) // 5 * 5
    if more < 5 or missing > _round_seconds(block, means) or len(block.exercises) <= 2:
        return None  # one bout and its recovery keep their round numbers
    exercises = [
        e.model_copy(update={"sets": [_longer(s, more / (2 if e.per_side else 1)) for s in e.sets]})
        for e in block.exercises
    ]
    return with_block(whole, index, block.model_copy(update={"exercises": exercises}))


def _longer(set_: Set, seconds: float) -> Set:
    if set_.duration_seconds is None:
        return set_
    return set_.model_copy(update={"duration_seconds": set_.duration_seconds + seconds})


def _round_seconds(block: Block, means: Means) -> float:
    return max(1, sum(seconds_of(e, means) + (e.sets[0].rest_seconds or 0) for e in block.exercises))


def _easy_after(whole: Prescription, means: Means, missing: float) -> Prescription | None:
    """An easy block after the work, with what the session already does easily."""
    mover = _easy_mover(whole, means)
    if mover is None or missing < _LEAST_BLOCK_SECONDS + CHANGE_SECONDS:
        return None
    added = steady(lasting(mover, means, EASY_ZONE, missing - CHANGE_SECONDS))
    last = max((i for i, block in enumerate(whole.blocks) if _work(block)), default=0)
    return whole.model_copy(update={"blocks": [*whole.blocks[: last + 1], added, *whole.blocks[last + 1 :]]})


def _prepared_longer(whole: Prescription, means: Means, missing: float) -> Prescription:
    """A longer warm-up and cool-down; calm breathing where the athlete may do nothing cyclical."""
    parts = [i for i, block in enumerate(whole.blocks) if block.role in {"warmup", "cooldown"}]
    for number, index in enumerate(parts):
        share = missing / (len(parts) - number)
        at = _longest(
            whole,
            means,
            lambda block, set_, here=whole.blocks[index]: block is here and set_.zone is not None,  # type: ignore[misc]
        )
        longer = None if at is None else _resized(whole, means, at, share, 0)
        if at is None and share >= ROUND_SECONDS:
            block = preparation.lengthened(whole.blocks[index], means, preparation.whole_tens(share))
            longer = with_block(whole, index, block)
        if longer is not None:
            missing -= planning.seconds_of(longer, means) - planning.seconds_of(whole, means)
            whole = longer
    return whole


def _easy_mover(whole: Prescription, means: Means) -> Entry | None:
    """What the session already does easily for minutes: its cool-down's movement, its warm-up's, else any there is."""
    for block in sorted(whole.blocks, key=lambda block: block.role != "cooldown"):
        for exercise in block.exercises:
            entry = means.catalogue.get(exercise.exercise)
            if entry is not None and entry.pattern == "cyclical" and not _work(block) and means.may(entry):
                return entry
    return preparation.cyclical(means, "cooldown")
