"""The registry: who may be asked, and for what."""

import pytest

from training.coaches import REGISTRY, get
from training.prescription import FieldError, Refused
from training.request import SessionRequest

DISCIPLINES = {
    "force": ["strength", "powerlifting", "bodybuilding", "strongman"],
    "endurance": ["running", "cycling", "swimming", "triathlon", "cardio"],
    "functional": ["crossfit", "hiit", "functional", "circuit"],
    "calisthenics": ["calisthenics", "street-workout", "streetlifting", "freestyle"],
    "competitions": ["hyrox", "deka-fit", "deka-mile", "deka-strong"],
}


def refusal(slug: str) -> FieldError:
    with pytest.raises(Refused) as refused:
        get(slug)
    [error] = refused.value.errors
    return error


def test_five_coaches_teach_the_disciplines_of_the_contract() -> None:
    assert {slug: list(coach.disciplines) for slug, coach in REGISTRY.items()} == DISCIPLINES


def test_every_coach_says_with_what_and_how_it_trains() -> None:
    for coach in REGISTRY.values():
        assert coach.equipment
        assert coach.formats
        assert len(coach.analyses) == 2


@pytest.mark.parametrize("slug", ["", "Force", "yoga", "\u0000"])
def test_an_unknown_coach_is_refused_and_told_the_five(slug: str) -> None:
    error = refusal(slug)
    assert (error.pointer, error.code) == ("/coach", "invalid_choice")
    assert all(name in error.detail for name in DISCIPLINES)


def test_a_discipline_is_the_coachs_first_or_one_of_its_own() -> None:
    coach = get("force")
    assert coach.discipline(SessionRequest(coach="force")) == "strength"
    assert coach.discipline(SessionRequest(coach="force", discipline="strongman")) == "strongman"


def test_another_coachs_discipline_is_refused_at_its_place() -> None:
    with pytest.raises(Refused) as refused:
        get("force").discipline(SessionRequest(coach="force", discipline="hyrox"))
    assert [(error.pointer, error.code) for error in refused.value.errors] == [("/discipline", "invalid_choice")]
