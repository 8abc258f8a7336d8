"""What the client does, apart from doing it: each call is a generator, a flow.

A flow yields steps (send this, read on, wait so long) and is given their outcome; what is lost on the way is thrown
into it as ConnectionLost. Whatever else it yields is what the caller is told. So retries, resuming and giving up are
written once for `Client` and `AsyncClient`, which only take the steps, and are tested without a network or waiting.
"""

import json
import random
import time
from collections import deque
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import Message
from typing import Any, TypeAlias, TypeVar
from urllib.parse import quote, urlencode, urlsplit
from uuid import UUID, uuid4

from pydantic import BaseModel

from secondwind_client.errors import (
    ApiProblem,
    Conflict,
    ConnectionLost,
    NotAcceptable,
    NotEnriched,
    NotFound,
    TookTooLong,
    UnexpectedAnswer,
)
from secondwind_client.events import (
    EnrichmentEvent,
    EnrichmentOver,
    GenerationEvent,
    SessionReady,
    enrichment_event,
    generation_event,
    read,
)
from secondwind_client.shapes import EnrichmentStatus, File, Filters, QueueStats, Session, SessionRequest, Shape
from secondwind_client.sse import EventParser, ServerSentEvent
from secondwind_client.steps import EVENT_STREAM, JSON, Answer, Flow, Read, Send, Sleep, Step, Steps, streams

API = "/api/v1/"
SESSIONS = f"{API}sessions/"
HEARTBEAT_SECONDS = 15.0  # the server's promise: a stream is never silent for longer
RECONNECT_SECONDS = 1.0  # until the server says otherwise
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 10.0
PASSING = (429, 502, 503, 504)  # worth asking again; the second and the last are a gateway's

S = TypeVar("S", bound=Shape)
SessionId: TypeAlias = UUID | str


@dataclass(frozen=True)
class Limits:
    """How long the client is patient, in seconds."""

    answer_seconds: float = 30.0  # without a byte of an answer
    generation_seconds: float = 150.0  # the same for a new session: above the server's FULL_DEADLINE_SECONDS
    silence_seconds: float = 30.0  # of a live stream, then it is taken for lost
    retry_seconds: float = 60.0  # from a first failure on, until it is told

    def __post_init__(self) -> None:
        if self.silence_seconds <= HEARTBEAT_SECONDS:
            raise ValueError(
                f"silence_seconds must be above {HEARTBEAT_SECONDS:g}: so long may a sound stream be silent."
            )


class Flows:
    """Every call of the API as a flow."""

    def __init__(self, limits: Limits, now: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._now = now

    # --- a new session ---

    def generate(self, request: SessionRequest, key: str | None) -> Flow[Session]:
        """Tells the session."""
        answer = yield from self._exchange(self._generation(request, key))
        yield read(Session, answer.body)

    def stream(self, request: SessionRequest, key: str | None) -> Flow[GenerationEvent]:
        """Tells the session as it is written. A broken stream is asked for again under its key: saved once."""
        call = self._generation(request, key)
        streamed = replace(call, headers={**call.headers, "Accept": EVENT_STREAM})
        patience = self._patience(self._limits.generation_seconds)
        while True:
            try:
                answer = yield from self._exchange(streamed)
            except NotAcceptable:  # a server, or something before it, that does not stream
                answer = yield from self._exchange(call)
            if not streams(answer.headers):
                yield SessionReady(session=read(Session, answer.body))
                return
            try:
                if (yield from self._tell_generation()):
                    return
                lost = ConnectionLost("The stream ended before the session was there.")
            except ConnectionLost as error:
                lost = error
            yield Sleep(patience.pause(lost))

    def _tell_generation(self) -> Generator[Step | GenerationEvent, Any, bool]:
        """Whether it came to the session."""
        stream = _Stream()
        while (event := (yield from stream.next())) is not None:
            if event.name == "problem":
                raise ApiProblem.of(event.data, 500)
            told = generation_event(event)
            if told is not None:
                yield told
            if isinstance(told, SessionReady):
                return True
        return False

    def _generation(self, request: SessionRequest, key: str | None) -> Send:
        return self._call("POST", SESSIONS, request, key=key or uuid4().hex, seconds=self._limits.generation_seconds)

    # --- sessions ---

    def get(self, session_id: SessionId) -> Flow[Session]:
        """Tells the session."""
        yield from self._one(Session, "GET", _session(session_id))

    def list(self, filters: Filters) -> Flow[Session]:
        """Tells the caller's sessions, page after page."""
        query = urlencode({name: _text(value) for name, value in filters.items() if value is not None})
        while True:
            answer = yield from self._exchange(self._call("GET", f"{SESSIONS}?{query}"))
            page = read(_Page, answer.body)
            yield from page.results
            if page.next is None:
                return
            query = urlsplit(page.next).query  # the query alone: a link leads nobody's token elsewhere

    def delete(self, session_id: SessionId) -> Flow[None]:
        """Tells None."""
        try:
            yield from self._exchange(self._call("DELETE", _session(session_id)))
        except NotFound as problem:
            if not problem.repeated:  # else it was the call whose answer was lost
                raise
        yield None

    def done(self, session_id: SessionId, at: datetime | None, rpe: float | None) -> Flow[Session]:
        """Tells the session."""
        body = {"at": _text(at) if at else None, "rpe": rpe}
        yield from self._one(Session, "POST", f"{_session(session_id)}done/", body)

    def not_done(self, session_id: SessionId) -> Flow[Session]:
        """Tells the session."""
        yield from self._one(Session, "DELETE", f"{_session(session_id)}done/")

    def export(self, session_id: SessionId, extension: str, start: datetime | None) -> Flow[File]:
        """Tells the file."""
        query = f"?{urlencode({'start': _text(start)})}" if start else ""
        path = f"{_session(session_id)}export.{quote(extension, safe='')}{query}"
        answer = yield from self._exchange(self._call("GET", path, accept="*/*"))
        disposition = Message()
        disposition["Content-Disposition"] = answer.headers.get("content-disposition", "")
        name = disposition.get_filename() or f"{session_id}.{extension}"
        yield File(name=name, media_type=answer.media_type, content=answer.body)

    # --- enrichment ---

    def status(self, session_id: SessionId) -> Flow[EnrichmentStatus]:
        """Tells the status."""
        yield from self._one(EnrichmentStatus, "GET", _enrichment(session_id))

    def enqueue(self, session_id: SessionId, priority: int | None) -> Flow[EnrichmentStatus]:
        """Tells the status."""
        yield from self._one(EnrichmentStatus, "POST", _enrichment(session_id), {"priority": priority})

    def cancel(self, session_id: SessionId) -> Flow[EnrichmentStatus]:
        """Tells the status."""
        try:
            yield from self._one(EnrichmentStatus, "DELETE", _enrichment(session_id))
        except Conflict as problem:
            if not problem.repeated:  # else it was the call whose answer was lost
                raise
            yield from self.status(session_id)

    def follow(self, session_id: SessionId, after: int) -> Flow[EnrichmentEvent]:
        """Tells the events after a number, to the end of the story, over as many connections as it takes."""
        patience = self._patience()
        while True:
            resume = {"Last-Event-ID": str(after)} if after else {}
            call = self._call(
                "GET",
                f"{_enrichment(session_id)}events/",
                accept=EVENT_STREAM,
                headers=resume,
                seconds=self._limits.silence_seconds,
            )
            answer = yield from self._exchange(call, patience)
            if answer.status == 204:
                return
            if not streams(answer.headers):
                raise UnexpectedAnswer(f"This is no event stream, but {answer.media_type or 'without a type'}.")
            stream = _Stream(heard=patience.renew)
            try:
                while (event := (yield from stream.next())) is not None:
                    told = enrichment_event(event)
                    if told is None or (told.number is not None and told.number <= after):
                        continue
                    after = told.number or after
                    yield told
                    if isinstance(told, EnrichmentOver):
                        return
                lost = ConnectionLost("The stream ended before the story did.")
            except ConnectionLost as error:
                lost = error
            yield Sleep(patience.pause(lost, stream.retry_seconds))

    def wait_until_enriched(self, session_id: SessionId, timeout_seconds: float) -> Flow[Session]:
        """Tells the session, enriched. Asks as often as the server advises, so it works where streams do not."""
        deadline = self._now() + timeout_seconds
        while True:
            answer = yield from self._exchange(self._call("GET", _enrichment(session_id)))
            status = read(EnrichmentStatus, answer.body)
            if status.is_final:
                break
            left = deadline - self._now()
            if left <= 0:
                raise TookTooLong(status)
            yield Sleep(min(left, answer.retry_after_seconds or RECONNECT_SECONDS))
        if status.status not in ("enriched", "full"):
            raise NotEnriched(status)
        yield from self.get(session_id)

    def stats(self) -> Flow[QueueStats]:
        """Tells the queue's numbers."""
        yield from self._one(QueueStats, "GET", f"{API}enrichment/stats/")

    # --- what they have in common ---

    def _one(self, shape: type[S], method: str, path: str, body: Mapping[str, Any] | None = None) -> Flow[S]:
        answer = yield from self._exchange(self._call(method, path, body))
        yield read(shape, answer.body)

    def _exchange(self, call: Send, patience: "_Patience | None" = None) -> Steps[Answer]:
        """The good answer to a call, asked for again as long as that makes sense. Raises ApiProblem, ConnectionLost."""
        patience = patience or self._patience()
        lost_one = False
        while True:
            try:
                answer: Answer = yield call
            except ConnectionLost as error:
                lost_one = True
                yield Sleep(patience.pause(error))
                continue
            if 200 <= answer.status < 300:
                return answer
            problem = answer.problem(repeated=lost_one)
            # A 409 that says when to come back: the same Idempotency-Key is at work, for as long as a session takes.
            running = answer.status == 409 and answer.retry_after_seconds is not None
            if not running and answer.status not in PASSING:
                raise problem
            if running and patience.seconds < self._limits.generation_seconds:
                patience.seconds = self._limits.generation_seconds
            yield Sleep(patience.pause(problem, answer.retry_after_seconds))

    def _call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        accept: str = JSON,
        headers: Mapping[str, str] | None = None,
        key: str | None = None,
        seconds: float | None = None,
    ) -> Send:
        sent = {"Accept": accept, **(headers or {})}
        content = None
        if body is not None:
            content = json.dumps(body, default=_jsonable, allow_nan=False).encode()
            sent["Content-Type"] = JSON
        if key is not None:
            sent["Idempotency-Key"] = key
        return Send(method, path, sent, content, seconds or self._limits.answer_seconds)

    def _patience(self, seconds: float | None = None) -> "_Patience":
        return _Patience(seconds or self._limits.retry_seconds, self._now)


class _Patience:
    """Growing pauses, from a first failure on for so many seconds."""

    def __init__(self, seconds: float, now: Callable[[], float]) -> None:
        self.seconds = seconds
        self._now = now
        self.renew()

    def renew(self) -> None:
        """All is well again."""
        self._failures = 0

    def pause(self, error: Exception, asked_seconds: float | None = None) -> float:
        """How long to wait before the next try. Raises the error where the patience does not reach so far."""
        if not self._failures:
            self._first_at = self._now()
        growing = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2**self._failures) * random.uniform(0.5, 1.5)
        pause = growing if asked_seconds is None else asked_seconds
        self._failures += 1
        if self._now() + pause > self._first_at + self.seconds:
            raise error
        return pause


class _Stream:
    """The events of the stream that is open. `heard` is called for every sign of life, comments too."""

    def __init__(self, heard: Callable[[], None] = lambda: None) -> None:
        self._heard = heard
        self._parser = EventParser()
        self._events: deque[ServerSentEvent] = deque()

    @property
    def retry_seconds(self) -> float:
        """How long to wait before coming back, as the server asked."""
        asked = self._parser.retry_milliseconds
        return RECONNECT_SECONDS if asked is None else asked / 1000

    def next(self) -> Steps[ServerSentEvent | None]:
        """The next event; None at the end. Raises ConnectionLost."""
        while not self._events:
            chunk: bytes = yield Read()
            if not chunk:
                return None
            self._heard()
            self._events.extend(self._parser.feed(chunk))
        return self._events.popleft()


class _Page(Shape):
    next: str | None
    results: list[Session]


def _session(session_id: SessionId) -> str:
    return f"{SESSIONS}{quote(str(session_id), safe='')}/"


def _enrichment(session_id: SessionId) -> str:
    return f"{_session(session_id)}enrichment/"


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _jsonable(value: Any) -> Any:
    """What JSON has no word for: a prescription of this client's, or a caller's own mapping or sequence."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_unset=True)
    if isinstance(value, Mapping):
        return dict(value)
    return list(value)
