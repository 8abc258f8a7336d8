"""Wherever a model stops, the built-in coach makes a sound session of what it began."""

import json
from uuid import UUID

import pytest

from tests.callers import whole_catalogue
from tests.model_answers import answer
from training import coaches, drafting, takeover
from training.coaches.means import Means
from training.growing import Growing
from training.prescription import Prescription
from training.request import SessionRequest
from training.strict import strict_schema
from training.unfolding import Unfolding

CASES = {
    "usual": {},
    "short at home": {"available_minutes": 20, "location": "home", "equipment": ["dumbbell"]},
    "long and hurt": {"available_minutes": 90, "energy_level": 4, "athlete": {"injuries": ["left knee"]}},
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("slug", coaches.REGISTRY)
def test_what_was_begun_is_ended_soundly_wherever_it_stops(slug: str, case: str) -> None:
    coach = coaches.get(slug)
    means = Means(SessionRequest.model_validate({"coach": slug, **CASES[case]}), whole_catalogue())
    plan = coach.plan(means, seed=1)
    written = json.dumps(answer(strict_schema(coach.draft), coach.prompt(means).input))
    stops = 0
    for begun in beginnings(written, coach, means):
        ended = takeover.completed(begun, plan, coach, means)
        assert ended is not None
        prescription, checks = ended
        assert [check for check in checks if not check.ok] == []
        assert slugs(begun) <= slugs(prescription), "what was shown stays"
        assert [block.role for block in prescription.blocks].count("cooldown") == 1
        assert prescription.title == begun.title
        stops += 1
    assert stops >= 3


def beginnings(written: str, coach: coaches.Coach, means: Means) -> list[Prescription]:
    """What is shown of an answer, element by element."""
    growing, unfolding = Growing(), Unfolding(UUID(int=1), lambda name, data: None)
    parts = (growing.feed(character) for character in written)
    shown = (drafting._begun(coach, part, means) for part in parts if part is not None)
    return [unfolding.show(begun) for begun in shown if begun is not None]


def slugs(prescription: Prescription) -> set[str | None]:
    return {exercise.exercise for _, exercise in prescription.exercises()}
