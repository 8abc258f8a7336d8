"""Live enrichment: a session's story as server-sent events, from any number on, to its end. Only reads.

Every stream reads the append-only events after the last number it told, so nothing is lost or repeated, whenever it
comes back. What wakes it is the hub of its process: Valkey's pub/sub at once, and every BEAT_SECONDS one query for the
numbers of all watched sessions together, which needs no Valkey. So a lost wake-up means later, not never.

No stream holds a database connection, nor a thread of its own: reads take turns in a few threads.
"""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import Error, connection
from redis.asyncio import Redis
from redis.exceptions import RedisError

from config import events
from enrichment import queue, story
from enrichment.dispatch import CHANNEL
from enrichment.story import Chapter

BEAT_SECONDS = 2.0
PLACES_SECONDS = 5.0  # how often a moving place in the queue is told, at most
RECONNECT_SECONDS = 1.0
READERS = 4  # of the pool's ten connections; ordinary requests have the rest

logger = logging.getLogger(__name__)
T = TypeVar("T")


async def follow(session_id: UUID, viewer_id: int, after: int) -> AsyncGenerator[bytes]:
    """The stream: every event after a number, live from then on, until the session is final or gone."""
    hub = _hub()
    yield events.retry()
    with hub.watch(session_id) as watched:
        while True:
            watched.woken.clear()  # first: what comes while we read wakes us again
            try:
                chapter = await hub.read(story.read, session_id, viewer_id, after)
            except Error:  # the database is away: later
                chapter = Chapter((), after, over=False)
            for told in chapter.told:
                yield events.event(told.name, told.data, number=told.number)
            watched.number = after = chapter.last
            if chapter.over:
                return
            if chapter.status is not None and (chapter.told or watched.place is None):
                if not chapter.told:  # it comes back: its place may have moved meanwhile
                    yield events.event("status", chapter.status)
                watched.place = _Place(chapter.status, time.monotonic())
            if not chapter.more:
                async for moved in _until_woken(hub, watched, chapter.waiting):
                    yield moved


async def _until_woken(hub: "Hub", watched: "_Watched", waiting: UUID | None) -> AsyncIterator[bytes]:
    """What is told while nothing happens: a place in the queue that moves."""
    place = watched.place
    if waiting is None or place is None:
        await watched.woken.wait()
        return
    while not watched.woken.is_set():
        with suppress(TimeoutError):
            async with asyncio.timeout(PLACES_SECONDS):
                await watched.woken.wait()
            return
        moved = place.moved(await hub.queue(), waiting)
        if moved is not None:
            yield events.event("status", moved)


@dataclass
class _Place:
    """What was last told of a place in the queue."""

    status: dict[str, Any]
    told_at: float

    def moved(self, now: "_Queue | None", item: UUID) -> dict[str, Any] | None:
        """The status with the place and the estimates of now, if they are others; beyond the exact ones none is."""
        place = now.places.get(item) if now else None
        if now is None or place is None or time.monotonic() - self.told_at < PLACES_SECONDS:
            return None
        wait, wait_p90 = now.outlook.wait(place)
        status = self.status | {
            "queue_position": place,
            "estimated_wait_seconds": wait,
            "estimated_wait_seconds_p90": wait_p90,
        }
        if status == self.status:
            return None
        self.status, self.told_at = status, time.monotonic()
        return status


@dataclass(eq=False)  # each is itself
class _Watched:
    """One stream, as the hub knows it."""

    woken: asyncio.Event = field(default_factory=asyncio.Event)
    number: int = -1  # of the last event it told
    place: _Place | None = None


@dataclass(frozen=True)
class _Queue:
    """The places of the first items and how fast they move, read for all streams together."""

    places: dict[UUID, int]
    outlook: queue.Outlook
    read_at: float


class Hub:
    """What the streams of one process share: who watches what, the ear at Valkey, the beat, the reading threads."""

    def __init__(self) -> None:
        self._watched: defaultdict[UUID, set[_Watched]] = defaultdict(set)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="live")
        self._tasks: list[asyncio.Task[None]] = []
        self._queue: _Queue | None = None
        self._reading_queue = asyncio.Lock()

    @contextmanager
    def watch(self, session_id: UUID) -> Iterator[_Watched]:
        """Be woken whenever something may have happened to a session."""
        if not self._tasks:  # from the first stream on for as long as the process serves
            self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._beat())]
        watched = _Watched()
        self._watched[session_id].add(watched)
        try:
            yield watched
        finally:
            self._watched[session_id].discard(watched)
            if not self._watched[session_id]:
                del self._watched[session_id]

    async def read(self, function: Callable[..., T], *arguments: Any) -> T:
        """Run a reading function in one of the threads, which gives its connection back before it answers."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, _read, function, arguments)

    async def queue(self) -> _Queue | None:
        """The queue as it was at most PLACES_SECONDS ago; None while the database is away."""
        async with self._reading_queue:
            if self._queue is None or time.monotonic() - self._queue.read_at >= PLACES_SECONDS:
                try:
                    self._queue = await self.read(lambda: _Queue(queue.places(), queue.outlook(), time.monotonic()))
                except Error:
                    self._queue = None
            return self._queue

    def _wake(self, session_id: UUID) -> None:
        for watched in self._watched.get(session_id, ()):
            watched.woken.set()

    async def _listen(self) -> None:
        """Wakes the streams of a session of which Valkey tells; what was missed meanwhile the beat finds."""
        while True:
            try:
                async with (
                    Redis.from_url(settings.REDIS_URL, socket_connect_timeout=RECONNECT_SECONDS) as redis,
                    redis.pubsub(ignore_subscribe_messages=True) as pubsub,
                ):
                    await pubsub.subscribe(CHANNEL)
                    async for message in pubsub.listen():
                        with suppress(ValueError):
                            self._wake(UUID(bytes=message["data"]))
            except (RedisError, OSError) as error:
                logger.warning("live streams are not woken by Valkey", extra={"error": type(error).__name__})
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _beat(self) -> None:
        """Wakes the streams that are behind, with one query for all."""
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            if not self._watched:
                continue
            try:
                numbers = await self.read(queue.numbers, [*self._watched])
            except Error:
                continue
            for session_id, streams in self._watched.items():
                for watched in streams:
                    if watched.number != numbers.get(session_id):  # None: deleted
                        watched.woken.set()


def _read(function: Callable[..., T], arguments: tuple[Any, ...]) -> T:
    try:
        return function(*arguments)
    finally:
        connection.close()


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def _hub() -> Hub:
    """The hub of this event loop: a web process has one."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]
