"""The calisthenics coach: calisthenics, street workout, streetlifting and freestyle.

The built-in planner reads the goal, takes exercises part by part (static skills, dynamic strength, weighted strength,
strength, legs, trunk, volume), pulling against pushing, until the time is used, and fits what it took to the clock.
A model answers in slugs and numbers (`Draft`), which `expand` turns into the same kind of prescription.
"""

import random
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from pydantic import BaseModel

from training.analyses import calisthenics as analyses
from training.catalogue import Catalogue, Entry
from training.coaches import calisthenics_draft, calisthenics_rules, fitting, planning, preparation
from training.coaches.base import Coach
from training.coaches.calisthenics_choice import ONE_SIDED, Choice, Kind
from training.coaches.calisthenics_doses import MUSCLE_UP, Part, Side, Standing, gated, share, weighted
from training.coaches.calisthenics_finisher import finisher, together
from training.coaches.calisthenics_fitting import fit
from training.coaches.calisthenics_preparation import primer, warmup
from training.coaches.calisthenics_words import WORDS, Focus, Intent, dose, inside, intent, title
from training.coaches.case import Case, Mended, Rule
from training.coaches.dosage import Dosage
from training.coaches.means import Means, Obstacle
from training.coaches.phrases import PHRASES, number
from training.ladders import NAMES, steps
from training.prescription import Block, Format, PrescribedExercise, Prescription, Refused, Role, Set
from training.request import SessionRequest
from training.wire import Prompt

_TRAINED_SHARE, _TRAINED_SHARE_TIRED = 0.98, 0.6  # of the time; what is left on a tired day is easy movement
_LEAST_SHARE = 0.93  # of the time; less is filled with easy movement
_MOST_EXERCISES, _MOST_EXERCISES_TIRED = 16, 5
_FEWEST_EXERCISES = 2
_MORE_FOR_THE_GOAL: dict[Part, int] = {"skill": 2, "main": 1}  # sets of what the goal names
_MOST_FOR_THE_GOAL = 5
_SHORT_MINUTES = 20  # sessions in which nothing is done that the goal does not name
_LEAD_SETS = 4  # by which one side may be ahead until the other has its turn
_SUPERSET_REST_SECONDS = 45  # at least, before the other of a pair

# What a session is made of, in the order in which it is taken while there is time.
_TEMPLATES: dict[str, tuple[Kind, ...]] = {
    "calisthenics": (
        "static", "strength", "strength", "legs", "core", "dynamic", "volume", "volume", "static", "finisher",
        "legs", "volume", "volume", "core", "static", "legs", "finisher",
    ),
    "street-workout": (
        "strength", "strength", "volume", "volume", "legs", "finisher", "core", "dynamic", "static", "volume",
        "volume", "legs", "core", "static", "finisher",
    ),
    "streetlifting": (
        "weighted", "weighted", "legs", "volume", "volume", "core", "weighted", "weighted", "legs", "volume", "volume",
        "static", "finisher", "core", "legs", "finisher",
    ),
    "freestyle": (
        "dynamic", "strength", "strength", "dynamic", "legs", "core", "static", "volume", "volume", "finisher",
        "dynamic", "legs", "volume", "volume", "static", "finisher",
    ),
}  # fmt: skip
_LEAD_WITH: dict[Focus, tuple[Kind, ...]] = {
    "push": ONE_SIDED,
    "pull": ONE_SIDED,
    "legs": ("legs", "legs", "core", "legs"),
    "core": ("core", "core", "static"),
}
_WANTED_RATIO: dict[Side | None, float] = {"push": 0.85, "pull": 1.45}  # pull / push; elsewhere a little more pulling
_USUAL_RATIO = 1.1
_PARTS: dict[Kind, Part] = {
    "static": "skill", "dynamic": "skill", "weighted": "main", "strength": "main", "legs": "volume",
    "core": "volume", "volume": "volume", "anything": "main",
}  # fmt: skip
_ROLES: dict[Kind, Role] = {
    "static": "skill", "dynamic": "skill", "weighted": "main", "strength": "main", "anything": "main",
    "legs": "accessory", "volume": "accessory", "core": "accessory",
}  # fmt: skip
_STAGES: tuple[Kind, ...] = ("static", "dynamic", "weighted", "strength", "anything", "volume", "legs", "core")

_WHY_WAITING: tuple[Obstacle, ...] = ("injury", "equipment")  # what an athlete avoids, they know


class Pick:
    """An exercise taken for a part of the session, and its sets."""

    def __init__(self, entry: Entry, kind: Kind, sets: list[Set]) -> None:
        self.entry = entry
        self.kind = kind
        self.sets = sets


class CalisthenicsCoach(Coach):
    """Skills and strength with the own body, weighted too."""

    slug = "calisthenics"
    disciplines = ("calisthenics", "street-workout", "streetlifting", "freestyle")
    equipment = (
        "pull-up-bar", "dip-bars", "rings", "parallettes", "resistance-band", "weight-belt", "weight-vest",
        "weight-plate", "vertical-pole", "bench", "box", "barbell", "rack", "ab-wheel", "dumbbell", "kettlebell",
        "jump-rope", "smith-machine", "cable-machine",
    )  # fmt: skip
    formats: ClassVar[tuple[Format, ...]] = ("sets", "superset", "circuit", "emom", "ladder")
    analyses = ("skill_progression_path", "push_pull_ratio")
    draft: ClassVar[type[BaseModel]] = calisthenics_draft.Draft
    rules: ClassVar[Mapping[str, Rule]] = {
        "order": calisthenics_rules.order,
        "balance": calisthenics_rules.balance,
        "gates": calisthenics_rules.gates,
    }

    def plan(self, means: Means, *, seed: int) -> Prescription:
        """The built-in coach's session. Raises Refused at /athlete where nothing is left that may be done."""
        discipline = self.discipline(means.request)
        return preparation.gentle(means) if means.red_flag else Planner(means, discipline, seed).session()

    def prompt(self, means: Means) -> Prompt:
        """The rules, and this athlete's case with the exercises that are possible and open for it."""
        return calisthenics_draft.prompt(Standing(means), self.discipline(means.request), self._intent(means))

    def expand(self, draft: BaseModel, means: Means) -> Prescription:
        """The prescription a draft means. Raises Refused for slugs that are not in the catalogue."""
        if means.red_flag:  # no model decides how hard that session may be
            return preparation.gentle(means)
        answer = calisthenics_draft.Draft.model_validate(draft)
        return self.finish(calisthenics_draft.expand(answer, Standing(means), self._intent(means).quality), means)

    def analyse(self, prescription: Prescription, request: SessionRequest, catalogue: Catalogue) -> dict[str, Any]:
        """`skill_progression_path` and `push_pull_ratio`."""
        return analyses.analyse(prescription, request, catalogue)

    def mend(self, case: Case) -> tuple[Prescription, list[Mended]]:
        """Gates, balance and order."""
        return calisthenics_rules.mended(case, self._intent(case.means).quality)

    def dosed(self, entry: Entry, like: PrescribedExercise, means: Means) -> PrescribedExercise:
        """As many sets, with a dose of the substitute's own."""
        return Standing(means).stand_in(entry, like, self._intent(means).quality)

    def fit(self, prescription: Prescription, means: Means, seconds: float) -> Prescription:
        """Sets, rests and exercises to the clock, balanced all the way; then easy movement."""
        fitted = fit(prescription, Standing(means), seconds, self._intent(means).quality)
        return fitting.with_easy_movement(fitted, means, seconds)

    def _intent(self, means: Means) -> Intent:
        return intent(means.request.goal or "", self.discipline(means.request))


class Planner:
    """One session in the making."""

    def __init__(self, means: Means, discipline: str, seed: int) -> None:
        """Read the goal; nothing is taken yet."""
        self.means = means
        self.discipline = discipline
        self.random = random.Random(seed)
        self.standing = Standing(means)
        self.asked = intent(means.request.goal or "", discipline)
        self.choice = Choice(self.standing, self.asked, discipline, self.random)
        self.picks: list[Pick] = []
        self.finishers: list[Block] = []
        self.taken: list[list[Pick] | list[Block]] = []  # where each in turn was put
        self.in_pairs = self._in_pairs()

    def session(self) -> Prescription:
        """Take part by part until the time is used, then fit what was taken to the clock."""
        budget = planning.budget_seconds(self.means.request)
        target = budget * (_TRAINED_SHARE_TIRED if self.means.tired else _TRAINED_SHARE)
        most = _MOST_EXERCISES_TIRED if self.means.tired else _MOST_EXERCISES
        for kind in self._kinds():
            enough = len(self.taken) >= _FEWEST_EXERCISES
            if enough and (len(self.picks) >= most or planning.seconds_of(self._assembled(), self.means) >= target):
                break
            self._take(kind)
        if not self.picks:
            self._take("anything")
        if not self.picks:
            return self._fallback(budget)
        whole = self._warmed(calisthenics_rules.led(self._fitted(target), self.means))
        whole = fitting.with_easy_movement(whole, self.means, _LEAST_SHARE * budget)
        return planning.finished(self._told(whole), self.means)

    def _fitted(self, target: float) -> Prescription:
        """What was taken in that time; where it is too much, what was taken last goes first."""
        while True:
            whole = calisthenics_rules.settled(self._assembled(), self.standing, self.asked.quality)
            fitted = fit(whole, self.standing, target, self.asked.quality)
            all_there = len(planning.trained(fitted)) >= len(planning.trained(whole))
            if all_there or len(self.taken) <= _FEWEST_EXERCISES:
                return fitted
            self.taken.pop().pop()  # the same list, picks or finishers, to which it was added last

    # --- choosing ---

    def _kinds(self) -> list[Kind]:
        """The discipline's parts, those that the goal asks for first."""
        template = list(_TEMPLATES[self.discipline])
        named = [self.choice.kinds_of(ladder) for ladder in self.asked.ladders]
        named.append(_LEAD_WITH.get(self.asked.focus, ()))
        # Every static has its turn; strength that two ladders ask for is done once.
        lead = [kind for i, kinds in enumerate(named) if len(kinds) == 1 or kinds not in named[:i] for kind in kinds]
        if "weighted" in template:
            lead = ["weighted" if kind == "strength" else kind for kind in lead]
        if self.asked.quality == "endurance" and not self.means.tired:
            lead = [*lead, "strength", "strength", "finisher"]
        for kind in lead:
            if kind in template:
                template.remove(kind)
        # Skills that nobody asked for wait where time is short, and where something else is wanted.
        elsewhere = (
            self.asked.quality == "endurance" or self.asked.focus == "legs" or {"strength", "weighted"} & {*lead}
        )
        if self.means.request.available_minutes <= _SHORT_MINUTES or elsewhere:
            template.sort(key=lambda kind: kind in {"static", "dynamic"})
        return [kind for kind in (*lead, *template) if kind != "finisher" or not self.means.tired]

    def _take(self, kind: Kind) -> None:
        """Take the best exercise for a part, with as many sets as are sound."""
        if kind == "finisher":
            used = {pick.entry.slug for pick in self.picks}
            used |= {e.exercise for block in self.finishers for e in block.exercises if e.exercise}
            formats = {block.format for block in self.finishers}
            taken = finisher(self.standing, self.asked.quality, used, formats, self.random)
            if taken is not None:
                self.finishers.append(taken)
                self.taken.append(self.finishers)
            return
        side = self._turn(kind)
        entries = self._ranked(kind, side)
        if kind == "weighted" and not entries:  # no belt, or no reason to wear one: the body is load enough
            kind, entries = "strength", self._ranked("strength", side)
        for entry in entries:
            part, stage = _PARTS[kind], kind
            wanted = self.asked.focus == "legs" or entry.ladder in self.asked.ladders
            if kind == "legs" and (wanted or self._is_squat_of_streetlifting(entry)):
                part, stage = "main", "weighted" if entry.modality == "weightlifting" else "strength"
            amount = self.standing.dose(entry, self.asked.quality, part)
            if entry.ladder in self.choice.wanted and not self.means.tired:
                more = amount.sets + _MORE_FOR_THE_GOAL.get(part, 0)
                amount = replace(amount, sets=max(amount.sets, min(more, _MOST_FOR_THE_GOAL)))
            sets = self.standing.working_sets(entry, amount)
            work = [set_ for set_ in sets if set_.kind != "warmup"]
            ramp = len(sets) - len(work)
            most = len(self._dosage().sound(entry, sets)) - ramp
            while most and not self._fair(entry, most, side):
                most -= 1
            if most >= min(2, len(work)):
                self.picks.append(Pick(entry, stage, sets[: ramp + most]))
                self.taken.append(self.picks)
                return

    def _ranked(self, kind: Kind, side: Side) -> list[Entry]:
        return self.choice.ranked(kind, [pick.entry for pick in self.picks], side, self._by_pattern())

    def _is_squat_of_streetlifting(self, entry: Entry) -> bool:
        return self.discipline == "streetlifting" and entry.modality == "weightlifting" and "main" in entry.roles

    def _turn(self, kind: Kind) -> Side:
        """The side whose turn it is: that which has less; but strength is first done on both, the goal's side first."""
        strong = [pick.entry for pick in self.picks if pick.kind == kind]
        if kind in {"strength", "weighted"} and not strong and self.choice.side is not None:
            return self.choice.side
        if (
            kind in {"strength", "weighted"}
            and len(strong) == 1
            and share(strong[0], "push") != share(strong[0], "pull")
        ):
            return "pull" if share(strong[0], "push") else "push"
        push, pull = self._sets_of("push"), self._sets_of("pull")
        if not push and not pull:
            return self.choice.side or "pull"
        return "pull" if pull < _WANTED_RATIO.get(self.choice.side, _USUAL_RATIO) * push else "push"

    def _fair(self, entry: Entry, sets: int, side: Side) -> bool:
        """Do the sides stay in reach of each other? That whose turn it is may lead by an exercise."""
        push, pull = share(entry, "push"), share(entry, "pull")
        if push == pull or not self.standing.two_sided:
            return True
        pushed, pulled = self._sets_of("push") + sets * push, self._sets_of("pull") + sets * pull
        first = not self._sets_of("push") + self._sets_of("pull")
        lead = _LEAD_SETS if first or share(entry, side) else 0
        if push > pull:
            return pulled + lead >= analyses.LEAST_BALANCED * pushed
        return pulled <= analyses.MOST_BALANCED * pushed + lead

    def _sets_of(self, side: Side) -> float:
        return sum(share(p.entry, side) * sum(s.kind != "warmup" for s in p.sets) for p in self.picks)

    def _by_pattern(self) -> dict[str, int]:
        """How many sets each pattern has so far."""
        sets: defaultdict[str, int] = defaultdict(int)
        for pick in self.picks:
            sets[pick.entry.pattern] += len(pick.sets)
        return sets

    def _dosage(self) -> Dosage:
        """What has been taken so far."""
        done = Dosage(self.means)
        for pick in self.picks:
            done.add(pick.entry, pick.sets)
        return done

    # --- putting together ---

    def _in_pairs(self) -> bool:
        """Pulling and pushing in turn: where time is short, or volume is the aim; now and then elsewhere."""
        if self.discipline == "streetlifting" or self.asked.quality in {"power", "skill"}:
            return False
        if self.means.request.available_minutes <= 30 or self.asked.quality in {"hypertrophy", "endurance"}:
            return True
        return self.random.random() < 0.4

    def _assembled(self) -> Prescription:
        side = self.choice.side
        taken = sorted(self.picks, key=lambda pick: side is not None and not share(pick.entry, side))
        lead = next((p.entry for kind in _STAGES[2:] for p in taken if p.kind == kind), self.picks[0].entry)
        blocks = [warmup(self.means, lead, preparation.preparation_seconds(self.means))]
        for role in ("skill", "main", "accessory"):
            picks = [pick for kind in _STAGES for pick in taken if pick.kind == kind and _ROLES[kind] == role]
            blocks += self._blocks(role, picks)
        blocks += self.finishers
        worked = [muscle for pick in self.picks for muscle in (*pick.entry.primary, *pick.entry.secondary)]
        blocks.append(preparation.cooldown(self.means, worked, preparation.cooldown_seconds(self.means)))
        return calisthenics_rules.ordered(calisthenics_rules.led(Prescription(blocks=blocks), self.means), self.means)

    def _warmed(self, whole: Prescription) -> Prescription:
        """With a warm-up that still practises what leads the session, after the clock has had its say."""
        lead = Case(whole, self.means).main()
        first = whole.blocks[0]
        patterns = {self.means.catalogue[e.exercise].pattern for e in first.exercises if e.exercise}
        if lead is None or lead.pattern in patterns:
            return whole
        exercises = [*first.exercises[:-1], primer(lead, self.means)]
        return whole.model_copy(
            update={"blocks": [first.model_copy(update={"exercises": exercises}), *whole.blocks[1:]]}
        )

    def _blocks(self, role: Role, picks: list[Pick]) -> list[Block]:
        """Straight sets, and supersets of a pull and a push where they may take turns."""
        blocks: list[Block] = []
        alone: list[Pick] = []
        waiting = list(picks)
        while waiting:
            pick = waiting.pop(0)
            partner = next((other for other in waiting if self._pairs(pick, other)), None) if role != "skill" else None
            if partner is None:
                alone.append(pick)
                continue
            waiting.remove(partner)
            blocks += self._straight(role, alone)
            alone = []
            blocks.append(self._superset(role, pick, partner))
        return [*blocks, *self._straight(role, alone)]

    def _pairs(self, one: Pick, other: Pick) -> bool:
        if not self.in_pairs or weighted(one.entry) or weighted(other.entry):
            return False
        opposite = share(one.entry, "pull") == share(other.entry, "push") == 1 or (
            share(one.entry, "push") == share(other.entry, "pull") == 1
        )
        return opposite and together([one.entry, other.entry], self.standing)

    def _straight(self, role: Role, picks: list[Pick]) -> list[Block]:
        exercises = [self._exercise(pick.entry, pick.sets) for pick in picks]
        return [Block(role=role, format="sets", exercises=exercises)] if exercises else []

    def _superset(self, role: Role, one: Pick, other: Pick) -> Block:
        """As many sets of both, with about half the rest after each."""
        rounds = min(len(one.sets), len(other.sets))

        def short(set_: Set) -> Set:
            rest = 15 * round((set_.rest_seconds or 0) / 30)
            return set_.model_copy(update={"rest_seconds": max(_SUPERSET_REST_SECONDS, rest)})

        exercises = [self._exercise(p.entry, [short(set_) for set_ in p.sets[:rounds]]) for p in (one, other)]
        return Block(role=role, format="superset", exercises=exercises)

    def _exercise(self, entry: Entry, sets: list[Set]) -> PrescribedExercise:
        """With substitutions that stand behind no closed gate."""
        exercise = planning.exercise(entry, sets, self.means)
        open_to = [s for s in exercise.substitutions if self.standing.open(self.means.catalogue[s])]
        return exercise.model_copy(update={"substitutions": open_to})

    def _fallback(self, budget: int) -> Prescription:
        """Nothing to train with is left, but something to move with may be: an easy session."""
        if not self.means.candidates:
            raise Refused.at(
                "/athlete",
                "nothing_possible",
                "No exercise is left that this athlete may do with this equipment, these injuries and what is avoided.",
            )
        gentle = fitting.with_easy_movement(preparation.gentle(self.means), self.means, _LEAST_SHARE * budget)
        return planning.finished(gentle, self.means)

    # --- telling ---

    def _told(self, whole: Prescription) -> Prescription:
        """Title, focus and rationale, from what was really prescribed."""
        language = self.means.language
        entries = [(b, e, self.means.catalogue[e.exercise]) for b, e in whole.exercises() if e.exercise]
        work = [(block, e, entry) for block, e, entry in entries if block.role in {"skill", "main"}]
        skills = [entry.ladder for _, _, entry in work if entry.ladder is not None]
        focus = [NAMES[language][ladder] for ladder in skills] + [
            PHRASES[language].patterns[entry.pattern] for block, _, entry in work if entry.ladder is None
        ]
        return whole.model_copy(
            update={
                "title": title(self.asked, self.discipline, skills, language),
                "focus": list(dict.fromkeys(focus))[: planning.MOST_FOCUSES],
                "rationale": self._rationale(work),
            }
        )

    def _rationale(self, work: list[tuple[Block, PrescribedExercise, Entry]]) -> str:
        language, words = self.means.language, WORDS[self.means.language]
        skill = next((e for block, e, _ in work if block.role == "skill"), None)
        main = next((e for block, e, _ in work if block.role == "main"), None)
        said = []
        if skill is not None:
            said.append(words.skill_first.format(skill=skill.name, dose=dose(skill, language)))
        if main is not None:
            form = words.strength if skill is not None else words.strength_first
            effort = number(next((s.rpe for s in reversed(main.sets) if s.rpe), 0), language)
            said.append(form.format(name=main.name, dose=dose(main, language), rpe=effort))
        waiting = self._waiting({MUSCLE_UP if gated(entry) else entry.ladder for _, _, entry in work})
        said += [words.waits[why].format(names=", ".join(names)) for why, names in waiting.items()]
        trained_for = any(entry.ladder in self.choice.wanted for _, _, entry in work)
        if MUSCLE_UP in self.asked.ladders and trained_for and not any(gated(entry) for _, _, entry in work):
            said.append(words.gate)
        pulls = [entry for entry in self.standing.usable if share(entry, "pull")]
        if pulls and all(not entry.equipment for entry in pulls):
            said.append(words.on_the_floor)
        loaded = any(weighted(entry) and any(s.load_kg for s in e.sets) for _, e, entry in work)
        if loaded and self.means.request.athlete.body_mass_kg is None:
            said.append(words.body_mass)
        if self.means.tired:
            said.append(PHRASES[language].tired)
        if self.means.resting:
            said.append(PHRASES[language].resting)
        return " ".join(said)

    def _waiting(self, trained: Collection[str | None]) -> dict[Obstacle, list[str]]:
        """The ladders of the goal of which nothing is trained, by what rules out the athlete's own step of them."""
        waiting: defaultdict[Obstacle, list[str]] = defaultdict(list)
        for ladder in self.asked.ladders:
            own = [e for e in steps(self.means.catalogue, ladder) if self.standing.distance(e) == 0]
            obstacles = {self.means.obstacle(entry) for entry in own}
            why = next((each for each in _WHY_WAITING if each in obstacles), None)
            if ladder not in trained and why is not None:
                waiting[why].append(inside(NAMES[self.means.language][ladder]))
        return waiting
