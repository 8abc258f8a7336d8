"""The steps of a flow, and what comes back of them: all that the client and the network say to each other."""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeAlias, TypeVar

from secondwind_client.errors import ApiProblem, ConnectionLost

JSON, EVENT_STREAM = "application/json", "text/event-stream"

T = TypeVar("T")


class Step:
    """What a flow wants done."""


@dataclass(frozen=True)
class Send(Step):
    """Send a request; its outcome is an Answer. `path` holds the query."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    read_seconds: float = 30.0  # between two bytes


@dataclass(frozen=True)
class Read(Step):
    """The next bytes of the open stream; b"" at its end."""


@dataclass(frozen=True)
class Sleep(Step):
    """Wait."""

    seconds: float


@dataclass(frozen=True)
class Answer:
    """What came back. The body of an event stream is not here: it is to `Read`."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """Of the body, without parameters."""
        return _media_type(self.headers)

    @property
    def retry_after_seconds(self) -> float | None:
        """What Retry-After says, in seconds or as a date."""
        told = self.headers.get("retry-after", "")
        if told.isascii() and told.isdigit():
            return float(told)
        try:
            moment = parsedate_to_datetime(told)
        except ValueError:
            return None
        return max(0.0, (moment.astimezone(UTC) - datetime.now(UTC)).total_seconds())

    def problem(self, *, repeated: bool) -> ApiProblem:
        """The refusal this is."""
        return ApiProblem.of(self.body, self.status, retry_after_seconds=self.retry_after_seconds, repeated=repeated)


def streams(headers: Mapping[str, str]) -> bool:
    """Whether the body of an answer with these headers is an event stream."""
    return _media_type(headers) == EVENT_STREAM


def _media_type(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


Steps: TypeAlias = Generator[Step, Any, T]  # steps on the way to a result
Flow: TypeAlias = Generator[Step | T, Any, None]  # steps, and in between what is told


class Run(Iterator[Step | T]):
    """A flow under way: its steps and what it tells, in turn. After a step either `outcome` or `lost` is set."""

    def __init__(self, flow: Flow[T]) -> None:
        self._flow = flow
        self.outcome: Any = None
        self.lost: Exception | None = None

    def __next__(self) -> Step | T:
        outcome, cause = self.outcome, self.lost
        self.outcome = self.lost = None
        if cause is None:
            return self._flow.send(outcome)
        lost = ConnectionLost(f"{cause or 'the connection is lost'} ({type(cause).__name__})")
        lost.__cause__ = cause
        return self._flow.throw(lost)
