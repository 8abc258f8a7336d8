"""What an athlete can and may do today: level, equipment, injuries, what is to be avoided, and what is known. Pure."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from training.catalogue import LEVELS, Catalogue, Entry
from training.catalogue.entry import Muscle, Region
from training.coaches import words
from training.history import INTENSE_HOURS, NOTHING_DONE, REST_HOURS, History, worked
from training.loads import DUMBBELLS_KG, KETTLEBELLS_KG, PLATE_STEP_KG
from training.one_rep_max import OneRepMaxes
from training.prescription import PrescribedExercise, Set
from training.request import Language, Level, SessionRequest

Obstacle = Literal["level", "equipment", "avoided", "injury", "place"]

FREE_WEIGHTS = ("barbell", "dumbbell", "kettlebell")
STACKED = ("machine", "sled", "sandbag")
STACK_STEP_KG = 5  # a machine's stack
HEAVIEST_KG = 1_000  # what a prescription can hold
GROWN_AGE, SENIOR_AGE = 16, 60  # nothing maximal before, longer warm-ups after
HEAVY_PERCENT = 80  # of 1RM: such sets are led up to, and their muscles rest after
NOT_IN_A_GYM = frozenset({"bike", "open-water"})  # "bike" is one for the road; a gym's own are indoor trainers
LEAST_SHARE_OF_1RM = 0.6  # an empty bar beyond it leaves no room to ramp or to train


@dataclass(frozen=True)
class Means:
    """The athlete's means in one place; the planner, the prompt and the checks all judge by it."""

    request: SessionRequest
    catalogue: Catalogue
    history: History = NOTHING_DONE

    @property
    def language(self) -> Language:
        return self.request.language

    @property
    def level(self) -> Level:
        return self.request.athlete.level

    @property
    def discipline(self) -> str:
        """The discipline asked for; generation fills in the coach's first where none is."""
        return self.request.discipline or ""

    @property
    def tired(self) -> bool:
        """Energy of 3 or less: visibly less volume and effort."""
        return self.request.energy_level <= 3

    @property
    def young(self) -> bool:
        """Still growing: no maximal efforts."""
        age = self.request.athlete.age
        return age is not None and age < GROWN_AGE

    @property
    def senior(self) -> bool:
        """Past the age from which a warm-up takes longer."""
        age = self.request.athlete.age
        return age is not None and age > SENIOR_AGE

    @property
    def cautious(self) -> bool:
        """The young, and those who begin late: technique before weight, light implements before the bar."""
        return self.young or (self.senior and self.level == "beginner")

    @cached_property
    def _vocabulary(self) -> frozenset[str]:
        return frozenset(word for entry in self.catalogue for group in entry.equipment for word in group)

    @cached_property
    def equipment(self) -> frozenset[str]:
        """The words available: what was given, else what the place usually has, less what is to be avoided."""
        given = self.request.equipment
        if given is None:
            available = self._vocabulary - NOT_IN_A_GYM if self.request.location == "gym" else frozenset[str]()
        else:
            available = frozenset().union(*(words.equipment(item, self._vocabulary) for item in given))
        return available - frozenset().union(
            *(words.equipment(item, self._vocabulary) for item in self.request.athlete.avoid if item)
        )

    @cached_property
    def unknown_equipment(self) -> list[str]:
        """What was given and is not understood."""
        given = [item for item in self.request.equipment or [] if not words.no_equipment(item)]
        return [item for item in given if not words.equipment(item, self._vocabulary)]

    @cached_property
    def regions(self) -> frozenset[Region]:
        """Body regions that injuries, or pain told of in the goal, rule out."""
        return frozenset().union(
            *(words.regions(injury) for injury in self.request.athlete.injuries),
            words.regions_in_pain(self.request.goal or ""),
        )

    @cached_property
    def unknown_injuries(self) -> list[str]:
        """Injuries whose words name no region."""
        return [injury for injury in self.request.athlete.injuries if not words.regions(injury)]

    @cached_property
    def avoided(self) -> frozenset[str]:
        """Slugs that `avoid` rules out: by slug, name, a word of it ("curl"), movement pattern or sport."""
        return frozenset(slug for item in self.request.athlete.avoid for slug in self._meant_by(item))

    def _meant_by(self, item: str) -> Iterator[str]:
        phrase = words.plain(item)
        patterns, sport = words.patterns(item), words.sport(item)
        if not phrase:
            return
        bearer = self.catalogue.match(item, self.request.coach)
        for entry in self.catalogue:
            if (
                entry is bearer
                or entry.pattern in patterns
                or (sport is not None and entry.sport == sport)
                or any(f" {phrase} " in f" {words.plain(name)} " for name in (entry.slug, *entry.names()))
            ):
                yield entry.slug

    @cached_property
    def red_flag(self) -> bool:
        """The athlete writes of something to be seen by a professional first: nothing hard then."""
        athlete = self.request.athlete
        return words.red_flag([self.request.goal or "", *athlete.injuries, *athlete.avoid])

    @cached_property
    def one_rep_max_kg(self) -> dict[str, float]:
        """Known maxima by slug; of strangers to the catalogue there is nothing to plan."""
        return {slug: kilograms for slug, kilograms in self.maxes.known.items() if slug in self.catalogue}

    @cached_property
    def maxes(self) -> OneRepMaxes:
        """The same of strangers too, and what percent of it a set is."""
        return OneRepMaxes(self.request.athlete.one_rep_max_kg, self.request.coach, self.catalogue)

    def percent(self, exercise: PrescribedExercise | Entry, set_: Set) -> float | None:
        """The percent of 1RM of a set, as far as it is known.

        What is added to the body is no share of what is lifted: of the whole only the chart tells, by reps and effort.
        """
        entry = exercise if isinstance(exercise, Entry) else self.catalogue.get(exercise.exercise)
        if entry is not None and entry.modality == "gymnastics" and set_.load_kg is not None:
            set_ = set_.model_copy(update={"load_kg": None, "percent_1rm": None})
        return self.maxes.percent(exercise, set_)

    # --- history ---

    def heavy(self, exercise: PrescribedExercise, set_: Set) -> bool:
        """Is a set done with an outer load of 80 % of 1RM and more, as far as that is known?"""
        entry = self.catalogue.get(exercise.exercise)
        loaded = set_.load_kg or set_.percent_1rm or (entry is not None and entry.modality == "weightlifting")
        percent = self.percent(exercise, set_) if loaded and set_.kind != "warmup" else None
        return percent is not None and percent >= HEAVY_PERCENT

    @cached_property
    def resting(self) -> frozenset[Muscle]:
        """Muscles trained heavily in the last 48 hours: not heavily again today."""
        return frozenset(
            muscle
            for past in self.history.within(REST_HOURS)
            for _, exercise in worked(past.prescription)
            if any(self.heavy(exercise, set_) for set_ in exercise.sets)
            for entry in [self.catalogue.get(exercise.exercise)]
            if entry is not None
            for muscle in entry.primary
        )

    @cached_property
    def intense_lately(self) -> bool:
        """Was yesterday a day with work in zone 5? Then today is none."""
        return any(past.intense() for past in self.history.within(INTENSE_HOURS))

    # --- what may be done ---

    def obstacle(self, entry: Entry) -> Obstacle | None:
        """Why the athlete shall not do this exercise today; None where nothing is against it."""
        if entry.slug in self.avoided:
            return "avoided"
        if self.regions.intersection(entry.contraindications):
            return "injury"
        if not entry.possible(self.equipment):
            return "equipment"
        if LEVELS.index(entry.level) > LEVELS.index(self.level):
            return "level"
        if entry.measure == "meters" and not entry.equipment and entry.pattern == "cyclical":
            ground = self.request.location == "outdoor" or "treadmill" in self.equipment  # running needs it
            return None if ground else "place"
        return None

    def may(self, entry: Entry) -> bool:
        """Nothing is against this exercise, and its lightest load is one the athlete can train with."""
        return self.obstacle(entry) is None and not self._bar_too_heavy(entry)

    def _bar_too_heavy(self, entry: Entry) -> bool:
        maximum = self.one_rep_max_kg.get(entry.slug)
        if maximum is None or not self.loadable(entry):
            return False
        return self.loads_kg(entry)[0] > LEAST_SHARE_OF_1RM * maximum

    @cached_property
    def candidates(self) -> list[Entry]:
        """Every exercise of the coach that the athlete may do."""
        return [entry for entry in self.catalogue.for_coach(self.request.coach) if self.may(entry)]

    # --- loads ---

    def implement(self, entry: Entry) -> str | None:
        """The implement that carries the load of this exercise here; None where the body alone does."""
        if entry.modality != "weightlifting":
            return None
        at_hand = [word for group in entry.equipment for word in group if word in self.equipment]
        order = (*FREE_WEIGHTS, *(word for word in at_hand if word.endswith(STACKED)))
        return next((word for word in order if word in at_hand), None)

    def loadable(self, entry: Entry) -> bool:
        """Does a load in kilograms make sense for it?"""
        return self.implement(entry) is not None

    def bar_kg(self) -> float:
        """The bar that lies in a gym for this athlete."""
        return 15 if self.request.athlete.sex == "female" else 20

    def loads_kg(self, entry: Entry) -> list[float]:
        """The loads that can be put together for this exercise, lightest first."""
        match self.implement(entry):
            case "barbell":
                first, step = self.bar_kg(), PLATE_STEP_KG
            case "dumbbell":
                return list(map(float, DUMBBELLS_KG))
            case "kettlebell":
                return list(map(float, KETTLEBELLS_KG))
            case _:
                first, step = STACK_STEP_KG, STACK_STEP_KG
        return [first + step * number for number in range(math.floor((HEAVIEST_KG - first) / step) + 1)]
