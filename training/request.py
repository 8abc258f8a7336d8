"""The shape of a request for a session: what an athlete asks of a coach. Pure pydantic, no Django.

Which coaches and disciplines there are is the registry's to say (`training.coaches`), not this shape's.
"""

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from training.prescription import Prescription, Shape, Text, or_default, refusal

Level = Literal["beginner", "intermediate", "advanced"]
Language = Literal["en", "fr"]
Location = Literal["gym", "home", "outdoor"]
Division = Literal["women_open", "women_pro", "women_doubles", "men_open", "men_pro", "men_doubles"]


class Athlete(Shape):
    """What the coach may know of the athlete; everything is optional but the level, which has a default."""

    level: Annotated[Level, or_default("intermediate")] = "intermediate"
    age: Annotated[int, Field(ge=10, le=100)] | None = None
    sex: Literal["female", "male"] | None = None
    body_mass_kg: Annotated[float, Field(ge=20, le=400)] | None = None
    one_rep_max_kg: Annotated[
        dict[Text, Annotated[float, Field(gt=0, le=1_000)]], Field(max_length=100), or_default({})
    ] = {}
    ftp_watts: Annotated[float, Field(ge=30, le=700)] | None = None
    threshold_pace_s_per_km: Annotated[float, Field(ge=120, le=900)] | None = None
    css_s_per_100m: Annotated[float, Field(ge=40, le=400)] | None = None
    max_heart_rate: Annotated[int, Field(ge=80, le=240)] | None = None
    resting_heart_rate: Annotated[int, Field(ge=20, le=120)] | None = None
    threshold_heart_rate: Annotated[int, Field(ge=60, le=230)] | None = None
    division: Division | None = None
    target_finish_seconds: Annotated[int, Field(ge=60, le=86_400)] | None = None
    injuries: Annotated[list[Text], Field(max_length=50), or_default([])] = []
    avoid: Annotated[list[Text], Field(max_length=100), or_default([])] = []

    @field_validator("resting_heart_rate", "threshold_heart_rate")
    @classmethod
    def _below_the_maximum(cls, rate: int | None, info: ValidationInfo) -> int | None:
        """No zone could be computed from a heart that beats faster at rest than it can."""
        highest = info.data.get("max_heart_rate")
        if rate is not None and highest is not None and rate >= highest:
            raise refusal("max_value", "Less than {lt}.", lt=highest)
        return rate


class SessionRequest(Shape):
    """The body of POST sessions/. Durations in minutes where the name says so; 1 is the most urgent priority."""

    coach: str
    discipline: str | None = None  # null: the coach's first
    mode: Annotated[Literal["fast", "full"], or_default("fast")] = "fast"
    goal: Text | None = None
    available_minutes: Annotated[int, Field(ge=10, le=180), or_default(45)] = 45
    energy_level: Annotated[int, Field(ge=1, le=10), or_default(7)] = 7
    location: Annotated[Location, or_default("gym")] = "gym"
    # null: what the place usually has; an empty list: the body only.
    equipment: Annotated[list[Text], Field(max_length=100)] | None = None
    language: Annotated[Language, or_default("en")] = "en"
    priority: Annotated[int, Field(ge=1, le=10), or_default(5)] = 5
    allow_fallback: Annotated[bool, or_default(True)] = True
    athlete: Annotated[Athlete, or_default({})] = Athlete()
    prescription: Prescription | None = None
