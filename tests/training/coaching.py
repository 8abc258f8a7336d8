"""One coach under test: what is asked of it and what it plans, whatever may be asked, and what it always keeps."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from tests.callers import whole_catalogue
from training import checks, coaches
from training.catalogue import LEVELS, Entry
from training.checks import Check
from training.coaches import Coach
from training.coaches.means import Means
from training.history import NOTHING_DONE, History
from training.prescription import Prescription, Refused
from training.request import SessionRequest

CATALOGUE = whole_catalogue()
INJURIES = {
    "left knee": "knee", "genou droit": "knee", "épaule": "shoulder", "sore shoulders": "shoulder",
    "lower back": "lower_back", "mal au bas du dos": "lower_back", "wrist": "wrist", "poignets": "wrist",
    "elbow": "elbow", "coude": "elbow", "cheville": "ankle", "hanche": "hip", "neck": "neck",
}  # fmt: skip
SEXES = st.sampled_from([None, "female", "male"])
SEEDS = st.integers(0, 2**32 - 1)
CHARACTERS_A_TOKEN = 3  # of compact JSON with slugs, rather more

Fields: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Coaching:
    """A coach, and the discipline its tests ask for where they name none."""

    slug: str
    discipline: str | None = None

    @property
    def coach(self) -> Coach:
        return coaches.get(self.slug)

    @cached_property
    def entries(self) -> list[Entry]:
        """The exercises it chooses from."""
        return CATALOGUE.for_coach(self.slug)

    @cached_property
    def equipment(self) -> list[str]:
        """Every word for equipment that they know."""
        return sorted({word for entry in self.entries for group in entry.equipment for word in group})

    def ask(self, **fields: Any) -> SessionRequest:
        return SessionRequest.model_validate({"coach": self.slug, "discipline": self.discipline, **fields})

    def means(self, history: History = NOTHING_DONE, **fields: Any) -> Means:
        return Means(self.ask(**fields), CATALOGUE, history)

    def plan(self, seed: int = 1, **fields: Any) -> Prescription:
        return self.coach.plan(self.means(**fields), seed=seed)

    # --- whatever may be asked ---

    def requests(self, goals: Sequence[str | None], athletes: st.SearchStrategy[Fields]) -> st.SearchStrategy[Fields]:
        """The fields of a request: any discipline, time, energy, place and equipment."""
        return st.fixed_dictionaries(
            {
                "discipline": st.sampled_from(self.coach.disciplines),
                "goal": st.sampled_from(goals),
                "available_minutes": st.integers(10, 180),
                "energy_level": st.integers(1, 10),
                "location": st.sampled_from(["gym", "home", "outdoor"]),
                "equipment": st.none() | st.lists(st.sampled_from(self.equipment), max_size=8, unique=True),
                "language": st.sampled_from(["en", "fr"]),
                "athlete": athletes,
            }
        )

    def athletes(self, avoid: Collection[str], **more: st.SearchStrategy[Any]) -> st.SearchStrategy[Fields]:
        """Any level and age, hurt and averse: to exercises by slug or French name, or to what else is named here."""
        names = (name for entry in self.entries for name in (entry.slug, entry.name.fr))
        return st.fixed_dictionaries(
            {
                "level": st.sampled_from(LEVELS),
                "age": st.none() | st.integers(10, 90),
                "injuries": st.lists(st.sampled_from(sorted(INJURIES)), max_size=2),
                "avoid": st.lists(st.sampled_from([*names, *avoid]), max_size=4),
                **more,
            }
        )

    def one_rep_maxes(self) -> st.SearchStrategy[dict[str, int]]:
        """Some known maxima of lifts, in kilograms, likely or not."""
        lifts = [entry.slug for entry in self.entries if entry.modality == "weightlifting"]
        return st.dictionaries(st.sampled_from(lifts), st.integers(8, 300), max_size=5)


def examples(most: int) -> settings:
    """So many examples; a planner takes its time, and no example of it is wrong for being slow."""
    return settings(
        max_examples=most, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
    )


def promised(prescription: Prescription, means: Means) -> list[Check]:
    """The checks of a planned session: it keeps every promise, and there is nothing to mend."""
    verdicts = checks.run(prescription, means)
    assert [check for check in verdicts if not check.ok] == []
    assert checks.repair(prescription, means) == (prescription, verdicts)
    return verdicts


def assert_suits(prescription: Prescription, means: Means, available: Collection[str]) -> None:
    """No exercise is beyond the athlete's level, equipment and injuries, or among what is avoided by name."""
    athlete = means.request.athlete
    regions = {INJURIES[injury] for injury in athlete.injuries}
    for exercise in (exercise for _, exercise in prescription.exercises() if exercise.exercise):
        entry = CATALOGUE[exercise.exercise or ""]
        assert entry.possible(available)
        assert not regions & set(entry.contraindications)
        assert LEVELS.index(entry.level) <= LEVELS.index(athlete.level)
        assert not {entry.slug, entry.name.fr} & set(athlete.avoid)


def mended(draft: BaseModel, means: Means) -> Prescription:
    """What a model's answer becomes: a session that keeps every promise. It is no example if none of it may be done."""
    prescription = coaches.get(means.request.coach).expand(draft, means)
    try:
        whole, verdicts = checks.repair(prescription, means)
    except Refused:
        assume(False)  # the built-in coach answers
        raise
    assert [check for check in verdicts if not check.ok] == []
    assert all(check.ok for check in checks.run(whole, means))
    return whole


def tokens(draft: BaseModel) -> float:
    """What a model writes for this answer, about."""
    return len(json.dumps(draft.model_dump(), separators=(",", ":"))) / CHARACTERS_A_TOKEN
