"""The shape of a prescription: pure pydantic, no Django.

A prescription is a list of blocks; a block a list of exercises; an exercise a list of sets. How a block's format makes
its sets into a workout is told in the API's documentation and computed in `training.timing`. Loads are kilograms,
distances metres, durations seconds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

Text = Annotated[str, StringConstraints(max_length=500)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Role = Literal["warmup", "skill", "main", "accessory", "conditioning", "cooldown"]
Format = Literal[
    "sets", "superset", "circuit", "intervals", "steady", "amrap", "emom", "for_time", "tabata", "chipper", "ladder",
    "race",
]  # fmt: skip
Kind = Literal["working", "warmup", "drop", "to_failure"]
Sport = Literal["run", "bike", "swim", "row", "ski"]

MAX_BLOCKS = 30
MAX_EXERCISES = 60  # in a session
MAX_SETS = 60  # of an exercise


@dataclass(frozen=True)
class FieldError:
    """One refused place of a body: a JSON pointer (RFC 6901), a machine's code and a person's sentence."""

    pointer: str
    code: str
    detail: str


class Refused(ValueError):
    """Readable, but not acceptable: every place that is wrong, and why."""

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__("; ".join(f"{e.pointer or '/'}: {e.detail}" for e in errors))
        self.errors = errors

    @classmethod
    def at(cls, pointer: str, code: str, detail: str) -> Self:
        """A refusal of one place."""
        return cls([FieldError(pointer, code, detail)])

    @classmethod
    def of(cls, error: ValidationError, prefix: str = "") -> Self:
        """What pydantic refused, in the API's words."""
        return cls(
            [
                FieldError(
                    pointer=prefix + pointer(*e["loc"]),
                    code=_CODES.get(e["type"], "invalid"),
                    detail=e["msg"].removeprefix("Value error, "),
                )
                for e in error.errors(include_url=False, include_input=False)
            ]
        )


_CODES = {
    "missing": "required",
    "extra_forbidden": "unknown_key",
    "literal_error": "invalid_choice",
    "less_than_equal": "max_value",
    "less_than": "max_value",
    "greater_than_equal": "min_value",
    "greater_than": "min_value",
    "string_too_long": "max_length",
    "string_too_short": "min_length",
    "too_long": "max_length",
    "too_short": "min_length",
    "string_pattern_mismatch": "invalid_format",
    "finite_number": "not_finite",
}


def pointer(*parts: str | int) -> str:
    """The JSON pointer to a place, RFC 6901."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def or_default(default: Any) -> BeforeValidator:
    """null means the default: an import may give null for every key it does not need."""
    return BeforeValidator(lambda value: default if value is None else value)


class Shape(BaseModel):
    """Strict about types, closed to unknown keys and to non-finite numbers."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)


class Set(Shape):
    """One set: at least one of reps, duration, distance and calories, and how hard."""

    kind: Annotated[Kind, or_default("working")] = "working"
    reps: Annotated[int, Field(ge=1, le=10_000)] | None = None
    reps_max: Annotated[int, Field(ge=1, le=10_000)] | None = None
    duration_seconds: Annotated[float, Field(ge=1, le=86_400)] | None = None
    distance_meters: Annotated[float, Field(ge=1, le=250_000)] | None = None
    calories: Annotated[float, Field(ge=1, le=10_000)] | None = None
    load_kg: Annotated[float, Field(ge=0, le=1_000)] | None = None
    percent_1rm: Annotated[float, Field(ge=1, le=150)] | None = None
    rpe: Annotated[float, Field(ge=1, le=10)] | None = None
    zone: Annotated[int, Field(ge=1, le=7)] | None = None
    intensity: Annotated[float, Field(ge=0.1, le=3)] | None = None
    intensity_end: Annotated[float, Field(ge=0.1, le=3)] | None = None
    tempo: Annotated[str, StringConstraints(pattern=r"^[0-9X]{4}$")] | None = None
    rest_seconds: Annotated[float, Field(ge=0, le=3_600)] | None = None


class PrescribedExercise(Shape):
    """An exercise of the catalogue (`exercise` is its slug), or a stranger known by its name alone."""

    key: Key = ""
    exercise: str | None = None
    name: Text | None = None
    per_side: Annotated[bool, or_default(False)] = False
    implements: Annotated[int, Field(ge=1, le=2), or_default(1)] = 1
    slot: Annotated[int, Field(ge=1, le=60)] | None = None
    sport: Sport | None = None
    cue: Text | None = None
    substitutions: Annotated[list[Text], Field(max_length=20), or_default([])] = []
    sets: Annotated[list[Set], Field(min_length=1, max_length=MAX_SETS)]


class Block(Shape):
    """Some exercises and the format in which they are done."""

    key: Key = ""
    role: Role
    format: Format
    rounds: Annotated[int, Field(ge=1, le=100)] | None = None
    time_cap_seconds: Annotated[float, Field(ge=1, le=86_400)] | None = None
    interval_seconds: Annotated[float, Field(ge=1, le=86_400)] | None = None
    rest_seconds: Annotated[float, Field(ge=0, le=3_600)] | None = None
    exercises: Annotated[list[PrescribedExercise], Field(min_length=1, max_length=MAX_EXERCISES)]


class Prescription(Shape):
    """A whole session."""

    title: Text | None = None
    summary: Text | None = None
    focus: Annotated[list[Text], Field(max_length=20), or_default([])] = []
    expected_rpe: Annotated[float, Field(ge=1, le=10)] | None = None
    duration_minutes: Annotated[float, Field(ge=1, le=1_440)] | None = None
    rationale: Text | None = None
    blocks: Annotated[list[Block], Field(min_length=1, max_length=MAX_BLOCKS)]

    def exercises(self) -> Iterator[tuple[Block, PrescribedExercise]]:
        """Every exercise in order, with the block it stands in."""
        for block in self.blocks:
            for exercise in block.exercises:
                yield block, exercise
