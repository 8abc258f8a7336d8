"""Does a prescription keep what the athlete was promised?

`run` judges any prescription; `repair` also mends a generated one, and says what it did. What an athlete imports is
judged, never changed. The promises of every session stand in `training.promises`, those of one coach's sessions in its
`rules`. Pure.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from training import coaches, promises
from training.catalogue import Entry
from training.check_words import Sentence, say
from training.coaches import planning, preparation
from training.coaches.case import Case
from training.coaches.dosage import Dosage
from training.coaches.means import Means
from training.coaches.planning import Dose
from training.counting import SET_BY_SET, times
from training.one_rep_max import CHART_REPS, chart_percent
from training.prescription import Block, PrescribedExercise, Prescription, Refused, Role, Set
from training.promises import EASY, LEAST_OF_BUDGET, MOST_OF_BUDGET

FILLED_TO = 0.85  # of the time, where less than the least is used
LIGHT_REPS, LIGHT_RPE = 10, 6.5  # of muscles that rest from heavy work
ROUNDS = 3  # of mending: what one round changes may break what it kept before


@dataclass(frozen=True)
class Check:
    """One promise: kept or not, and a person's words for it."""

    code: str
    ok: bool
    detail: str


def kept(checks: Iterable[Check]) -> bool:
    """Is every promise kept?"""
    return all(check.ok for check in checks)


def run(prescription: Prescription, means: Means) -> list[Check]:
    """Every check of a prescription, in a fixed order, in the request's language."""
    case = Case(prescription, means)
    rules = {**promises.RULES, **coaches.get(means.request.coach).rules}
    return [Check(code, *rule(case)) for code, rule in rules.items() if promises.applies(code, means)]


def repair(prescription: Prescription, means: Means) -> tuple[Prescription, list[Check]]:
    """A generated prescription that keeps every promise, and its checks; what was mended stands in their `detail`.

    Raises Refused where nothing is left that could lead a session.
    """
    mending = _Mending(prescription, means)
    mended = mending.mended()
    checks = run(mended, means)
    return mended, [replace(check, detail=_told(check.detail, mending.notes.get(check.code, {}))) for check in checks]


def _told(detail: str, notes: Collection[str]) -> str:
    """What was found, then what was done, in sentences."""
    return " ".join([detail if detail.endswith(".") or not notes else f"{detail}.", *notes])


def safe(prescription: Prescription, means: Means) -> Prescription:
    """The beginning of a session with every exercise mended by itself; what the whole must keep is not asked of it.

    Raises Refused where nothing is left that could lead a session.
    """
    return _Mending(prescription, means).begun()


class _Mending:
    """One prescription being mended, step by step; `notes` says by code what was done, each thing once."""

    def __init__(self, prescription: Prescription, means: Means) -> None:
        self.whole = prescription
        self.means = means
        self.coach = coaches.get(means.request.coach)
        self.notes: defaultdict[str, dict[str, None]] = defaultdict(dict)

    def mended(self) -> Prescription:
        """Exercises first, then the coach's own rules, their sets, what stands around them, and the clock last."""
        before = self.whole
        for _ in range(0 if self.means.red_flag else ROUNDS):
            round_before = self.whole
            self._exercises()
            self._own_rules()
            self._work()
            self._again()
            self._surroundings()
            self._clock()
            self._surroundings()  # a shorter warm-up may have lost the main pattern
            if self.whole == round_before:
                break
        if not self.means.red_flag:  # steps that undo each other: what the coach promises goes before the clock
            self._own_rules()
        return self.coach.finish(self.whole, self.means) if self.whole != before else before

    def begun(self) -> Prescription:
        """What may be done of it, as hard as this athlete may go."""
        if not self.means.red_flag:
            self._exercises()
            self._work()
        return self.whole

    def _note(self, code: str, sentence: Sentence, **places: str | int) -> None:
        self.notes[code][say(self.means.language, sentence, **places)] = None

    def _replace(self, blocks: list[Block]) -> None:
        self.whole = self.whole.model_copy(update={"blocks": [block for block in blocks if block.exercises]})

    def _name(self, entry: Entry) -> str:
        return planning.named(entry, self.means)

    # --- exercises ---

    def _exercises(self) -> None:
        """What the athlete cannot or may not do gives way to the nearest exercise that is possible, or goes."""
        used: set[str] = set()
        blocks = []
        for block in self.whole.blocks:
            left = [e for exercise in block.exercises if (e := self._possible(block, exercise, used)) is not None]
            blocks.append(block if left == block.exercises else block.model_copy(update={"exercises": left}))
        self._replace(blocks)
        if not planning.trained(self.whole):
            raise Refused.at("/athlete", "nothing_possible", "None of these exercises may be done by this athlete.")

    def _possible(self, block: Block, exercise: PrescribedExercise, used: set[str]) -> PrescribedExercise | None:
        entry = self.means.catalogue.get(exercise.exercise)
        if entry is None:
            return exercise
        easy = block.role in EASY
        # In a warm-up anything may be practised, lightly.
        roles: set[Role] = {block.role} if easy else {"main", "accessory", "skill", "conditioning"}
        fits = block.role == "warmup" or entry.pattern == "cyclical" or not roles.isdisjoint(entry.roles)
        twice = self.coach.once and not easy and entry.slug in used
        if fits and not twice and self.means.may(entry):
            if not easy:
                used.add(entry.slug)
            return exercise
        obstacle = self.means.obstacle(entry)
        code = promises.CODES[obstacle] if obstacle else "order" if twice or not fits else "sets"
        others = planning.substitutions(entry, self.means, most=len(self.means.catalogue))
        taken = used if self.coach.once else {entry.slug}
        other = next((o for o in others if o.slug not in taken and not roles.isdisjoint(o.roles)), None)
        if other is None:
            self._note(code, "dropped", name=self._name(entry))
            return None
        self._note(code, "replaced", name=self._name(entry), other=self._name(other))
        if easy:
            return preparation.easy(other, self.means, "warmup" if block.role == "warmup" else "cooldown")
        used.add(other.slug)
        return self.coach.dosed(other, exercise, self.means)

    def _own_rules(self) -> None:
        """What the coach itself asks of its sessions."""
        mended, done = self.coach.mend(Case(self.whole, self.means))
        self._replace(mended.blocks)
        for each in done:
            self.notes[each.code][each.sentence] = None

    # --- sets ---

    def _work(self) -> None:
        """Efforts within the athlete's cap, ramps where they lack, no more hard sets than are sound."""
        done = Dosage(self.means)
        blocks = []
        for block in self.whole.blocks:
            if block.role in EASY:
                blocks.append(block)
                continue
            left = [e for exercise in block.exercises if (e := self._sound(block, exercise, done)) is not None]
            blocks.append(block.model_copy(update={"exercises": left}))
        self._replace(blocks)

    def _sound(self, block: Block, exercise: PrescribedExercise, done: Dosage) -> PrescribedExercise | None:
        entry = self.means.catalogue.get(exercise.exercise)
        if entry is None:
            return exercise
        strength = block.format in SET_BY_SET
        if promises.tired_again(exercise, entry, self.means):
            exercise = self._light(entry, exercise)
            self._note("history", "lightened", name=self._name(entry))
        if not promises.sane(exercise, self.means):
            exercise = planning.redosed(entry, exercise, self.means) if strength else self._eased(entry, exercise)
            self._note("sets", "eased", name=self._name(entry))
        elif strength and not promises.ramped([exercise], entry, self.means):
            exercise = planning.redosed(entry, exercise, self.means)
            self._note("ramp", "ramped", name=self._name(entry))
        if not promises.loadable(exercise, entry, self.means):
            exercise = self._loadable(entry, exercise)
            self._note("loads", "loaded", name=self._name(entry))
        return self._dosed(entry, exercise, times(block, exercise), done) if strength else exercise

    def _dosed(self, entry: Entry, exercise: PrescribedExercise, times: int, done: Dosage) -> PrescribedExercise | None:
        """With as many of its sets as are sound after what has been done; None where that is none."""
        sets = done.sound(entry, exercise.sets, times)
        if len(sets) < len(exercise.sets):
            left = sum(set_.kind != "warmup" for set_ in sets)
            if not left:
                self._note("dose", "dropped", name=self._name(entry))
                return None
            exercise = exercise.model_copy(update={"sets": sets})
            self._note("dose", "fewer_sets", name=self._name(entry), sets=left)
        done.add(entry, sets, times)
        return exercise

    def _eased(self, entry: Entry, exercise: PrescribedExercise) -> PrescribedExercise:
        """The same work, no harder than this athlete may go and than the loads allow."""
        cap = planning.effort_cap(entry, self.means)

        def possible(set_: Set) -> Set:
            set_ = set_.model_copy(update={"rpe": None if set_.rpe is None else min(set_.rpe, cap)})
            if promises.sane_set(set_, self.means.percent(exercise, set_), self.means):
                return set_
            effort = min(cap, planning.MODERATE_RPE)
            eased = set_.model_copy(update={"load_kg": None, "percent_1rm": None, "rpe": effort})
            limit = chart_percent(min(eased.reps or 1, CHART_REPS), 10)
            return eased if limit is not None else eased.model_copy(update={"reps": CHART_REPS})

        return exercise.model_copy(update={"sets": [possible(set_) for set_ in exercise.sets]})

    def _light(self, entry: Entry, exercise: PrescribedExercise) -> PrescribedExercise:
        """As many sets, with what muscles that rest may do."""
        work = [set_ for set_ in exercise.sets if set_.kind != "warmup"] or exercise.sets
        rest = int(work[0].rest_seconds or 0)
        dose = Dose(len(work), LIGHT_REPS, min(LIGHT_RPE, planning.rpe_cap(self.means)), rest)
        light = planning.exercise(entry, planning.working_sets(entry, dose, self.means), self.means)
        return light.model_copy(update={"key": exercise.key})

    def _loadable(self, entry: Entry, exercise: PrescribedExercise) -> PrescribedExercise:
        """With the nearest loads there are, rather the lighter one."""
        real = self.means.loads_kg(entry)

        def nearest(set_: Set) -> Set:
            if not set_.load_kg:
                return set_
            load = min(real, key=lambda size: (abs(size - (set_.load_kg or 0)), size))
            return set_.model_copy(update={"load_kg": load, "percent_1rm": None})

        return exercise.model_copy(update={"sets": [nearest(set_) for set_ in exercise.sets]})

    def _again(self) -> None:
        """A session that was done lately differs in one exercise at least."""
        if not self.means.history.holds(self.whole):
            return
        used = {exercise.exercise for exercise in planning.trained(self.whole)}
        for index, block in reversed([*enumerate(self.whole.blocks)]):
            for place, exercise in reversed([*enumerate(block.exercises)] if block.role not in EASY else []):
                entry = self.means.catalogue.get(exercise.exercise)
                others = planning.substitutions(entry, self.means, most=len(self.means.catalogue)) if entry else []
                other = next((o for o in others if o.slug not in used), None)
                if entry is None or other is None:
                    continue
                exercises = [*block.exercises]
                exercises[place] = self.coach.dosed(other, exercise, self.means)
                blocks = [*self.whole.blocks]
                blocks[index] = block.model_copy(update={"exercises": exercises})
                self._replace(blocks)
                self._note("history", "replaced", name=self._name(entry), other=self._name(other))
                return

    # --- the whole ---

    def _surroundings(self) -> None:
        """A warm-up that practises the main pattern, and a cool-down."""
        case = Case(self.whole, self.means)
        lead = case.main()
        blocks = [*self.whole.blocks]
        if lead is not None and not promises.warmup(case)[0]:
            if blocks[0].role == "warmup":
                exercises = [*blocks[0].exercises, preparation.primer(lead, self.means)]
                blocks[0] = blocks[0].model_copy(update={"exercises": exercises})
            else:
                seconds = preparation.preparation_seconds(self.means)
                blocks.insert(0, preparation.warmup(self.means, lead, seconds))
            self._note("warmup", "added")
        if not promises.cooldown(case)[0]:
            worked = lead.primary if lead is not None else []
            blocks.append(preparation.cooldown(self.means, worked, preparation.cooldown_seconds(self.means)))
            self._note("cooldown", "added")
        if blocks != self.whole.blocks:
            self._replace(blocks)

    def _clock(self) -> None:
        """Not longer than there is time, and not much shorter."""
        before, budget = self._seconds(), planning.budget_seconds(self.means.request)
        if before > MOST_OF_BUDGET * budget:
            self.whole = self.coach.fit(self.whole, self.means, budget)
        if self._seconds() < LEAST_OF_BUDGET * budget:
            self.whole = self.coach.fit(self.whole, self.means, FILLED_TO * budget)
        if self._seconds() != before and "time_budget" not in self.notes:  # told once, of the length it came with
            change: Sentence = "lengthened" if self._seconds() > before else "shortened"
            self._note("time_budget", change, minutes=round(before / 60))

    def _seconds(self) -> float:
        return planning.seconds_of(self.whole, self.means)
