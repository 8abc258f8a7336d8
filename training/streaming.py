"""A session's making as server-sent events: a task of its own, which whoever asked for it only watches.

Who leaves stops nothing: the session is made, saved and queued all the same. Nothing here waits for a database or a
model on the event loop; the task has a thread, as a request has.
"""

import asyncio
import json
import logging
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.http import HttpResponse, HttpResponseBase
from django.utils import translation

from config import events
from config.http import Problem, as_problem
from training.generation import Audience
from training.idempotency import REPLAYED, Answer

EVENTS = """\
A session that is written before your eyes. What is refused before the first byte is an ordinary problem.

- `outline` {id, title, summary, focus, rationale, blocks}: the blocks so far, without exercises; again with a new block
- `exercise` {block, exercise}: one that is closed; `block` is the key of its block in the outline
- `notice` {code, detail}: the built-in coach takes over, and why (a word of `fallback_reason`)
- `session`: the body of the 201. It replaces everything; an exercise that stayed has the key under which it was sent
- `problem`: there will be no session, and why

One of the last two ends the stream. An import, mode `full` and the replay of an Idempotency-Key send `session` alone.
"""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _End:
    """What came of it: an answer, or the error that stopped it."""

    answer: Answer | None
    error: Exception | None


class _Watched(Audience):
    """What a task has told so far, for one watcher in another thread."""

    watches = True

    def __init__(self) -> None:
        self._told: deque[bytes | _End] = deque()
        self._begun = threading.Event()
        self._lock = threading.Lock()
        self._watcher: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None

    def admitted(self) -> None:
        self._begun.set()

    def tell(self, name: str, data: dict[str, Any]) -> None:
        self._put(events.event(name, data))

    def end(self, end: _End) -> None:
        """The last there is to tell."""
        self._put(end)

    def refused_or_replayed(self) -> _End | None:
        """Waits for the task to begin; what came of it, where it was over before anything had to be waited for."""
        self._begun.wait()
        with self._lock:
            first = self._told[0] if self._told else None
        return first if isinstance(first, _End) else None

    async def follow(self) -> AsyncGenerator[bytes | _End]:
        """Everything told, as it comes, up to the end."""
        woken = asyncio.Event()
        with self._lock:
            self._watcher = asyncio.get_running_loop(), woken
        try:
            while True:
                woken.clear()  # first: what comes while we look wakes us again
                while self._told:
                    told = self._told.popleft()
                    yield told
                    if isinstance(told, _End):
                        return
                await woken.wait()
        finally:
            with self._lock:
                self._watcher = None

    def _put(self, told: bytes | _End) -> None:
        with self._lock:
            self._told.append(told)
            if self._watcher is not None:
                loop, woken = self._watcher
                with suppress(RuntimeError):  # a loop that is closed: the server stops, and the task goes on to its end
                    loop.call_soon_threadsafe(woken.set)
        self._begun.set()


def response(make: Callable[[Audience], Answer]) -> HttpResponseBase:
    """Make a session in a task of its own, and answer with its stream.

    What is refused, and what was answered to the same key before, is known before the first byte: a refusal is an
    ordinary problem. Raises what `make` raises until then.
    """
    watched, language = _Watched(), translation.get_language()
    # The task needs a connection of its own: a pool's worth of requests that keep theirs would wait for it in vain.
    connection.close()
    threading.Thread(target=_run, args=(make, watched, language), name="generation").start()
    over = watched.refused_or_replayed()
    if over is not None and over.error is not None:
        raise over.error
    answer = over.answer if over is not None else None
    if answer is not None and answer.status >= 400:
        return HttpResponse(answer.body, status=answer.status, headers=answer.headers)
    streamed = events.response(_stream(watched, language))
    if answer is not None and REPLAYED in answer.headers:
        streamed[REPLAYED] = answer.headers[REPLAYED]
    return streamed


def _run(make: Callable[[Audience], Answer], watched: _Watched, language: str | None) -> None:
    """The task. Its language is the caller's: refusals are told in it, and kept under an Idempotency-Key."""
    try:
        with translation.override(language):
            end = _End(make(watched), None)
    except Exception as error:  # whatever it is, the watcher is told that nothing more comes
        if as_problem(error) is None:  # said here, for the watcher may have left
            logger.exception("a streamed generation failed")
        end = _End(None, error)
    finally:
        connection.close()
    watched.end(end)


async def _stream(watched: _Watched, language: str | None) -> AsyncGenerator[bytes]:
    async with aclosing(watched.follow()) as following:
        async for told in following:
            yield told if isinstance(told, bytes) else _last(told, language)


def _last(end: _End, language: str | None) -> bytes:
    """The event that ends a stream: the session as JSON has it, or the problem."""
    if end.answer is not None:
        return events.event("session" if end.answer.status < 400 else "problem", json.loads(end.answer.body))
    told = as_problem(end.error) if end.error is not None else None
    problem = told or Problem(500, "This is our mistake, and it was logged.")
    with translation.override(language):
        return events.event("problem", json.loads(problem.response().content))
