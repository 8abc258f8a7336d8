"""What the two streams tell: a session being written, and its enrichment as it happens."""

from typing import Any, TypeVar

from pydantic import ValidationError

from secondwind_client.errors import UnexpectedAnswer
from secondwind_client.shapes import Details, EnrichmentStatus, Exercise, OutlinedBlock, Session, Shape
from secondwind_client.sse import ServerSentEvent

S = TypeVar("S", bound=Shape)

# --- a session being written ---


class Outline(Shape):
    """What it will be."""

    id: str
    title: str | None = None
    summary: str | None = None
    focus: list[str] = []
    blocks: list[OutlinedBlock] = []


class ExerciseWritten(Shape):
    """An exercise is there; `block` is its block's key."""

    block: str
    exercise: Exercise


class Notice(Shape):
    """The built-in coach took over, and why."""

    code: str
    detail: str


class SessionReady(Shape):
    """The session as it was checked and saved: it replaces all that was told before, keys stay."""

    session: Session


GenerationEvent = Outline | ExerciseWritten | Notice | SessionReady

# --- its enrichment ---


class Numbered(Shape):
    """An event of a session's story; `number` grows by one. None: of the moment, and not told again."""

    number: int | None


class StatusChanged(Numbered):
    """The state or the place in the queue."""

    status: EnrichmentStatus


class ExerciseEnriched(Numbered):
    """An exercise has its details."""

    key: str
    details: Details


class AnalysisComputed(Numbered):
    """The coach's figures are there."""

    analysis: dict[str, Any]


class EnrichmentOver(Numbered):
    """The end: completed, failed, cancelled, or full from the start."""

    status: EnrichmentStatus


EnrichmentEvent = StatusChanged | ExerciseEnriched | AnalysisComputed | EnrichmentOver


def generation_event(event: ServerSentEvent) -> GenerationEvent | None:
    """An event of POST sessions/; None for a name that a newer server may use. Raises UnexpectedAnswer."""
    match event.name:
        case "outline":
            return read(Outline, event.data)
        case "exercise":
            return read(ExerciseWritten, event.data)
        case "notice":
            return read(Notice, event.data)
        case "session":
            return SessionReady(session=read(Session, event.data))
    return None


def enrichment_event(event: ServerSentEvent) -> EnrichmentEvent | None:
    """An event of .../enrichment/events/; None for a name that a newer server may use. Raises UnexpectedAnswer."""
    number = number_of(event)
    match event.name:
        case "status":
            return StatusChanged(number=number, status=read(EnrichmentStatus, event.data))
        case "exercise":
            told = read(_Enriched, event.data)
            return ExerciseEnriched(number=number, key=told.key, details=told.details)
        case "analysis":
            return AnalysisComputed(number=number, analysis=read(Shape, event.data).model_dump())
        case "done":
            return EnrichmentOver(number=number, status=read(EnrichmentStatus, event.data))
    return None


def number_of(event: ServerSentEvent) -> int | None:
    """The event's number. Raises UnexpectedAnswer."""
    if not event.id:  # an empty one means: resume from nowhere
        return None
    if not (event.id.isascii() and event.id.isdigit()):
        raise UnexpectedAnswer(f"An event's number is {event.id!r}.")
    return int(event.id)


def read(shape: type[S], content: bytes | str) -> S:
    """JSON as a shape. Raises UnexpectedAnswer."""
    try:
        return shape.model_validate_json(content)
    except ValidationError as error:
        raise UnexpectedAnswer(f"This is no {shape.__name__}: {error}") from error


class _Enriched(Shape):
    key: str
    details: Details
