"""The parts of a functional session, each built to a time: strength, skill, workouts, circuits, cardio. Pure."""

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from training.catalogue import LEVELS, Entry
from training.coaches import functional_formats, functional_rules, functional_words, planning
from training.coaches.dosage import Dosage
from training.coaches.force_words import named_lifts
from training.coaches.functional_formats import BUILDERS, Workshop
from training.coaches.functional_movements import Choice, arranged, calm, kipping, usable
from training.coaches.functional_words import Domain
from training.coaches.means import Means
from training.coaches.planning import Dose
from training.prescription import Block, Format, PrescribedExercise, Role, Set
from training.request import Level
from training.timing import block_seconds

DOMAINS: Final[dict[Domain, tuple[int, int]]] = {"short": (300, 480), "medium": (600, 900), "long": (1_080, 1_800)}
_DOMAIN_RPE: Final[dict[Domain, float]] = {"short": 8.5, "medium": 8.0, "long": 7.0}
_LEVEL_RPE: Final[dict[Level, float]] = {"beginner": -1.0, "intermediate": 0.0, "advanced": 0.5}
_ENGINE_RPE, _TIRED_RPE, _SKILL_RPE, _PRACTICE_RPE = 5.0, 5.0, 5.5, 5.0  # skill is never hard
_LATE_RPE, _QUALITY_RPE, EASY_ROUND_RPE = 6.5, 7.0, 3.0
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
_BALANCED: Final = (("squat", "lunge"), ("horizontal_push", "vertical_push"), ("hinge",),
                    ("horizontal_pull", "vertical_pull"), ("carry",), ("core",))  # fmt: skip


class Parts:
    """What can be built for one athlete; `work` is what the session has so far."""

    def __init__(self, means: Means, discipline: str, seed: int) -> None:
        """Read the goal; nothing is built yet."""
        self.means = means
        self.discipline = discipline
        self.random = random.Random(seed)
        goal = means.request.goal or ""
        self.wish = functional_words.wish(goal)
        self.wanted = [entry for entry in named_lifts(goal, means) if entry.pattern != "mobility"]
        self.work: list[Block] = []

    def seconds(self, block: Block) -> float:
        """What a block takes."""
        return block_seconds(block, self.means.catalogue, self.means.request)

    def domain(self, seconds: float) -> Domain:
        """The goal's, or one that the time allows."""
        if self.means.tired:
            return "medium"
        if self.wish.domain is not None:
            return self.wish.domain
        if self.wish.emphasis in {"engine", "strength", "olympic"}:
            return "long" if self.wish.emphasis == "engine" and seconds >= DOMAINS["long"][0] else "short"
        fitting: list[Domain] = [domain for domain, (least, _) in DOMAINS.items() if least <= seconds * 0.75]
        if self.wish.format == "chipper":  # takes its time
            fitting = [domain for domain in fitting if domain != "short"] or ["medium"]
        return self.random.choice(fitting or ["short"])

    def formats(self, domain: Domain) -> Sequence[Format]:
        usual = _CROSSFIT_FORMATS[domain]
        return self.preferred(self.random.sample(usual, len(usual)))

    def preferred(self, formats: Sequence[Format]) -> Sequence[Format]:
        """The goal's format first."""
        wished = self.wish.format
        return [wished, *formats] if wished in BUILDERS and wished is not None else formats

    def rpe(self, domain: Domain) -> float:
        """The effort of a workout: shorter is harder; by level and by the day's energy."""
        if self.means.tired:
            return min(_TIRED_RPE, planning.rpe_cap(self.means))
        energy = self.means.request.energy_level
        rpe = _DOMAIN_RPE[domain] + _LEVEL_RPE[self.means.level] + (0.5 if energy >= 9 else -0.5 if energy <= 5 else 0)
        return min(rpe, planning.rpe_cap(self.means))

    def shop(self, rpe: float, *, late: bool = False) -> Workshop:
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
            # A lift with the bar is for the fresh, and after sixty for light singles and doubles before the workout.
            lifts=not (self.means.senior or any(block.format in functional_rules.WORKOUTS for block in self.work)),
        )
        return Workshop(self.means, choice, rpe, self._role())

    def _role(self) -> Role:
        """The first workout is the session's main part, with the strength before it; later ones condition."""
        workouts = any(block.format in functional_rules.WORKOUTS for block in self.work)
        return "conditioning" if workouts else "main"

    def workout(self, seconds: float, formats: Sequence[Format], domain: Domain, *, late: bool = False) -> Block | None:
        """The first of these formats that the time allows and that holds what the goal names; else the first at all."""
        if self.means.tired:
            formats = [form for form in formats if form in {"amrap", "circuit", "emom"}] or ["amrap", "circuit"]
        shop = self.shop(_LATE_RPE if late and not self.means.tired else self.rpe(domain), late=late)
        wanted = {entry.slug for entry in shop.choice.wanted}
        first: Block | None = None
        for form in [*formats, "amrap", "circuit", "intervals"]:
            block = BUILDERS[form](shop, seconds)
            if block is not None and (
                not wanted or form == self.wish.format or wanted & {e.exercise for e in block.exercises}
            ):
                return functional_rules.spared(block, self.work, self.means)
            first = first or block
        return None if first is None else functional_rules.spared(first, self.work, self.means)

    def strength(self, seconds: float) -> Block | None:
        """One lift, heavy: an Olympic one where it is asked for; without weights what is hard for the body."""
        lifts = [e for e in self._fresh() if self._leads(e) and e.mechanic == "compound" and self._suits(e)]
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
        sets = Dosage(self.means).sound(entry, planning.working_sets(entry, dose, self.means))
        ramp = sum(set_.kind == "warmup" for set_ in sets)
        for count in range(len(sets), ramp + 1, -1):
            exercise = planning.exercise(entry, sets[:count], self.means)
            block = Block(role="main", format="sets", exercises=[exercise])
            if self.seconds(block) <= seconds:
                return block
        return None

    def _fresh(self) -> list[Entry]:
        """What the session does not have yet."""
        taken = {e.exercise for block in self.work for e in block.exercises}
        return [entry for entry in calm(self.means) if entry.slug not in taken]

    def _leads(self, entry: Entry) -> bool:
        """A main lift, or the form of the goal's Olympic lift that the level may do."""
        return "main" in entry.roles or (entry.pattern == "olympic" and entry in self.wanted)

    def _suits(self, entry: Entry) -> bool:
        if (
            kipping(entry)
            or entry.measure != "reps"
            or entry.pattern in {"core", "isolation", "jump", "carry", "cyclical"}
        ):
            return False
        return bool(LEVELS.index(entry.level) == LEVELS.index(self.means.level)) or entry.modality == "weightlifting"

    def _lightness(self, entry: Entry) -> tuple[bool, ...]:
        """The lift of the goal, or one like it; one whose 1RM is known, a classic with the bar, the body if asked.

        A skill of the goal comes after it: what that skill needs stays fresh.
        """
        olympic = entry.pattern == "olympic"
        skills = [e for e in self.wanted if "skill" in e.roles and e.modality == "gymnastics"]
        return (
            entry not in self.wanted,
            any({*skill.primary, *skill.secondary}.intersection(entry.primary) for skill in skills),
            olympic != (self.wish.emphasis == "olympic"),
            (entry.modality == "gymnastics") != (self.wish.emphasis == "gymnastics"),
            bool(self.wanted) and entry.pattern not in {wanted.pattern for wanted in self.wanted},
            entry.slug not in self.means.one_rep_max_kg,
            not olympic and entry.slug not in _LIFTS,
            self.means.level != "beginner" and not self.means.cautious and self.means.implement(entry) != "barbell",
        )

    def skill(self, seconds: float) -> Block | None:
        """One or two gymnastic skills, never to failure."""
        skills = [
            e
            for e in self._fresh()
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
            if block is not None and self.seconds(block) <= seconds:
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

    def practice(self, block: Block, seconds: float) -> Block | None:
        """The movements of a benchmark in light sets: technique first, nothing that tires."""
        entries = [entry for e in block.exercises if (entry := self.means.catalogue.get(e.exercise)) is not None]
        chosen = list({e.slug: e for e in entries if e.measure == "reps" and e.modality != "monostructural"}.values())
        for count, sets in ((2, 3), (1, 4), (1, 3)):
            exercises = [self._skilled(entry, sets, _PRACTICE_RPE) for entry in arranged(chosen[:count])]
            practice = Block(role="skill", format="sets", exercises=exercises) if exercises else None
            if practice is not None and self.seconds(practice) <= seconds:
                return practice
        return None

    def balanced(self, seconds: float, *, late: bool = False) -> Block | None:
        """A circuit with one movement of each pattern: legs, push, hinge, pull, carry, trunk."""
        shop = self.shop(
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
            for e in calm(self.means)
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

    def engine(self, seconds: float) -> Block | None:
        """Easy, steady cardio."""
        outdoors = self.means.request.location == "outdoor"
        lasting = [
            entry
            for entry in self.means.candidates
            if entry.modality == "monostructural"
            and "cooldown" in entry.roles
            and (entry.equipment or (outdoors and (entry.sport is not None or entry.meters_per_second is not None)))
        ]
        if not lasting:
            return None
        entry = self.random.choice(lasting)
        seconds = 60.0 * int(seconds // 60)
        work = Set(duration_seconds=seconds, rpe=min(_ENGINE_RPE, planning.rpe_cap(self.means)))
        return Block(role="conditioning", format="steady", exercises=[planning.exercise(entry, [work], self.means)])

    def whatever(self, seconds: float) -> Block:
        """Where hardly anything is possible: what there is, in easy rounds by the clock."""
        pool = self.random.sample(self.means.candidates, len(self.means.candidates))
        chosen = sorted(pool, key=lambda e: e.pattern == "mobility")[:5]
        each = 60 * len(chosen)
        exercises = [
            planning.exercise(
                e, [Set(duration_seconds=20 if e.unilateral else 40, rpe=EASY_ROUND_RPE, rest_seconds=20)], self.means
            )
            for e in arranged(chosen)
        ]
        rounds = max(1, min(20, int(max(seconds, 120) // each)))
        return Block(role="main", format="circuit", rounds=rounds, exercises=exercises)


def _unlike(entries: Sequence[Entry], count: int) -> list[Entry]:
    """The first ones, each of another pattern."""
    first: dict[str, Entry] = {}
    for entry in entries:
        first.setdefault(entry.pattern, entry)
    return list(first.values())[:count]
