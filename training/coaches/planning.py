"""The pieces that planners and repairs of every coach are made of: doses, sets and ramps, and the figures of a whole.

Pure functions over prescriptions. Times are seconds, loads kilograms, percentages of the one-repetition maximum.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from training import counting
from training.catalogue import Entry
from training.coaches.means import HEAVY_PERCENT, Means
from training.coaches.phrases import PHRASES
from training.one_rep_max import CHART_REPS, chart_percent
from training.prescription import PrescribedExercise, Prescription, Set, Sport
from training.request import SessionRequest
from training.timing import SECONDS_PER_CALORIE, session_seconds, set_seconds

Strain = Literal["grip", "lower back", "overhead"]

RAMP_JUMP_PERCENT = 19  # below the 20 points that a jump may have, so that rounding never passes them
FEWEST_RAMP_SETS = 2  # before a heavy set
RAMP_REST_SECONDS = 60
RAMP_REPS = (5, 3, 2)  # from the lightest up
HARD_RPE = 6  # a set below it is no hard one
MOST_HOLD_SECONDS = 60  # of a substitute that is held
LEAST_REPS_OF_THE_YOUNG = 3  # of a heavy set: nothing maximal while an athlete grows
EASY_RPE = 3
MOST_FOCUSES = 6  # that a session is said to be about
MODERATE_RPE = 7
MOST_UNSPOTTED_RPE = 8  # under a bar, alone and without a rack
# What takes about as long and as much: 400 m run, 500 m rowed or skied, 1,000 m ridden. By convention.
EQUIVALENT_METERS: Final[dict[Sport, int]] = {"run": 400, "row": 500, "ski": 500, "bike": 1000, "swim": 100}


@dataclass(frozen=True)
class Dose:
    """How an exercise is done: sets of `reps` at `rpe`, with so much rest after each.

    Where loads come in steps, those of `least_percent` of the 1RM and `least_reps` go first: the goal's row.
    What is not counted in repetitions is done for `amount` of its own measure, or for what suits so many repetitions.
    A lift that `leads` is never begun cold, however light it is.
    """

    sets: int
    reps: int
    rpe: float
    rest_seconds: int
    tempo: str | None = None
    amount: int | None = None
    least_percent: float = 0
    least_reps: int = 1
    leads: bool = False


def rpe_cap(means: Means) -> float:
    """The most effort this athlete is asked for today."""
    cap = 8.0 if means.level == "beginner" or means.young or means.senior else 9.5
    return min(cap, 7.0) if means.tired else cap


def rpe_limit(means: Means) -> float:
    """The most effort that passes: generated sessions keep the cap, an import all but what level and age forbid."""
    if means.request.prescription is None:
        return rpe_cap(means)
    return 8.0 if means.level == "beginner" or means.young else 10.0


# --- exercises and sets ---------------------------------------------------------------------------------------------


def named(entry: Entry, means: Means) -> str:
    """The exercise's name in the athlete's language."""
    return entry.name.told(means.language)


def exercise(entry: Entry, sets: Sequence[Set], means: Means, *, substitutes: bool = True) -> PrescribedExercise:
    """An exercise of the catalogue with these sets; sides, implements, cue and substitutions are the catalogue's."""
    return PrescribedExercise(
        exercise=entry.slug,
        name=named(entry, means),
        per_side=entry.unilateral,
        implements=entry.implements,
        cue=None if entry.cue is None else entry.cue.told(means.language),
        substitutions=[other.slug for other in substitutions(entry, means)] if substitutes else [],
        sets=list(sets),
    )


def substitutions(entry: Entry, means: Means, most: int = 3) -> list[Entry]:
    """What may stand in for an exercise: the same pattern and muscles, and nothing against it; nearest first."""
    muscles = set(entry.primary)

    def distance(other: Entry) -> tuple[bool, int, bool, bool, str]:
        return (
            other.mechanic != entry.mechanic,
            -len(muscles.intersection(other.primary)),
            ("main" in other.roles) != ("main" in entry.roles),
            other.modality != entry.modality,
            other.slug,
        )

    # Isolation is no pattern of movement: there only the muscle tells what is alike.
    alike = (
        other
        for other in means.candidates
        if other.slug != entry.slug
        and other.pattern == entry.pattern
        and (other.pattern != "isolation" or muscles.intersection(other.primary))
        and set(other.roles) & set(entry.roles)
    )
    return sorted(alike, key=distance)[:most]


def working_sets(entry: Entry, dose: Dose, means: Means) -> list[Set]:
    """The ramp and the working sets of a dose: in kilograms where the athlete's 1RM is known, else by effort alone."""
    rest = dose.rest_seconds
    dose = replace(dose, rpe=min(dose.rpe, effort_cap(entry, means)))
    if entry.measure != "reps":
        return [_measured(entry, dose, rest)] * dose.sets
    if means.young and means.loadable(entry):
        least = LEAST_REPS_OF_THE_YOUNG
        dose = replace(dose, reps=max(dose.reps, least), least_reps=max(dose.least_reps, least))
    work = _loaded(entry, dose, means) or Set(reps=dose.reps, rpe=dose.rpe, tempo=dose.tempo, rest_seconds=rest)
    return [*ramp(entry, work, means, leads=dose.leads), *[work] * dose.sets]


def effort_cap(entry: Entry, means: Means) -> float:
    """The most effort of one exercise: the athlete's own cap, and less under a bar that could catch them."""
    return min(rpe_cap(means), MOST_UNSPOTTED_RPE) if unspotted(entry, means) else rpe_cap(means)


def unspotted(entry: Entry, means: Means) -> bool:
    """Could the athlete be caught under this bar, alone and without a rack to put it down on?"""
    under = entry.pattern in {"squat", "horizontal_push"} and means.implement(entry) == "barbell"
    return under and means.request.location != "gym" and "rack" not in means.equipment


def _measured(entry: Entry, dose: Dose, rest: float) -> Set:
    """A set of what is held, carried or counted in calories."""
    amount = dose.amount or (20 if dose.reps < 8 else 30)
    match entry.measure:
        case "meters":
            return Set(distance_meters=amount, rpe=dose.rpe, rest_seconds=rest)
        case "calories":
            return Set(calories=amount, rpe=dose.rpe, rest_seconds=rest)
        case _:
            return Set(duration_seconds=amount, rpe=dose.rpe, rest_seconds=rest)


def _loaded(entry: Entry, dose: Dose, means: Means) -> Set | None:
    """The loadable weight nearest to what the chart says of the dose, for as many of its reps as are no harder.

    None where no 1RM is known, and where even the lightest load is harder than that.
    """
    maximum = means.one_rep_max_kg.get(entry.slug)
    if maximum is None or not means.loadable(entry):
        return None
    most = min(dose.reps, CHART_REPS)
    aim = chart_percent(most, max(dose.rpe, HARD_RPE)) or 0
    cap = max(HARD_RPE, min(dose.rpe, rpe_cap(means)))

    def distance(load: float) -> tuple[bool, float]:
        percent = 100 * load / maximum
        return percent < dose.least_percent, abs(percent - aim)

    def led_up_to(load: float) -> bool:
        least = FEWEST_RAMP_SETS
        return 100 * load < HEAVY_PERCENT * maximum or len(_steps_kg(entry, load, maximum, least, means)) == least

    loads = sorted(filter(led_up_to, means.loads_kg(entry)), key=distance)
    found = next(
        (
            (load, reps)
            for least in (max(dose.least_reps, most - 2), 1)
            for load in loads
            for reps in range(most, least - 1, -1)
            if felt(reps, 100 * load / maximum) <= cap
        ),
        None,
    )
    if found is None:
        return None
    load, reps = found
    percent = round(100 * load / maximum, 1)
    return Set(
        reps=reps, load_kg=load, percent_1rm=percent, rpe=felt(reps, percent), tempo=dose.tempo,
        rest_seconds=dose.rest_seconds,
    )  # fmt: skip


def redosed(entry: Entry, like: PrescribedExercise, means: Means) -> PrescribedExercise:
    """An exercise with as many sets, as hard, as another had; ramp and loads are its own."""
    work = [set_ for set_ in like.sets if set_.kind != "warmup"] or like.sets
    first = work[0]
    dose = Dose(
        sets=len(work),
        reps=first.reps or 8,
        rpe=min(first.rpe or MODERATE_RPE, rpe_cap(means)),
        rest_seconds=int(first.rest_seconds or 0),
        tempo=first.tempo,
    )
    return exercise(entry, working_sets(entry, dose, means), means).model_copy(update={"key": like.key})


def inherited(entry: Entry, like: PrescribedExercise, means: Means) -> PrescribedExercise:
    """An exercise with the sets of what it stands in for, in its own measure; never with another's kilograms."""
    original = means.catalogue.get(like.exercise)
    same = original is not None and (original.measure, original.sport) == (entry.measure, entry.sport)

    def converted(set_: Set) -> Set:
        rpe = set_.rpe if set_.rpe is not None or set_.zone is not None else MODERATE_RPE
        # A zone and a fraction of threshold are those of a sport.
        keeps_zone = original is not None and original.sport == entry.sport
        effort: dict[str, object] = {"load_kg": None, "percent_1rm": None, "rpe": rpe}
        if not keeps_zone:
            effort |= {"zone": None, "intensity": None, "intensity_end": None, "rpe": rpe or MODERATE_RPE}
        timed = set_.duration_seconds is not None and entry.measure != "reps"
        amount = {} if same or timed else _amount(entry, original, like, set_, means)
        return set_.model_copy(update=effort | amount)

    stand_in = exercise(entry, [converted(set_) for set_ in like.sets], means)
    return stand_in.model_copy(update={"key": like.key, "slot": like.slot, "sport": None})


def _amount(
    entry: Entry, original: Entry | None, like: PrescribedExercise, set_: Set, means: Means
) -> dict[str, float | int | str | None]:
    """As much of another exercise: equivalent metres between sports, else what takes as long."""
    nothing: dict[str, float | int | str | None] = {
        "reps": None, "reps_max": None, "duration_seconds": None, "distance_meters": None, "calories": None,
        "tempo": None,
    }  # fmt: skip
    sports = (original.sport if original else None, entry.sport)
    if set_.distance_meters is not None and entry.measure == "meters" and sports[0] and sports[1]:
        meters = set_.distance_meters * EQUIVALENT_METERS[sports[1]] / EQUIVALENT_METERS[sports[0]]
        return nothing | {"distance_meters": max(1.0, round(meters))}
    seconds = set_seconds(like, set_, means.catalogue, means.request) / (2 if entry.unilateral else 1)
    match entry.measure:
        case "reps":
            return nothing | {"reps": min(max(1, round(seconds / entry.seconds_per_rep)), 10_000)}
        case "calories":
            return nothing | {"calories": max(1, round(seconds / SECONDS_PER_CALORIE))}
        case "meters" if entry.meters_per_second is not None:
            return nothing | {"distance_meters": max(5, 5 * round(seconds * entry.meters_per_second / 5))}
        case _:
            most = MOST_HOLD_SECONDS if entry.pattern not in {"cyclical", "mobility"} else seconds
            return nothing | {"duration_seconds": max(5, 5 * round(min(seconds, most) / 5))}


def felt(reps: int, percent: float) -> float:
    """The RPE, in halves from 6 up, at which the chart puts so many repetitions of that percent; 10.5: not possible."""
    for halves in range(12, 21):
        limit = chart_percent(reps, halves / 2)
        if limit is not None and percent <= limit + 0.5:
            return halves / 2
    return 10.5


def ramp(entry: Entry, work: Set, means: Means, *, leads: bool = False) -> list[Set]:
    """Lighter sets that lead up to a heavy one: two or three from 80 % on, with no jump over 20 points.

    Below that none, but one for a lift that leads a session.
    """
    percent = means.percent(entry, work)
    if percent is None or work.reps is None or not means.loadable(entry):
        return []
    count = 0 if percent < HEAVY_PERCENT else FEWEST_RAMP_SETS if percent < 90 else 3
    if not count and not leads:
        return []
    maximum = means.one_rep_max_kg.get(entry.slug)
    if maximum is None or work.load_kg is None:
        return [
            Set(kind="warmup", reps=min(reps, work.reps + 2), rpe=rpe, rest_seconds=RAMP_REST_SECONDS)
            for reps, rpe in (((5, 3), (3, 5)) if count else ((5, 4),))
        ]
    return [
        Set(
            kind="warmup",
            reps=reps,
            load_kg=load,
            percent_1rm=round(100 * load / maximum, 1),
            rest_seconds=RAMP_REST_SECONDS,
        )
        for load, reps in zip(_steps_kg(entry, work.load_kg, maximum, count or 1, means), RAMP_REPS, strict=False)
    ]


def _steps_kg(entry: Entry, load: float, maximum: float, most: int, means: Means) -> list[float]:
    """Lighter loads that lead up to one, the lightest first, as far as sizes lie within a jump of each other."""
    steps: list[float] = []
    for _ in range(most):
        least = load - RAMP_JUMP_PERCENT / 100 * maximum
        lighter = next((kilograms for kilograms in means.loads_kg(entry) if least <= kilograms < load), None)
        if lighter is None:
            break
        load = lighter
        steps.insert(0, load)
    return steps


def strains(entry: Entry | None) -> frozenset[Strain]:
    """What an exercise tires beside its movers, so that the next one had better not need it."""
    if entry is None:
        return frozenset()
    muscles = {*entry.primary, *entry.secondary}
    found: dict[Strain, bool] = {
        "grip": "forearms" in muscles,
        "lower back": "lower back" in muscles,
        "overhead": entry.pattern == "vertical_push",
    }
    return frozenset(strain for strain, is_there in found.items() if is_there)


# --- the whole ------------------------------------------------------------------------------------------------------


def finished(prescription: Prescription, means: Means) -> Prescription:
    """With keys by position, and the figures about the whole computed from the sets: duration, effort, summary."""
    blocks = [
        block.model_copy(
            update={
                "key": f"b{number}",
                "exercises": [
                    e.model_copy(update={"key": f"b{number}e{place}"}) for place, e in enumerate(block.exercises, 1)
                ],
            }
        )
        for number, block in enumerate(prescription.blocks, 1)
    ]
    whole = prescription.model_copy(update={"blocks": blocks})
    minutes = max(1, round(seconds_of(whole, means) / 60))
    effort = expected_rpe(whole)
    words = PHRASES[means.language]
    summary = words.summary(minutes, len(trained(whole)), sets_done(whole), effort)
    if means.red_flag:
        summary = f"{words.see_a_professional} {summary}"
    return whole.model_copy(update={"duration_minutes": minutes, "expected_rpe": effort, "summary": summary})


def seconds_of(prescription: Prescription, means: Means) -> float:
    """The computed time of a prescription."""
    return session_seconds(prescription, means.catalogue, means.request)


def budget_seconds(request: SessionRequest) -> int:
    """The time there is."""
    return 60 * request.available_minutes


def trained(prescription: Prescription) -> list[PrescribedExercise]:
    """The exercises outside warm-up and cool-down."""
    return [e for block, e in prescription.exercises() if block.role not in {"warmup", "cooldown"}]


def hard_sets(prescription: Prescription) -> list[Set]:
    """The sets outside warm-up and cool-down that are no ramp."""
    return [set_ for e in trained(prescription) for set_ in e.sets if set_.kind != "warmup"]


def sets_done(prescription: Prescription) -> int:
    """How many working sets are done, those of every round too."""
    return sum(counted.times for counted in counting.working_sets(prescription))


def expected_rpe(prescription: Prescription) -> float:
    """The mean effort of the working sets, to the nearest half."""
    efforts = [set_.rpe for set_ in hard_sets(prescription) if set_.rpe is not None]
    return round(2 * sum(efforts) / len(efforts)) / 2 if efforts else EASY_RPE
