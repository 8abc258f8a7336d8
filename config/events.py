"""Server-sent events: how one is written, how a view offers them, and the answer that carries them.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

from asgiref.sync import SyncToAsync, sync_to_async
from django.db import close_old_connections
from django.http import StreamingHttpResponse
from rest_framework.renderers import BaseRenderer

MEDIA_TYPE = "text/event-stream"
HEARTBEAT_SECONDS = 12.0  # the contract's promise is 15: proxies and phones close what is silent
RETRY_MILLISECONDS = 2000  # after which a browser that lost the stream comes back


class EventStreamRenderer(BaseRenderer):
    """Only negotiates: a view that streams answers with `response`, and a problem is JSON whatever was accepted."""

    media_type = MEDIA_TYPE
    format = "event-stream"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        raise NotImplementedError("an event stream is never rendered in one piece")


def event(name: str, data: Any, *, number: int | None = None) -> bytes:
    """One event. With a number a browser names it as Last-Event-ID when it comes back."""
    numbered = "" if number is None else f"id: {number}\n"
    return f"{numbered}event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def retry() -> bytes:
    """The first thing in a stream: when to come back after a loss."""
    return f"retry: {RETRY_MILLISECONDS}\n\n".encode()


def heartbeat() -> bytes:
    """A comment, which nobody hears."""
    return b": still here\n\n"


def response(events: AsyncGenerator[bytes]) -> StreamingHttpResponse:
    """The answer: sent as it comes, with a heartbeat while nothing does, and kept by nobody."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # the second: nginx would collect it
    return StreamingHttpResponse(_alone(events), content_type=f"{MEDIA_TYPE}; charset=utf-8", headers=headers)


async def _alone(events: AsyncGenerator[bytes]) -> AsyncIterator[bytes]:
    """The stream without what its view used: Django would hold both for as long as the answer is sent.

    The database's connection goes back to the pool, which ten streams would empty, and the thread that asgiref keeps
    for this one request ends.
    """
    await sync_to_async(close_old_connections)()
    context = SyncToAsync.thread_sensitive_context.get(None)
    thread = SyncToAsync.context_to_thread_executor.pop(context, None) if context else None
    if thread is not None:
        thread.shutdown(wait=False)
    async with aclosing(alive(events)) as living:
        async for event in living:
            yield event


async def alive(events: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """The events, and a heartbeat whenever none came for so long, whatever they wait for: a lost database, too."""
    async with aclosing(events):
        while True:
            coming = asyncio.ensure_future(anext(events, None))
            try:
                while not (await asyncio.wait([coming], timeout=HEARTBEAT_SECONDS))[0]:
                    yield heartbeat()
            finally:
                if coming.cancel():  # who listened has left: what still runs cannot be closed
                    await asyncio.wait([coming])
            if (event := coming.result()) is None:
                return
            yield event
