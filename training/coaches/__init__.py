"""The five coaches. Everything outside this package finds them through `REGISTRY` or `get`."""

from training.coaches.base import Coach, Profile
from training.coaches.calisthenics import CalisthenicsCoach
from training.coaches.competitions import CompetitionsCoach
from training.coaches.endurance import EnduranceCoach
from training.coaches.force import ForceCoach
from training.coaches.functional import FunctionalCoach
from training.prescription import Refused

__all__ = ["REGISTRY", "Coach", "Profile", "get"]

REGISTRY: dict[str, Profile] = {
    coach.slug: coach
    for coach in (ForceCoach(), EnduranceCoach(), FunctionalCoach(), CalisthenicsCoach(), CompetitionsCoach())
}


def get(slug: str) -> Coach:
    """The coach of that name. Raises Refused at /coach for an unknown one and for one that does not serve yet."""
    coach = REGISTRY.get(slug)
    if coach is None:
        raise Refused.at(
            "/coach",
            "invalid_choice",
            "Not a coach: {coach}. There are {coaches}.",
            coach=slug,
            coaches=", ".join(REGISTRY),
        )
    if not isinstance(coach, Coach):
        raise Refused.at("/coach", "coach_not_available", "The coach {coach} does not take requests yet.", coach=slug)
    return coach
