"""A real session for whoever has not signed in: what the built-in coach would say today, stored nowhere."""

from functools import lru_cache

from training import checks, coaches
from training.catalogue import Catalogue
from training.coaches.means import Means
from training.prescription import Prescription
from training.request import Language, SessionRequest

SEED = 7  # one session a coach and language: what a visitor reads is the same at every visit


@lru_cache(maxsize=len(coaches.REGISTRY) * 2)
def example(coach_slug: str, language: Language, catalogue: Catalogue) -> Prescription:
    """A session of 45 minutes at a gym, planned in some 20 ms, once a process for each coach and language."""
    coach = coaches.get(coach_slug)
    request = SessionRequest(coach=coach_slug, discipline=coach.disciplines[0], language=language)
    means = Means(request, catalogue)
    return checks.repair(coach.plan(means, seed=SEED), means)[0]
