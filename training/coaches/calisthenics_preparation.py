"""A calisthenics warm-up: pulse, wrists, shoulder blades, what else is needed, and the main pattern. Pure."""

from typing import Final

from training.catalogue import LEVELS, Entry
from training.coaches import preparation
from training.coaches.means import Means
from training.prescription import Block, PrescribedExercise

_WRISTS: Final = ("wrist-preparation",)
_HANGING_SCAPULAE: Final = ("scapular-pull-up", "active-hang", "band-pull-apart", "scapular-push-up")
_LEANING_SCAPULAE: Final = ("scapular-push-up", "band-pull-apart", "scapular-pull-up", "reverse-snow-angel")
_LONG_SECONDS = 240  # from here on there is time for more than the least of it
_WRIST_SECONDS, _SHORT_WRIST_SECONDS = 40, 20
_LOOSENING_SECONDS = 40
_LEAST_RAISER_SECONDS = 20
_PRIMER_HOLD_SECONDS, _PRIMER_REPS = 10, 5  # well below what the step is worked on with: more is no easy set


def warmup(means: Means, lead: Entry, seconds: float) -> Block:
    """Raise the pulse, prepare wrists and shoulder blades, loosen, and practise the pattern of `lead`, lightly."""
    practice = primer(lead, means)
    long = seconds >= _LONG_SECONDS
    scapulae = _HANGING_SCAPULAE if lead.pattern == "vertical_pull" else _LEANING_SCAPULAE
    exercises: list[PrescribedExercise] = []
    wrists, blades = _first(means, _WRISTS), _first(means, tuple(s for s in scapulae if s != practice.exercise))
    left = seconds - 20
    if wrists is not None:
        length = _WRIST_SECONDS if long else _SHORT_WRIST_SECONDS
        exercises.append(preparation.easy(wrists, means, "warmup", seconds=length))
        left -= length
    if blades is not None:
        exercises.append(preparation.easy(blades, means, "warmup"))
        left -= 20
    known = preparation.mobility(means, "warmup", {*lead.primary, *lead.secondary})
    loosening = [e for e in known if wrists is None or e.slug != wrists.slug]
    for entry in loosening[: max(0, min(2, int((left - 60) // _LOOSENING_SECONDS)))]:
        exercises.append(preparation.easy(entry, means, "warmup"))
        left -= _LOOSENING_SECONDS
    raiser = preparation.cyclical(means, "warmup", left)
    if raiser is not None:
        length = preparation.whole_tens(max(_LEAST_RAISER_SECONDS, left))
        exercises.insert(0, preparation.easy(raiser, means, "warmup", seconds=length))
    return Block(role="warmup", format="circuit", exercises=[*exercises, practice])


def primer(lead: Entry, means: Means) -> PrescribedExercise:
    """The pattern of the lead in an easy form: for beginners the easiest, for others one that is worth the name."""
    same = [
        e for e in means.candidates if e.pattern == lead.pattern and "warmup" in e.roles and e.ladder != "muscle-up"
    ]
    hardest_first = -1 if means.level != "beginner" else 1

    def unlikeness(entry: Entry) -> tuple[bool, int, bool, int, str]:
        return (
            entry.measure != "reps",
            LEVELS.index(entry.level),
            entry.mechanic == "isolation",
            hardest_first * (entry.step or 0),
            entry.slug,
        )

    entry = min(same, key=unlikeness, default=lead)
    held = _PRIMER_HOLD_SECONDS * (2 if entry.unilateral else 1) if entry.measure == "seconds" else None
    exercise = preparation.easy(entry, means, "warmup", seconds=held)
    first = exercise.sets[0]
    few = first.model_copy(update={"reps": min(first.reps, _PRIMER_REPS)}) if first.reps is not None else first
    return exercise.model_copy(update={"sets": [few]})


def _first(means: Means, slugs: tuple[str, ...]) -> Entry | None:
    found = (means.catalogue.get(slug) for slug in slugs)
    return next((entry for entry in found if entry is not None and means.may(entry)), None)
