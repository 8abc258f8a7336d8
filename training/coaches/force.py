"""The force coach: strength, powerlifting, bodybuilding and strongman.

The built-in planner goes from the goal to a dose, from the goal and the discipline to a template of movement patterns,
and takes exercises for it, heaviest first, until the time is used. A model answers in slugs and numbers (`Draft`),
which `expand` turns into the same kind of prescription.
"""

import random
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from pydantic import BaseModel

from training.analyses import force as analyses
from training.catalogue import LEVELS, Catalogue, Entry
from training.catalogue.entry import Muscle, Pattern
from training.coaches import fitting, force_draft, force_words, planning, preparation
from training.coaches.base import Coach
from training.coaches.force_words import Focus, Quality
from training.coaches.means import Means
from training.coaches.phrases import PHRASES
from training.coaches.planning import Dose
from training.one_rep_max import chart_percent
from training.prescription import Block, Format, PrescribedExercise, Prescription, Refused, Set
from training.request import SessionRequest
from training.wire import Prompt

# What an intermediate athlete with usual energy does in each part of a session. Rows of the NSCA (Haff & Triplett, 4th
# ed.): strength 85-100 % x 1-6, power 75-90 % x 1-5, both with 2-5 min of rest; hypertrophy 67-85 % x 6-12, 30-90 s;
# endurance <= 67 % x 12 and more, <= 30 s. Percentages follow from reps and RPE by the chart.
_MAIN, _SECONDARY, _ISOLATION = "main", "secondary", "isolation"
_DOSES: dict[tuple[Quality, str], Dose] = {
    ("strength", _MAIN): Dose(4, 4, 8.5, 180),
    ("strength", _SECONDARY): Dose(3, 6, 8, 150),
    ("strength", _ISOLATION): Dose(3, 10, 8, 75),
    ("power", _MAIN): Dose(5, 3, 6.5, 180, "20X0"),
    ("power", _SECONDARY): Dose(3, 5, 7, 120),
    ("power", _ISOLATION): Dose(2, 10, 7.5, 75),
    ("hypertrophy", _MAIN): Dose(4, 8, 8, 90, "3010"),
    ("hypertrophy", _SECONDARY): Dose(3, 10, 8, 90),
    ("hypertrophy", _ISOLATION): Dose(3, 12, 8.5, 60),
    ("endurance", _MAIN): Dose(3, 15, 7, 30),
    ("endurance", _SECONDARY): Dose(3, 15, 7, 30),
    ("endurance", _ISOLATION): Dose(2, 20, 7.5, 30),
}
_LEAST_REPS: dict[Quality, int] = {"strength": 2, "power": 2, "hypertrophy": 6, "endurance": 12}
_LONGEST_REST: dict[Quality, int] = {"strength": 300, "power": 300, "hypertrophy": 90, "endurance": 30}
# Where the body is the whole load, fewer reps do not make it heavier: a slow tempo does.
_BODY_REPS: dict[Quality, int] = {"strength": 6, "power": 5, "hypertrophy": 10, "endurance": 15}
_BODY_TEMPO: dict[Quality, str | None] = {"strength": "4110", "power": "20X0", "hypertrophy": "3110", "endurance": None}
_LEAST_PERCENT: dict[Quality, float] = {"strength": 85, "power": 75, "hypertrophy": 67, "endurance": 0}
_LIFTING_SHARE = 0.96  # of the time, filled with lifting, warm-up and cool-down
_LIFTING_SHARE_TIRED = 0.6  # what is left then is easy movement
_LEAST_SHARE = 0.85  # of the time; less is filled with longer rests and easy movement


@dataclass(frozen=True)
class Slot:
    """A place in a session: which movements may take it, and how heavy it is meant."""

    tier: str
    patterns: tuple[Pattern, ...]
    muscles: tuple[Muscle, ...] = ()  # for isolation: at least one of them is meant


def _slots(tier: str, *patterns: Pattern) -> list[Slot]:
    return [Slot(tier, (pattern,)) for pattern in patterns]


def _isolate(*muscles: Muscle) -> Slot:
    return Slot(_ISOLATION, ("isolation",), muscles)


_CORE = Slot(_ISOLATION, ("core",))
_TEMPLATES: dict[Focus, list[Slot]] = {
    "full": [
        *_slots(_MAIN, "squat", "horizontal_push"),
        *_slots(_SECONDARY, "horizontal_pull", "hinge", "vertical_pull", "vertical_push"),
        _CORE, *_slots(_SECONDARY, "lunge"), _isolate("shoulders"), _isolate("biceps"), _isolate("triceps"),
        _isolate("hamstrings"), _isolate("calves"), *_slots(_SECONDARY, "carry"), _isolate("chest"), _CORE,
    ],
    "lower": [
        *_slots(_MAIN, "squat"), *_slots(_SECONDARY, "hinge", "lunge"), _isolate("hamstrings"), _isolate("quadriceps"),
        _CORE, _isolate("calves"), *_slots(_SECONDARY, "hinge", "carry"), _isolate("glutes", "abductors", "adductors"),
        _CORE,
    ],
    "upper": [
        *_slots(_MAIN, "horizontal_push"), *_slots(_SECONDARY, "horizontal_pull", "vertical_push", "vertical_pull"),
        _isolate("shoulders"), _isolate("biceps"), _isolate("triceps"), _isolate("chest"), _CORE,
        *_slots(_SECONDARY, "horizontal_pull", "carry"), _isolate("traps", "shoulders"), _CORE,
    ],
    "push": [
        *_slots(_MAIN, "horizontal_push"), *_slots(_SECONDARY, "vertical_push", "horizontal_push"),
        _isolate("shoulders"), _isolate("triceps"), _isolate("chest"), _CORE, _isolate("triceps"), _CORE,
    ],
    "pull": [
        Slot(_MAIN, ("horizontal_pull", "vertical_pull")), *_slots(_SECONDARY, "vertical_pull", "horizontal_pull"),
        _isolate("shoulders", "middle back"), _isolate("biceps"), *_slots(_SECONDARY, "hinge"),
        _isolate("traps", "forearms"), _isolate("biceps", "forearms"), _CORE, *_slots(_SECONDARY, "carry"),
    ],
    "powerlifting": [
        *_slots(_MAIN, "squat", "horizontal_push", "hinge"), *_slots(_SECONDARY, "horizontal_pull"), _CORE,
        *_slots(_SECONDARY, "vertical_pull", "vertical_push", "lunge"), _isolate("triceps"), _isolate("hamstrings"),
        _isolate("shoulders"), _isolate("biceps"), _CORE,
    ],
    "strongman": [
        *_slots(_MAIN, "hinge", "vertical_push", "carry"), *_slots(_SECONDARY, "squat", "horizontal_pull", "carry"),
        _CORE, *_slots(_SECONDARY, "vertical_pull", "horizontal_push", "lunge"), _isolate("traps"), _isolate("biceps"),
        _isolate("triceps"), _isolate("calves"), _CORE,
    ],
}  # fmt: skip


@dataclass
class Pick:
    """An exercise taken for a slot, and its sets."""

    entry: Entry
    tier: str
    sets: list[Set]


class ForceCoach(Coach):
    """Strength with external loads, and with the body where there are none."""

    slug = "force"
    disciplines = ("strength", "powerlifting", "bodybuilding", "strongman")
    equipment = (
        "ab-wheel", "air-bike", "barbell", "bench", "box", "cable-machine", "dip-bars", "dumbbell", "jump-rope",
        "kettlebell", "lat-pulldown-machine", "leg-curl-machine", "leg-extension-machine", "leg-press-machine",
        "pull-up-bar", "rack", "resistance-band", "rings", "rower", "sandbag", "sled", "smith-machine",
    )  # fmt: skip
    formats: ClassVar[tuple[Format, ...]] = ("sets", "circuit")  # the circuit before and after
    analyses = ("volume_analysis", "intensity_distribution")
    prompt_version = "force-1"
    draft: ClassVar[type[BaseModel]] = force_draft.Draft

    def plan(self, request: SessionRequest, catalogue: Catalogue, *, seed: int) -> Prescription:
        """The built-in coach's session. Raises Refused at /athlete where nothing is left that may be done."""
        self.discipline(request)
        means = Means(request, catalogue)
        return preparation.gentle(means) if means.red_flag else Planner(means, self.discipline(request), seed).session()

    def prompt(self, request: SessionRequest, catalogue: Catalogue) -> Prompt:
        """The rules, and this athlete's case with the exercises that are possible for it."""
        planner = Planner(Means(request, catalogue), self.discipline(request), seed=0)
        return force_draft.prompt(planner.means, planner.discipline, planner.quality, planner.dose(_MAIN))

    def expand(self, draft: BaseModel, request: SessionRequest, catalogue: Catalogue) -> Prescription:
        """The prescription a draft means. Raises Refused for slugs that are not in the catalogue."""
        means = Means(request, catalogue)
        if means.red_flag:  # no model decides how hard that session may be
            return preparation.gentle(means)
        return force_draft.expand(force_draft.Draft.model_validate(draft), means)

    def analyse(self, prescription: Prescription, request: SessionRequest, catalogue: Catalogue) -> dict[str, Any]:
        """`volume_analysis` and `intensity_distribution`."""
        return analyses.analyse(prescription, request.athlete, catalogue)


class Planner:
    """One session in the making."""

    def __init__(self, means: Means, discipline: str, seed: int) -> None:
        """Decide dose and template; nothing is taken yet."""
        self.means = means
        self.discipline = discipline
        self.random = random.Random(seed)
        goal = means.request.goal or ""
        self.quality = force_words.quality(goal, discipline)
        self.wanted = force_words.named_lifts(goal, means.candidates)
        self.focus = force_words.focus(goal, discipline, self.wanted)
        self.picks: list[Pick] = []

    def dose(self, tier: str) -> Dose:
        """The goal's row, for this level and this day's energy."""
        dose, energy = _DOSES[self.quality, tier], self.means.request.energy_level
        rpe = dose.rpe + {"beginner": -1.0, "intermediate": 0.0, "advanced": 0.5}[self.means.level]
        sets = dose.sets + {"beginner": -1, "intermediate": 0, "advanced": 1}[self.means.level]
        if self.means.tired:
            rpe, sets = rpe - 1.5, sets - 2
        elif energy <= 5:
            rpe -= 0.5
        elif energy >= 9:
            sets += 1
        rpe = max(planning.HARD_RPE, min(rpe, planning.rpe_cap(self.means)))
        reps = dose.reps
        if self.quality == "strength" and tier == _MAIN:  # as many as still are heavy enough for the row, at least 3
            reps = max(
                [n for n in (3, 4, 5) if (chart_percent(n, rpe) or 0) >= _LEAST_PERCENT[self.quality]], default=3
            )
        age = self.means.request.athlete.age
        if age is not None and age < planning.GROWN_AGE:  # technique before weight
            return replace(dose, sets=max(2, sets), reps=max(reps, 5), rpe=rpe, least_reps=3)
        # A tired athlete may stay below the row.
        least = _LEAST_PERCENT[self.quality] if tier == _MAIN and not self.means.tired else 0
        return replace(
            dose, sets=max(2, sets), reps=reps, rpe=rpe, least_percent=least, least_reps=_LEAST_REPS[self.quality]
        )

    # --- choosing ---

    def session(self) -> Prescription:
        """Take exercises slot by slot until the time is used, then fit what was taken to the clock."""
        budget = planning.budget_seconds(self.means.request)
        target = budget * (_LIFTING_SHARE_TIRED if self.means.tired else _LIFTING_SHARE)
        whole: Prescription | None = None
        for slot in self._template():
            if self._take(slot):
                whole = self._assembled()
                if planning.seconds_of(whole, self.means) >= target:
                    break
        else:
            whole = self._widened(target)
        if whole is None:
            raise Refused.at(
                "/athlete",
                "nothing_possible",
                "No exercise is left that this athlete may do with this equipment, these injuries and what is avoided.",
            )
        return planning.finished(self._told(self._filled(fitting.trim(whole, self.means, target), budget)), self.means)

    def _template(self) -> list[Slot]:
        """The focus's slots, the lifts named in the goal first; then any other movement, for those with few means."""
        slots = [*_TEMPLATES[self.focus]]
        for entry in reversed(self.wanted):
            named = next((slot for slot in slots if entry.pattern in slot.patterns and not slot.muscles), None)
            if named is not None and entry.mechanic == "compound":
                slots.remove(named)
                slots.insert(0, replace(named, tier=_MAIN))
        rest = [slot for slot in _TEMPLATES["full"] if slot not in slots]
        return [*slots, *(replace(s, tier=_SECONDARY) if s.tier == _MAIN else s for s in rest)]

    def _take(self, slot: Slot) -> bool:
        """Take the best exercise that is left for a slot, with as many sets as are sound; False where there is none."""
        taken = {pick.entry.slug for pick in self.picks}
        open_to = [entry for entry in self.means.candidates if entry.slug not in taken and self._fits(entry, slot)]
        tier = slot.tier
        if tier == _SECONDARY and not any(pick.tier == _MAIN for pick in self.picks):
            tier = _MAIN  # the first compound leads the session, whatever it is
        for entry in self._ranked(open_to, tier):
            dose = self._dose_of(entry, tier)
            sets = planning.working_sets(entry, dose, self.means)
            most = planning.most_sets(entry, sets[-1], self.means, self._done())
            if most < min(2, dose.sets):
                continue
            self.picks.append(Pick(entry, tier, sets[: len(sets) - max(0, dose.sets - most)]))
            return True
        return False

    @staticmethod
    def _fits(entry: Entry, slot: Slot) -> bool:
        if entry.pattern not in slot.patterns or (slot.muscles and not set(slot.muscles) & set(entry.primary)):
            return False
        return bool({"main", "accessory"} & set(entry.roles))

    def _ranked(self, entries: list[Entry], tier: str) -> list[Entry]:
        """The best first. What leads a session is the heaviest lift that is known; the rest varies with the seed."""
        shuffled = self.random.sample(entries, len(entries))
        implements = ("barbell", "dumbbell", "kettlebell")

        def heaviness(entry: Entry) -> tuple[bool, bool, bool, int, int]:
            implement = self.means.implement(entry)
            return (
                entry not in self.wanted,
                "main" not in entry.roles,
                entry.slug not in self.means.one_rep_max_kg,
                implements.index(implement) if implement in implements else len(implements),
                # With a load the plainest lift is the heaviest; with the body alone the hardest one is.
                LEVELS.index(entry.level) * (1 if self.means.loadable(entry) else -1),
            )

        if tier == _MAIN:
            return sorted(sorted(entries, key=lambda entry: entry.slug), key=heaviness)
        # Loaded before unloaded, and what could lead a session before a lesser exercise, until its pattern is trained.
        trained = {pick.entry.pattern for pick in self.picks} | {"isolation", "core", "carry"}
        return sorted(
            shuffled,
            key=lambda e: (e not in self.wanted, not e.equipment, e.pattern not in trained and "main" not in e.roles),
        )

    def _dose_of(self, entry: Entry, tier: str) -> Dose:
        dose = self.dose(tier)
        if entry.modality == "weightlifting" and self.means.loadable(entry):
            return dose
        if tier == _ISOLATION or entry.measure != "reps":
            return replace(dose, tempo=None)
        # At most 8.5, so that the chart does not call a set of the body alone a heavy one.
        return replace(dose, reps=_BODY_REPS[self.quality], tempo=_BODY_TEMPO[self.quality], rpe=min(dose.rpe, 8.5))

    def _done(self, but: Pick | None = None) -> dict[Muscle, float]:
        """Hard sets a muscle has done so far, fractional; `but` is left out."""
        done: defaultdict[Muscle, float] = defaultdict(float)
        for pick in self.picks:
            count = 0 if pick is but else sum(planning.hard(set_) for set_ in pick.sets)
            for muscle, share in planning.muscle_shares(pick.entry):
                done[muscle] += count * share
        return done

    # --- putting together ---

    def _assembled(self) -> Prescription:
        lead = self._lead()
        main, rest = self._ordered(_MAIN), [*self._ordered(_SECONDARY), *self._ordered(_ISOLATION)]
        if not main:
            main, rest = rest[:1], rest[1:]
        blocks = [preparation.warmup(self.means, lead, preparation.preparation_seconds(self.means))]
        blocks.append(Block(role="main", format="sets", exercises=main))
        if rest:
            blocks.append(Block(role="accessory", format="sets", exercises=rest))
        blocks.append(
            preparation.cooldown(self.means, self._done(), preparation.preparation_seconds(self.means) * 2 / 3)
        )
        return Prescription(blocks=blocks)

    def _widened(self, target: float) -> Prescription | None:
        """Every exercise there is was taken and time is left: up to two sets more of each, as far as they are sound."""
        for pick in [] if self.means.tired else [*self.picks, *self.picks]:
            if planning.seconds_of(self._assembled(), self.means) >= target:
                break
            if planning.most_sets(pick.entry, pick.sets[-1], self.means, self._done(pick)) > self._working(pick):
                pick.sets.append(pick.sets[-1])
        return self._assembled() if self.picks else None

    @staticmethod
    def _working(pick: Pick) -> int:
        return sum(set_.kind != "warmup" for set_ in pick.sets)

    def _lead(self) -> Entry:
        return next((pick.entry for pick in self.picks if pick.tier == _MAIN), self.picks[0].entry)

    def _ordered(self, tier: str) -> list[PrescribedExercise]:
        return [planning.exercise(pick.entry, pick.sets, self.means) for pick in self.picks if pick.tier == tier]

    def _filled(self, prescription: Prescription, budget: int) -> Prescription:
        """Time left over goes into rests, as far as the goal's row allows, then into easy movement."""
        least = budget * _LEAST_SHARE
        for seconds in range(90, _LONGEST_REST[self.quality] + 1, 30):
            if planning.seconds_of(prescription, self.means) >= least or self.means.tired:
                break
            prescription = fitting.with_rests(prescription, seconds)
        return fitting.with_easy_movement(prescription, self.means, least)

    def _told(self, prescription: Prescription) -> Prescription:
        """Title, focus and rationale, from what was really prescribed."""
        language = self.means.language
        leads = next(block for block in prescription.blocks if block.role == "main").exercises
        names = PHRASES[language].patterns
        entries = [self.means.catalogue[e.exercise] for e in leads if e.exercise]
        more = len(planning.trained(prescription)) > 1
        rationale = force_words.rationale(self.quality, leads[0], language, more=more)
        if self.means.tired:
            rationale = f"{rationale} {PHRASES[language].tired}"
        return prescription.model_copy(
            update={
                "title": force_words.title(self.quality, self.focus, language),
                "focus": list(dict.fromkeys(names[entry.pattern] for entry in entries)),
                "rationale": rationale,
            }
        )
