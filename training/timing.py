"""How long a prescription takes, in seconds. Pure; the conventions stand in "what counts" of the exercise science.

Needs no athlete to give an answer: where the prescription does not tell the pace, the exercise or the sport does.
"""

from training.catalogue import Catalogue, Entry
from training.catalogue.entry import Pattern
from training.counting import passes, rounds_of_a_pass, slots, times, turns
from training.prescription import Block, PrescribedExercise, Prescription, Set, Sport
from training.request import Athlete, SessionRequest
from training.zones import SPORTS, intensity_of, sport_of, system

CHANGE_SECONDS = 60  # between two exercises of straight sets, and between two blocks
EMOM_INTERVAL_SECONDS = 60
TABATA_WORK_SECONDS, TABATA_REST_SECONDS = 20, 10
SECONDS_PER_CALORIE = 4
SECONDS_PER_REP = 3  # of a stranger

# Metres a second where nothing better is known, by convention.
_SPEEDS: dict[Sport, float] = {"run": 2.8, "row": 3.6, "ski": 3.9, "bike": 7.0, "swim": 0.75}
_SPEEDS_OF_PATTERN: dict[Pattern, float] = {"carry": 1.6, "lunge": 0.37, "jump": 0.3}


def session_seconds(prescription: Prescription, catalogue: Catalogue, request: SessionRequest) -> float:
    """From the first set to the end of the last, with the changes between blocks."""
    blocks = prescription.blocks
    return sum(block_seconds(b, catalogue, request) for b in blocks) + CHANGE_SECONDS * (len(blocks) - 1)


def block_seconds(block: Block, catalogue: Catalogue, request: SessionRequest) -> float:
    """The time of a block by its format: a clock where the format runs by one, else its sets and rests."""
    if block.format in {"amrap", "for_time"} and block.time_cap_seconds is not None:
        return block.time_cap_seconds
    if block.format == "emom":
        return passes(block) * len(slots(block)) * interval_seconds(block)
    if block.format == "tabata":
        return passes(block) * (TABATA_WORK_SECONDS + TABATA_REST_SECONDS) * len(block.exercises)
    return _sets_and_rests(block, catalogue, request)


def interval_seconds(block: Block) -> float:
    """How long an interval of an emom is."""
    return block.interval_seconds or EMOM_INTERVAL_SECONDS


def set_seconds(exercise: PrescribedExercise, set_: Set, catalogue: Catalogue, request: SessionRequest) -> float:
    """The work of one set, both sides of it, without the rest that follows."""
    return _one_side(exercise, set_, catalogue.get(exercise.exercise), request) * (2 if exercise.per_side else 1)


def tempo_seconds(tempo: str) -> int:
    """Seconds of one repetition: down, bottom, up and top. X, as fast as can be, counts as one."""
    return sum(1 if phase == "X" else int(phase) for phase in tempo)


def _one_side(exercise: PrescribedExercise, set_: Set, entry: Entry | None, request: SessionRequest) -> float:
    if set_.duration_seconds is not None:
        return set_.duration_seconds
    if set_.reps is not None:
        if set_.tempo is not None and tempo_seconds(set_.tempo):  # 0000 tells no time
            return set_.reps * tempo_seconds(set_.tempo)
        return set_.reps * (entry.seconds_per_rep if entry else SECONDS_PER_REP)
    if set_.distance_meters is not None:
        return set_.distance_meters / _speed(exercise, set_, entry, request)
    return (set_.calories or 0) * SECONDS_PER_CALORIE


def _speed(exercise: PrescribedExercise, set_: Set, entry: Entry | None, request: SessionRequest) -> float:
    """Metres a second: the prescribed fraction of the athlete's threshold, else the convention of exercise or sport."""
    prescribed = prescribed_speed(exercise, set_, entry, request)
    if prescribed is not None:
        return prescribed
    sport = sport_of(exercise, entry)
    if exercise.sport is None and entry is not None and entry.meters_per_second:
        return entry.meters_per_second
    if sport is None and entry is not None and entry.pattern in _SPEEDS_OF_PATTERN:
        return _SPEEDS_OF_PATTERN[entry.pattern]
    return _SPEEDS[sport or SPORTS.get(request.discipline or "", "run")]


def prescribed_speed(
    exercise: PrescribedExercise, set_: Set, entry: Entry | None, request: SessionRequest
) -> float | None:
    """Metres a second of a distance step: its mean intensity x the athlete's threshold speed in its sport.

    The intensity is given, its zone's or its RPE's. None without one of them, and without a threshold: there is none
    in rowing and skiing, nor in cycling, where it is a power.
    """
    sport = sport_of(exercise, entry)
    if sport is None and (entry is None or entry.pattern == "cyclical"):  # a walk in a runner's session
        sport = SPORTS.get(request.discipline or "")
    threshold = threshold_speed(sport, request.athlete)
    intensity = intensity_of(set_, system(request.discipline, sport))
    return None if threshold is None or intensity is None else threshold * sum(intensity) / 2


def threshold_speed(sport: Sport | None, athlete: Athlete) -> float | None:
    """Metres a second at threshold pace or critical swim speed; None where it is unknown."""
    if sport == "run" and athlete.threshold_pace_s_per_km is not None:
        return 1000 / athlete.threshold_pace_s_per_km
    if sport == "swim" and athlete.css_s_per_100m is not None:
        return 100 / athlete.css_s_per_100m
    return None


def _sets_and_rests(block: Block, catalogue: Catalogue, request: SessionRequest) -> float:
    """Every set and the rest after it but the very last, the block's rest between rounds, the changes of exercise."""
    total = sum(
        times(block, exercise) * (set_seconds(exercise, set_, catalogue, request) + (set_.rest_seconds or 0))
        for exercise in block.exercises
        for set_ in exercise.sets
    )
    rounds = passes(block) * rounds_of_a_pass(block)
    changes = passes(block) * (len(block.exercises) - 1) if block.format == "sets" else 0
    return total - _last_rest(block) + (rounds - 1) * (block.rest_seconds or 0) + changes * CHANGE_SECONDS


def _last_rest(block: Block) -> float:
    """The rest of the set that is done last, which nobody waits for."""
    _, last = turns(block)[-1][-1]
    return last.rest_seconds or 0
