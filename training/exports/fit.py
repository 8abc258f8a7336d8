"""A session as a FIT workout, for a watch or a bike computer. Pure.

Sets are steps and rounds are repeats. What is done against a clock, an AMRAP or an interval of an EMOM, is one step of
that time with the work in its notes, because no watch counts it. Changes between exercises are left to the athlete.
Targets are power (watts where the FTP is known, else percent of the device's), speed, or heart rate by zone; where the
athlete's thresholds are not known there is none, and the notes say the effort.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Final

from fit_tool import FitFileBuilder
from fit_tool.profile.messages.file_id_message import FileIdMessage
from fit_tool.profile.messages.workout_message import WorkoutMessage
from fit_tool.profile.messages.workout_step_message import WorkoutStepMessage
from fit_tool.profile.profile_type import (
    FileType,
    FitBaseUnit,
    Intensity,
    Manufacturer,
    Sport,
    SubSport,
    WorkoutStepDuration,
    WorkoutStepTarget,
)

from training import prescription as shapes
from training import wording
from training.counting import IN_TURN, passes, slots, turns
from training.exports import fit_exercises
from training.exports.steps import sets_of_a_pass
from training.exports.targets import Target, target
from training.exports.workout import Workout, line
from training.prescription import Block, PrescribedExercise, Set
from training.timing import TABATA_REST_SECONDS, TABATA_WORK_SECONDS, interval_seconds, set_seconds
from training.zones import SPORTS, sport_of

MOST_SETS: Final = 500  # listed ones: far more than watches take, and written in less than a second
NAME_BYTES, NOTES_BYTES = 48, 200  # as much as watches show
_MOST_KG: Final = 655.34  # what the field holds; the notes say every load
_WATTS_FROM, _BEATS_FROM = 1000, 100  # FIT counts watts and beats from here: below are percents

_INTENSITIES: Final[dict[str, Intensity]] = {"warmup": Intensity.WARMUP, "cooldown": Intensity.COOLDOWN}
_KINDS: Final[dict[shapes.Sport, tuple[Sport, SubSport]]] = {
    "run": (Sport.RUNNING, SubSport.GENERIC),
    "bike": (Sport.CYCLING, SubSport.GENERIC),
    "swim": (Sport.SWIMMING, SubSport.LAP_SWIMMING),
    "row": (Sport.FITNESS_EQUIPMENT, SubSport.INDOOR_ROWING),
}
_STRENGTH = (Sport.TRAINING, SubSport.STRENGTH_TRAINING)
_MIXED = (Sport.TRAINING, SubSport.CARDIO_TRAINING)
_REST: Final = {"en": "Rest", "fr": "Repos"}
_TARGETS: Final = {
    "watts": WorkoutStepTarget.POWER,
    "percent_ftp": WorkoutStepTarget.POWER,
    "speed": WorkoutStepTarget.SPEED,
    "heart_rate": WorkoutStepTarget.HEART_RATE,
}


@dataclass(frozen=True)
class _Step:
    """One step: how it ends (by what, and how much: s, m, kcal or repetitions), and what it is."""

    name: str
    ends: WorkoutStepDuration
    amount: float = 0
    intensity: Intensity = Intensity.ACTIVE
    notes: str = ""
    target: Target | None = None
    exercise: tuple[int, int | None] | None = None
    load_kg: float | None = None


@dataclass(frozen=True)
class _Repeat:
    """Steps that are done several times."""

    times: int
    steps: tuple[_Step, ...]


def fits(coach: str, discipline: str, prescription: dict[str, Any]) -> bool:
    """Every coach's sessions, as long as a watch could take them."""
    return sum(map(sets_of_a_pass, prescription["blocks"])) <= MOST_SETS


def write(workout: Workout) -> bytes:
    """The .fit file."""
    items = [item for block in workout.prescription.blocks for item in _block(block, workout)]
    if isinstance(items[-1], _Step) and items[-1].intensity is Intensity.REST:
        items.pop()  # nobody waits at the end
    messages = list(_messages(items))
    head = WorkoutMessage()
    head.workout_name = _cut(workout.title, NAME_BYTES)
    kind, sub_kind = _kind(workout)
    head.sport, head.sub_sport = kind, sub_kind
    head.num_valid_steps = len(messages)  # repeats are steps, too, as in the examples of Garmin's FIT Cookbook
    builder = FitFileBuilder()
    builder.add_all([_file_id(workout), head, *messages])
    return bytes(builder.build_bytes())


# --- steps ---


def _block(block: Block, workout: Workout) -> Iterator[_Step | _Repeat]:
    if block.format == "amrap":
        yield _clock(block, block.exercises, block.time_cap_seconds or 0, workout)
    elif block.format == "emom":
        intervals = [_clock(block, exercises, interval_seconds(block), workout) for exercises in slots(block)]
        yield from _repeated(passes(block), intervals)
    elif block.format == "tabata":
        for exercise in block.exercises:
            work = replace(
                _work(block, exercise, exercise.sets[0], workout),
                ends=WorkoutStepDuration.TIME,
                amount=TABATA_WORK_SECONDS,
            )
            yield from _repeated(passes(block), [work, _rest(TABATA_REST_SECONDS, workout)])
    else:
        yield from _rounds(block, workout)


def _rounds(block: Block, workout: Workout) -> Iterator[_Step | _Repeat]:
    """Equal rounds, or equal sets one after another, as a repeat; of repeats inside repeats devices know nothing."""
    in_turn = block.format in IN_TURN
    rounds = turns(block) if in_turn else [[item] for turn in turns(block) for item in turn]
    between = [_rest(block.rest_seconds, workout)] if block.rest_seconds else []
    folded: list[tuple[int, list[_Step]]] = []
    for steps, equal in groupby([step for item in turn for step in _set(block, *item, workout)] for turn in rounds):
        folded.append((sum(1 for _ in equal), [*steps, *(between if in_turn else ())]))
    if passes(block) == 1:
        for times, steps in folded:
            yield from _repeated(times, steps)
    elif len(folded) == 1 and in_turn:
        yield from _repeated(passes(block) * folded[0][0], folded[0][1])
    else:
        unfolded = [step for times, steps in folded for step in steps * times]
        yield from _repeated(passes(block), [*unfolded, *(() if in_turn else between)])


def _repeated(times: int, steps: list[_Step]) -> Iterator[_Step | _Repeat]:
    if times > 1:
        yield _Repeat(times, tuple(steps))
    else:
        yield from steps


def _set(block: Block, exercise: PrescribedExercise, set_: Set, workout: Workout) -> Iterator[_Step]:
    yield _work(block, exercise, set_, workout)
    if set_.rest_seconds:
        yield _rest(set_.rest_seconds, workout)


def _work(block: Block, exercise: PrescribedExercise, set_: Set, workout: Workout) -> _Step:
    sport = _sport(exercise, workout)
    ends, amount = _end(exercise, set_, workout)
    one = exercise.model_copy(update={"sets": [set_]}).model_dump()
    said = next(wording.sets(one, workout.language, role=block.role))
    return _Step(
        name=workout.name(exercise),
        ends=ends,
        amount=amount,
        intensity=_intensity(block, set_),
        notes=". ".join(text for text in (said, line(exercise.cue or "")) if text),
        target=target(set_, sport, workout.request.athlete),
        exercise=None if _kind(workout)[0] is not Sport.TRAINING else fit_exercises.named(workout.entry(exercise)),
        load_kg=set_.load_kg,
    )


def _intensity(block: Block, set_: Set) -> Intensity:
    """What a watch calls a step; zone 1 between efforts is there to recover."""
    if block.role in _INTENSITIES:
        return _INTENSITIES[block.role]
    return Intensity.RECOVERY if block.format == "intervals" and set_.zone == 1 else Intensity.ACTIVE


def _end(exercise: PrescribedExercise, set_: Set, workout: Workout) -> tuple[WorkoutStepDuration, float]:
    """A distance with a time is covered in that time; a watch counts repetitions in strength and cardio alone."""
    sides = 2 if exercise.per_side else 1
    if set_.distance_meters is not None:
        return WorkoutStepDuration.DISTANCE, set_.distance_meters * sides
    if set_.duration_seconds is not None:
        return WorkoutStepDuration.TIME, set_.duration_seconds * sides
    if set_.reps is not None and set_.kind != "to_failure":
        if _kind(workout)[0] is Sport.TRAINING:
            return WorkoutStepDuration.REPS, set_.reps * sides
        return WorkoutStepDuration.TIME, set_seconds(exercise, set_, workout.catalogue, workout.request)
    if set_.calories is not None:
        return WorkoutStepDuration.CALORIES, set_.calories * sides
    return WorkoutStepDuration.OPEN, 0


def _clock(block: Block, exercises: Iterable[PrescribedExercise], seconds: float, workout: Workout) -> _Step:
    """A time in which what stands in the notes is done."""
    names = [workout.name(exercise) for exercise in exercises]
    sets = ["; ".join(wording.sets(exercise.model_dump(), workout.language, role=block.role)) for exercise in exercises]
    colon = wording.colon(workout.language)
    return _Step(
        name=names[0] if len(names) == 1 else block.format.upper(),
        ends=WorkoutStepDuration.TIME,
        amount=seconds,
        intensity=_INTENSITIES.get(block.role, Intensity.ACTIVE),
        notes=" · ".join(f"{name}{colon}{said}" for name, said in zip(names, sets, strict=True)),
    )


def _rest(seconds: float, workout: Workout) -> _Step:
    return _Step(_REST[workout.language], WorkoutStepDuration.TIME, seconds, Intensity.REST)


def _sport(exercise: PrescribedExercise, workout: Workout) -> shapes.Sport | None:
    """Whose speed or power a step is meant at; a stranger's is its session's."""
    entry = workout.entry(exercise)
    return sport_of(exercise, entry) or (SPORTS.get(workout.discipline) if entry is None else None)


def _kind(workout: Workout) -> tuple[Sport, SubSport]:
    """What a device starts: a discipline's sport; of several sports, or none, a cardio or a strength workout."""
    if workout.coach in {"force", "calisthenics"}:
        return _STRENGTH
    if workout.coach != "endurance":
        return _MIXED
    sports = {SPORTS.get(workout.discipline)} - {None} or {
        sport_of(exercise, workout.entry(exercise)) for _, exercise in workout.prescription.exercises()
    } - {None}
    kind = _KINDS.get(next(iter(sports)) or "run", _MIXED) if len(sports) == 1 else _MIXED
    if kind[1] is SubSport.LAP_SWIMMING and workout.request.location == "outdoor":
        return Sport.SWIMMING, SubSport.OPEN_WATER
    return kind


# --- messages ---


def _file_id(workout: Workout) -> FileIdMessage:
    message = FileIdMessage()
    message.type = FileType.WORKOUT
    message.manufacturer = Manufacturer.DEVELOPMENT.value
    message.product = 0
    message.serial_number = workout.id.int % 0xFFFF_FFFE + 1  # 0 and the last one mean none
    message.time_created = round(workout.created_at.timestamp() * 1000)
    return message


def _messages(items: Iterable[_Step | _Repeat]) -> Iterator[WorkoutStepMessage]:
    """Numbered: a repeat stands after its steps and names the first of them."""
    number = 0
    for item in items:
        first = number
        for step in item.steps if isinstance(item, _Repeat) else (item,):
            yield _step_message(number, step)
            number += 1
        if isinstance(item, _Repeat):
            repeat = WorkoutStepMessage()
            repeat.message_index = number
            repeat.duration_type = WorkoutStepDuration.REPEAT_UNTIL_STEPS_CMPLT
            repeat.duration_step = first
            repeat.target_type = WorkoutStepTarget.OPEN
            repeat.target_value = item.times
            yield repeat
            number += 1


def _step_message(number: int, step: _Step) -> WorkoutStepMessage:
    message = WorkoutStepMessage()
    message.message_index = number
    message.workout_step_name = _cut(step.name, NAME_BYTES)
    message.intensity = step.intensity
    message.duration_type = step.ends
    match step.ends:
        case WorkoutStepDuration.TIME:
            message.duration_time = step.amount
        case WorkoutStepDuration.DISTANCE:
            message.duration_distance = step.amount
        case WorkoutStepDuration.REPS:
            message.duration_reps = round(step.amount)
        case WorkoutStepDuration.CALORIES:
            message.duration_calories = round(step.amount)
    message.target_type = _TARGETS[step.target.measure] if step.target else WorkoutStepTarget.OPEN
    message.target_value = 0
    if step.target is not None:
        _aim(message, step.target)
    if step.notes:
        message.notes = _cut(step.notes, NOTES_BYTES)
    if step.exercise is not None:
        message.exercise_category, name = step.exercise
        if name is not None:
            message.exercise_name = name
    if step.load_kg is not None and step.load_kg <= _MOST_KG:
        message.exercise_weight = step.load_kg
        message.weight_display_unit = FitBaseUnit.KILOGRAM
    return message


def _aim(message: WorkoutStepMessage, aim: Target) -> None:
    match aim.measure:
        case "watts":
            message.custom_target_power_low = _WATTS_FROM + round(aim.low)
            message.custom_target_power_high = _WATTS_FROM + round(aim.high)
        case "percent_ftp":
            message.custom_target_power_low, message.custom_target_power_high = round(aim.low), round(aim.high)
        case "speed":
            message.custom_target_speed_low, message.custom_target_speed_high = aim.low, aim.high
        case "heart_rate":
            message.custom_target_heart_rate_low = _BEATS_FROM + round(aim.low)
            message.custom_target_heart_rate_high = _BEATS_FROM + round(aim.high)


def _cut(text: str, most_bytes: int) -> str:
    """As much of a text as fits, with an ellipsis where it does not, and with spaces that watches know."""
    text = text.replace("\u00a0", " ")
    if len(text.encode()) <= most_bytes:
        return text
    return text.encode()[: most_bytes - len("…".encode())].decode(errors="ignore").rstrip() + "…"
