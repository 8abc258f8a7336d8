"""A benchmark workout for one athlete: as prescribed where everything allows, else scaled, else a variation. Pure."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from training.catalogue import LEVELS, Entry
from training.coaches import planning
from training.coaches.functional_formats import CAP_MARGIN, LEAST_AMRAP_SECONDS, Workshop, expected
from training.coaches.functional_movements import amount, calm, station, usable
from training.coaches.functional_words import partition
from training.coaches.means import Means, Obstacle
from training.coaches.phrases import number
from training.coaches.planning import EQUIVALENT_METERS
from training.coaches.words import plain
from training.one_rep_max import CHART_REPS
from training.prescription import Block, PrescribedExercise, Prescription, Set
from training.wording import colon
from training.workouts import BENCHMARKS, Benchmark, Movement, scaling, step_of
from training.workouts.scaling import AMOUNT, Step

Likeness = Literal["rx", "scaled", "variation"]
Cause = Obstacle | Literal["time", "energy"]

_LIKENESS: Final[tuple[Likeness, ...]] = ("rx", "scaled", "variation")
_FASTER_SPORTS: Final = ("row", "ski", "bike", "run")  # what stands in for a run, the nearest first
_MOVING_RPE: Final = 8  # of a run or a row that others wait for
_RUN_SPEED: Final = 2.8
_MOST_RX_PERCENT: Final = 62  # of 1RM: more cannot be kept up for the repetitions of a benchmark
_HIGH_VOLUME: Final = 400  # repetitions in all: a beginner does two fifths of them, in small sets
_HIGH_VOLUME_SHARE: Final = 0.4
_SMALLEST_SET: Final = 5  # of what there is least of, where repetitions are partitioned
_SHARES: Final = (1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.33, 0.25)  # of the repetitions, where time is short


@dataclass(frozen=True)
class Fitted:
    """The block an athlete does, and how like the benchmark it is."""

    benchmark: Benchmark
    block: Block
    likeness: Likeness
    causes: tuple[Cause, ...] = ()  # of a variation: what stands in the way of the original


def named(prescription: Prescription) -> Benchmark | None:
    """The benchmark that a session's title names, or that one of its blocks is to the letter."""
    title = f" {plain(prescription.title or '')} "
    by_title = next((each for each in BENCHMARKS.values() if f" {plain(each.name)} " in title), None)
    if by_title is not None:
        return by_title
    slugs = [[exercise.exercise for exercise in block.exercises] for block in prescription.blocks]
    return next((b for b in BENCHMARKS.values() if [movement.exercise for movement in b.movements] in slugs), None)


def fitted(benchmark: Benchmark, shop: Workshop, seconds: float) -> Fitted | None:
    """The benchmark for this athlete in no more than so many seconds; None where none of its movements is possible."""
    means = shop.means
    behind = LEVELS.index(benchmark.level) - LEVELS.index(means.level) + (1 if means.tired else 0)
    found: list[_StandIn] = []
    causes = _causes(benchmark, means)
    for movement in benchmark.movements:
        done = {entry.slug for each in found for entry in each.entries}
        stand_in = _stand_in(movement, max(0, behind), means, done | {other.exercise for other in benchmark.movements})
        found += [stand_in] if stand_in is not None else []
    if not found:
        return None
    likeness: Likeness = max((each.likeness for each in found), key=_LIKENESS.index)
    if benchmark.vest_kg is not None and _vest(benchmark, means) is None and likeness == "rx":
        likeness = "scaled"
    if len(found) < len(benchmark.movements) or _lacks_vest(benchmark, means):
        likeness = "variation"
    for rounds, part in _smaller(benchmark):
        block = _block(benchmark, found, rounds, part, shop)
        if likeness == "rx" and _lighter_than_rx(block, benchmark, means):
            likeness = "scaled"
        cap = _cap_seconds(block, benchmark, means, seconds)
        if cap is not None:
            whole = (rounds, part) == (benchmark.rounds, 1) and (
                benchmark.format != "amrap" or cap == benchmark.cap_seconds
            )
            block = block.model_copy(update={"time_cap_seconds": cap})
            if not whole:
                return Fitted(benchmark, block, "variation", (*causes, "time"))
            return Fitted(benchmark, block, likeness, causes or (("energy",) if means.tired else ("level",)))
    return None


def _lacks_vest(benchmark: Benchmark, means: Means) -> bool:
    return benchmark.vest_kg is not None and "weight-vest" not in means.equipment and means.level == "advanced"


def _causes(benchmark: Benchmark, means: Means) -> tuple[Cause, ...]:
    """What makes a variation of it: all that is against its movements but the level, which makes it scaled."""
    entries = (means.catalogue.get(movement.exercise) for movement in benchmark.movements)
    causes: list[Cause] = [cause for entry in entries if entry is not None and (cause := means.obstacle(entry))]
    vest: list[Cause] = ["equipment"] if _lacks_vest(benchmark, means) else []
    return tuple(dict.fromkeys(cause for cause in (*causes, *vest) if cause != "level"))


def _huge(benchmark: Benchmark) -> bool:
    """Is it known for its repetitions? An amrap asks for as many as there are."""
    reps = (value for movement in benchmark.movements if movement.reps for value in movement.reps)
    return benchmark.format == "for_time" and sum(reps) * (benchmark.rounds or 1) >= _HIGH_VOLUME


def _smaller(benchmark: Benchmark) -> Iterator[tuple[int | None, float]]:
    """Its rounds and the share of its repetitions, whole first: rounds go before repetitions do."""
    least = benchmark.rounds
    if benchmark.rounds is not None:
        least = (benchmark.rounds + 1) // 2
        yield from ((rounds, 1) for rounds in range(benchmark.rounds, least, -1))
    yield from ((least, share) for share in _SHARES)


def _cap_seconds(block: Block, benchmark: Benchmark, means: Means, seconds: float) -> float | None:
    """The clock that the work can be done by, in whole minutes; None where there is too little time for it."""
    if benchmark.format == "amrap":
        return min(float(benchmark.cap_seconds), 60.0 * (seconds // 60)) if seconds >= LEAST_AMRAP_SECONDS else None
    need = expected(block, means) * CAP_MARGIN
    asked = sum(value for movement in benchmark.movements for value in movement.reps or ())
    done = sum(set_.reps or 0 for exercise in block.exercises for set_ in exercise.sets)
    usual = benchmark.cap_seconds * (min(1, done / asked) if _huge(benchmark) else 1)
    cap = min(60.0 * math.ceil(max(usual, need) / 60), 60.0 * (seconds // 60))
    return cap if need <= cap else None


def _lighter_than_rx(block: Block, benchmark: Benchmark, means: Means) -> bool:
    """Is a known load other than the one that is prescribed?"""
    rx = {m.exercise: m.load_kg.of(means.request.athlete.sex) for m in benchmark.movements if m.load_kg is not None}
    return any(
        set_.load_kg is not None and rx.get(exercise.exercise or "") not in {None, set_.load_kg}
        for exercise in block.exercises
        for set_ in exercise.sets
    )


@dataclass(frozen=True)
class _StandIn:
    """What an athlete does for a movement: one exercise or two, so many times each, and how like the original it is."""

    movement: Movement
    entries: tuple[Entry, ...]
    share: float
    likeness: Likeness


def _stand_in(movement: Movement, behind: int, means: Means, used: set[str]) -> _StandIn | None:
    """The movement itself, its scaled version, its foundations, an equivalent machine, or the nearest exercise."""
    entry = means.catalogue.get(movement.exercise)
    if entry is None:
        return None
    suitable = {other.slug for other in calm(means)}
    steps: tuple[Step | None, ...] = (None, "scaled", "foundations")
    for place, step in enumerate(steps):
        if place < min(behind, 2):
            continue
        stand = step_of(entry.slug, step) if step else None
        slugs = stand.exercises if stand is not None else [entry.slug]
        entries = tuple(each for slug in slugs if (each := means.catalogue.get(slug)) is not None and means.may(each))
        if len(entries) == len(slugs) and suitable.issuperset(slugs):
            share = 1.0 if step is None else stand.times if stand and stand.times else AMOUNT[step]
            return _StandIn(movement, entries, share, "rx" if step is None else "scaled")
    other = _equivalent(entry, means) if movement.meters else _nearest(entry, means, used)
    share = 1.0 if behind <= 0 else AMOUNT["scaled" if behind == 1 else "foundations"]
    likeness: Likeness = "scaled" if means.obstacle(entry) == "level" else "variation"
    return _StandIn(movement, (other,), share, likeness) if other is not None else None


def _equivalent(entry: Entry, means: Means) -> Entry | None:
    """Another machine or way to cover ground; what the body can do on the spot where there is none."""
    cyclical = [e for e in means.candidates if e.pattern == "cyclical" and "conditioning" in e.roles]
    by_sport = [e for sport in _FASTER_SPORTS for e in cyclical if e.sport == sport and e.sport != entry.sport]
    on_the_spot = [e for e in cyclical if e.measure == "seconds" and e.modality == "monostructural"]
    return next(iter([*by_sport, *on_the_spot, *cyclical]), None)


def _nearest(entry: Entry, means: Means, used: set[str]) -> Entry | None:
    """The same pattern, else another pull for a pull and so on, else the same modality; none of what is done anyway."""
    pool = [e for e in usable(means) if e.slug not in used and e.measure == "reps"]
    alike = [e for e in planning.substitutions(entry, means, most=len(means.catalogue)) if e in pool]
    kind = entry.pattern.rpartition("_")[2]
    same_kind = [e for e in pool if e.pattern.rpartition("_")[2] == kind]
    same_modality = [e for e in pool if e.modality == entry.modality]
    return next(iter([*alike, *same_kind, *same_modality]), None)


def _block(benchmark: Benchmark, stand_ins: list[_StandIn], rounds: int | None, share: float, shop: Workshop) -> Block:
    exercises = [
        _exercise(stand_in, entry, share, benchmark, shop) for stand_in in stand_ins for entry in stand_in.entries
    ]
    if _huge(benchmark) and any(stand_in.likeness != "rx" for stand_in in stand_ins):
        exercises = _partitioned(exercises, shop.means)
    return Block(role=shop.role, format=benchmark.format, rounds=rounds, exercises=exercises)


def _partitioned(exercises: list[PrescribedExercise], means: Means) -> list[PrescribedExercise]:
    """With cues that say how many at a time: nobody does hundreds in one go."""
    whole = [each.sets[0].reps for each in exercises if len(each.sets) == 1 and each.sets[0].reps]
    rounds = max(1, round(min(whole, default=0) / _SMALLEST_SET))
    return [
        each.model_copy(
            update={"cue": f"{each.cue or ''} {partition(max(1, round(reps / rounds)), means.language)}".strip()}
        )
        if rounds > 1 and (reps := each.sets[0].reps)
        else each
        for each in exercises
    ]


def _exercise(
    stand_in: _StandIn, entry: Entry, share: float, benchmark: Benchmark, shop: Workshop
) -> PrescribedExercise:
    movement, means = stand_in.movement, shop.means
    if movement.reps is not None and stand_in.share < AMOUNT["scaled"] and _huge(benchmark):
        share *= _HIGH_VOLUME_SHARE / stand_in.share
    amounts = [_scaled(value, share * stand_in.share, metres=movement.meters is not None) for value in movement.amounts]
    if movement.meters is not None:
        exercise = _covered(entry, amounts, movement, shop)
    elif entry.measure != "reps":
        unit, number_of = amount(entry, 3 * amounts[0], means)
        exercise = station(entry, unit, [number_of], shop.rpe, means)
    else:
        each_side = [max(1, value // 2) for value in amounts]  # the benchmark counts both sides
        exercise = station(entry, "reps", each_side if entry.unilateral else amounts, shop.rpe, means)
    if entry.slug != movement.exercise:
        return exercise
    vest = _vest(benchmark, means)
    if vest is not None:
        return exercise.model_copy(update={"sets": [s.model_copy(update={"load_kg": vest}) for s in exercise.sets]})
    return _with_rx(exercise, movement, means) if movement.load_kg is not None else exercise


def _scaled(value: int, share: float, *, metres: bool) -> int:
    if share >= 1:
        return round(value * share)
    return round(scaling.amount(value, share, grain=50 if metres and value >= 200 else 1))


def _covered(entry: Entry, metres: list[int], movement: Movement, shop: Workshop) -> PrescribedExercise:
    """The distance, the equivalent one on another machine, or as long on the spot."""
    original = shop.means.catalogue[movement.exercise]
    effort = min(shop.rpe, _MOVING_RPE)
    if original.sport is not None and entry.sport is not None:
        factor = EQUIVALENT_METERS[entry.sport] / EQUIVALENT_METERS[original.sport]
        return station(entry, "distance_meters", [round(value * factor) for value in metres], effort, shop.means)
    seconds = [max(10, 10 * round(value / (original.meters_per_second or _RUN_SPEED) / 10)) for value in metres]
    return station(entry, "duration_seconds", seconds, effort, shop.means)


def _vest(benchmark: Benchmark, means: Means) -> float | None:
    """The vest of a workout that is done in one; None where there is none, or the athlete is better off without."""
    ready = means.level == "advanced" and not means.tired and "weight-vest" in means.equipment
    return benchmark.vest_kg.of(means.request.athlete.sex) if benchmark.vest_kg is not None and ready else None


def _with_rx(exercise: PrescribedExercise, movement: Movement, means: Means) -> PrescribedExercise:
    """With the Rx load where it is known to suit the athlete; else it stands in the cue, as data."""
    if movement.load_kg is None:
        return exercise
    load = movement.load_kg.of(means.request.athlete.sex)
    maximum = means.one_rep_max_kg.get(movement.exercise)
    if load is not None and maximum is not None and load <= _MOST_RX_PERCENT / 100 * maximum:
        percent = round(100 * load / maximum, 1)
        return exercise.model_copy(update={"sets": [_at_rx(s, load, percent, means) for s in exercise.sets]})
    told = [load] if load is not None else [movement.load_kg.male, movement.load_kg.female]
    rx = "/".join(number(each, means.language) for each in told)
    whom = "" if load is not None else {"en": " (men/women)", "fr": " (hommes/femmes)"}[means.language]
    return exercise.model_copy(update={"cue": f"{exercise.cue} Rx{colon(means.language)}{rx}\u00a0kg{whom}."})


def _at_rx(set_: Set, load: float, percent: float, means: Means) -> Set:
    effort = min(
        set_.rpe or _MOVING_RPE, planning.felt(min(set_.reps or 1, CHART_REPS), percent) + 1.5, planning.rpe_cap(means)
    )
    return set_.model_copy(update={"load_kg": load, "percent_1rm": percent, "rpe": effort})
