"""A session in words, in its own language, as every text of it is made: plain here, as Markdown in `markdown`. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from training import wording
from training.exports.workout import Workout, line
from training.prescription import Block, PrescribedExercise


@dataclass(frozen=True)
class Item:
    """An exercise: what it is called, its sets, a line each, and what to think of."""

    key: str
    name: str
    about: str
    sets: list[str]
    cue: str


@dataclass(frozen=True)
class Part:
    """A block: what it is, and its exercises."""

    head: str
    items: list[Item]


def facts(workout: Workout) -> str:
    """ "45 min, RPE 7": the computed time and the expected effort; nothing where the summary begins with them."""
    minutes = wording.unit(round(workout.seconds / 60), "min", workout.language)
    rpe, summary = workout.prescription.expected_rpe, workout.prescription.summary or ""
    if summary.replace("\u00a0", " ").startswith(minutes.replace("\u00a0", " ")):
        return ""
    return ", ".join([minutes, *([] if rpe is None else [wording.effort(rpe, workout.language)])])


def parts(workout: Workout) -> Iterator[Part]:
    """Block by block."""
    for block in workout.prescription.blocks:
        head = wording.block(block.model_dump(mode="json"), workout.language)
        yield Part(head[0].upper() + head[1:], [_item(exercise, block, workout) for exercise in block.exercises])


def text(workout: Workout) -> str:
    """The session as plain lines: for a calendar, or whatever shows no more."""
    prescription = workout.prescription
    lines = [line(said) for said in (facts(workout), prescription.summary, prescription.rationale) if said]
    for part in parts(workout):
        lines += ["", part.head]
        for item in part.items:
            about = f" ({item.about})" if item.about else ""
            sets = wording.colon(workout.language) + "; ".join(item.sets)
            lines.append(f"• {item.name}{about}{sets}")
            if item.cue:
                lines.append(f"  {item.cue}")
    return "\n".join(lines)


def _item(exercise: PrescribedExercise, block: Block, workout: Workout) -> Item:
    given = exercise.model_dump(mode="json")
    return Item(
        key=exercise.key,
        name=workout.name(exercise),
        about=wording.exercise(given, workout.language),
        sets=list(wording.sets(given, workout.language, role=block.role)),
        cue=line(exercise.cue or ""),
    )
