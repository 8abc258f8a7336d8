"""What stands around the training: warm-up, cool-down, easy movement, and the session that is only easy. Pure."""

from collections.abc import Iterable, Sequence
from typing import Literal

from training.catalogue import LEVELS, Entry
from training.catalogue.entry import Muscle
from training.coaches.means import Means
from training.coaches.phrases import PHRASES
from training.coaches.planning import EASY_RPE, exercise, finished
from training.prescription import Block, Kind, PrescribedExercise, Prescription, Set
from training.timing import block_seconds

EASY_REPS = 8
EASY_BODY_REPS = {"beginner": 5, "intermediate": 3, "advanced": 3}  # of a push-up, pull-up or burpee, by its level
EASY_HOLD_SECONDS = 30
EASY_CYCLICAL_SECONDS = 120  # of what may last: a run, a walk, a machine
EASY_DRILL_SECONDS = 30  # of all else that is cyclical: drills, jumping jacks
MOST_ROPE_SECONDS = 180  # of jumping, however light
MOST_LOOSENING, LOOSENING_SECONDS = 3, 45  # mobility exercises of a warm-up, and what one takes
PRIMER_SECONDS, RAISER_SECONDS = 30, 60  # left for the main pattern, and rather than loosening for the pulse
LEAST_RAISER_SECONDS = 20
GENTLE_MINUTES = 20
MOST_CALM_SECONDS = 600


def preparation_seconds(means: Means) -> int:
    """How long the warm-up is: an eighth of the session, longer for those over 60."""
    share = 60 * means.request.available_minutes // 8
    return max(60, min(share * 3 // 2, 1_200)) if means.senior else max(45, min(share, 900))


def cooldown_seconds(means: Means) -> float:
    """How long the cool-down is: two thirds of the warm-up."""
    return preparation_seconds(means) * 2 / 3


def warmup(means: Means, lead: Entry, seconds: float) -> Block:
    """A block that raises the pulse, loosens what is needed and practises the pattern of the main exercise.

    `lead` is that main exercise; where nothing lighter of its pattern may be done, it is practised itself, unloaded.
    """
    practice = primer(lead, means)
    left = seconds - PRIMER_SECONDS
    loosening = [
        entry
        for entry in mobility(means, "warmup", {*lead.primary, *lead.secondary})
        if entry.slug != practice.exercise
    ][: max(0, min(MOST_LOOSENING, int((left - RAISER_SECONDS) // LOOSENING_SECONDS)))]
    left -= LOOSENING_SECONDS * len(loosening)
    loose = [easy(entry, means, "warmup") for entry in loosening]
    mover = _easier_mover(lead, means) if lead.pattern == "cyclical" else None
    if mover is not None:  # what raises the pulse is what comes, easily
        moving = easy(mover, means, "warmup", seconds=whole_tens(max(RAISER_SECONDS, left + PRIMER_SECONDS)))
        return Block(role="warmup", format="circuit", exercises=[moving, *loose])
    exercises = [*loose, practice]
    raiser = cyclical(means, "warmup", left)
    if raiser is not None and left >= LEAST_RAISER_SECONDS:
        exercises.insert(0, easy(raiser, means, "warmup", seconds=whole_tens(left)))
    return Block(role="warmup", format="circuit", exercises=exercises)


def primer(lead: Entry, means: Means) -> PrescribedExercise:
    """The pattern of the main exercise in its lightest form; the exercise itself, unloaded, where there is no other."""
    if lead.pattern == "cyclical":
        return easy(_easier_mover(lead, means) or lead, means, "warmup")
    same = [entry for entry in means.candidates if entry.pattern == lead.pattern]
    light = [entry for entry in same if "warmup" in entry.roles and entry.measure == "reps"]
    if not light and lead.modality == "gymnastics":  # nobody warms up with a handstand for a handstand
        light = [entry for entry in same if LEVELS.index(entry.level) < LEVELS.index(lead.level)]
    lightest = min(
        light,
        key=lambda e: (
            bool(e.equipment), e.unilateral != lead.unilateral, LEVELS.index(e.level),
            lead.ladder is not None and e.ladder != lead.ladder, e.mechanic == "isolation", e.slug,
        ),
        default=lead,
    )  # fmt: skip
    return easy(lightest, means, "warmup")


def _easier_mover(lead: Entry, means: Means) -> Entry | None:
    """The cyclical main exercise where it may be done easily for minutes, else another that may."""
    if "cooldown" in lead.roles and means.may(lead):
        return lead
    mover = cyclical(means, "warmup")
    return mover if mover is not None and mover.pattern == "cyclical" else None


def cooldown(means: Means, worked: Iterable[Muscle], seconds: float) -> Block:
    """A block that brings the pulse down and stretches what was worked; calm breathing where nothing else is left."""
    stretches = mobility(means, "cooldown", set(worked))[: max(1, min(5, int(seconds // 60)))]
    left = seconds - 60 * len(stretches)
    exercises = [easy(entry, means, "cooldown") for entry in stretches]
    mover = cyclical(means, "cooldown")
    if mover is not None and left >= 60:
        exercises.insert(0, easy(mover, means, "cooldown", seconds=whole_tens(left)))
    if not exercises or (mover is None and left >= 60):
        exercises.append(_calm(means, whole_tens(max(60, left))))
    return Block(role="cooldown", format="circuit", exercises=exercises)


def mobility(means: Means, role: Literal["warmup", "cooldown"], muscles: set[Muscle]) -> list[Entry]:
    """What loosens or stretches, those first that reach most of these muscles."""
    entries = (e for e in means.candidates if role in e.roles and e.pattern == "mobility")
    return sorted(entries, key=lambda e: (-len(muscles.intersection([*e.primary, *e.secondary])), e.slug))


def cyclical(means: Means, role: str, seconds: float | None = None) -> Entry | None:
    """The easy work that may take minutes: a machine where there is one, walking elsewhere, jumping last; no drill.

    A rope is a machine for a warm-up of a few minutes; nobody skips for a quarter of an hour before training.
    """
    brief = seconds is not None and seconds <= MOST_ROPE_SECONDS and not means.senior
    cyclical = (e for e in means.candidates if role in e.roles and e.pattern in {"cyclical", "jump"})
    return min(
        (entry for entry in cyclical if "skill" not in entry.roles),
        key=lambda e: (
            e.pattern == "jump" or (_skips(e) and not brief), not e.equipment, "cooldown" not in e.roles, e.slug,
        ),
        default=None,
    )  # fmt: skip


def _skips(entry: Entry) -> bool:
    return ["jump-rope"] in entry.equipment


def _lasts(entry: Entry, seconds: float) -> bool:
    """May it take so long?"""
    return (
        entry.pattern == "cyclical"
        and "skill" not in entry.roles
        and (not _skips(entry) or seconds <= MOST_ROPE_SECONDS)
    )


def easy(
    entry: Entry, means: Means, role: Literal["warmup", "cooldown"], *, seconds: float | None = None
) -> PrescribedExercise:
    """One easy set: so many seconds, else some repetitions, a short hold, two minutes of moving, half of a drill."""
    kind: Kind = "warmup" if role == "warmup" else "working"
    if seconds is None and entry.pattern == "cyclical":
        seconds = EASY_CYCLICAL_SECONDS if "cooldown" in entry.roles else EASY_DRILL_SECONDS
    elif seconds is None and entry.measure != "reps":
        seconds = EASY_HOLD_SECONDS * (2 if entry.unilateral else 1)
    if seconds is None:
        whole_body = entry.modality == "gymnastics" and entry.pattern.endswith(("push", "pull", "jump"))
        work = Set(kind=kind, reps=EASY_BODY_REPS[entry.level] if whole_body else EASY_REPS, rpe=EASY_RPE)
    else:
        work = Set(kind=kind, duration_seconds=seconds / (2 if entry.unilateral else 1), rpe=EASY_RPE)
    return exercise(entry, [work], means, substitutes=False)


def whole_tens(seconds: float) -> int:
    """To ten seconds, down."""
    return max(10, int(seconds // 10) * 10)


def lengthened(block: Block, means: Means, seconds: float) -> Block:
    """A warm-up or cool-down with so much more of its easy cyclical work, or of calm breathing where none may be."""
    role: Literal["warmup", "cooldown"] = "warmup" if block.role == "warmup" else "cooldown"
    for place, present in enumerate(block.exercises):
        entry = means.catalogue.get(present.exercise)
        first = present.sets[0]
        total = (first.duration_seconds or 0) + seconds
        if first.duration_seconds is not None and (entry is None or _lasts(entry, total)):
            total = total if entry is not None else min(total, MOST_CALM_SECONDS)
            longer = first.model_copy(update={"duration_seconds": total})
            exercises = [*block.exercises]
            exercises[place] = present.model_copy(update={"sets": [longer, *present.sets[1:]]})
            return block.model_copy(update={"exercises": exercises})
    mover = cyclical(means, role)
    added = _calm(means, seconds) if mover is None else easy(mover, means, role, seconds=seconds)
    return block.model_copy(update={"exercises": [added, *block.exercises]})


def drafted(role: Literal["warmup", "cooldown"], slugs: Sequence[str], means: Means) -> Block | None:
    """A warm-up or cool-down of the exercises that a model chose; the warm-up as long as the session asks for."""
    entries = [means.catalogue[slug] for slug in dict.fromkeys(slugs)]
    if not entries:
        return None
    block = Block(role=role, format="circuit", exercises=[easy(entry, means, role) for entry in entries])
    missing = preparation_seconds(means) - block_seconds(block, means.catalogue, means.request)
    return lengthened(block, means, whole_tens(missing)) if role == "warmup" and missing >= 30 else block


def _calm(means: Means, seconds: float) -> PrescribedExercise:
    """Calm breathing, which nobody has to be spared; a stranger to the catalogue."""
    return PrescribedExercise(
        name=PHRASES[means.language].breathing, sets=[Set(duration_seconds=min(seconds, MOST_CALM_SECONDS), rpe=1)]
    )


def gentle(means: Means) -> Prescription:
    """The only session for somebody who should see a professional first: short, easy, with nothing to lift."""
    entries = mobility(means, "warmup", set()) or mobility(means, "cooldown", set())
    minutes = min(means.request.available_minutes, GENTLE_MINUTES)
    words = PHRASES[means.language]
    calm = _calm(means, 60)
    moves = [easy(entry, means, "cooldown", seconds=60) for entry in entries[: max(1, minutes // 2 - 3)]] or [calm]
    blocks = [
        Block(role="warmup", format="circuit", exercises=[calm]),
        Block(role="main", format="circuit", exercises=moves),
        Block(role="cooldown", format="circuit", exercises=[calm]),
    ]
    return finished(
        Prescription(
            title=words.easy_title, focus=[words.patterns["mobility"]], rationale=words.easy_rationale, blocks=blocks
        ),
        means,
    )
