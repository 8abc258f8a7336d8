"""What a functional session keeps: order, formats that make sense, strength before swings; and its mending. Pure."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from training.catalogue import Entry
from training.coaches import planning
from training.coaches.case import Case, Mended, Verdict
from training.coaches.functional_benchmarks import named
from training.coaches.functional_formats import CAP_MARGIN, CHIPPER_MOVEMENTS, expected, safe_when_breathless
from training.coaches.functional_movements import (
    BEGINNER_JUMPS,
    CLASSICS,
    EMOM_WORK_SECONDS,
    kipping,
    rank,
    technical,
)  # fmt: skip
from training.coaches.functional_words import RULES as SENTENCES
from training.coaches.means import Means
from training.counting import passes, slots, times
from training.prescription import Block, Format, PrescribedExercise, Prescription, Set
from training.timing import interval_seconds, set_seconds
from training.wording import colon

EASY: Final = frozenset({"warmup", "cooldown"})
# Done one after the other as fast as is sensible: here the order inside a round matters.
WORKOUTS: Final[frozenset[Format]] = frozenset({"amrap", "emom", "for_time", "chipper", "ladder", "tabata", "circuit",
                                                "intervals"})  # fmt: skip
_STAGES: Final = {"warmup": 0, "cooldown": 2}


# --- order ----------------------------------------------------------------------------------------------------------


def order(case: Case) -> Verdict:
    """Warm-up first, cool-down last; Olympic lifts, strength, gymnastic skill and volume, monostructural.

    Inside a workout and between blocks of straight sets; no Olympic lift once a workout has tired the athlete. Named
    benchmarks keep their own order.
    """
    ok = _stages_kept(case) and all(_block_kept(block, case) for block in case.prescription.blocks)
    ok = ok and not _late_lifts(case)
    words = SENTENCES[case.means.language]
    return ok, case.say("good") if ok else words.order


def _stages_kept(case: Case) -> bool:
    stages = [_STAGES.get(block.role, 1) for block in case.prescription.blocks]
    return stages == sorted(stages)


def _block_kept(block: Block, case: Case) -> bool:
    if block.role in EASY or named(case.prescription) is not None:
        return True
    entries = _entries(block, case.means)
    ranks = [rank(entry) for entry in entries]
    mixed = (
        passes(block) > 1
        and any(map(technical, entries))
        and any(entry.modality == "monostructural" for entry in entries)
    )
    return ranks == sorted(ranks) and not mixed


def _late_lifts(case: Case) -> bool:
    """Is there an Olympic lift with the bar in a block after a workout?"""
    if named(case.prescription) is not None:
        return False
    tired = False
    for block in case.prescription.blocks:
        if block.role in EASY:
            continue
        if tired and any(map(technical, _entries(block, case.means))):
            return True
        tired = tired or block.format in WORKOUTS
    return False


def _entries(block: Block, means: Means) -> list[Entry]:
    return [entry for e in block.exercises if (entry := means.catalogue.get(e.exercise)) is not None]


# --- formats --------------------------------------------------------------------------------------------------------


def formats(case: Case) -> Verdict:
    """Every block makes sense in its own format."""
    words = SENTENCES[case.means.language]
    faults = [
        f"{words.formats[block.format]}{colon(case.means.language)}{fault}"
        for block in case.prescription.blocks
        if block.role not in EASY and (fault := _fault(block, case.means)) is not None
    ]
    return not faults, case.say("good") if not faults else " ".join(dict.fromkeys(faults))


def _fault(block: Block, means: Means) -> str | None:
    words = SENTENCES[means.language]
    generated = means.request.prescription is None
    if generated and _breathless(block, means):
        return words.breathless
    match block.format:
        case "amrap" if block.time_cap_seconds is None or (generated and block.rounds is not None):
            return words.amrap
        case "emom" if _overfull(block, means, EMOM_WORK_SECONDS / 60 if generated else 1):
            return words.emom
        case "for_time" if generated and not _reachable(block, means):
            return words.for_time
        case "tabata" if any(len(e.sets) != 1 or (e.sets[0].duration_seconds or 20) != 20 for e in block.exercises):
            return words.tabata
        case "chipper" if not _is_chipper(block):
            return words.chipper
        case "ladder" if not (any(len(e.sets) > 1 for e in block.exercises) and all(map(_climbs, block.exercises))):
            return words.ladder
    return None


def _breathless(block: Block, means: Means) -> list[Entry]:
    """What of work by the clock, short and fast, is not safe when out of breath."""
    if block.format not in {"tabata", "intervals"}:
        return []
    return [entry for entry in _entries(block, means) if technical(entry) or means.implement(entry) == "barbell"]


def _overfull(block: Block, means: Means, share: float) -> bool:
    """Does a slot of an emom hold more work than that share of its interval?"""
    work = (
        sum(max(set_seconds(e, set_, means.catalogue, means.request) for set_ in e.sets) for e in exercises)
        for exercises in slots(block)
    )
    return any(seconds > interval_seconds(block) * share for seconds in work)


def _reachable(block: Block, means: Means) -> bool:
    return block.time_cap_seconds is not None and expected(block, means) <= block.time_cap_seconds


def _is_chipper(block: Block) -> bool:
    least, most = CHIPPER_MOVEMENTS
    return least <= len(block.exercises) <= most and passes(block) == 1


def _climbs(exercise: PrescribedExercise) -> bool:
    """Do the repetitions grow, or fall, from rung to rung? One set is the same on each."""
    reps = [set_.reps or set_.calories or set_.distance_meters or 0 for set_ in exercise.sets]
    return len(reps) == 1 or reps in (sorted(set(reps)), sorted(set(reps), reverse=True)) or _up_and_down(reps)


def _up_and_down(reps: list[float]) -> bool:
    top = reps.index(max(reps))
    return reps[: top + 1] == sorted(set(reps[: top + 1])) and reps[top:] == sorted(set(reps[top:]), reverse=True)


# --- what strength comes before -------------------------------------------------------------------------------------


def gates(case: Case) -> Verdict:
    """No kipping before strict strength, and few jumps for beginners."""
    words = SENTENCES[case.means.language]
    if case.means.level != "beginner":
        return True, case.say("good")
    swings = case.names(lambda block, exercise, entry: block.role not in EASY and kipping(entry))
    if swings:
        return False, words.kipping.format(names=", ".join(swings))
    ok = jumps(case.prescription, case.means) <= BEGINNER_JUMPS
    return ok, case.say("good") if ok else words.jumps.format(most=BEGINNER_JUMPS)


def jumps(prescription: Prescription, means: Means) -> int:
    """How many jumps the work of a session asks for; of an amrap those of the rounds that its time allows."""
    return sum(_jumps(block, means) for block in prescription.blocks if block.role not in EASY)


def _jumps(block: Block, means: Means) -> int:
    rounds = 1.0
    if block.format == "amrap" and block.time_cap_seconds:
        rounds = max(1, block.time_cap_seconds / max(1, expected(block, means)))
    return sum(
        round(rounds * times(block, exercise) * sum(_done(set_, entry) for set_ in exercise.sets))
        for exercise in block.exercises
        if (entry := means.catalogue.get(exercise.exercise)) is not None and entry.pattern == "jump"
    )


def _done(set_: Set, entry: Entry) -> float:
    """Repetitions of a set, or as many as its time allows."""
    return set_.reps or (set_.duration_seconds or 0) / entry.seconds_per_rep


def spared(block: Block, before: Iterable[Block], means: Means) -> Block:
    """With no more jumps than a beginner should still do in a session, after the blocks before."""
    if means.level != "beginner":
        return block
    left = BEGINNER_JUMPS - sum(_jumps(each, means) for each in before)
    share = max(0, left) / max(1, _jumps(block, means))
    return block if share >= 1 else _fewer_jumps(block, share, means)


def _fewer_jumps(block: Block, share: float, means: Means) -> Block:
    """Each jump that share as often: a movement that would be left with none goes; where no other stays, rounds do."""
    kept = []
    for exercise in block.exercises:
        entry = means.catalogue.get(exercise.exercise)
        jumped = entry is not None and entry.pattern == "jump" and share < 1
        fewer = _less_of(exercise, share, block.format) if jumped else exercise
        if fewer is not None:
            kept.append(fewer)
    if kept:
        return block.model_copy(update={"exercises": _slotted(kept) if block.format == "emom" else kept})
    if block.format == "amrap" and block.time_cap_seconds:
        return block.model_copy(update={"time_cap_seconds": 60.0 * max(1, block.time_cap_seconds * share // 60)})
    if passes(block) > 1:
        return block.model_copy(update={"rounds": max(1, int(passes(block) * share))})
    first = [e.model_copy(update={"sets": e.sets[: max(1, int(len(e.sets) * share))]}) for e in block.exercises]
    return block.model_copy(update={"exercises": first})


def _less_of(exercise: PrescribedExercise, share: float, form: Format) -> PrescribedExercise | None:
    """That share of each set's repetitions, or of its time; None where nothing is left, or a tabata sets the time."""
    field = "reps" if exercise.sets[0].reps is not None else "duration_seconds"
    amounts = [int((getattr(set_, field) or 0) * share) for set_ in exercise.sets]
    if not any(amounts) or (form == "tabata" and field == "duration_seconds"):
        return None
    sets = [s.model_copy(update={field: max(1, amount)}) for s, amount in zip(exercise.sets, amounts, strict=True)]
    return exercise.model_copy(update={"sets": sets})


# --- mending --------------------------------------------------------------------------------------------------------


def mended(case: Case) -> tuple[Prescription, list[Mended]]:
    """The session with its own rules kept: blocks and movements in order, formats made whole, gates closed."""
    done: list[Mended] = []
    whole, words = case.prescription, SENTENCES[case.means.language]
    for rule, mend, code, sentence in (
        (gates, _gated, "gates", words.gated),
        (order, _ordered, "order", case.say("reordered")),
        (formats, _made_whole, "formats", words.made_whole),
    ):
        now = Case(whole, case.means)
        if not rule(now)[0]:
            whole = mend(now)
            done.append(Mended(code, sentence))
    led = _led(whole)
    return (whole, done) if led is whole else (led, [*done, Mended("order", case.say("reordered"))])


def _led(prescription: Prescription) -> Prescription:
    """With a main part: the first work of a session that lost its own."""
    blocks = prescription.blocks
    first = next((index for index, block in enumerate(blocks) if block.role not in EASY), None)
    if first is None or any(block.role == "main" for block in blocks):
        return prescription
    leading = blocks[first].model_copy(update={"role": "main"})
    return prescription.model_copy(update={"blocks": [*blocks[:first], leading, *blocks[first + 1 :]]})


def _each_block(case: Case, change: Callable[[Block], Block | None]) -> Prescription:
    blocks = [change(block) if block.role not in EASY else block for block in case.prescription.blocks]
    return case.prescription.model_copy(update={"blocks": [block for block in blocks if block is not None]})


def _gated(case: Case) -> Prescription:
    """Without swings, and with fewer jumps: fewer a round make an amrap's rounds more, so it may take another turn."""
    whole = _each_block(case, lambda block: _without_swings(block, case.means))
    for _ in range(10):
        share = BEGINNER_JUMPS / max(1, jumps(whole, case.means))
        if share >= 1:
            break
        whole = _each_block(Case(whole, case.means), partial(_fewer_jumps, share=share, means=case.means))
    return whole


def _without_swings(block: Block, means: Means) -> Block | None:
    kept = [e for e in block.exercises if e.exercise is None or not kipping(means.catalogue[e.exercise])]
    return block.model_copy(update={"exercises": kept}) if kept else None


def _ordered(case: Case) -> Prescription:
    """By rank inside each block; straight sets before workouts, a lift that would come late taken out."""

    def key(exercise: PrescribedExercise) -> int:
        entry = case.means.catalogue.get(exercise.exercise)
        return rank(entry) if entry is not None else 3

    def change(block: Block) -> Block | None:
        exercises = sorted(block.exercises, key=key)
        entries = _entries(block, case.means)
        if passes(block) > 1 and any(map(technical, entries)) and any(e.modality == "monostructural" for e in entries):
            exercises = [e for e in exercises if e.exercise is None or not technical(case.means.catalogue[e.exercise])]
        if block.format == "emom":
            exercises = _slotted(exercises)
        return block.model_copy(update={"exercises": exercises}) if exercises else None

    whole = _each_block(case, change)
    first = [block for block in whole.blocks if block.role == "warmup"]
    last = [block for block in whole.blocks if block.role == "cooldown"]
    work = [block for block in whole.blocks if block.role not in EASY]
    strength = [block for block in work if block.format not in WORKOUTS]
    workouts = sorted(
        (b for b in work if b.format in WORKOUTS), key=lambda b: not any(map(technical, _entries(b, case.means)))
    )
    whole = whole.model_copy(update={"blocks": [*first, *strength, *workouts, *last]})
    if not _late_lifts(Case(whole, case.means)):
        return whole
    kept = [*first, *strength, *workouts[:1]]
    for block in workouts[1:]:
        exercises = [
            e for e in block.exercises if e.exercise is None or not technical(case.means.catalogue[e.exercise])
        ]
        kept += [block.model_copy(update={"exercises": exercises})] if exercises else []
    return whole.model_copy(update={"blocks": [*kept, *last]})


def _slotted(exercises: list[PrescribedExercise]) -> list[PrescribedExercise]:
    return [e.model_copy(update={"slot": number}) for number, e in enumerate(exercises, 1)]


def _made_whole(case: Case) -> Prescription:
    """Caps that can be reached, minutes that hold their work, and another format where this one makes no sense."""

    def change(block: Block) -> Block | None:
        block = _without_bars(block, case.means)
        if _fault(block, case.means) is None:
            return block
        match block.format:
            case "amrap":
                return block.model_copy(update={"rounds": None, "time_cap_seconds": block.time_cap_seconds or 600.0})
            case "emom":
                return _lighter_minutes(block, case.means)
            case "tabata":
                return block.model_copy(update={"exercises": [_tabata_set(e) for e in block.exercises]})
            case _:
                timed = block.model_copy(update={"format": "for_time", "rounds": block.rounds})
                need = expected(timed, case.means) * CAP_MARGIN
                return timed.model_copy(
                    update={"time_cap_seconds": 60.0 * max(1, -(-need // 60)), "rest_seconds": None}
                )

    return _each_block(case, change)


def _without_bars(block: Block, means: Means) -> Block:
    """With something like it, but safe when out of breath, in place of a bar; without it where there is nothing."""
    unsafe = {entry.slug for entry in _breathless(block, means)}
    used = {exercise.exercise for exercise in block.exercises}
    kept = []
    for exercise in block.exercises:
        if exercise.exercise in unsafe:
            others = planning.substitutions(means.catalogue[exercise.exercise], means, most=len(means.catalogue))
            safe = (e for e in others if safe_when_breathless(e, means) and e.slug not in used)
            other = min(safe, key=lambda e: e.slug not in CLASSICS, default=None)
            if other is None:
                continue
            used.add(other.slug)
            kept.append(planning.inherited(other, exercise, means))
        else:
            kept.append(exercise)
    return block.model_copy(update={"exercises": kept}) if kept else block.model_copy(update={"format": "circuit"})


def _lighter_minutes(block: Block, means: Means) -> Block:
    """One movement a minute, with as much of it as leaves time to rest."""
    most = interval_seconds(block) * EMOM_WORK_SECONDS / 60

    def fitted(exercise: PrescribedExercise) -> PrescribedExercise:
        sets = []
        for set_ in exercise.sets:
            work = set_seconds(exercise, set_, means.catalogue, means.request)
            share = min(1.0, most / work)
            cut = {
                field: max(1, int(value * share))
                for field in ("reps", "duration_seconds", "distance_meters", "calories")
                if (value := getattr(set_, field)) is not None
            }
            sets.append(set_.model_copy(update=cut) if share < 1 else set_)
        return exercise.model_copy(update={"sets": sets})

    return block.model_copy(update={"exercises": _slotted([fitted(e) for e in block.exercises])})


def _tabata_set(exercise: PrescribedExercise) -> PrescribedExercise:
    first = exercise.sets[0]
    update = {"reps": None, "distance_meters": None, "calories": None, "duration_seconds": 20.0, "rest_seconds": 10.0}
    return exercise.model_copy(update={"sets": [first.model_copy(update=update)]})
