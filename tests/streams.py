"""A listener to a live stream: in a thread and an event loop of its own, as a web process has it."""

import asyncio
import json
import queue
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

from enrichment import live


@dataclass(frozen=True)
class Heard:
    """One event as a browser hears it."""

    name: str
    data: Any
    number: int | None


class Listener:
    """Reads a stream of bytes to its end, or until it is closed."""

    def __init__(self, stream: Callable[[], AsyncIterator[bytes]]) -> None:
        self.events: queue.Queue[Heard | None] = queue.Queue()  # None: the end
        self.comments: queue.Queue[str] = queue.Queue()
        self._stream = stream
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Leaves, as a browser does whose tab is closed."""
        if self._loop.is_closed():
            return
        self._loop.call_soon_threadsafe(self._leave)
        self._thread.join()
        self._loop.close()  # here, not in its thread: it may end at the moment at which it is told to

    def next(self, within: float = 30) -> Heard:
        """The next event."""
        heard = self.events.get(timeout=within)
        assert heard is not None, "the stream has ended"
        return heard

    def until(self, name: str) -> list[Heard]:
        """Everything up to the next event of this name."""
        heard = [self.next()]
        while heard[-1].name != name:
            heard.append(self.next())
        return heard

    def ended(self, within: float = 30) -> bool:
        """Nothing more comes, and the stream says so."""
        return self.events.get(timeout=within) is None

    def _leave(self) -> None:
        self._task.cancel()

    def _run(self) -> None:
        self._task = self._loop.create_task(self._read())
        with suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._task)
        self._loop.run_until_complete(self._end())

    async def _end(self) -> None:
        """Nothing is left running in the loop."""
        left = asyncio.all_tasks() - {asyncio.current_task()}
        while left:  # redis-py may swallow a cancellation that meets it while it connects
            for task in left:
                task.cancel()
            _, left = await asyncio.wait(left, timeout=0.1)
        await asyncio.get_running_loop().shutdown_default_executor()
        hub = live._hubs.pop(asyncio.get_running_loop(), None)
        if hub is not None:  # a reading thread would stand in the way of the flush
            hub._readers.shutdown()

    async def _read(self) -> None:
        stream = self._stream()
        async for chunk in stream:
            for block in chunk.decode().split("\n\n"):
                self._hear(block)
        self.events.put(None)

    def _hear(self, block: str) -> None:
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        for line in block.splitlines():
            if line.startswith(":"):
                self.comments.put(line)
        if "event" in fields:
            number = int(fields["id"]) if "id" in fields else None
            self.events.put(Heard(fields["event"], json.loads(fields["data"]), number))
