"""The shape of a prescription: pure pydantic, no Django.

A prescription is a list of blocks; a block a list of exercises; an exercise a list of sets. How a block's format makes
its sets into a workout is told in the API's documentation and computed in `training.timing`. Loads are kilograms,
distances metres, durations seconds.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

Text = Annotated[str, StringConstraints(max_length=500)]
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
MAX_ERRORS = 100  # told of one body: enough to mend it, too few to make a big answer of a small request


@dataclass(frozen=True)
class Sentence:
    """What a caller is told: an English template, and apart from it the values of its {places}.

    Kept apart because a template has a translation (locale/), a filled sentence has none. A value that is a Sentence
    is translated, too. Pure: who answers brings the translation (`config.http`); str() is the English of logs.
    """

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.told(str)

    def told(self, translate: Callable[[str], str], decimal_mark: str = ".") -> str:
        """The sentence in the language that `translate` puts templates into."""

        def said(value: Any) -> str:
            match value:
                case Sentence():
                    return value.told(translate, decimal_mark)
                case float():
                    return f"{value:g}".replace(".", decimal_mark)
            return str(value)

        translated = translate(self.template) if self.template else ""
        # Without values it is taken as it stands: a library's own sentence may hold braces.
        return translated.format(**{k: said(v) for k, v in self.values.items()}) if self.values else translated


@dataclass(frozen=True, init=False)
class FieldError:
    """One refused place of a body: a JSON pointer (RFC 6901), a machine's code and a person's sentence."""

    pointer: str
    code: str
    sentence: Sentence

    def __init__(self, pointer: str, code: str, sentence: str | Sentence, /, **values: Any) -> None:
        """A literal English template and its values, `"At most {most}.", most=30`, never a filled string."""
        object.__setattr__(self, "pointer", pointer)
        object.__setattr__(self, "code", code)
        object.__setattr__(self, "sentence", sentence if isinstance(sentence, Sentence) else Sentence(sentence, values))

    @property
    def detail(self) -> str:
        """The sentence in English: for logs, and for a model that is asked again."""
        return str(self.sentence)


class Refused(ValueError):
    """Readable, but not acceptable: every place that is wrong, and why. The first MAX_ERRORS of them are told."""

    def __init__(self, errors: Iterable[FieldError]) -> None:
        self.errors = list(islice(errors, MAX_ERRORS))
        super().__init__("; ".join(f"{e.pointer or '/'}: {e.detail}" for e in self.errors))

    @classmethod
    def at(cls, pointer: str, code: str, sentence: str | Sentence, /, **values: Any) -> Self:
        """A refusal of one place: `Refused.at("/coach", "invalid_choice", "Not a coach: {coach}.", coach=slug)`."""
        return cls([FieldError(pointer, code, sentence, **values)])

    @classmethod
    def of(cls, error: ValidationError, prefix: str = "") -> Self:
        """What pydantic refused, in the API's words."""
        return cls(_translate(e, prefix) for e in error.errors(include_url=False, include_input=False))


def refusal(code: str, template: str, /, **values: Any) -> PydanticCustomError:
    """What a validator of our own raises: the API's code, and a sentence whose values stand apart, for `Refused.of`."""
    sentence = Sentence(template, values)
    return PydanticCustomError(code, "{sentence}", {"sentence": sentence})


# What pydantic says -> the API's code, and a sentence with the values of pydantic's own context.
_WORDS = {
    "missing": ("required", Sentence("This is required.")),
    "extra_forbidden": ("unknown_key", Sentence("There is no such key.")),
    "literal_error": ("invalid_choice", Sentence("Expected one of {expected}.")),
    "less_than_equal": ("max_value", Sentence("At most {le}.")),
    "less_than": ("max_value", Sentence("Less than {lt}.")),
    "greater_than_equal": ("min_value", Sentence("At least {ge}.")),
    "greater_than": ("min_value", Sentence("More than {gt}.")),
    "string_too_long": ("max_length", Sentence("At most {max_length} characters.")),
    "string_too_short": ("min_length", Sentence("At least {min_length} characters.")),
    "too_long": ("max_length", Sentence("At most {max_length} of them.")),
    "too_short": ("min_length", Sentence("At least {min_length} of them.")),
    "string_pattern_mismatch": ("invalid_format", Sentence("Expected the form {pattern}.")),
    "string_unicode": ("invalid_character", Sentence("Not valid Unicode.")),
    "finite_number": ("not_finite", Sentence("Expected a finite number.")),
    "bool_type": ("invalid_type", Sentence("Expected true or false.")),
    "int_type": ("invalid_type", Sentence("Expected a whole number.")),
    "float_type": ("invalid_type", Sentence("Expected a number.")),
    "string_type": ("invalid_type", Sentence("Expected text.")),
    "datetime_type": ("invalid_type", Sentence("Expected a time in ISO 8601.")),
    "list_type": ("invalid_type", Sentence("Expected a list.")),
    "dict_type": ("invalid_type", Sentence("Expected an object.")),
    "model_type": ("invalid_type", Sentence("Expected an object.")),
}


def _translate(error: ErrorDetails, prefix: str) -> FieldError:
    values = error.get("ctx", {})
    if "sentence" in values:  # our own validators'
        code, sentence = error["type"], values["sentence"]
    elif error["type"] in _WORDS:
        code, sentence = _WORDS[error["type"]]
        if "expected" in values:
            values = {"expected": values["expected"].replace(" or ", ", ")}  # "or" is English
        sentence = replace(sentence, values=values)
    else:
        said = error["msg"]
        code, sentence = error["type"], Sentence(said)
    place = error["loc"]
    if place[-1:] == ("[key]",) and error["type"].startswith("string_"):
        place = place[:-1]  # pydantic's mark for a refused key of a dictionary; the only dictionary holds numbers
    return FieldError(prefix + pointer(*place), code, sentence)


def pointer(*parts: str | int) -> str:
    """The JSON pointer to a place, RFC 6901. Lone surrogates, which no answer could carry, are spelled out."""
    escaped = (str(part).replace("~", "~0").replace("/", "~1") for part in parts)
    return "".join("/" + part for part in escaped).encode(errors="backslashreplace").decode()


def or_default(default: Any) -> BeforeValidator:
    """null means the default: an import may give null for every key it does not need."""
    return BeforeValidator(lambda value: default if value is None else value)


# The keys of blocks and exercises share one namespace. Empty: none given; `training.imports.with_keys` makes one.
Key = Annotated[str, StringConstraints(max_length=500), or_default("")]


class Shape(BaseModel):
    """Strict about types, closed to unknown keys and to non-finite numbers."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        frozen=True,
        hide_input_in_errors=True,  # logs hold no athlete's words
    )


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

    @model_validator(mode="after")
    def _has_a_measure(self) -> Self:
        if all(measure is None for measure in (self.reps, self.duration_seconds, self.distance_meters, self.calories)):
            raise refusal("required", "A set needs one of reps, duration_seconds, distance_meters and calories.")
        return self


def _with_details(schema: dict[str, Any]) -> None:
    """For the API's document, against which callers may check what they send: see `_without_details`."""
    schema["properties"].setdefault("details", {"description": "what GET gives: accepted and ignored"})


class PrescribedExercise(Shape):
    """An exercise of the catalogue (`exercise` is its slug), or a stranger known by its name alone."""

    model_config = ConfigDict(json_schema_extra=_with_details)

    key: Key = ""
    exercise: Text | None = None
    name: Text | None = None
    per_side: Annotated[bool, or_default(False)] = False
    implements: Annotated[int, Field(ge=1, le=2), or_default(1)] = 1
    slot: Annotated[int, Field(ge=1, le=60)] | None = None
    sport: Sport | None = None
    cue: Text | None = None
    substitutions: Annotated[list[Text], Field(max_length=20), or_default([])] = []
    sets: Annotated[list[Set], Field(min_length=1, max_length=MAX_SETS)]

    @model_validator(mode="before")
    @classmethod
    def _without_details(cls, data: Any) -> Any:
        """What GET gives can be POSTed: the details an answer carries are no part of a prescription."""
        return {key: value for key, value in data.items() if key != "details"} if isinstance(data, dict) else data

    @model_validator(mode="after")
    def _has_a_name(self) -> Self:
        if self.exercise is None and not (self.name and self.name.strip()):
            raise refusal("required", "An exercise needs a name, or the slug of one of the catalogue.")
        return self


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

    @field_validator("blocks")
    @classmethod
    def _few_enough_exercises(cls, blocks: list[Block]) -> list[Block]:
        if sum(len(block.exercises) for block in blocks) > MAX_EXERCISES:
            raise refusal("max_length", "At most {most} exercises in a session.", most=MAX_EXERCISES)
        return blocks

    def exercises(self) -> Iterator[tuple[Block, PrescribedExercise]]:
        """Every exercise in order, with the block it stands in."""
        for block in self.blocks:
            for exercise in block.exercises:
                yield block, exercise
