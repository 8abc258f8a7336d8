"""Does a prescription keep what the athlete was promised?

`run` judges any prescription; `repair` also mends a generated one, and says what it did. What an athlete imports is
judged, never changed. Pure.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeAlias, get_args

from training.catalogue import Catalogue, Entry
from training.catalogue.entry import Muscle
from training.check_words import Sentence, found, say
from training.coaches import fitting, planning, preparation
from training.coaches.means import Means, Obstacle
from training.coaches.phrases import MUSCLES_FR
from training.coaches.planning import Dose
from training.counting import working_sets
from training.one_rep_max import CHART_REPS, chart_percent, inol
from training.prescription import Block, PrescribedExercise, Prescription, Refused, Role, Set
from training.request import SessionRequest

MOST_OF_BUDGET = 1.1  # of the time available
LEAST_OF_BUDGET = 0.8
FILLED_TO = 0.85  # where less than the least is used
POSSIBLE_MARGIN = 0.5  # points of %1RM by which a rounded load may pass the chart
EFFORT_MARGIN = 1.5  # between a stated RPE and the chart's
RAMP_JUMP = 20  # points of %1RM from one set to the next on the way up
EASY = frozenset({"warmup", "cooldown"})


@dataclass(frozen=True)
class Check:
    """One promise: kept or not, and a person's words for it."""

    code: str
    ok: bool
    detail: str


def run(prescription: Prescription, request: SessionRequest, catalogue: Catalogue) -> list[Check]:
    """Every check of a prescription, in a fixed order, in the request's language."""
    case = _Case(prescription, Means(request, catalogue))
    return [Check(code, *rule(case)) for code, rule in _RULES.items() if _applies(code, case.means)]


def repair(
    prescription: Prescription, request: SessionRequest, catalogue: Catalogue
) -> tuple[Prescription, list[Check]]:
    """A generated prescription that keeps every promise, and its checks; what was mended stands in their `detail`.

    Raises Refused where nothing is left that could lead a session.
    """
    mending = _Mending(prescription, Means(request, catalogue))
    mended = mending.mended()
    notes = mending.notes
    checks = run(mended, request, catalogue)
    return mended, [replace(c, detail=" ".join([c.detail, *notes[c.code]])) if c.code in notes else c for c in checks]


# --- the checks -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Case:
    prescription: Prescription
    means: Means

    def say(self, sentence: Sentence, **places: str | int) -> str:
        return say(self.means.language, sentence, **places)

    def entries(self) -> Iterator[tuple[Block, PrescribedExercise, Entry]]:
        """Every exercise that the catalogue knows; of strangers nothing is known that could be judged."""
        for block, exercise in self.prescription.exercises():
            entry = self.means.catalogue.get(exercise.exercise)
            if entry is not None:
                yield block, exercise, entry

    def main(self) -> Entry | None:
        """The first exercise of the first main block, if it is known."""
        return next((entry for block, _, entry in self.entries() if block.role == "main"), None)


_Verdict: TypeAlias = tuple[bool, str]


def _names(case: _Case, wrong: Callable[[Block, PrescribedExercise, Entry], bool]) -> list[str]:
    """The names of the exercises of which that is true, each once."""
    return list(dict.fromkeys(planning.named(place[2], case.means) for place in case.entries() if wrong(*place)))


def _applies(code: str, means: Means) -> bool:
    """Whoever imports and names no equipment is not asked what there is; a red flag is only told of where it is."""
    if code == "equipment" and means.request.prescription is not None:
        return means.request.equipment is not None
    return code != "red_flags" or means.red_flag


def _time_budget(case: _Case) -> _Verdict:
    seconds, budget = planning.seconds_of(case.prescription, case.means), planning.budget_seconds(case.means.request)
    return seconds <= MOST_OF_BUDGET * budget, case.say("time", minutes=round(seconds / 60), budget=budget // 60)


def _against(*obstacles: Obstacle) -> Callable[[_Case], _Verdict]:
    """No exercise has one of these obstacles."""

    def rule(case: _Case) -> _Verdict:
        wrong = _names(case, lambda block, exercise, entry: case.means.obstacle(entry) in obstacles)
        detail = found(case.means.language, wrong)
        unknown = {"equipment": case.means.unknown_equipment, "injury": case.means.unknown_injuries}.get(obstacles[0])
        if unknown:
            detail = f"{detail} {case.say('not_understood', names=', '.join(unknown))}"
        return not wrong, detail

    return rule


def _order(case: _Case) -> _Verdict:
    """Warm-up first, cool-down last, main work before accessories, isolation after every compound lift."""
    roles = [block.role for block in case.prescription.blocks]
    stages = [{"warmup": 0, "cooldown": 3, "accessory": 2}.get(role, 1) for role in roles if role != "conditioning"]
    ranks = [
        _rank(entry)
        for block, _, entry in case.entries()
        if block.role in {"main", "accessory"} and entry.pattern != "core"  # the trunk may close a session
    ]
    ok = stages == sorted(stages) and ranks == sorted(ranks)
    return ok, case.say("good") if ok else case.say("order")


def _rank(entry: Entry) -> int:
    return int(entry.pattern in {"isolation", "core"})


def _sets(case: _Case) -> _Verdict:
    """Repetitions are possible at their percent, a stated effort is near the chart's and within the athlete's cap."""
    wrong = _names(case, lambda block, exercise, entry: block.role not in EASY and not _sane(exercise, case.means))
    return not wrong, found(case.means.language, wrong)


def _sane(exercise: PrescribedExercise, means: Means) -> bool:
    return all(_sane_set(set_, means.maxes.percent(exercise, set_), means) for set_ in exercise.sets)


def _sane_set(set_: Set, percent: float | None, means: Means) -> bool:
    if set_.rpe is not None and set_.rpe > planning.rpe_limit(means):
        return False
    if set_.reps is None or set_.kind != "working" or percent is None:
        return True
    limit = chart_percent(min(set_.reps, CHART_REPS), 10)
    if limit is not None and percent > limit + POSSIBLE_MARGIN:
        return False
    chart_knows = set_.rpe is not None and set_.rpe >= planning.HARD_RPE and set_.reps <= CHART_REPS
    return not chart_knows or abs(planning.felt(set_.reps, percent) - (set_.rpe or 0)) <= EFFORT_MARGIN


def _ramp(case: _Case) -> _Verdict:
    """Lighter sets lead up to every loaded lift of 80 % and more, wherever in the session they stand."""
    whole: defaultdict[str, list[PrescribedExercise]] = defaultdict(list)
    for _, exercise, entry in case.entries():
        whole[entry.slug].append(exercise)
    lifts = [(case.means.catalogue[slug], exercises) for slug, exercises in whole.items()]
    wrong = [
        planning.named(entry, case.means) for entry, exercises in lifts if not _ramped(exercises, entry, case.means)
    ]
    return not wrong, found(case.means.language, wrong)


def _ramped(exercises: list[PrescribedExercise], entry: Entry, means: Means) -> bool:
    """Are two sets done before the first heavy one, the last of them at most 20 points lighter?"""
    percents = [means.maxes.percent(exercise, set_) for exercise in exercises for set_ in exercise.sets]
    first = next((place for place, p in enumerate(percents) if p and p >= planning.RAMP_FROM_PERCENT), None)
    if first is None or not means.loadable(entry):
        return True
    known = [percent for percent in percents[: first + 1] if percent is not None]
    return first >= 2 and all(heavier - lighter <= RAMP_JUMP for lighter, heavier in pairwise(known))


def _dose(case: _Case) -> _Verdict:
    """At most ten hard sets a muscle, and an INOL of two an exercise."""
    muscles: defaultdict[Muscle, float] = defaultdict(float)
    load: defaultdict[str, float] = defaultdict(float)
    for counted in working_sets(case.prescription):
        entry = case.means.catalogue.get(counted.exercise.exercise)
        if entry is None or not planning.hard(counted.set):
            continue
        for muscle, share in planning.muscle_shares(entry):
            muscles[muscle] += share * counted.times
        percent = case.means.maxes.percent(counted.exercise, counted.set)
        if percent is not None:
            load[planning.named(entry, case.means)] += inol(counted.reps, percent)
    french = case.means.language == "fr"
    wrong = [MUSCLES_FR[m] if french else m for m, sets in muscles.items() if sets > planning.MOST_HARD_SETS]
    wrong += [name for name, total in load.items() if total > planning.MOST_INOL + 1e-6]  # nine times a ninth
    return not wrong, found(case.means.language, wrong)


def _warmup(case: _Case) -> _Verdict:
    """There is a warm-up, and it practises the pattern of the main exercise."""
    patterns = {entry.pattern for block, _, entry in case.entries() if block.role == "warmup"}
    lead = case.main()
    if not any(block.role == "warmup" for block in case.prescription.blocks):
        return False, case.say("missing")
    ok = lead is None or lead.pattern in patterns or lead.pattern == "mobility"
    return ok, case.say("good") if ok else case.say("pattern_missing")


def _cooldown(case: _Case) -> _Verdict:
    ok = any(block.role == "cooldown" for block in case.prescription.blocks)
    return ok, case.say("good") if ok else case.say("missing")


def _red_flags(case: _Case) -> _Verdict:
    """Nothing hard for somebody who should see a professional first."""
    efforts = [set_.rpe for _, exercise in case.prescription.exercises() for set_ in exercise.sets]
    ok = all(effort is not None and effort <= planning.EASY_RPE for effort in efforts)
    return ok, case.say("red_flag")


_RULES: dict[str, Callable[[_Case], _Verdict]] = {
    "time_budget": _time_budget,
    "equipment": _against("equipment", "place"),
    "avoided": _against("avoided"),
    "injuries": _against("injury"),
    "level": _against("level"),
    "order": _order,
    "sets": _sets,
    "ramp": _ramp,
    "dose": _dose,
    "warmup": _warmup,
    "cooldown": _cooldown,
    "red_flags": _red_flags,
}
_CODES: dict[Obstacle, str] = {
    "equipment": "equipment", "place": "equipment", "avoided": "avoided", "injury": "injuries", "level": "level",
}  # fmt: skip


# --- the repairs ----------------------------------------------------------------------------------------------------


class _Mending:
    """One prescription being mended, step by step; `notes` says by code what was done."""

    def __init__(self, prescription: Prescription, means: Means) -> None:
        self.whole = prescription
        self.means = means
        self.notes: defaultdict[str, list[str]] = defaultdict(list)

    def mended(self) -> Prescription:
        """Exercises first, then their sets, then what stands around them, and the clock last."""
        before = self.whole
        if not self.means.red_flag:
            self._exercises()
            self._order()
            self._sets_and_dose()
            self._surroundings()
            self._clock()
            self._surroundings()  # a shorter warm-up may have lost the main pattern
        return planning.finished(self.whole, self.means) if self.whole != before else before

    def _note(self, code: str, sentence: Sentence, **places: str | int) -> None:
        self.notes[code].append(say(self.means.language, sentence, **places))

    def _replace(self, blocks: list[Block]) -> None:
        self.whole = self.whole.model_copy(update={"blocks": [block for block in blocks if block.exercises]})

    def _exercises(self) -> None:
        """What the athlete cannot or may not do gives way to the nearest exercise that is possible, or goes."""
        used: set[str] = set()
        blocks = []
        for block in self.whole.blocks:
            kept = [e for exercise in block.exercises if (e := self._possible(block, exercise, used)) is not None]
            blocks.append(block if kept == block.exercises else block.model_copy(update={"exercises": kept}))
        self._replace(blocks)
        if not planning.trained(self.whole):
            raise Refused.at("/main", "nothing_possible", "None of these exercises may be done by this athlete.")

    def _possible(self, block: Block, exercise: PrescribedExercise, used: set[str]) -> PrescribedExercise | None:
        entry = self.means.catalogue.get(exercise.exercise)
        if entry is None:
            return exercise
        # In a warm-up anything may be practised, lightly.
        roles = {block.role} if block.role in EASY else {"main", "accessory", "skill", "conditioning"}
        fits = block.role == "warmup" or not roles.isdisjoint(entry.roles)
        twice = block.role not in EASY and entry.slug in used
        if fits and not twice and self.means.may(entry):
            if block.role not in EASY:
                used.add(entry.slug)
            return exercise
        obstacle = self.means.obstacle(entry)
        code = _CODES[obstacle] if obstacle else "order" if twice or not fits else "sets"
        others = planning.substitutions(entry, self.means, most=len(self.means.catalogue))
        other = next((o for o in others if o.slug not in used and not roles.isdisjoint(o.roles)), None)
        name = planning.named(entry, self.means)
        if other is None:
            self._note(code, "dropped", name=name)
            return None
        self._note(code, "replaced", name=name, other=planning.named(other, self.means))
        if block.role in EASY:
            return preparation.easy(other, self.means, "warmup" if block.role == "warmup" else "cooldown")
        used.add(other.slug)
        return self._dosed(other, exercise)

    def _dosed(self, entry: Entry, like: PrescribedExercise) -> PrescribedExercise:
        """An exercise with as many sets, as hard, as another had."""
        work = [set_ for set_ in like.sets if set_.kind != "warmup"] or like.sets
        first = work[0]
        dose = Dose(
            sets=len(work),
            reps=first.reps or 8,
            rpe=min(first.rpe or 7, planning.rpe_cap(self.means)),
            rest_seconds=int(first.rest_seconds or 0),
            tempo=first.tempo,
        )
        return planning.exercise(entry, planning.working_sets(entry, dose, self.means), self.means).model_copy(
            update={"key": like.key}
        )

    def _order(self) -> None:
        """Warm-up, main lifts, accessories with isolation last, cool-down; a compound lift leads if there is one."""
        blocks = self.whole.blocks
        if _order(_Case(self.whole, self.means))[0] and any(block.role == "main" for block in blocks):
            return
        main = [e for block in blocks if block.role == "main" for e in block.exercises]
        extra = [e for block in blocks if block.role == "accessory" for e in block.exercises]
        compounds = [e for e in [*main, *extra] if not self._rank(e)]
        leaders = [e for e in main if not self._rank(e)] or compounds[:1] or [*main, *extra][:1]
        rest = sorted((e for e in [*main, *extra] if e not in leaders), key=self._rank)
        work = [Block(role="main", format="sets", exercises=leaders)] if leaders else []
        work += [Block(role="accessory", format="sets", exercises=rest)] if rest else []
        kept = {role: [block for block in blocks if block.role == role] for role in get_args(Role)}
        self._replace([*kept["warmup"], *kept["skill"], *work, *kept["conditioning"], *kept["cooldown"]])
        self._note("order", "reordered")

    def _rank(self, exercise: PrescribedExercise) -> int:
        entry = self.means.catalogue.get(exercise.exercise)
        return _rank(entry) if entry is not None else 0

    def _sets_and_dose(self) -> None:
        """Efforts within the athlete's cap, ramps where they lack, no more hard sets than are sound."""
        done: defaultdict[Muscle, float] = defaultdict(float)
        blocks = []
        for block in self.whole.blocks:
            if block.role in EASY:
                blocks.append(block)
                continue
            kept = [e for exercise in block.exercises if (e := self._sound(exercise, done)) is not None]
            blocks.append(block.model_copy(update={"exercises": kept}))
        self._replace(blocks)

    def _sound(self, exercise: PrescribedExercise, done: defaultdict[Muscle, float]) -> PrescribedExercise | None:
        entry = self.means.catalogue.get(exercise.exercise)
        if entry is None:
            return exercise
        if not _sane(exercise, self.means):
            exercise = self._dosed(entry, exercise)
            self._note("sets", "eased", name=planning.named(entry, self.means))
        elif not _ramped([exercise], entry, self.means):
            exercise = self._dosed(entry, exercise)
            self._note("ramp", "ramped", name=planning.named(entry, self.means))
        work = [set_ for set_ in exercise.sets if set_.kind != "warmup"]
        if not work:
            return exercise
        most = planning.most_sets(entry, work[0], self.means, done) if planning.hard(work[0]) else len(work)
        if most < len(work):
            name = planning.named(entry, self.means)
            if most < 1 and done:
                self._note("dose", "dropped", name=name)
                return None
            sets = exercise.sets[: len(exercise.sets) - len(work) + max(1, most)]
            exercise = exercise.model_copy(update={"sets": sets})
            self._note("dose", "fewer_sets", name=name, sets=max(1, most))
        for muscle, share in planning.muscle_shares(entry):
            done[muscle] += share * sum(planning.hard(set_) for set_ in exercise.sets)
        return exercise

    def _surroundings(self) -> None:
        """A warm-up that practises the main pattern, and a cool-down."""
        case = _Case(self.whole, self.means)
        lead, seconds = case.main(), preparation.preparation_seconds(self.means)
        blocks = [*self.whole.blocks]
        if lead is not None and not _warmup(case)[0]:
            if blocks[0].role == "warmup":
                exercises = [*blocks[0].exercises, preparation.primer(lead, self.means)]
                blocks[0] = blocks[0].model_copy(update={"exercises": exercises})
            else:
                blocks.insert(0, preparation.warmup(self.means, lead, seconds))
            self._note("warmup", "added")
        if not _cooldown(case)[0]:
            worked = lead.primary if lead is not None else []
            blocks.append(preparation.cooldown(self.means, worked, seconds * 2 / 3))
            self._note("cooldown", "added")
        if blocks != self.whole.blocks:
            self._replace(blocks)

    def _clock(self) -> None:
        """Not longer than there is time, and not much shorter."""
        before, budget = self._seconds(), planning.budget_seconds(self.means.request)
        if before > MOST_OF_BUDGET * budget:
            self.whole = fitting.trim(self.whole, self.means, budget)
            self._note("time_budget", "shortened", minutes=round(before / 60))
        if self._seconds() < LEAST_OF_BUDGET * budget:
            self.whole = fitting.with_easy_movement(self.whole, self.means, FILLED_TO * budget)
            if self._seconds() > before:
                self._note("time_budget", "lengthened", minutes=round(before / 60))

    def _seconds(self) -> float:
        return planning.seconds_of(self.whole, self.means)
