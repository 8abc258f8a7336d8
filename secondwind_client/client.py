"""The two clients. They take a flow's steps, each in its own way, and are the same in all else."""

import asyncio
import os
import time
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from contextlib import aclosing, closing
from datetime import datetime
from typing import Any, Self, TypeVar, Unpack

import httpx2

from secondwind_client.errors import NoToken
from secondwind_client.events import EnrichmentEvent, GenerationEvent
from secondwind_client.flows import Flows, Limits, SessionId
from secondwind_client.shapes import EnrichmentStatus, File, Filters, QueueStats, Session, SessionRequest
from secondwind_client.steps import Answer, Flow, Read, Run, Send, Sleep, Step, streams

T = TypeVar("T")
CONNECT_SECONDS = 5.0
# What may be better the next time; another httpx2 error is a mistake in what was asked, such as a URL without a scheme.
LOST = (httpx2.NetworkError, httpx2.TimeoutException, httpx2.RemoteProtocolError, httpx2.ProxyError)


def _settings(url: str | None, token: str | None) -> dict[str, Any]:
    """What both kinds of HTTP client are made with."""
    token = token or os.environ.get("SECONDWIND_TOKEN")
    if not token:
        raise NoToken("Give a token, or set SECONDWIND_TOKEN.")
    return {
        "base_url": url or os.environ.get("SECONDWIND_URL") or "http://127.0.0.1:8000",
        "headers": {"Authorization": f"Bearer {token}", "User-Agent": "secondwind-client"},
    }


def _request(http: httpx2.Client | httpx2.AsyncClient, call: Send) -> httpx2.Request:
    timeout = httpx2.Timeout(call.read_seconds, connect=CONNECT_SECONDS)
    return http.build_request(call.method, call.path, headers=call.headers, content=call.content, timeout=timeout)


class Client:
    """Second Wind for programs.

    ```python
    with Client() as client:  # SECONDWIND_URL and SECONDWIND_TOKEN, or Client("http://127.0.0.1:8000", token="sw_...")
        session = client.generate(coach="force", available_minutes=30)
        print(client.wait_until_enriched(session.id, timeout_seconds=120).analysis)
    ```

    Calls that are throttled, meet a server that is away, or lose their answer are made again within `limits`; then, and
    for every refusal, they raise a SecondWindError. A client may be shared by threads.
    """

    def __init__(self, url: str | None = None, *, token: str | None = None, limits: Limits | None = None) -> None:
        self._http = httpx2.Client(**_settings(url, token))
        self._flows = Flows(limits or Limits())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def generate(self, *, idempotency_key: str | None = None, **request: Unpack[SessionRequest]) -> Session:
        """A new session. However often it must be asked for, under one key (by default one of its own) it is one."""
        return self._one(self._flows.generate(request, idempotency_key))

    def stream(
        self, *, idempotency_key: str | None = None, **request: Unpack[SessionRequest]
    ) -> Iterator[GenerationEvent]:
        """A new session as it is written; the last event holds it whole. Who leaves early has it saved all the same."""
        return self._tell(self._flows.stream(request, idempotency_key))

    def get(self, session_id: SessionId) -> Session:
        """A session."""
        return self._one(self._flows.get(session_id))

    def list(self, **filters: Unpack[Filters]) -> Iterator[Session]:
        """Own sessions, newest first; pages are fetched as they are needed."""
        return self._tell(self._flows.list(filters))

    def delete(self, session_id: SessionId) -> None:
        """Delete a session with its details and its place in the queue."""
        self._one(self._flows.delete(session_id))

    def done(self, session_id: SessionId, *, at: datetime | None = None, rpe: float | None = None) -> Session:
        """The athlete did it, `at` (by default now), and how hard it was, 1 to 10."""
        return self._one(self._flows.done(session_id, at, rpe))

    def not_done(self, session_id: SessionId) -> Session:
        """The athlete did not do it after all."""
        return self._one(self._flows.not_done(session_id))

    def export(self, session_id: SessionId, extension: str, *, start: datetime | None = None) -> File:
        """A session as a file, such as ics or md; the session's `links["exports"]` say which there are."""
        return self._one(self._flows.export(session_id, extension, start))

    def status(self, session_id: SessionId) -> EnrichmentStatus:
        """How far a session's enrichment is."""
        return self._one(self._flows.status(session_id))

    def enqueue(self, session_id: SessionId, *, priority: int | None = None) -> EnrichmentStatus:
        """Queue it (again), or change its priority: 1 is the most urgent of 10."""
        return self._one(self._flows.enqueue(session_id, priority))

    def cancel(self, session_id: SessionId) -> EnrichmentStatus:
        """Take it out of the queue. Raises Conflict where the enrichment is final."""
        return self._one(self._flows.cancel(session_id))

    def follow(self, session_id: SessionId, *, after: int = 0) -> Iterator[EnrichmentEvent]:
        """Every event after a number, live, to the end: none is lost or repeated where the connection breaks."""
        return self._tell(self._flows.follow(session_id, after))

    def wait_until_enriched(self, session_id: SessionId, *, timeout_seconds: float = 300.0) -> Session:
        """The session once it is enriched. Raises NotEnriched, TookTooLong."""
        return self._one(self._flows.wait_until_enriched(session_id, timeout_seconds))

    def stats(self) -> QueueStats:
        """The queue in numbers."""
        return self._one(self._flows.stats())

    def _one(self, flow: Flow[T]) -> T:
        with closing(self._tell(flow)) as told:
            return next(told)

    def _tell(self, flow: Flow[T]) -> Generator[T, None, None]:
        wire, run = _Wire(self._http), Run(flow)
        try:
            for step in run:
                if not isinstance(step, Step):
                    yield step
                    continue
                try:
                    run.outcome = wire.take(step)
                except LOST as error:
                    run.lost = error
        finally:
            wire.close()


class AsyncClient:
    """Client's twin for asyncio: the same calls to `await`, and `async for` over `stream`, `list` and `follow`.

    ```python
    async with AsyncClient() as client:
        session = await client.generate(coach="force", available_minutes=30)
        print((await client.wait_until_enriched(session.id, timeout_seconds=120)).analysis)
    ```
    """

    def __init__(self, url: str | None = None, *, token: str | None = None, limits: Limits | None = None) -> None:
        self._http = httpx2.AsyncClient(**_settings(url, token))
        self._flows = Flows(limits or Limits())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    async def generate(self, *, idempotency_key: str | None = None, **request: Unpack[SessionRequest]) -> Session:
        """A new session. However often it must be asked for, under one key (by default one of its own) it is one."""
        return await self._one(self._flows.generate(request, idempotency_key))

    def stream(
        self, *, idempotency_key: str | None = None, **request: Unpack[SessionRequest]
    ) -> AsyncIterator[GenerationEvent]:
        """A new session as it is written; the last event holds it whole. Who leaves early has it saved all the same."""
        return self._tell(self._flows.stream(request, idempotency_key))

    async def get(self, session_id: SessionId) -> Session:
        """A session."""
        return await self._one(self._flows.get(session_id))

    def list(self, **filters: Unpack[Filters]) -> AsyncIterator[Session]:
        """Own sessions, newest first; pages are fetched as they are needed."""
        return self._tell(self._flows.list(filters))

    async def delete(self, session_id: SessionId) -> None:
        """Delete a session with its details and its place in the queue."""
        await self._one(self._flows.delete(session_id))

    async def done(self, session_id: SessionId, *, at: datetime | None = None, rpe: float | None = None) -> Session:
        """The athlete did it, `at` (by default now), and how hard it was, 1 to 10."""
        return await self._one(self._flows.done(session_id, at, rpe))

    async def not_done(self, session_id: SessionId) -> Session:
        """The athlete did not do it after all."""
        return await self._one(self._flows.not_done(session_id))

    async def export(self, session_id: SessionId, extension: str, *, start: datetime | None = None) -> File:
        """A session as a file, such as ics or md; the session's `links["exports"]` say which there are."""
        return await self._one(self._flows.export(session_id, extension, start))

    async def status(self, session_id: SessionId) -> EnrichmentStatus:
        """How far a session's enrichment is."""
        return await self._one(self._flows.status(session_id))

    async def enqueue(self, session_id: SessionId, *, priority: int | None = None) -> EnrichmentStatus:
        """Queue it (again), or change its priority: 1 is the most urgent of 10."""
        return await self._one(self._flows.enqueue(session_id, priority))

    async def cancel(self, session_id: SessionId) -> EnrichmentStatus:
        """Take it out of the queue. Raises Conflict where the enrichment is final."""
        return await self._one(self._flows.cancel(session_id))

    def follow(self, session_id: SessionId, *, after: int = 0) -> AsyncIterator[EnrichmentEvent]:
        """Every event after a number, live, to the end: none is lost or repeated where the connection breaks."""
        return self._tell(self._flows.follow(session_id, after))

    async def wait_until_enriched(self, session_id: SessionId, *, timeout_seconds: float = 300.0) -> Session:
        """The session once it is enriched. Raises NotEnriched, TookTooLong."""
        return await self._one(self._flows.wait_until_enriched(session_id, timeout_seconds))

    async def stats(self) -> QueueStats:
        """The queue in numbers."""
        return await self._one(self._flows.stats())

    async def _one(self, flow: Flow[T]) -> T:
        async with aclosing(self._tell(flow)) as told:
            return await anext(told)

    async def _tell(self, flow: Flow[T]) -> AsyncGenerator[T, None]:
        wire, run = _AsyncWire(self._http), Run(flow)
        try:
            for step in run:
                if not isinstance(step, Step):
                    yield step
                    continue
                try:
                    run.outcome = await wire.take(step)
                except LOST as error:
                    run.lost = error
        finally:
            await wire.close()


class _Wire:
    """Takes the steps of one flow. At most one response is open: that of the stream being read."""

    def __init__(self, http: httpx2.Client) -> None:
        self._http = http
        self._response: httpx2.Response | None = None
        self._chunks: Iterator[bytes] = iter(())

    def take(self, step: Step) -> Any:
        """Do it; its outcome. Raises LOST."""
        match step:
            case Send():
                self.close()
                response = self._response = self._http.send(_request(self._http, step), stream=True)
                self._chunks = response.iter_bytes()
                body = b"" if streams(response.headers) else response.read()
                return Answer(response.status_code, response.headers, body)
            case Read():
                return next(self._chunks, b"")
            case Sleep(seconds):
                self.close()
                time.sleep(seconds)
        return None

    def close(self) -> None:
        """Let go of the response."""
        if self._response is not None:
            self._response.close()


class _AsyncWire:
    """The same, awaited."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http
        self._response: httpx2.Response | None = None
        self._chunks: AsyncIterator[bytes]

    async def take(self, step: Step) -> Any:
        """Do it; its outcome. Raises LOST."""
        match step:
            case Send():
                await self.close()
                response = self._response = await self._http.send(_request(self._http, step), stream=True)
                self._chunks = response.aiter_bytes()
                body = b"" if streams(response.headers) else await response.aread()
                return Answer(response.status_code, response.headers, body)
            case Read():
                return await anext(self._chunks, b"")
            case Sleep(seconds):
                await self.close()
                await asyncio.sleep(seconds)
        return None

    async def close(self) -> None:
        """Let go of the response."""
        if self._response is not None:
            await self._response.aclose()
