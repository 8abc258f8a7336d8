"""The shapes of what is asked and answered. What a newer server adds to an answer is kept, and hurts nobody.

Durations are seconds, loads kilograms, distances metres, as their names say.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, Required, TypedDict
from uuid import UUID

from pydantic import BaseModel, ConfigDict

Status = Literal["fast", "enriching", "enriched", "full"]
ItemStatus = Literal["pending", "processing", "completed", "failed", "cancelled"]


class Shape(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(extra="allow", frozen=True)


# --- a session ---


class Set(Shape):
    """One set: at least one of reps, duration, distance and calories, and how hard."""

    kind: str = "working"
    reps: int | None = None
    reps_max: int | None = None
    duration_seconds: float | None = None
    distance_meters: float | None = None
    calories: float | None = None
    load_kg: float | None = None
    percent_1rm: float | None = None
    rpe: float | None = None
    zone: int | None = None
    intensity: float | None = None
    intensity_end: float | None = None
    tempo: str | None = None
    rest_seconds: float | None = None


class Details(Shape):
    """What enrichment adds to an exercise."""

    coaching_cues_detailed: list[str]
    common_mistakes: list[str]
    progression_suggestions: dict[str, str]
    technical_breakdown: dict[str, str]
    source: str


class Exercise(Shape):
    """An exercise of a session; `details` are None until it is enriched."""

    key: str
    exercise: str | None = None
    name: str | None = None
    per_side: bool = False
    implements: int = 1
    slot: int | None = None
    sport: str | None = None
    cue: str | None = None
    substitutions: list[str] = []
    sets: list[Set]
    details: Details | None = None


class OutlinedBlock(Shape):
    """A block before its exercises are written."""

    key: str
    role: str
    format: str
    rounds: int | None = None
    time_cap_seconds: float | None = None
    interval_seconds: float | None = None
    rest_seconds: float | None = None


class Block(OutlinedBlock):
    """Some exercises and the format in which they are done."""

    exercises: list[Exercise]


class Prescription(Shape):
    """What to do."""

    title: str | None = None
    summary: str | None = None
    focus: list[str] = []
    expected_rpe: float | None = None
    duration_minutes: float | None = None
    rationale: str | None = None
    blocks: list[Block]

    def exercises(self) -> Iterator[tuple[Block, Exercise]]:
        """Every exercise in order, with the block it stands in."""
        for block in self.blocks:
            for exercise in block.exercises:
                yield block, exercise


class Check(Shape):
    """Whether a session keeps one of the promises made to the athlete."""

    code: str
    ok: bool
    detail: str


class Usage(Shape):
    """What the models took for a session."""

    input_tokens: int
    cached_input_tokens: int
    output_tokens: int
    cost_usd: str


class Done(Shape):
    """When the athlete did it, and how hard it was."""

    at: datetime
    rpe: float | None = None


class Session(Shape):
    """A session. `analysis` is computed once it is enriched; its keys are its coach's."""

    id: UUID
    coach: str
    discipline: str
    mode: str
    language: str
    enrichment_status: Status
    source: str
    model: str | None
    fallback_reason: str | None
    prescription: Prescription
    analysis: dict[str, Any] | None
    checks: list[Check]
    usage: Usage
    created_at: datetime
    updated_at: datetime
    enriched_at: datetime | None
    done: Done | None = None
    links: dict[str, Any]


# --- its enrichment ---


class Item(Shape):
    """A session's place in the queue."""

    id: UUID
    status: ItemStatus
    priority: int
    attempts: int
    max_attempts: int
    error_message: str | None
    next_attempt_at: datetime | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None


class Progress(Shape):
    """How many exercises have their details."""

    enriched: int
    total: int


class EnrichmentStatus(Shape):
    """How far a session's enrichment is. str() says it in a line."""

    session: UUID
    status: Status
    item: Item | None
    queue_position: int | None
    estimated_wait_seconds: int | None
    estimated_wait_seconds_p90: int | None
    progress: Progress

    @property
    def is_final(self) -> bool:
        """Nothing more happens of itself."""
        if self.item is None:
            return self.status == "full"
        return self.item.status in ("completed", "failed", "cancelled")

    def __str__(self) -> str:
        match self.item:
            case Item(status="failed" | "cancelled", error_message=reason):
                return f"{self.item.status}: {reason}" if reason else self.item.status
            case Item(status="processing"):
                return f"enriching, {self.progress.enriched} of {self.progress.total}"
            case Item(status="pending", next_attempt_at=None):
                place = "waiting" if self.queue_position is None else f"place {self.queue_position} in the queue"
                wait = self.estimated_wait_seconds
                return place if wait is None else f"{place}, about {wait} s"
            case Item(status="pending", error_message=reason):
                return f"put off: {reason}" if reason else "put off"
        return self.status


class Percentiles(Shape):
    p50: float | None
    p95: float | None


class QueueStats(Shape):
    """The whole queue in numbers, and nobody's data."""

    pending: int
    processing: int
    completed: int
    failed: int
    cancelled: int
    by_priority: dict[int, int]
    by_coach: dict[str, int]
    oldest_pending_seconds: float | None
    workers: int
    capacity: int
    throughput_per_minute: float
    wait_seconds: Percentiles
    service_seconds: Percentiles
    window_seconds: int


class File(Shape):
    """A session as a file for elsewhere."""

    name: str
    media_type: str
    content: bytes


# --- what is asked ---


class Athlete(TypedDict, total=False):
    """What the coach may know of the athlete."""

    level: Literal["beginner", "intermediate", "advanced"]
    age: int
    sex: Literal["female", "male"]
    body_mass_kg: float
    one_rep_max_kg: Mapping[str, float]
    ftp_watts: float
    threshold_pace_s_per_km: float
    css_s_per_100m: float
    max_heart_rate: int
    resting_heart_rate: int
    threshold_heart_rate: int
    division: Literal["women_open", "women_pro", "women_doubles", "men_open", "men_pro", "men_doubles"]
    target_finish_seconds: int
    injuries: Sequence[str]
    avoid: Sequence[str]


class SessionRequest(TypedDict, total=False):
    """What to ask of a coach; only `coach` is needed. With `prescription` nothing is generated."""

    coach: Required[str]
    discipline: str | None
    mode: Literal["fast", "full"]
    goal: str | None
    available_minutes: int
    energy_level: int
    location: Literal["gym", "home", "outdoor"]
    equipment: Sequence[str] | None
    language: Literal["en", "fr"]
    priority: int
    allow_fallback: bool
    athlete: Athlete
    prescription: Prescription | Mapping[str, Any] | None


class Filters(TypedDict, total=False):
    """Which sessions to list, and how many to fetch at once."""

    coach: str
    enrichment_status: Status
    created_after: datetime
    created_before: datetime
    page_size: int


# --- refusals ---


class FieldError(Shape):
    """One refused place of a request: a JSON pointer, a machine's code and a person's sentence."""

    pointer: str
    code: str
    detail: str


class Problem(Shape):
    """A problem document (RFC 9457)."""

    type: str = "about:blank"
    title: str = ""
    status: int
    detail: str = ""
    errors: list[FieldError] = []
