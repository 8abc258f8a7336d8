"""What every endurance session keeps beyond the common promises, and how one that does not is mended. Pure."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final, Literal

from training.catalogue import Entry
from training.coaches import planning
from training.coaches.case import Case, Mended, Rule, Verdict
from training.coaches.endurance_sets import HARD_ZONE, MOST_HARD_SECONDS, held_seconds
from training.coaches.endurance_shape import ROUND_SECONDS, intervals, seconds_of, with_block, with_exercise
from training.coaches.endurance_targets import EASY_ZONE, step, zones_of
from training.coaches.means import Means
from training.counting import times
from training.prescription import Block, PrescribedExercise, Prescription, Set
from training.request import Language, Level
from training.zones import intensity_of

SPRINT_INTENSITY = 1.20  # what is harder is a sprint: rests of five times the work are meant
SHORTEST_RECOVERY, SHORTEST_SPRINT_RECOVERY = 0.5, 3.0  # of the work; meant are 1:1 and 1:5
LONGEST_RECOVERY, LONGEST_RECOVERY_SECONDS = 12.0, 300
TIRED_ZONE, RESTED_ZONE = 3, 4  # the hardest with little energy, and on the day after work in zone 5
_LOWER: Final[dict[Level, Level]] = {"beginner": "beginner", "intermediate": "beginner", "advanced": "intermediate"}
_EASY: Final = frozenset({"warmup", "cooldown"})
_TIMED: Final = frozenset({"tabata", "emom", "amrap", "for_time"})  # formats that set the rests themselves
_LEAST_RECOVERY_SECONDS, _MOST_REST_SECONDS = 20, 3_600

Fault = Literal["order", "recovery", "cooldown", "too_long", "too_much", "mended_order", "mended_recovery",
                "mended_cooldown", "mended_length", "mended_much", "mended_zone"]  # fmt: skip
_SENTENCES: Final[dict[Language, dict[Fault, str]]] = {
    "en": {
        "order": "Warm-up first, then drills, the work, and the cool-down last.",
        "recovery": "Without a recovery of sane length after it: {names}.",
        "cooldown": "The cool-down is not easy.",
        "too_long": "Longer than anyone holds that effort: {names}.",
        "too_much": "{minutes} min above zone 4; {most} are enough.",
        "mended_order": "The order was put right.",
        "mended_recovery": "Recovery was added after {name}.",
        "mended_cooldown": "The cool-down was made easy.",
        "mended_length": "{name} was cut to what can be held.",
        "mended_much": "The time above zone 4 was cut to {most} min.",
        "mended_zone": "{name} stays below what today allows.",
    },
    "fr": {
        "order": "L’échauffement d’abord, puis les éducatifs, le travail, et le retour au calme à la fin.",
        "recovery": "Sans récupération de durée raisonnable ensuite\u00a0: {names}.",
        "cooldown": "Le retour au calme n’est pas facile.",
        "too_long": "Plus long que ce que l’on peut tenir à cet effort\u00a0: {names}.",
        "too_much": "{minutes} min au-dessus de la zone 4\u00a0; {most} suffisent.",
        "mended_order": "L’ordre a été corrigé.",
        "mended_recovery": "Une récupération a été ajoutée après {name}.",
        "mended_cooldown": "Le retour au calme a été rendu facile.",
        "mended_length": "{name}\u00a0: ramené à ce qui peut être tenu.",
        "mended_much": "Le temps au-dessus de la zone 4 a été ramené à {most} min.",
        "mended_zone": "{name} reste en dessous de ce que le jour permet.",
    },
}


@dataclass(frozen=True)
class Effort:
    """A step as rules judge it; `zone` and `intensity` are None where nothing tells."""

    exercise: PrescribedExercise
    zone: int | None
    intensity: float | None
    seconds: float
    rest: float

    @property
    def hard(self) -> bool:
        """Above zone 4."""
        return self.zone is not None and self.zone >= HARD_ZONE

    @property
    def easy(self) -> bool:
        """Known to be easy enough to recover in."""
        return self.zone is not None and self.zone <= EASY_ZONE


def most_zone(means: Means) -> int:
    """The hardest zone for this athlete today."""
    if means.tired:
        return TIRED_ZONE
    return RESTED_ZONE if means.intense_lately else 7


def work_level(means: Means) -> Level:
    """The level by which bouts and their sum are measured: one lower for those still growing and those over 60."""
    return _LOWER[means.level] if means.young or means.senior else means.level


def efforts(block: Block, means: Means) -> list[Effort]:
    """The steps of a block in order, once."""
    return [_effort(exercise, set_, means) for exercise in block.exercises for set_ in exercise.sets]


def _effort(exercise: PrescribedExercise, set_: Set, means: Means) -> Effort:
    zones = zones_of(means.catalogue.get(exercise.exercise), means)
    intensity = intensity_of(set_, zones)
    one = exercise.model_copy(update={"sets": [set_]})
    peak = None if intensity is None else max(intensity)
    zone = set_.zone if set_.zone is not None else None if peak is None else zones.zone(peak)
    mean = None if intensity is None else sum(intensity) / 2
    return Effort(one, zone, mean, seconds_of(one, means), set_.rest_seconds or 0)


def _say(means: Means, fault: Fault, **places: str | int) -> str:
    return _SENTENCES[means.language][fault].format(**places)


def _names(found: Sequence[Effort]) -> str:
    return ", ".join(dict.fromkeys(e.exercise.name or e.exercise.exercise or "" for e in found))


# --- the rules ------------------------------------------------------------------------------------------------------


def order(case: Case) -> Verdict:
    """Warm-up, drills, work, cool-down."""
    stages = [_stage(block) for block in case.prescription.blocks]
    return (True, case.say("good")) if stages == sorted(stages) else (False, _say(case.means, "order"))


def _stage(block: Block) -> int:
    return {"warmup": 0, "skill": 1, "cooldown": 3}.get(block.role, 2)


def recovery(case: Case) -> Verdict:
    """Repeated work above zone 4 is followed by a recovery of sane length, and the cool-down is easy."""
    wrong = [each for block in case.prescription.blocks for each in _breathless(block, case.means)]
    if wrong:
        return False, _say(case.means, "recovery", names=_names(wrong))
    if any(_cooldown_efforts(case)):
        return False, _say(case.means, "cooldown")
    return True, case.say("good")


def _cooldown_efforts(case: Case) -> Iterator[Effort]:
    for block in case.prescription.blocks:
        if block.role == "cooldown":
            yield from (e for e in efforts(block, case.means) if e.zone is not None and not e.easy)


def _breathless(block: Block, means: Means) -> list[Effort]:
    """The hard steps of a block that more work follows too soon, or only after an age."""
    if block.role in _EASY or block.format in _TIMED:
        return []
    listed, repeated = efforts(block, means), (block.rounds or 1) > 1
    wrong = []
    for place, effort in enumerate(listed):
        following = [*listed[place + 1 :], *(listed[: place + 1] if repeated else [])]
        easy = list(takewhile(lambda each: each.easy, following))
        if not effort.hard or len(easy) == len(following):
            continue  # nothing comes after it
        # What the next round begins with lets breathe too, but is not there for it.
        of_this_round = easy[: len(listed) - 1 - place]
        between = (block.rest_seconds or 0) if len(easy) >= len(listed) - 1 - place else 0
        own = effort.rest + sum(each.seconds + each.rest for each in of_this_round)
        pause = own + between + sum(each.seconds + each.rest for each in easy[len(of_this_round) :])
        if pause < _shortest(effort) or own > _longest(effort):
            wrong.append(effort)
    return wrong


def _sprint(effort: Effort) -> bool:
    return (effort.intensity or 0) > SPRINT_INTENSITY


def _shortest(effort: Effort) -> float:
    return effort.seconds * (SHORTEST_SPRINT_RECOVERY if _sprint(effort) else SHORTEST_RECOVERY)


def _longest(effort: Effort) -> float:
    return max(LONGEST_RECOVERY * effort.seconds, LONGEST_RECOVERY_SECONDS)


def ceilings(case: Case) -> Verdict:
    """No step is longer than its effort can be held, and the time above zone 4 is short."""
    wrong = [e for block in case.prescription.blocks for e in efforts(block, case.means) if _too_long(e)]
    if wrong:
        return False, _say(case.means, "too_long", names=_names(wrong))
    most, hard = MOST_HARD_SECONDS[case.means.level], hard_seconds(case.prescription, case.means)
    if hard > most + 1:
        return False, _say(case.means, "too_much", minutes=round(hard / 60), most=most // 60)
    return True, case.say("good")


def _too_long(effort: Effort) -> bool:
    return effort.intensity is not None and effort.seconds > held_seconds(effort.intensity) + 1


def hard_seconds(prescription: Prescription, means: Means) -> float:
    """The time above zone 4, rounds counted."""
    return sum(
        e.seconds * times(block, e.exercise) for block in prescription.blocks for e in efforts(block, means) if e.hard
    )


RULES: Mapping[str, Rule] = {"order": order, "recovery": recovery, "ceilings": ceilings}


# --- the repairs ----------------------------------------------------------------------------------------------------


def mended(case: Case) -> tuple[Prescription, list[Mended]]:
    """The session with those rules kept, and within what today allows."""
    whole, means = case.prescription, case.means
    done: list[Mended] = []
    if not order(case)[0]:
        whole = whole.model_copy(update={"blocks": sorted(whole.blocks, key=_stage)})
        done.append(Mended("order", _say(means, "mended_order")))
    for mend in (_within_today, _within_reach, _within_the_most, _with_recovery, _easy_at_last):
        whole, more = mend(whole, means)
        done += more
    return whole, done


def _within_today(whole: Prescription, means: Means) -> tuple[Prescription, list[Mended]]:
    """No zone above what energy and yesterday allow."""
    most = most_zone(means)
    return _rezoned(whole, means, most, code="history" if means.intense_lately else "sets")


def _rezoned(whole: Prescription, means: Means, most: int, code: str) -> tuple[Prescription, list[Mended]]:
    done = []
    for index, block in enumerate(whole.blocks):
        for place, exercise in enumerate(block.exercises):
            zones = [e.zone for e in efforts(block.model_copy(update={"exercises": [exercise]}), means)]
            if any(zone is not None and zone > most for zone in zones):
                whole = with_exercise(whole, index, place, rezoned(exercise, means, most))
                done.append(Mended(code, _say(means, "mended_zone", name=exercise.name or "")))
    return whole, done


def rezoned(exercise: PrescribedExercise, means: Means, most: int) -> PrescribedExercise:
    """The same exercise with no set above a zone."""
    entry = means.catalogue.get(exercise.exercise)
    sets = []
    for set_ in exercise.sets:
        zone = _effort(exercise, set_, means).zone
        sets.append(_in_zone(exercise, entry, set_, means, min(zone, most)) if zone and zone > most else set_)
    cue = exercise.cue
    if entry is not None and sets != exercise.sets:
        cue = step(entry, means, most, seconds=_least_seconds(sets[0])).cue
    return exercise.model_copy(update={"sets": sets, "cue": cue})


def _least_seconds(set_: Set) -> float:
    return set_.duration_seconds or 60


def _in_zone(exercise: PrescribedExercise, entry: Entry | None, set_: Set, means: Means, zone: int) -> Set:
    if entry is None:
        return set_.model_copy(update={"zone": zone, "intensity": None, "intensity_end": None, "rpe": None})
    new = step(entry, means, zone, seconds=_least_seconds(set_)).sets[0]
    return set_.model_copy(update={"zone": new.zone, "intensity": new.intensity, "intensity_end": None, "rpe": new.rpe})


def _within_reach(whole: Prescription, means: Means) -> tuple[Prescription, list[Mended]]:
    """Bouts no longer than their effort can be held."""
    done = []
    for index, block in enumerate(whole.blocks):
        for place, exercise in enumerate(block.exercises):
            sets = [_shorter(exercise, set_, means) for set_ in exercise.sets]
            if sets != exercise.sets:
                whole = with_exercise(whole, index, place, exercise.model_copy(update={"sets": sets}))
                done.append(Mended("ceilings", _say(means, "mended_length", name=exercise.name or "")))
    return whole, done


def _shorter(exercise: PrescribedExercise, set_: Set, means: Means) -> Set:
    effort = _effort(exercise, set_, means)
    if effort.intensity is None or not _too_long(effort):
        return set_
    part = held_seconds(effort.intensity) / effort.seconds
    if set_.duration_seconds is not None:
        seconds = set_.duration_seconds * part
        whole = ROUND_SECONDS if seconds >= 4 * ROUND_SECONDS else 10
        return set_.model_copy(update={"duration_seconds": max(10.0, float(seconds // whole * whole))})
    if set_.distance_meters is not None:
        return set_.model_copy(update={"distance_meters": max(25.0, set_.distance_meters * part // 25 * 25)})
    return set_.model_copy(update={"reps": max(1, int((set_.reps or 1) * part))})


def _within_the_most(whole: Prescription, means: Means) -> tuple[Prescription, list[Mended]]:
    """Fewer rounds while there is too much above zone 4; then what is left of it goes down to zone 4."""
    most = MOST_HARD_SECONDS[means.level]
    if hard_seconds(whole, means) <= most + 1:
        return whole, []
    while hard_seconds(whole, means) > most + 1:
        many = [
            (block.rounds or 1, index)
            for index, block in enumerate(whole.blocks)
            if (block.rounds or 1) > 1 and any(e.hard for e in efforts(block, means))
        ]
        if not many:
            break
        rounds, index = max(many)
        block = whole.blocks[index]
        whole = with_block(whole, index, intervals(rounds - 1, *block.exercises, role=block.role))
    if hard_seconds(whole, means) > most + 1:
        whole, _ = _rezoned(whole, means, HARD_ZONE - 1, "ceilings")
    return whole, [Mended("ceilings", _say(means, "mended_much", most=most // 60))]


def _with_recovery(whole: Prescription, means: Means) -> tuple[Prescription, list[Mended]]:
    """After every hard step that lacks it, an easy one as long as the work, five times as long after a sprint."""
    done = []
    for index, block in enumerate(whole.blocks):
        wrong = {id(effort.exercise.sets[0]) for effort in _breathless(block, means)}
        if not wrong:
            continue
        exercises: list[PrescribedExercise] = []
        replaced = False  # are the easy steps that follow the ones that were too short or too long?
        for exercise in block.exercises:
            for set_ in exercise.sets:
                one = exercise.model_copy(update={"sets": [set_]})
                if id(set_) in wrong:
                    exercises += _recovered(one, means)
                    done.append(Mended("recovery", _say(means, "mended_recovery", name=exercise.name or "")))
                    replaced = True
                elif not replaced or not _effort(one, set_, means).easy:
                    exercises.append(one)
                    replaced = False
        whole = with_block(whole, index, block.model_copy(update={"exercises": exercises}))
    return whole, done


def _recovered(exercise: PrescribedExercise, means: Means) -> list[PrescribedExercise]:
    """A hard step and its recovery: in motion, in water and with what cannot be done easily standing."""
    set_ = exercise.sets[0]
    effort = _effort(exercise, set_, means)
    pause = max(_LEAST_RECOVERY_SECONDS, 10 * round(effort.seconds * (5 if _sprint(effort) else 1) / 10))
    entry = means.catalogue.get(exercise.exercise)
    moving = entry is not None and entry.sport != "swim" and entry.pattern == "cyclical"
    rest = None if moving else min(pause, _MOST_REST_SECONDS)
    bare = exercise.model_copy(update={"sets": [set_.model_copy(update={"rest_seconds": rest})]})
    return [bare, step(entry, means, 1, seconds=pause)] if moving and entry is not None else [bare]


def _easy_at_last(whole: Prescription, means: Means) -> tuple[Prescription, list[Mended]]:
    """A cool-down in zones 1 and 2."""
    if not any(_cooldown_efforts(Case(whole, means))):
        return whole, []
    for index, block in enumerate(whole.blocks):
        if block.role == "cooldown":
            for place, exercise in enumerate(block.exercises):
                whole = with_exercise(whole, index, place, rezoned(exercise, means, EASY_ZONE))
    return whole, [Mended("recovery", _say(means, "mended_cooldown"))]


def expected_rpe(prescription: Prescription, means: Means) -> float:
    """How hard the session will feel, to the nearest half: the fourth root of the time-weighted mean of RPE^4.

    Weighs bouts more than the easy time between them, as the normalised intensity does. Warm-up and cool-down apart.
    """
    felt = [
        (set_.rpe, times(block, exercise) * seconds_of(exercise.model_copy(update={"sets": [set_]}), means))
        for block, exercise in prescription.exercises()
        if block.role not in _EASY
        for set_ in exercise.sets
        if set_.rpe is not None
    ]
    seconds = sum(each for _, each in felt)
    if not seconds:
        return planning.EASY_RPE
    mean = sum(each * rpe**4 for rpe, each in felt) / seconds
    return round(2 * math.sqrt(math.sqrt(mean))) / 2
