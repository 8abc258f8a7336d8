"""The five coaches. Everything outside this package finds them through `REGISTRY` or `get`."""

from training.coaches.base import Coach
from training.coaches.calisthenics import CalisthenicsCoach
from training.coaches.competitions import CompetitionsCoach
from training.coaches.endurance import EnduranceCoach
from training.coaches.force import ForceCoach
from training.coaches.functional import FunctionalCoach
from training.prescription import Refused

__all__ = ["REGISTRY", "Coach", "get"]

REGISTRY: dict[str, Coach] = {
    coach.slug: coach
    for coach in (ForceCoach(), EnduranceCoach(), FunctionalCoach(), CalisthenicsCoach(), CompetitionsCoach())
}


def get(slug: str) -> Coach:
    """The coach of that name. Raises Refused at /coach for an unknown one."""
    coach = REGISTRY.get(slug)
    if coach is None:
        raise Refused.at(
            "/coach",
            "invalid_choice",
            "Not a coach: {coach}. There are {coaches}.",
            coach=slug,
            coaches=", ".join(REGISTRY),
        )
    return coach
