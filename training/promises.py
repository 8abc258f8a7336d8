"""What every session keeps, whoever the coach is: one rule a promise. A coach adds its own (`Coach.rules`). Pure.

A rule says of a case whether its promise is kept, and a person's words for it in the athlete's language.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise

from training.catalogue import Entry
from training.coaches import planning
from training.coaches.case import Case, Rule, Verdict
from training.coaches.dosage import Dosage
from training.coaches.means import FREE_WEIGHTS, HEAVY_PERCENT, Means, Obstacle
from training.coaches.phrases import MUSCLES_FR
from training.counting import SET_BY_SET, times
from training.history import intense, worked
from training.one_rep_max import CHART_REPS, MOST_INOL, chart_percent, inol
from training.prescription import Block, PrescribedExercise, Set
from training.timing import session_seconds

MOST_OF_BUDGET = 1.1  # of the time available
LEAST_OF_BUDGET = 0.8
POSSIBLE_MARGIN = 0.5  # points of %1RM by which a rounded load may pass the chart
MAXIMAL_PERCENT = 90  # of 1RM: not while an athlete grows
EFFORT_MARGIN = 1.5  # between a stated RPE and the chart's
RAMP_JUMP = 20  # points of %1RM from one set to the next on the way up
LOAD_MARGIN_KG = 1  # by which a load may miss what can be put together: as much as rounding pounds makes
EASY = frozenset({"warmup", "cooldown"})


def time_budget(case: Case) -> Verdict:
    """Not longer than there is time, but for a tenth."""
    seconds, budget = planning.seconds_of(case.prescription, case.means), planning.budget_seconds(case.means.request)
    ok = seconds <= MOST_OF_BUDGET * budget
    return ok, case.say("time", minutes=round(seconds / 60), budget=budget // 60)


def without(*obstacles: Obstacle) -> Rule:
    """No exercise has one of these obstacles."""

    def rule(case: Case) -> Verdict:
        ok, detail = case.verdict(case.names(lambda block, exercise, entry: case.means.obstacle(entry) in obstacles))
        unknown = {"equipment": case.means.unknown_equipment, "injury": case.means.unknown_injuries}.get(obstacles[0])
        if unknown:
            detail = f"{detail} {case.say('not_understood', names=', '.join(unknown))}"
        return ok, detail

    return rule


def sets(case: Case) -> Verdict:
    """Repetitions are possible at their percent, a stated effort is near the chart's and within the athlete's cap."""
    return case.verdict(
        case.names(lambda block, exercise, entry: block.role not in EASY and not sane(exercise, case.means))
    )


def sane(exercise: PrescribedExercise, means: Means) -> bool:
    """Can every set be done as it stands?"""
    entry = means.catalogue.get(exercise.exercise)
    alone = entry is not None and planning.unspotted(entry, means)
    if alone and any((set_.rpe or 0) > planning.MOST_UNSPOTTED_RPE for set_ in exercise.sets):
        return False
    lifted = entry is not None and entry.modality == "weightlifting" and means.young
    known = [set_ for set_ in exercise.sets if set_.load_kg or set_.percent_1rm]
    if lifted and any((means.percent(exercise, set_) or 0) >= MAXIMAL_PERCENT for set_ in known):
        return False
    return all(sane_set(set_, means.percent(exercise, set_), means) for set_ in exercise.sets)


def sane_set(set_: Set, percent: float | None, means: Means) -> bool:
    """Can a set of that percent of 1RM be done as it stands, and by this athlete?"""
    if set_.rpe is not None and set_.rpe > planning.rpe_limit(means):
        return False
    if set_.reps is None or set_.kind != "working" or percent is None:
        return True
    limit = chart_percent(min(set_.reps, CHART_REPS), 10)
    if (limit is not None and percent > limit + POSSIBLE_MARGIN) or inol(set_.reps, percent) > MOST_INOL:
        return False
    chart_knows = set_.rpe is not None and set_.rpe >= planning.HARD_RPE and set_.reps <= CHART_REPS
    return not chart_knows or abs(planning.felt(set_.reps, percent) - (set_.rpe or 0)) <= EFFORT_MARGIN


def loads(case: Case) -> Verdict:
    """Every load is one that can be put together: bar and plates, real dumbbells and kettlebells."""
    return case.verdict(case.names(lambda block, exercise, entry: not loadable(exercise, entry, case.means)))


def loadable(exercise: PrescribedExercise, entry: Entry, means: Means) -> bool:
    """Are the loads of an exercise among those of its implement?"""
    given = {set_.load_kg for set_ in exercise.sets if set_.load_kg}
    if not given or means.implement(entry) not in FREE_WEIGHTS:  # any plates go on a sled, any stones into a sack
        return True
    real = means.loads_kg(entry)
    return all(min(abs(load - size) for size in real) <= LOAD_MARGIN_KG for load in given)


def ramp(case: Case) -> Verdict:
    """Lighter sets lead up to every loaded lift of 80 % and more, wherever in the session they stand."""
    whole: defaultdict[str, list[PrescribedExercise]] = defaultdict(list)
    for block, exercise, entry in case.entries():
        if block.format in SET_BY_SET or block.role in EASY:
            whole[entry.slug].append(exercise)
    lifts = [(case.means.catalogue[slug], exercises) for slug, exercises in whole.items()]
    return case.verdict(
        [planning.named(entry, case.means) for entry, exercises in lifts if not ramped(exercises, entry, case.means)]
    )


def ramped(exercises: list[PrescribedExercise], entry: Entry, means: Means) -> bool:
    """Are two sets done before the first heavy one, the last of them at most 20 points lighter?"""
    lifts = [(exercise, set_) for exercise in exercises for set_ in exercise.sets if set_.reps is not None]
    percents = [means.percent(exercise, set_) for exercise, set_ in lifts]
    first = next((place for place, p in enumerate(percents) if p and p >= HEAVY_PERCENT), None)
    if first is None or not means.loadable(entry):
        return True
    known = [percent for percent in percents[: first + 1] if percent is not None]
    return first >= planning.FEWEST_RAMP_SETS and all(
        heavier - lighter <= RAMP_JUMP for lighter, heavier in pairwise(known)
    )


def dose(case: Case) -> Verdict:
    """Of what is done set by set at most ten hard sets a muscle, six on a tired day, and an INOL of two an exercise."""
    done = Dosage.of(case.prescription.blocks, case.means)
    french = case.means.language == "fr"
    muscles = [MUSCLES_FR[muscle] if french else muscle for muscle in done.overworked()]
    exercises = [planning.named(case.means.catalogue[slug], case.means) for slug in done.overdone()]
    return case.verdict(muscles + exercises)


def warmup(case: Case) -> Verdict:
    """There is a warm-up, and it practises the pattern of the main exercise."""
    patterns = {entry.pattern for block, _, entry in case.entries() if block.role == "warmup"}
    lead = case.main()
    if not any(block.role == "warmup" for block in case.prescription.blocks):
        return False, case.say("missing")
    ok = lead is None or lead.pattern in patterns or lead.pattern == "mobility"
    return ok, case.say("good") if ok else case.say("pattern_missing")


def cooldown(case: Case) -> Verdict:
    """There is a cool-down."""
    ok = any(block.role == "cooldown" for block in case.prescription.blocks)
    return ok, case.say("good") if ok else case.say("missing")


def red_flags(case: Case) -> Verdict:
    """Nothing hard for somebody who should see a professional first."""
    efforts = [set_.rpe for _, exercise in case.prescription.exercises() for set_ in exercise.sets]
    ok = all(effort is not None and effort <= planning.EASY_RPE for effort in efforts)
    return ok, case.say("red_flag")


def history(case: Case) -> Verdict:
    """No muscle heavy twice in 48 hours, no zone 5 on two days running, not the very same session again."""
    if case.means.history.holds(case.prescription):
        return False, case.say("same_again")
    if case.means.intense_lately and any(intense_places(case)):
        return False, case.say("intense_again")
    return case.verdict(case.names(lambda block, exercise, entry: tired_again(exercise, entry, case.means)))


def tired_again(exercise: PrescribedExercise, entry: Entry, means: Means) -> bool:
    """Is a muscle that rests from heavy work to do heavy work again?"""
    return bool(means.resting.intersection(entry.primary)) and any(means.heavy(exercise, s) for s in exercise.sets)


def intense_places(case: Case) -> Iterator[bool]:
    """For each working set, whether it is in zone 5 or above."""
    for _, exercise in worked(case.prescription):
        yield from (intense(case.means.discipline, exercise, set_) for set_ in exercise.sets)


# --- words against numbers ------------------------------------------------------------------------------------------

_CLOCK = re.compile(r"(?<![\w.,])(?:(\d+):)?(\d{1,2}):(\d\d)(?![\w.,]*\d)")
_NUMBER = re.compile(r"(?<![\w.,:])\d+(?:[.,]\d+)?(?!\d|:\d)")


def words(case: Case) -> Verdict:
    """A number in title, summary, rationale or an imported cue is one of the session's."""
    whole = case.prescription
    texts = [whole.title, whole.summary, whole.rationale]
    if not generated(case.means):  # a coach's own cues are computed from the sets
        texts += [exercise.cue for _, exercise in whole.exercises()]
    known = numbers(case)
    said = [number for text in texts if text for number in _said(text)]
    strange = [text for text, value in said if not any(abs(value - each) <= 0.051 for each in known)]
    return not strange, case.say("good") if not strange else case.say(
        "numbers", names=", ".join(dict.fromkeys(strange))
    )


def _said(text: str) -> Iterator[tuple[str, float]]:
    """The numbers of a text and their values; a time such as 1:20:00 in seconds."""
    for match in _CLOCK.finditer(text):
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        yield match.group(), 3600 * hours + 60 * minutes + seconds
    for match in _NUMBER.finditer(_CLOCK.sub(" ", text)):
        yield match.group(), float(match.group().replace(",", "."))


def numbers(case: Case) -> frozenset[float]:
    """Every number that a text about a session may hold: of its sets and blocks, its totals, and the athlete's own."""
    whole, means = case.prescription, case.means
    request = means.request
    seconds = session_seconds(whole, means.catalogue, request)
    found: set[float] = {1, len(whole.blocks), len(planning.trained(whole)), len(planning.hard_sets(whole))}
    found.add(planning.sets_done(whole))
    found |= {round(seconds / 60), request.available_minutes, request.energy_level}
    found |= {value for value in (whole.duration_minutes, whole.expected_rpe) if value is not None}
    # The athlete's own numbers, and those of the goal in their own words.
    athlete = request.athlete.model_dump(exclude_none=True)
    found |= {float(value) for value in _flat(athlete)}
    found |= {value for _, value in _said(request.goal or "")}
    for block in whole.blocks:
        found |= {value for value in (block.rounds, len(block.exercises)) if value is not None}
        found |= _in_units(block.time_cap_seconds, block.interval_seconds, block.rest_seconds)
        found |= _in_units(*_by_zone(block))
        for exercise in block.exercises:
            found |= {value for _, value in _said(exercise.name or "")}  # "540", "90/90 hip switch"
            often = times(block, exercise)
            work = [set_ for set_ in exercise.sets if set_.kind != "warmup"]
            found |= {often, len(exercise.sets), len(work), often * len(work), exercise.implements}
            found |= {often * sum(set_.reps or 0 for set_ in work)}
            found |= _in_units(often * sum(set_.duration_seconds or 0 for set_ in work))
            found |= _in_units(often * sum(set_.distance_meters or 0 for set_ in work))
            for set_ in exercise.sets:
                found |= _of_a_set(set_)
    totals = [sum(s.distance_meters or 0 for _, e in whole.exercises() for s in e.sets)]
    return frozenset(found | _in_units(seconds, *totals))


def _by_zone(block: Block) -> Iterator[float]:
    """The seconds and the metres of a block in each zone, once through."""
    sets = [set_ for exercise in block.exercises for set_ in exercise.sets if set_.zone is not None]
    for zone in {set_.zone for set_ in sets}:
        yield sum(set_.duration_seconds or 0 for set_ in sets if set_.zone == zone)
        yield sum(set_.distance_meters or 0 for set_ in sets if set_.zone == zone)


def _of_a_set(set_: Set) -> set[float]:
    plain = (set_.reps, set_.reps_max, set_.calories, set_.load_kg, set_.percent_1rm, set_.rpe, set_.zone)
    found = {float(value) for value in plain if value is not None}
    found |= {100 * value for value in (set_.intensity, set_.intensity_end) if value is not None}
    if set_.rpe is not None:
        found.add(10 - set_.rpe)  # repetitions in reserve
    return found | _in_units(set_.duration_seconds, set_.distance_meters, set_.rest_seconds)


def _in_units(*values: float | None) -> set[float]:
    """Seconds as such and in minutes and hours; metres as such and in kilometres."""
    return {value / unit for value in values if value for unit in (1, 60, 1000, 3600)}


def _flat(data: object) -> Iterator[float]:
    """Every number of nested data; times in seconds in minutes too."""
    if isinstance(data, Mapping):
        for value in data.values():
            yield from _flat(value)
    elif isinstance(data, (int, float)) and not isinstance(data, bool):
        yield from (data, data / 60)


def generated(means: Means) -> bool:
    """Is the session one of ours, and not an athlete's own?"""
    return means.request.prescription is None


RULES: Mapping[str, Rule] = {
    "time_budget": time_budget,
    "equipment": without("equipment", "place"),
    "avoided": without("avoided"),
    "injuries": without("injury"),
    "level": without("level"),
    "sets": sets,
    "loads": loads,
    "ramp": ramp,
    "dose": dose,
    "warmup": warmup,
    "cooldown": cooldown,
    "words": words,
    "history": history,
    "red_flags": red_flags,
}
CODES: Mapping[Obstacle, str] = {
    "equipment": "equipment", "place": "equipment", "avoided": "avoided", "injury": "injuries", "level": "level",
}  # fmt: skip


def applies(code: str, means: Means) -> bool:
    """Of an import nobody asks what its author could not know: equipment unless it was named, the sizes of a gym.

    A red flag and the past are only told of where they are.
    """
    match code:
        case "equipment":
            return generated(means) or means.request.equipment is not None
        case "loads":
            return generated(means)
        case "history":
            return bool(means.history.sessions)
        case "red_flags":
            return means.red_flag
        case _:
            return True
