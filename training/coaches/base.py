"""What a coach is: a sixth one is a file in this package, one in `training.analyses` and a line in the registry."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel

from training.catalogue import Catalogue, Entry
from training.coaches import fitting, planning
from training.coaches.case import Case, Mended, Rule
from training.coaches.means import Means
from training.prescription import Format, PrescribedExercise, Prescription, Refused
from training.request import SessionRequest
from training.wire import Prompt


class Coach(ABC):
    """What a coach teaches and how. Every method is pure: the same arguments give the same answer."""

    slug: ClassVar[str]
    disciplines: ClassVar[tuple[str, ...]]  # the first is the default
    equipment: ClassVar[tuple[str, ...]]  # the words its exercises know; others in a request are not understood
    formats: ClassVar[tuple[Format, ...]]  # of its blocks
    analyses: ClassVar[tuple[str, ...]]  # the keys of a session's `analysis`
    draft: ClassVar[type[BaseModel]]  # what a model answers: slugs and numbers, valid in the provider's strict mode
    # By code, what this coach's sessions keep beyond what all sessions keep (`training.checks`); "order" is among them.
    rules: ClassVar[Mapping[str, Rule]]
    once: ClassVar[bool] = False  # does an exercise stand but once in the work of a session?

    # --- taking a request ---

    def discipline(self, request: SessionRequest) -> str:
        """The discipline asked for, or the coach's first. Raises Refused at /discipline for another coach's."""
        chosen = self.disciplines[0] if request.discipline is None else request.discipline
        if chosen not in self.disciplines:
            raise Refused.at(
                "/discipline",
                "invalid_choice",
                "The coach {coach} knows {disciplines}, not {discipline}.",
                coach=self.slug,
                disciplines=", ".join(self.disciplines),
                discipline=chosen,
            )
        return chosen

    def admit(self, request: SessionRequest) -> None:  # noqa: B027  # most coaches take every request
        """Whether this coach can take the request, an import too. Raises Refused for what is beyond its sport."""

    # --- making a session ---

    @abstractmethod
    def plan(self, means: Means, *, seed: int) -> Prescription:
        """The built-in coach's session. Raises Refused where nothing is left that the athlete may do."""

    @abstractmethod
    def prompt(self, means: Means) -> Prompt:
        """What a model is asked. The athlete's own words stand in it as quoted data."""

    @abstractmethod
    def expand(self, draft: BaseModel, means: Means) -> Prescription:
        """The prescription a draft means. Raises Refused, with pointers into the draft, to have it asked again."""

    def finish(self, prescription: Prescription, means: Means) -> Prescription:
        """With keys by position, and the figures about the whole computed: duration, expected effort, summary."""
        return planning.finished(prescription, means)

    @abstractmethod
    def analyse(self, prescription: Prescription, request: SessionRequest, catalogue: Catalogue) -> dict[str, Any]:
        """The computed figures of a session, under the names in `analyses`, in the request's language."""

    # --- mending one, a model's or a planned one ---

    def mend(self, case: Case) -> tuple[Prescription, list[Mended]]:
        """The prescription with this coach's own rules kept, and what was done for it; called until nothing is."""
        return case.prescription, []

    def dosed(self, entry: Entry, like: PrescribedExercise, means: Means) -> PrescribedExercise:
        """A substitute with the dose of what it stands in for."""
        return planning.inherited(entry, like, means)

    def fit(self, prescription: Prescription, means: Means, seconds: float) -> Prescription:
        """A session that is too long or too short for `seconds`, as near to them as sound training allows."""
        if planning.seconds_of(prescription, means) > seconds:
            return fitting.trim(prescription, means, seconds)
        return fitting.with_easy_movement(prescription, means, seconds)
