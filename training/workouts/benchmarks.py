"""The named workouts as the data file spells them. Pure; read once, when the module is imported."""

from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import Field, TypeAdapter, model_validator

from training.catalogue.entry import Closed, Word
from training.request import Level

Count = Annotated[int, Field(ge=1)]
Kilograms = Annotated[float, Field(gt=0)]


class BySex(Closed):
    """The men's and the women's number."""

    male: Kilograms
    female: Kilograms

    def of(self, sex: str | None) -> float | None:
        """The number of this sex; None where it is unknown."""
        return {"male": self.male, "female": self.female}.get(sex or "")


class Movement(Closed):
    """One movement: repetitions or metres, a number a round or one for all, and the load of one implement in kg."""

    exercise: Word
    reps: Annotated[list[Count], Field(min_length=1)] | None = None
    meters: Annotated[list[Count], Field(min_length=1)] | None = None
    load_kg: BySex | None = None

    @model_validator(mode="after")
    def _has_one_measure(self) -> Self:
        if (self.reps is None) == (self.meters is None):
            raise ValueError(f"{self.exercise}: either reps or meters")
        return self

    @property
    def amounts(self) -> list[int]:
        """Repetitions or metres, whichever it is measured in."""
        return self.reps or self.meters or []


class Benchmark(Closed):
    """A named workout as it is prescribed; `minutes` runs from an advanced athlete's time to the usual cap."""

    slug: Word
    name: str
    source: str
    as_of: Annotated[str, Field(pattern=r"^\d{4}-\d{2}$")]
    level: Level
    format: Literal["for_time", "amrap"]
    rounds: Count | None = None
    minutes: tuple[Count, Count]
    vest_kg: BySex | None = None
    movements: Annotated[list[Movement], Field(min_length=1)]

    @property
    def cap_seconds(self) -> int:
        """The time cap, for an amrap the whole of its time."""
        return 60 * self.minutes[1]


def load(path: Path) -> dict[str, Benchmark]:
    """The workouts of a data file by slug."""
    rows = TypeAdapter(list[Benchmark]).validate_python(yaml.safe_load(path.read_text(encoding="utf-8")))
    return {row.slug: row for row in rows}


BENCHMARKS = load(Path(__file__).with_name("benchmarks.yaml"))
