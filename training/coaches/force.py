"""The force coach: strength, powerlifting, bodybuilding and strongman.

The built-in planner goes from the goal to a dose, from the goal and the discipline to a template of movement patterns,
and takes exercises for it, heaviest first, until the time is used. A model answers in slugs and numbers (`Draft`),
which `expand` turns into the same kind of prescription.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from pydantic import BaseModel

from training.analyses import force as analyses
from training.catalogue import LEVELS, Catalogue, Entry
from training.catalogue.entry import Pattern
from training.coaches import fitting, force_doses, force_draft, force_order, force_words, planning, preparation
from training.coaches.base import Coach
from training.coaches.case import Case, Mended, Rule
from training.coaches.dosage import Dosage
from training.coaches.force_doses import Tier
from training.coaches.force_templates import PARTS, TEMPLATES, Slot
from training.coaches.means import FREE_WEIGHTS, Means
from training.coaches.phrases import PHRASES
from training.coaches.planning import Dose
from training.prescription import Block, Format, PrescribedExercise, Prescription, Refused, Set
from training.request import SessionRequest
from training.wire import Prompt

_LIFTING_SHARE = 0.96  # of the time, filled with lifting, warm-up and cool-down
_LIFTING_SHARE_TIRED = 0.7  # what is left then is easy movement
_LEAST_SHARE = 0.85  # of the time; less is filled with longer rests and easy movement
_LONGER_REST_SECONDS = 60  # at most so much more than the dose says, to fill the time
_ENOUGH_EXERCISES = 4  # make a session; fewer do only where time or means are short
_MOST_EXERCISES, _MOST_EXERCISES_TIRED, _MOST_EXERCISES_BRIEF = 12, 8, 3  # however long the session
_BRIEF_MINUTES = 30  # or less, on a tired day
_BRIEF_REPS, _BRIEF_REST_SECONDS, _BRIEF_LONGEST_REST_SECONDS = 6, 75, 120  # of its sets, at least, at first, at most
_MOST_CHARACTERS = 500  # of a rationale, the field's limit
_MOST_SETS = 5  # of one exercise, where there is time to fill
_ODD_IMPLEMENTS = frozenset({"sandbag", "sled"})  # for strongmen, and for those who have nothing better
_FATIGUING: dict[Pattern, Pattern] = {"squat": "hinge", "hinge": "squat"}  # a heavy one leaves less for the other


@dataclass
class Pick:
    """An exercise taken for a slot, and its sets."""

    entry: Entry
    tier: Tier
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
    draft: ClassVar[type[BaseModel]] = force_draft.Draft

    rules: ClassVar[Mapping[str, Rule]] = {"order": force_order.kept}
    once = True

    def plan(self, means: Means, *, seed: int) -> Prescription:
        """The built-in coach's session. Raises Refused at /athlete where nothing is left that may be done."""
        discipline = self.discipline(means.request)
        return preparation.gentle(means) if means.red_flag else Planner(means, discipline, seed).session()

    def prompt(self, means: Means) -> Prompt:
        """The rules, and this athlete's case with the exercises that are possible for it."""
        discipline = self.discipline(means.request)
        quality = force_words.quality(means.request.goal or "", discipline)
        return force_draft.prompt(means, discipline, quality, force_doses.usual(quality, "main", means))

    def expand(self, draft: BaseModel, means: Means) -> Prescription:
        """The prescription a draft means. Raises Refused for slugs that are not in the catalogue."""
        if means.red_flag:  # no model decides how hard that session may be
            return preparation.gentle(means)
        quality = force_words.quality(means.request.goal or "", self.discipline(means.request))
        return force_draft.expand(force_draft.Draft.model_validate(draft), means, quality)

    def mend(self, case: Case) -> tuple[Prescription, list[Mended]]:
        """Main lifts before accessories, isolation last."""
        return force_order.mended(case)

    def dosed(self, entry: Entry, like: PrescribedExercise, means: Means) -> PrescribedExercise:
        """As many sets, as hard, with the loads of its own; where the body is the load, with its own repetitions."""
        if means.loadable(entry):
            return planning.redosed(entry, like, means)
        quality = force_words.quality(means.request.goal or "", self.discipline(means.request))
        sets = max(1, sum(set_.kind != "warmup" for set_ in like.sets))
        own = replace(force_doses.of(entry, quality, "secondary", means), sets=sets)
        whole = planning.exercise(entry, planning.working_sets(entry, own, means), means)
        return whole.model_copy(update={"key": like.key})

    def analyse(self, prescription: Prescription, request: SessionRequest, catalogue: Catalogue) -> dict[str, Any]:
        """`volume_analysis` and `intensity_distribution`."""
        return analyses.analyse(prescription, request, catalogue)


class Planner:
    """One session in the making."""

    def __init__(self, means: Means, discipline: str, seed: int) -> None:
        """Decide dose and template; nothing is taken yet."""
        self.means = means
        self.discipline = discipline
        self.random = random.Random(seed)
        goal = means.request.goal or ""
        self.quality = force_words.quality(goal, discipline)
        self.wanted = force_words.named_lifts(goal, means)
        self.focus = force_words.focus(goal, discipline, self.wanted)
        # Little time on a tired day: lighter sets, and so shorter rests, leave room for a second and a third movement.
        self.brief = means.tired and self.quality == "strength" and means.request.available_minutes <= _BRIEF_MINUTES
        self.picks: list[Pick] = []

    # --- choosing ---

    def session(self) -> Prescription:
        """Take exercises slot by slot until the time is used, then fit what was taken to the clock."""
        budget = planning.budget_seconds(self.means.request)
        target = budget * (_LIFTING_SHARE_TIRED if self.means.tired and not self.brief else _LIFTING_SHARE)
        whole: Prescription | None = None
        full = False
        usual = _MOST_EXERCISES_TIRED if self.means.tired else _MOST_EXERCISES
        most = _MOST_EXERCISES_BRIEF if self.brief else usual
        for slot in self._slots():
            if len(self.picks) < most and self._take(slot):
                whole, was_full = self._assembled(), full
                full = planning.seconds_of(whole, self.means) >= target
                # Few exercises make room for one more: with a set less each, there may be time for it.
                if full and (was_full or len(self.picks) >= _ENOUGH_EXERCISES):
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

    def _slots(self) -> Iterator[Slot]:
        """The focus's slots, the lifts named in the goal first; then other movements, for those with few means."""
        slots = self._loaded_first(TEMPLATES[self.focus])
        for entry in reversed(self.wanted):
            named = next((slot for slot in slots if entry.pattern in slot.patterns and not slot.muscles), None)
            if named is not None and entry.mechanic == "compound":
                slots.remove(named)
                slots.insert(0, replace(named, tier="main"))
        yield from slots
        for slot in TEMPLATES["full"]:
            compound = slot.tier != "isolation"
            if slot in slots or (compound and self.focus in PARTS and len(self.picks) >= _ENOUGH_EXERCISES):
                continue  # nobody squats at the end of a push day
            yield replace(slot, tier="secondary") if compound else slot

    def _loaded_first(self, slots: list[Slot]) -> list[Slot]:
        """Where only some of the leading movements can be loaded today, those lead and the others follow them."""
        leads = [slot for slot in slots if slot.tier == "main"]
        rested = [e for e in self.means.candidates if not self.means.resting.intersection(e.primary)]
        loaded = [s for s in leads if any(self._fits(e, s) and self.means.loadable(e) for e in rested)]
        if not loaded:
            return [*slots]
        others = [replace(slot, tier="secondary") for slot in leads if slot not in loaded]
        return [*loaded, *others, *(slot for slot in slots if slot not in leads)]

    def _take(self, slot: Slot) -> bool:
        """Take the best exercise that is left for a slot, with as many sets as are sound; False where there is none."""
        taken = {pick.entry.slug for pick in self.picks}
        open_to = [entry for entry in self.means.candidates if entry.slug not in taken and self._fits(entry, slot)]
        tier = slot.tier
        if tier == "secondary" and not any(pick.tier == "main" for pick in self.picks):
            tier = "main"  # the first compound leads the session, whatever it is
        for entry in self._ranked(open_to, tier):
            dose = self._dose(entry, tier)
            sets = planning.working_sets(entry, dose, self.means)
            pick = Pick(entry, tier, self._dosage().sound(entry, sets))
            if self._working(pick) < min(2, dose.sets):
                continue
            self.picks.append(pick)
            return True
        return False

    @staticmethod
    def _fits(entry: Entry, slot: Slot) -> bool:
        if entry.pattern not in slot.patterns or (slot.muscles and not set(slot.muscles) & set(entry.primary)):
            return False
        return bool({"main", "accessory"} & set(entry.roles))

    def _ranked(self, entries: list[Entry], tier: Tier) -> list[Entry]:
        """The best first. What leads a session is the heaviest lift that is known; the rest varies with the seed."""
        if tier == "main":
            return sorted(sorted(entries, key=lambda entry: entry.slug), key=self._lightness)
        # Loaded before unloaded, and what could lead a session before a lesser exercise, until its pattern is trained;
        # among those, what leaves alone the parts that the exercise before has tired.
        trained = {pick.entry.pattern for pick in self.picks} | {"isolation", "core", "carry"}
        tired = planning.strains(self._before(tier)) if tier == "secondary" else frozenset()

        def lesser(entry: Entry) -> tuple[bool, bool, bool, bool, bool, bool, int]:
            easy = entry.mechanic == "compound" and self._easy(entry)
            return (
                entry not in self.wanted,
                self.quality == "endurance" and force_doses.demanding(entry, self.means),  # those are done in fives
                easy or not entry.equipment,
                self.discipline != "strongman" and self.means.implement(entry) in _ODD_IMPLEMENTS,
                entry.pattern not in trained and "main" not in entry.roles,
                bool(tired & planning.strains(entry)),
                -LEVELS.index(entry.level) if easy else 0,
            )

        return sorted(self.random.sample(entries, len(entries)), key=lesser)

    def _lightness(self, entry: Entry) -> tuple[bool, bool, bool, bool, bool, int, int, bool]:
        implement, loaded = self.means.implement(entry), self.means.loadable(entry)
        implements = FREE_WEIGHTS[::-1] if self.means.cautious else FREE_WEIGHTS
        return (
            entry not in self.wanted,
            bool(self.means.resting.intersection(entry.primary)),
            "main" not in entry.roles,
            entry.slug not in self.means.one_rep_max_kg,
            self._easy(entry),
            implements.index(implement) if implement in implements else len(implements),
            # With a load the plainest lift is the heaviest, on both legs; with the body alone the hardest one is, and
            # one leg is harder than two.
            LEVELS.index(entry.level) * (1 if loaded else -1),
            (entry.unilateral or entry.pattern == "lunge") == loaded,
        )

    def _easy(self, entry: Entry) -> bool:
        return not self.means.loadable(entry) and not force_doses.demanding(entry, self.means)

    def _before(self, tier: Tier) -> Entry | None:
        """The exercise after which the next one of a tier is done."""
        same = [pick.entry for pick in self.picks if pick.tier == tier]
        return same[-1] if same else self.picks[-1].entry if self.picks else None

    def _dose(self, entry: Entry, tier: Tier) -> Dose:
        dose = force_doses.of(entry, self.quality, tier, self.means)
        if self.brief:
            dose = replace(
                dose, reps=max(dose.reps, _BRIEF_REPS), rest_seconds=min(dose.rest_seconds, _BRIEF_REST_SECONDS)
            )
        partner = _FATIGUING.get(entry.pattern)
        if tier == "main" and any(pick.tier == "main" and pick.entry.pattern == partner for pick in self.picks):
            return replace(dose, sets=max(2, dose.sets - 2))
        return dose

    def _dosage(self) -> Dosage:
        """What has been taken so far."""
        done = Dosage(self.means)
        for pick in self.picks:
            done.add(pick.entry, pick.sets)
        return done

    # --- putting together ---

    def _assembled(self) -> Prescription:
        lead = self._lead()
        main, rest = self._ordered("main"), [*self._ordered("secondary"), *self._ordered("isolation")]
        if not main:
            main, rest = rest[:1], rest[1:]
        blocks = [preparation.warmup(self.means, lead, preparation.preparation_seconds(self.means))]
        blocks.append(Block(role="main", format="sets", exercises=main))
        if rest:
            blocks.append(Block(role="accessory", format="sets", exercises=rest))
        worked = [muscle for pick in self.picks for muscle in (*pick.entry.primary, *pick.entry.secondary)]
        blocks.append(preparation.cooldown(self.means, worked, preparation.cooldown_seconds(self.means)))
        return Prescription(blocks=blocks)

    def _widened(self, target: float) -> Prescription | None:
        """Every exercise there is was taken and time is left: up to two sets more of each, as far as they are sound."""
        for pick in [] if self.means.tired else [*self.picks, *self.picks]:
            if planning.seconds_of(self._assembled(), self.means) >= target:
                break
            if self._working(pick) < _MOST_SETS:
                pick.sets += self._dosage().sound(pick.entry, pick.sets[-1:])
        return self._assembled() if self.picks else None

    @staticmethod
    def _working(pick: Pick) -> int:
        return sum(set_.kind != "warmup" for set_ in pick.sets)

    def _lead(self) -> Entry:
        return next((pick.entry for pick in self.picks if pick.tier == "main"), self.picks[0].entry)

    def _ordered(self, tier: Tier) -> list[PrescribedExercise]:
        return [planning.exercise(pick.entry, pick.sets, self.means) for pick in self.picks if pick.tier == tier]

    def _filled(self, prescription: Prescription, budget: int) -> Prescription:
        """Time left over goes into rests, as far as the goal's row allows, then into easy movement."""
        least = budget * _LEAST_SHARE
        usual = force_doses.usual(self.quality, "main", self.means).rest_seconds
        longest = min(force_doses.REST_SECONDS[self.quality][1], usual + _LONGER_REST_SECONDS)
        longest = _BRIEF_LONGEST_REST_SECONDS if self.brief else usual if self.means.tired else longest
        for seconds in range(90, longest + 1, 30):
            if planning.seconds_of(prescription, self.means) >= least:
                break
            prescription = fitting.with_rests(prescription, seconds)
        return fitting.with_easy_movement(prescription, self.means, least)

    def _told(self, prescription: Prescription) -> Prescription:
        """Title, focus and rationale, from what was really prescribed."""
        language = self.means.language
        leads = next(block for block in prescription.blocks if block.role == "main").exercises
        names = PHRASES[language].patterns
        entries = [self.means.catalogue[e.exercise] for e in leads if e.exercise]
        done = [self.means.catalogue[e.exercise] for e in planning.trained(prescription) if e.exercise]
        more = len(done) > 1
        said = [force_words.rationale(self.quality, leads[0], language, more=more)]
        said += force_words.postponed(self.means, done)
        if self.means.tired:
            said.append(PHRASES[language].tired)
        if any(self.means.resting.intersection(pick.entry.primary) for pick in self.picks):
            said.append(PHRASES[language].resting)
        while len(" ".join(said)) > _MOST_CHARACTERS:
            said.pop()
        alone = self.focus not in PARTS and len({entry.pattern for entry in done}) == 1
        return prescription.model_copy(
            update={
                "title": force_words.title(self.quality, self.focus, language, leads[0].name if alone else None),
                "focus": list(dict.fromkeys(names[entry.pattern] for entry in entries)),
                "rationale": " ".join(said),
            }
        )
