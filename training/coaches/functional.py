"""The functional coach: CrossFit, HIIT, functional training and circuits.

The built-in planner reads the goal, divides the time into parts (strength or skill while fresh, then a workout in one
of the formats, then what is easy), and builds each part to its time. A model answers in slugs and numbers (`Draft`).
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Final

from pydantic import BaseModel

from training.analyses import functional as analyses
from training.catalogue import LEVELS, Catalogue, Entry
from training.coaches import (
    functional_benchmarks,
    functional_draft,
    functional_fitting,
    functional_formats,
    functional_rules,
    functional_words,
    planning,
    preparation,
)  # fmt: skip
from training.coaches.base import Coach
from training.coaches.case import Case, Mended, Rule
from training.coaches.force_words import named_lifts
from training.coaches.functional_formats import BUILDERS, Workshop
from training.coaches.functional_movements import Choice, arranged, kipping, usable
from training.coaches.functional_words import Domain
from training.coaches.means import Means
from training.coaches.phrases import PHRASES
from training.coaches.planning import Dose
from training.prescription import Block, Format, PrescribedExercise, Prescription, Refused, Role, Set
from training.request import Level, SessionRequest
from training.timing import CHANGE_SECONDS, block_seconds
from training.wire import Prompt

_FILLED, _LEAST_FILLED = 0.98, 0.94  # of the time
_WARMUP_SHARE, _MOST_WARMUP_SECONDS = 0.14, 900
_COOLDOWN_SHARE, _MOST_COOLDOWN_SECONDS = 0.09, 720
_TIRED_SHARE: Final = 0.5  # of the work, of an athlete with little energy; the rest is easy movement
_LEAST_PART_SECONDS: Final = 420  # below, a part of its own is not worth the change
_DOMAINS: Final[dict[Domain, tuple[int, int]]] = {"short": (300, 480), "medium": (600, 900), "long": (1_080, 1_800)}
_DOMAIN_RPE: Final[dict[Domain, float]] = {"short": 8.5, "medium": 8.0, "long": 7.0}
_LEVEL_RPE: Final[dict[Level, float]] = {"beginner": -1.0, "intermediate": 0.0, "advanced": 0.5}
_ENGINE_RPE, _TIRED_RPE, _SKILL_RPE, _PRACTICE_RPE = 5.0, 5.0, 5.5, 5.0  # skill is never hard
_LATE_RPE, _QUALITY_RPE, _EASY_ROUND_RPE = 6.5, 7.0, 3.0
_MOST_ENGINE_SECONDS: Final = 2_400
_MOST_PART_SECONDS: Final = 1_200  # of strength or of skill
_MOST_HARD_SECONDS: Final = 1_500  # of a session of intervals
_STRENGTH: Final[dict[Level, Dose]] = {
    "beginner": Dose(4, 8, 7, 90, leads=True),
    "intermediate": Dose(5, 5, 8, 120, leads=True),
    "advanced": Dose(6, 3, 8.5, 150, leads=True),
}
_OLYMPIC: Final[dict[Level, Dose]] = {
    "beginner": Dose(5, 3, 6, 90, leads=True),
    "intermediate": Dose(6, 2, 7, 90, leads=True),
    "advanced": Dose(7, 2, 8, 120, leads=True),
}
_CROSSFIT_FORMATS: Final[dict[Domain, tuple[Format, ...]]] = {
    "short": ("for_time", "amrap", "ladder"),
    "medium": ("amrap", "for_time", "emom", "ladder", "chipper"),
    "long": ("amrap", "chipper", "for_time", "emom"),
}
_LIFTS: Final = frozenset(
    {
        "back-squat", "front-squat", "deadlift", "overhead-press", "push-press", "bench-press", "overhead-squat",
        "dumbbell-shoulder-press", "goblet-squat", "dumbbell-front-squat", "kettlebell-press", "dumbbell-bench-press",
    }
)  # fmt: skip
_HIIT_FORMATS: Final[tuple[Format, ...]] = ("intervals", "tabata", "emom")
_BALANCED: Final = (("squat", "lunge"), ("horizontal_push", "vertical_push"), ("hinge",),
                    ("horizontal_pull", "vertical_pull"), ("carry",), ("core",))  # fmt: skip


class FunctionalCoach(Coach):
    """Work capacity: lifts, the own body and cardio, mixed."""

    slug = "functional"
    disciplines = ("crossfit", "hiit", "functional", "circuit")
    equipment = (
        "ab-wheel", "air-bike", "barbell", "bench", "box", "climbing-rope", "dead-ball", "dip-bars", "dumbbell",
        "elliptical", "ghd-bench", "indoor-trainer", "jump-rope", "kettlebell", "medicine-ball", "parallettes",
        "pull-up-bar", "rack", "resistance-band", "rings", "rower", "sandbag", "ski-erg", "sled", "treadmill",
        "weight-plate", "weight-vest",
    )  # fmt: skip
    formats: ClassVar[tuple[Format, ...]] = (
        "sets", "amrap", "emom", "for_time", "tabata", "chipper", "ladder", "circuit", "intervals", "steady",
    )  # fmt: skip
    analyses = ("modal_balance", "scaling_guidance")
    draft: ClassVar[type[BaseModel]] = functional_draft.Draft
    rules: ClassVar[Mapping[str, Rule]] = {
        "order": functional_rules.order,
        "formats": functional_rules.formats,
        "gates": functional_rules.gates,
    }

    def plan(self, means: Means, *, seed: int) -> Prescription:
        """The built-in coach's session. Raises Refused at /athlete where nothing is left that may be done."""
        discipline = self.discipline(means.request)
        return preparation.gentle(means) if means.red_flag else Planner(means, discipline, seed).session()

    def prompt(self, means: Means) -> Prompt:
        """The rules, and this athlete's case with the exercises that are possible for it."""
        return functional_draft.prompt(means, self.discipline(means.request))

    def expand(self, draft: BaseModel, means: Means) -> Prescription:
        """The prescription a draft means. Raises Refused for slugs that are not in the catalogue."""
        if means.red_flag:  # no model decides how hard that session may be
            return preparation.gentle(means)
        return self.finish(functional_draft.expand(functional_draft.Draft.model_validate(draft), means), means)

    def finish(self, prescription: Prescription, means: Means) -> Prescription:
        """With keys and figures, and a summary that names each block of work."""
        whole = planning.finished(prescription, means)
        if means.red_flag:
            return whole
        minutes, effort = int(whole.duration_minutes or 1), whole.expected_rpe or planning.EASY_RPE
        return whole.model_copy(update={"summary": functional_words.summary(whole, minutes, effort, means.language)})

    def mend(self, case: Case) -> tuple[Prescription, list[Mended]]:
        """Order, formats and gates."""
        return functional_rules.mended(case)

    def fit(self, prescription: Prescription, means: Means, seconds: float) -> Prescription:
        """Shorter or longer by caps, rounds and repetitions, then by movements."""
        if planning.seconds_of(prescription, means) > seconds:
            return functional_fitting.shorter(prescription, means, seconds)
        return functional_fitting.longer(prescription, means, seconds)

    def analyse(self, prescription: Prescription, request: SessionRequest, catalogue: Catalogue) -> dict[str, Any]:
        """`modal_balance` and `scaling_guidance`."""
        return analyses.analyse(prescription, request, catalogue)


class Planner:
    """One session in the making."""

    def __init__(self, means: Means, discipline: str, seed: int) -> None:
        """Read the goal; nothing is built yet."""
        self.means = means
        self.discipline = discipline
        self.random = random.Random(seed)
        goal = means.request.goal or ""
        self.wish = functional_words.wish(goal)
        self.wanted = [entry for entry in named_lifts(goal, means.candidates) if entry.pattern != "mobility"]
        self.work: list[Block] = []
        self.fitted: functional_benchmarks.Fitted | None = None

    def session(self) -> Prescription:
        """The parts in turn, then warm-up and cool-down around them, and the clock."""
        if not self.means.candidates:
            raise Refused.at(
                "/athlete",
                "nothing_possible",
                "No exercise is left that this athlete may do with this equipment, these injuries and what is avoided.",
            )
        budget = planning.budget_seconds(self.means.request)
        warm = max(preparation.preparation_seconds(self.means), min(_WARMUP_SHARE * budget, _MOST_WARMUP_SECONDS))
        cool = max(60, min(_COOLDOWN_SHARE * budget, _MOST_COOLDOWN_SECONDS))
        seconds = _FILLED * budget - warm - cool - 120
        if self.means.tired:
            seconds = max(240.0, seconds * _TIRED_SHARE)
        self.left = seconds
        if not (self.wish.benchmark is not None and self._benchmark()):
            {"crossfit": self._crossfit, "hiit": self._hiit, "functional": self._functional, "circuit": self._circuit}[
                self.discipline
            ]()
        self._rest_of_the_time()
        whole = self._assembled(warm, cool)
        if planning.seconds_of(whole, self.means) > _FILLED * budget:
            whole = functional_fitting.shorter(whole, self.means, _FILLED * budget)
        return FunctionalCoach().finish(self._told(self._filled(whole, _LEAST_FILLED * budget)), self.means)

    # --- parts by discipline ---

    def _crossfit(self) -> None:
        """Strength or skill while fresh, then the workout."""
        domain = self._domain()
        least, most = _DOMAINS[domain]
        seconds = min(self.left, self.random.randrange(least, most + 1, 60))
        if self.left - seconds < _LEAST_PART_SECONDS + CHANGE_SECONDS:
            seconds = min(self.left, most)
        before = self.left - seconds
        if not self.means.tired and before >= _LEAST_PART_SECONDS:
            skill_first = self.wish.emphasis == "gymnastics"
            for part in (self._skill, self._strength) if skill_first else (self._strength, self._skill):
                if before >= _LEAST_PART_SECONDS:
                    before -= self._add(part(min(before - 60, _MOST_PART_SECONDS)))
            self.work.sort(key=lambda block: block.role == "skill")  # strength comes before gymnastic skill
        self._add(self._workout(min(seconds, self.left), self._formats(domain), domain))

    def _hiit(self) -> None:
        """Blocks of short work, of different kinds while there is time, and no more than 25 minutes of it."""
        hard = min(self.left, _MOST_HARD_SECONDS)
        kinds = list(self._preferred(self.random.sample(_HIIT_FORMATS, len(_HIIT_FORMATS))))
        blocks = 1 if hard < 540 else 2 if hard < 1_260 else 3
        for number in range(blocks):
            each = hard / blocks
            each = each if number < blocks - 1 else min(self.left, each)
            if self.means.tired:
                self._add(self._workout(each, ("circuit", "emom", "amrap"), "long"))
            else:
                order = [*kinds[number % len(kinds) :], *kinds[: number % len(kinds)]]
                self._add(self._workout(each, order, "short"))

    def _functional(self) -> None:
        """A circuit of balanced patterns with carries, then a workout of simple movements."""
        whole = self.left < 1_200
        seconds = min(self.left if whole else self.left * 0.62, 1_800)
        if self.wish.format in BUILDERS and self.wish.format != "circuit" and whole:
            self._add(self._workout(seconds, self._formats("medium"), "medium"))
            return
        self._add(self._balanced(seconds))
        if not whole:
            domain = "short" if self.left < 600 else "medium" if self.left < 1_080 else self._domain()
            self._add(self._workout(min(self.left, _DOMAINS[domain][1]), self._formats(domain), domain))

    def _circuit(self) -> None:
        """Rounds of stations; in a long session a second circuit of other stations."""
        seconds = self.left if self.left < 1_800 else min(self.left / 2, 1_800)
        order: tuple[Format, ...] = ("circuit", "intervals", "amrap")
        self._add(self._workout(seconds, order, "long"))
        if self.left >= 600:
            self._add(self._workout(min(self.left, 1_800), order, "long"))

    def _benchmark(self) -> bool:
        """The benchmark of the goal, with practice of its movements before it where there is time."""
        benchmark = self.wish.benchmark
        if benchmark is None:
            return False
        shop = self._shop(self._rpe("medium" if benchmark.minutes[1] <= 15 else "long"))
        self.fitted = functional_benchmarks.fitted(benchmark, shop, self.left)
        if self.fitted is None:
            return False
        self._add(self.fitted.block)
        if self.left >= _LEAST_PART_SECONDS and not self.means.tired:
            practice = self._practice(self.fitted.block, min(self.left - 60, _MOST_PART_SECONDS))
            if practice is not None:
                self.work.insert(0, practice)
                self.left -= self._seconds(practice) + 60
        return True

    def _rest_of_the_time(self) -> None:
        """Of long sessions: another workout, easy cardio; something in any case."""
        if not self.work:
            self._add(self._whatever(self.left))
        if self.means.tired:
            return
        if self.fitted is None and self.left >= 1_200 and self.discipline != "hiit":
            seconds = min(self.left * 0.6, 900)
            self._add(self._workout(seconds, ("emom", "amrap", "circuit"), "long", late=True))
        if self.left >= 1_200 and self.fitted is None:
            self._add(self._balanced(min(self.left * 0.5, 1_200), late=True))
        if self.left >= 360:
            self._add(self._engine(min(self.left, _MOST_ENGINE_SECONDS)))

    def _add(self, block: Block | None) -> float:
        if block is None:
            return 0.0
        self.work.append(block)
        seconds = self._seconds(block) + CHANGE_SECONDS
        self.left -= seconds
        return seconds

    def _seconds(self, block: Block) -> float:
        return block_seconds(block, self.means.catalogue, self.means.request)

    # --- parts ---

    def _domain(self) -> Domain:
        """The goal's, or one that the time allows."""
        if self.means.tired:
            return "medium"
        if self.wish.domain is not None:
            return self.wish.domain
        if self.wish.emphasis in {"engine", "strength", "olympic"}:
            return "long" if self.wish.emphasis == "engine" and self.left >= _DOMAINS["long"][0] else "short"
        fitting: list[Domain] = [domain for domain, (least, _) in _DOMAINS.items() if least <= self.left * 0.75]
        return self.random.choice(fitting or ["short"])

    def _formats(self, domain: Domain) -> Sequence[Format]:
        usual = _CROSSFIT_FORMATS[domain]
        return self._preferred(self.random.sample(usual, len(usual)))

    def _preferred(self, formats: Sequence[Format]) -> Sequence[Format]:
        """The goal's format first."""
        wished = self.wish.format
        return [wished, *formats] if wished in BUILDERS and wished is not None else formats

    def _rpe(self, domain: Domain) -> float:
        """The effort of a workout: shorter is harder; by level and by the day's energy."""
        if self.means.tired:
            return min(_TIRED_RPE, planning.rpe_cap(self.means))
        energy = self.means.request.energy_level
        rpe = _DOMAIN_RPE[domain] + _LEVEL_RPE[self.means.level] + (0.5 if energy >= 9 else -0.5 if energy <= 5 else 0)
        return min(rpe, planning.rpe_cap(self.means))

    def _shop(self, rpe: float, *, late: bool = False) -> Workshop:
        taken = frozenset(e.exercise or "" for block in self.work for e in block.exercises)
        patterns = frozenset(entry.pattern for slug in taken if (entry := self.means.catalogue.get(slug)) is not None)
        choice = Choice(
            random=self.random,
            wanted=[] if late else [entry for entry in self.wanted if entry in usable(self.means)],
            taken=taken | patterns,
            gymnastic=self.wish.emphasis == "gymnastics",
            cardio=self.wish.emphasis == "engine",
            beginner=self.means.level == "beginner",
            machines=any(e.pattern == "cyclical" and (e.equipment or e.sport) for e in self.means.candidates),
            tired=self.means.tired,
            lifts=not any(block.format in functional_rules.WORKOUTS for block in self.work),
        )
        return Workshop(self.means, choice, rpe, self._role())

    def _role(self) -> Role:
        """The first workout is the session's main part, with the strength before it; later ones condition."""
        workouts = any(block.format in functional_rules.WORKOUTS for block in self.work)
        return "conditioning" if workouts else "main"

    def _workout(
        self, seconds: float, formats: Sequence[Format], domain: Domain, *, late: bool = False
    ) -> Block | None:
        """The first of these formats that the movements and the time allow; for the tired a steady one."""
        if self.means.tired:
            formats = [form for form in formats if form in {"amrap", "circuit", "emom"}] or ["amrap", "circuit"]
        shop = self._shop(_LATE_RPE if late and not self.means.tired else self._rpe(domain), late=late)
        for form in [*formats, "amrap", "circuit", "intervals"]:
            block = BUILDERS[form](shop, seconds)
            if block is not None:
                return functional_rules.spared(block, self.work, self.means)
        return None

    def _strength(self, seconds: float) -> Block | None:
        """One lift, heavy: an Olympic one where it is asked for; without weights what is hard for the body."""
        lifts = [e for e in self.means.candidates if "main" in e.roles and e.mechanic == "compound" and self._suits(e)]
        if not lifts:
            return None
        entry = min(self.random.sample(lifts, len(lifts)), key=self._lightness)
        level = self.means.level
        dose = (_OLYMPIC if entry.pattern == "olympic" else _STRENGTH)[level]
        if entry.modality == "gymnastics":
            dose = replace(dose, reps=5 if entry.level == level else 8, rpe=min(dose.rpe, 8), rest_seconds=90)
        energy = self.means.request.energy_level
        rpe = min(dose.rpe - (0.5 if energy <= 5 else 0), planning.rpe_cap(self.means))
        dose = replace(dose, rpe=rpe, least_reps=2 if self.means.cautious else 1)
        if self.means.cautious and entry.pattern != "olympic":
            dose = replace(dose, reps=max(dose.reps, 6), least_reps=3)
        sets = planning.working_sets(entry, dose, self.means)
        first = next(set_ for set_ in reversed(sets) if set_.kind != "warmup")
        most = planning.most_sets(entry, first, self.means, {})
        work = min(dose.sets, max(1, most))
        ramp = [set_ for set_ in sets if set_.kind == "warmup"]
        for count in range(work, 1, -1):
            block = Block(
                role="main", format="sets", exercises=[planning.exercise(entry, [*ramp, *[first] * count], self.means)]
            )
            if self._seconds(block) <= seconds:
                return block
        return None

    def _suits(self, entry: Entry) -> bool:
        if (
            kipping(entry)
            or entry.measure != "reps"
            or entry.pattern in {"core", "isolation", "jump", "carry", "cyclical"}
        ):
            return False
        return bool(LEVELS.index(entry.level) == LEVELS.index(self.means.level)) or entry.modality == "weightlifting"

    def _lightness(self, entry: Entry) -> tuple[bool, bool, bool, bool, bool]:
        """The lift of the goal, one whose 1RM is known, a classic with the bar; the body where that is asked for."""
        olympic = entry.pattern == "olympic"
        return (
            entry not in self.wanted,
            olympic != (self.wish.emphasis == "olympic"),
            (entry.modality == "gymnastics") != (self.wish.emphasis == "gymnastics"),
            entry.slug not in self.means.one_rep_max_kg,
            not olympic and entry.slug not in _LIFTS,
        )

    def _skill(self, seconds: float) -> Block | None:
        """One or two gymnastic skills, never to failure."""
        skills = [
            e
            for e in self.means.candidates
            if "skill" in e.roles and e.modality == "gymnastics" and e.pattern not in {"cyclical", "jump"}
            and (self.means.level == "advanced" or not kipping(e))
        ]  # fmt: skip
        level = LEVELS.index(self.means.level)
        ranked = sorted(
            self.random.sample(skills, len(skills)),
            key=lambda e: (e not in self.wanted, -min(LEVELS.index(e.level), level)),
        )
        for count, sets in ((2, 4), (2, 3), (1, 5), (1, 4), (1, 3)):
            chosen = arranged(_unlike(ranked, count))
            block = (
                Block(role="skill", format="sets", exercises=[self._skilled(e, sets, _SKILL_RPE) for e in chosen])
                if chosen
                else None
            )
            if block is not None and self._seconds(block) <= seconds:
                return block
        return None

    def _skilled(self, entry: Entry, sets: int, rpe: float) -> PrescribedExercise:
        rest = 60
        if entry.measure == "reps":
            each = Set(reps=3 if entry.level == self.means.level else 5, rpe=rpe, rest_seconds=rest)
        elif entry.measure == "meters":
            each = Set(distance_meters=5, rpe=rpe, rest_seconds=rest)
        else:
            each = Set(duration_seconds=20, rpe=rpe, rest_seconds=rest)
        return planning.exercise(entry, [each] * sets, self.means)

    def _practice(self, block: Block, seconds: float) -> Block | None:
        """The movements of a benchmark in light sets: technique first, nothing that tires."""
        entries = [entry for e in block.exercises if (entry := self.means.catalogue.get(e.exercise)) is not None]
        chosen = list({e.slug: e for e in entries if e.measure == "reps" and e.modality != "monostructural"}.values())
        for count, sets in ((2, 3), (1, 4), (1, 3)):
            exercises = [self._skilled(entry, sets, _PRACTICE_RPE) for entry in arranged(chosen[:count])]
            practice = Block(role="skill", format="sets", exercises=exercises) if exercises else None
            if practice is not None and self._seconds(practice) <= seconds:
                return practice
        return None

    def _balanced(self, seconds: float, *, late: bool = False) -> Block | None:
        """A circuit with one movement of each pattern: legs, push, hinge, pull, carry, trunk."""
        shop = self._shop(
            min(_QUALITY_RPE if not self.means.tired else _TIRED_RPE, planning.rpe_cap(self.means)), late=late
        )
        pool = [e for e in self._simple() if e.slug not in shop.choice.taken] or self._simple()
        chosen: list[Entry] = []
        for patterns in _BALANCED:
            fitting = [e for e in pool if e.pattern in patterns and e not in chosen]
            if fitting:
                order = self.random.sample(fitting, len(fitting))
                chosen.append(
                    min(order, key=lambda e: (e not in self.wanted, not e.equipment, not self.means.loadable(e)))
                )
        for count in range(len(chosen), 1, -1):
            block = functional_formats.quality_circuit(shop, arranged(chosen[:count]), seconds)
            if block is not None:
                return functional_rules.spared(block, self.work, self.means)
        return None

    def _simple(self) -> list[Entry]:
        """Movements that stay sound in a circuit: no Olympic lift, no skill, no kipping."""
        roles = {"main", "accessory", "conditioning"}
        return [
            e
            for e in self.means.candidates
            if roles & set(e.roles)
            and e.pattern not in {"olympic", "mobility", "isolation", "jump", "cyclical"}
            and not kipping(e)
            and "skill" not in e.roles
            and (
                "conditioning" in e.roles
                or e.level != self.means.level
                or e.modality == "weightlifting"
                or e.level == "beginner"
            )
        ]

    def _engine(self, seconds: float) -> Block | None:
        """Easy, steady cardio."""
        outdoors = self.means.request.location == "outdoor"
        lasting = [
            entry
            for entry in self.means.candidates
            if entry.modality == "monostructural" and "cooldown" in entry.roles and (entry.equipment or outdoors)
        ]
        if not lasting:
            return None
        entry = self.random.choice(lasting)
        seconds = 60.0 * int(seconds // 60)
        work = Set(duration_seconds=seconds, rpe=min(_ENGINE_RPE, planning.rpe_cap(self.means)))
        return Block(role="conditioning", format="steady", exercises=[planning.exercise(entry, [work], self.means)])

    def _whatever(self, seconds: float) -> Block:
        """Where hardly anything is possible: what there is, in easy rounds by the clock."""
        pool = self.random.sample(self.means.candidates, len(self.means.candidates))
        chosen = sorted(pool, key=lambda e: e.pattern == "mobility")[:5]
        each = 60 * len(chosen)
        exercises = [
            planning.exercise(
                e, [Set(duration_seconds=20 if e.unilateral else 40, rpe=_EASY_ROUND_RPE, rest_seconds=20)], self.means
            )
            for e in arranged(chosen)
        ]
        rounds = max(1, min(20, int(max(seconds, 120) // each)))
        return Block(role="main", format="circuit", rounds=rounds, exercises=exercises)

    # --- the whole ---

    def _assembled(self, warm: float, cool: float) -> Prescription:
        entries = [
            entry
            for block in self.work
            for e in block.exercises
            if (entry := self.means.catalogue.get(e.exercise)) is not None
        ]
        lead = next(
            entry
            for block in self.work
            if block.role == "main"
            for e in block.exercises
            if (entry := self.means.catalogue.get(e.exercise)) is not None
        )
        worked = list(dict.fromkeys(muscle for entry in entries for muscle in entry.primary))
        practised = self._practised(lead, entries, warm)
        warmup = preparation.warmup(self.means, lead, warm - 25 * len(practised))
        known = {e.exercise for e in warmup.exercises}
        exercises = [*warmup.exercises, *(e for e in practised if e.exercise not in known)]
        return Prescription(
            blocks=[
                warmup.model_copy(update={"exercises": exercises}),
                *self.work,
                preparation.cooldown(self.means, worked, cool),
            ]
        )

    def _practised(self, lead: Entry, entries: Sequence[Entry], warm: float) -> list[PrescribedExercise]:
        """The other movements of the session in their lightest form, as many as the warm-up has time for."""
        others = list(
            {e.pattern: e for e in entries if e.pattern not in {lead.pattern, "cyclical", "mobility"}}.values()
        )
        return [preparation.primer(entry, self.means) for entry in others[: max(0, min(3, int(warm // 150)))]]

    def _filled(self, whole: Prescription, least: float) -> Prescription:
        """As long as it is meant to be: longer caps and more rounds, easy movement, at last rounds of mobility."""
        if planning.seconds_of(whole, self.means) < least:
            whole = functional_fitting.longer(whole, self.means, least)
        missing = least - planning.seconds_of(whole, self.means)
        easy = [e for e in self.means.candidates if e.pattern == "mobility"] or self.means.candidates
        if missing < max(120.0, 0.05 * least):
            return whole
        chosen = self.random.sample(easy, min(4, len(easy)))
        exercises = [
            planning.exercise(e, [Set(duration_seconds=30 if e.unilateral else 60, rpe=_EASY_ROUND_RPE)], self.means)
            for e in chosen
        ]
        rounds = max(1, min(100, int((missing - CHANGE_SECONDS) // (60 * len(exercises)))))
        calm = Block(role="conditioning", format="circuit", rounds=rounds, exercises=exercises)
        return whole.model_copy(update={"blocks": [*whole.blocks[:-1], calm, whole.blocks[-1]]})

    def _told(self, whole: Prescription) -> Prescription:
        """Title, focus and rationale, from what was really built."""
        language = self.means.language
        words = functional_words.WORDS[language]
        blocks = [block for block in whole.blocks if block.role not in functional_rules.EASY]
        patterns = PHRASES[language].patterns
        focus = dict.fromkeys(
            patterns[entry.pattern]
            for block in blocks
            for e in block.exercises
            if (entry := self.means.catalogue.get(e.exercise)) is not None
        )
        title = functional_words.title(blocks, language)
        sentences = []
        if self.fitted is not None:
            title, sentence = functional_words.benchmark(self.fitted.benchmark, self.fitted.likeness, language)
            sentences.append(sentence)
        elif self.wish.benchmark is not None:
            sentences.append(words.no_variation.format(name=self.wish.benchmark.name))
        if blocks[0].format == "sets" and len(blocks) > 1:
            sentences.append(words.before["skill" if blocks[0].role == "skill" else "strength"])
        if all(effort <= _EASY_ROUND_RPE for effort in _efforts(blocks)):
            sentences.append(words.no_workout)
        else:
            workout = next((block for block in blocks if block.format in words.pacing), None)
            sentences += [words.pacing[workout.format]] if workout is not None else []
        sentences += [PHRASES[language].tired] if self.means.tired else []
        return whole.model_copy(update={"title": title, "focus": list(focus)[:6], "rationale": " ".join(sentences)})


def _unlike(entries: Sequence[Entry], count: int) -> list[Entry]:
    """The first ones, each of another pattern."""
    return list({entry.pattern: entry for entry in reversed(entries)}.values())[::-1][:count]


def _efforts(blocks: Sequence[Block]) -> list[float]:
    return [set_.rpe or 10 for block in blocks for e in block.exercises for set_ in e.sets if set_.kind != "warmup"]
