"""One exercise of the catalogue, as the data files spell it. Pure pydantic, no Django."""

from collections.abc import Collection
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from training.prescription import Sport
from training.request import Language

LEVELS = ("beginner", "intermediate", "advanced")

# The muscles of free-exercise-db (public domain), so that its exercises can be imported without loss.
Muscle = Literal[
    "abdominals", "abductors", "adductors", "biceps", "calves", "chest", "forearms", "glutes", "hamstrings", "lats",
    "lower back", "middle back", "neck", "quadriceps", "shoulders", "traps", "triceps",
]  # fmt: skip
MUSCLES: tuple[str, ...] = Muscle.__args__  # type: ignore[attr-defined]

Pattern = Literal[
    "squat", "hinge", "lunge", "horizontal_push", "vertical_push", "horizontal_pull", "vertical_pull", "carry", "core",
    "isolation", "olympic", "jump", "cyclical", "mobility",
    "other",  # none of these, or not told: no figure counts it as a push or a pull
]  # fmt: skip

# What an injury named by an athlete rules out: body regions.
Region = Literal["ankle", "knee", "hip", "lower_back", "upper_back", "neck", "shoulder", "elbow", "wrist"]
Word = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class Closed(BaseModel):
    """Data files hold no unknown keys: a typing error is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Translated(Closed):
    """The same words in both languages."""

    en: str
    fr: str

    def told(self, language: Language) -> str:
        """In the one that is asked for."""
        return self.fr if language == "fr" else self.en


class Aliases(Closed):
    """Other names people use."""

    en: list[str] = []
    fr: list[str] = []


class Standard(Closed):
    """What masters a step of a ladder: sets of that many repetitions, or of that many seconds held."""

    sets: Annotated[int, Field(ge=1)] = 3
    reps: Annotated[int, Field(ge=1)] | None = None
    seconds: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _reps_or_seconds(self) -> Self:
        if (self.reps is None) == (self.seconds is None):
            raise ValueError("a standard has either reps or seconds")
        return self


class Links(Closed):
    """Slugs of neighbours; null at the end of a line."""

    easier: Word | None = None
    harder: Word | None = None
    variation: Word | None = None


class Breakdown(Closed):
    """The technical breakdown."""

    setup: str
    execution: str
    breathing: str


class Progressions(Closed):
    """A sentence each: how to make it easier, harder, or to vary it."""

    easier: str
    harder: str
    variation: str


class Details(Closed):
    """What enrichment without a model tells of an exercise, written for that very exercise."""

    cues: Annotated[list[str], Field(min_length=3, max_length=5)]
    mistakes: Annotated[list[str], Field(min_length=2, max_length=4)]
    progressions: Progressions
    breakdown: Breakdown


class BothDetails(Closed):
    en: Details
    fr: Details


class Entry(Closed):
    """One exercise.

    The data files tell all of it in both languages. What `import_exercises` brings is told by others and less: without
    coaches, so that no planner chooses it, without cue and details, and with words in English only.
    """

    slug: Word  # the English name in kebab-case
    name: Translated
    languages: list[Literal["en", "fr"]] = ["en", "fr"]  # those its words are written in; in others English stands in
    aliases: Aliases = Aliases()
    coaches: list[str]  # who may choose it; nobody chooses one whose contraindications are not known
    # What it may serve as in a session.
    roles: list[Literal["warmup", "skill", "main", "accessory", "conditioning", "cooldown"]]
    modality: Literal["gymnastics", "weightlifting", "monostructural"]
    pattern: Pattern
    mechanic: Literal["compound", "isolation"] | None  # null: not told
    primary: list[Muscle]
    secondary: list[Muscle] = []
    # Groups of alternatives: [[barbell], [rack]] needs both, [[dumbbell, kettlebell]] either; [] needs the body only.
    equipment: list[Annotated[list[Word], Field(min_length=1)]] = []
    level: Literal["beginner", "intermediate", "advanced"]
    unilateral: bool = False
    implements: Literal[1, 2] = 1
    measure: Literal["reps", "seconds", "meters", "calories"] = "reps"
    seconds_per_rep: Annotated[float, Field(gt=0)] = 3
    sport: Sport | None = None  # of cyclical exercises: whose zones and conventional speed are theirs
    # Conventional speed of what is done over a distance; null: that of its sport.
    meters_per_second: Annotated[float, Field(gt=0)] | None = None
    # A rung of a ladder of skills, 1 the easiest, and what it takes to move on: 3 x 8 unless the data say otherwise.
    ladder: Word | None = None
    step: Annotated[int, Field(ge=1)] | None = None
    standard: Standard | None = None
    contraindications: list[Region] = []
    links: Links = Links()
    cue: Translated | None = None  # the one essential cue of the fast answer
    details: BothDetails | None = None
    instructions: list[str] = []  # of an imported exercise: its author's steps, in their language

    @model_validator(mode="before")
    @classmethod
    def _usual_standard(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("ladder") is not None and data.get("standard") is None:
            return {**data, "standard": {"reps": 8}}
        return data

    @model_validator(mode="after")
    def _whole_step(self) -> Self:
        if len({self.ladder is None, self.step is None, self.standard is None}) > 1:
            raise ValueError("ladder, step and standard come together")
        return self

    def names(self) -> list[str]:
        """Every name it goes by, in both languages."""
        return [self.name.en, self.name.fr, *self.aliases.en, *self.aliases.fr]

    def possible(self, equipment: Collection[str]) -> bool:
        """Whether this equipment is enough: something of every group."""
        return all(any(word in equipment for word in group) for group in self.equipment)
