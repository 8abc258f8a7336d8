"""The functional coach: CrossFit, HIIT, functional training and circuits.

The built-in planner (`functional_planner`) reads the goal, divides the time into parts (strength or skill while fresh,
then a workout in one of the formats, then what is easy), and builds each part to its time. A model answers in slugs
and numbers (`functional_draft`).
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel

from training.analyses import functional as analyses
from training.catalogue import Catalogue
from training.coaches import (
    functional_draft,
    functional_fitting,
    functional_rules,
    functional_words,
    planning,
    preparation,
)  # fmt: skip
from training.coaches.base import Coach
from training.coaches.case import Case, Mended, Rule
from training.coaches.functional_planner import Planner
from training.coaches.means import Means
from training.prescription import Format, Prescription
from training.request import SessionRequest
from training.wire import Prompt


class FunctionalCoach(Coach):
    """Work capacity: lifts, the own body and cardio, mixed."""

    slug = "functional"
    disciplines = ("crossfit", "hiit", "functional", "circuit")
    equipment = (
        "ab-wheel", "air-bike", "barbell", "bench", "box", "climbing-rope", "dead-ball", "dip-bars", "dumbbell",
        "ghd-bench", "indoor-trainer", "jump-rope", "kettlebell", "medicine-ball", "parallettes",
        "pull-up-bar", "rack", "resistance-band", "rings", "rower", "sandbag", "ski-erg", "sled", "treadmill",
        "weight-plate", "weight-vest",
    )  # fmt: skip
    formats: ClassVar[tuple[Format, ...]] = (
        "sets", "amrap", "emom", "for_time", "tabata", "chipper", "ladder", "circuit", "intervals", "steady",
    )  # fmt: skip
    analyses = ("modal_balance", "scaling_guidance")
    draft: ClassVar[type[BaseModel]] = functional_draft.Draft
    rules: ClassVar[Mapping[str, Rule]] = {
        "order": functional_rules.order,
        "formats": functional_rules.formats,
        "gates": functional_rules.gates,
    }

    def plan(self, means: Means, *, seed: int) -> Prescription:
        """The built-in coach's session. Raises Refused at /athlete where nothing is left that may be done."""
        discipline = self.discipline(means.request)
        if means.red_flag:
            return preparation.gentle(means)
        return self.finish(Planner(means, discipline, seed).session(), means)

    def prompt(self, means: Means) -> Prompt:
        """The rules, and this athlete's case with the exercises that are possible for it."""
        return functional_draft.prompt(means, self.discipline(means.request))

    def expand(self, draft: BaseModel, means: Means) -> Prescription:
        """The prescription a draft means. Raises Refused for slugs that are not in the catalogue."""
        if means.red_flag:  # no model decides how hard that session may be
            return preparation.gentle(means)
        return self.finish(functional_draft.expand(functional_draft.Draft.model_validate(draft), means), means)

    def finish(self, prescription: Prescription, means: Means) -> Prescription:
        """With keys and figures, and a summary that names each block of work."""
        whole = planning.finished(prescription, means)
        if means.red_flag:
            return whole
        minutes, effort = int(whole.duration_minutes or 1), whole.expected_rpe or planning.EASY_RPE
        return whole.model_copy(update={"summary": functional_words.summary(whole, minutes, effort, means.language)})

    def mend(self, case: Case) -> tuple[Prescription, list[Mended]]:
        """Order, formats and gates."""
        return functional_rules.mended(case)

    def fit(self, prescription: Prescription, means: Means, seconds: float) -> Prescription:
        """Shorter or longer by caps, rounds and repetitions, then by movements."""
        if planning.seconds_of(prescription, means) > seconds:
            return functional_fitting.shorter(prescription, means, seconds)
        return functional_fitting.longer(prescription, means, seconds)

    def analyse(self, prescription: Prescription, request: SessionRequest, catalogue: Catalogue) -> dict[str, Any]:
        """`modal_balance` and `scaling_guidance`."""
        return analyses.analyse(prescription, request, catalogue)
