"""The only door to a language model: structured answers, a total deadline, typed errors, usage and price.

One client and one event loop a process. A thread hands its question in (`wait`, `stream` to hear the answer while it is
written, or `submit` for many at once) and holds no database connection meanwhile; what runs in the loop never touches
the database. Nothing here retries over time: the type of an error says what its owner should do (`Reaction`), and the
queue does it.
"""

import asyncio
import logging
import os
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Generator, Sequence
from concurrent.futures import Future
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from queue import SimpleQueue
from typing import Any, Generic, TypeAlias, TypeVar
from uuid import UUID

import httpx2
import openai
from django.conf import settings
from django.db import connection
from django.db.transaction import TransactionManagementError
from pydantic import BaseModel, ValidationError

from training.growing import Growing, Unreadable
from training.model_errors import (
    BadKey,
    BudgetSpent,
    Call,
    Deadline,
    InvalidOutput,
    ModelError,
    ModelRefused,
    RateLimited,
    Reaction,
    Unavailable,
    UnknownModel,
    classified,
    redacted,
)
from training.models import ModelCall
from training.prices import cost_usd
from training.strict import strict_schema
from training.wire import DIALECTS, Dialect, Prompt, Reply, Usage, data_of

__all__ = [
    "Answer", "BadKey", "BudgetSpent", "Call", "Cancelled", "Deadline", "InvalidOutput", "ModelError", "ModelRefused",
    "Prompt", "RateLimited", "Reaction", "Unavailable", "UnknownModel", "ask", "cancel_all", "close", "configured",
    "record", "stream", "submit", "wait",
]  # fmt: skip

# What a call can raise beside our own errors, and not all of it is the SDK's: a deadline is an OSError, a body that is
# no JSON or has another shape a ValueError, and a client that is being closed says RuntimeError.
_FAILURES = (openai.OpenAIError, httpx2.HTTPError, OSError, RuntimeError, ValueError)

logger = logging.getLogger(__name__)
T = TypeVar("T")
Shape = TypeVar("Shape", bound=BaseModel)

PROVIDER_URL = "https://api.openai.com/v1"
CONNECT_SECONDS = 5.0  # a server that does not even take a call is not waited for any longer
UNKNOWN_FOR_SECONDS = 600.0  # a model that is not there is not asked for again for so long


# --- what an answer is ---
@dataclass(frozen=True)
class Answer(Generic[Shape]):
    """A valid answer, who gave it, and every call that it took."""

    value: Shape
    model: str
    calls: tuple[Call, ...]


class Cancelled(Exception):
    """`cancel_all` ended this; `calls` is what it took until then."""

    def __init__(self, calls: Sequence[Call]) -> None:
        super().__init__("cancelled")
        self.calls = tuple(calls)


# --- one client, one event loop a process ---
class _Door:
    """The event loop in its daemon thread, the client that lives in it, and what this process learned of the models."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.tasks: set[asyncio.Task[Any]] = set()
        self.unknown_until: dict[str, float] = {}  # model -> time.monotonic()
        self._client: openai.AsyncOpenAI | None = None
        self._thread = threading.Thread(target=self.loop.run_forever, name="language-model", daemon=True)
        self._thread.start()

    @property
    def client(self) -> openai.AsyncOpenAI:
        """Made at the first call (30 ms), inside the loop it belongs to."""
        if self._client is None:
            self._client = openai.AsyncOpenAI(
                api_key=settings.OPENAI_API_KEY,
                base_url=settings.OPENAI_BASE_URL or PROVIDER_URL,
                # Its own retries would sleep out of sight of the deadline, and a repeated call is paid twice.
                max_retries=0,
            )
        return self._client

    def cancel_all(self) -> None:
        # Twice through the loop: a task handed in just before has then begun, and can say what it took.
        self.loop.call_soon_threadsafe(self.loop.call_soon, lambda: [task.cancel() for task in self.tasks])

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._leave(), self.loop).result()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    async def _leave(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.close()
        await self.loop.shutdown_default_executor()


_door: _Door | None = None
_lock = threading.Lock()
# Every call made under one `submit`, also those of an `ask` that was cancelled and can no longer return them.
_ledger: ContextVar[list[Call]] = ContextVar("ledger")


def _the_door() -> _Door:
    global _door  # noqa: PLW0603  # one a process is the point
    with _lock:
        if _door is None:
            _door = _Door()
        return _door


def _forget() -> None:
    """A forked child has neither the thread of the loop nor a right to its sockets: it opens a door of its own."""
    global _door, _lock
    _door, _lock = None, threading.Lock()


os.register_at_fork(after_in_child=_forget)


def close() -> None:
    """Cancel what is in flight, close the client and end the loop. The next call opens a new door."""
    global _door
    with _lock:
        door, _door = _door, None
    if door is not None:
        door.close()


def submit(coroutine: Coroutine[Any, Any, T]) -> "Future[T]":
    """Run a coroutine on the process's event loop. The future raises what that raises, or Cancelled."""
    door = _the_door()
    return asyncio.run_coroutine_threadsafe(_submitted(door, coroutine), door.loop)


async def _submitted(door: _Door, coroutine: Coroutine[Any, Any, T]) -> T:
    task = asyncio.current_task()
    assert task is not None  # noqa: S101  # for the type: a coroutine on a loop runs in a task
    door.tasks.add(task)
    # Whoever cancelled the future takes no exception from it, and asyncio would log it as forgotten.
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    ledger: list[Call] = []
    _ledger.set(ledger)
    try:
        return await coroutine
    except asyncio.CancelledError:
        raise Cancelled(ledger) from None
    finally:
        door.tasks.discard(task)


def wait(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on the process's event loop and wait for it, with the thread's database connection given back.

    Raises TransactionManagementError inside a transaction: nobody waits for a model with rows locked; and Unavailable
    where `cancel_all` ended it.
    """
    try:
        _give_connection_back()
    except TransactionManagementError:
        coroutine.close()
        raise
    return _result(submit(coroutine))


def _result(future: "Future[T]") -> T:
    """For who waits, a model that was cancelled is one that is not available."""
    try:
        return future.result()
    except Cancelled as cancelled:
        error = Unavailable("This process stops.")
        error.calls = cancelled.calls
        raise error from None


def _give_connection_back() -> None:
    if connection.in_atomic_block:
        raise TransactionManagementError("A model is not waited for inside a transaction.")
    connection.close()


def cancel_all() -> None:
    """Cancel everything in flight: who waits for it gets Cancelled at once."""
    if _door is not None:
        _door.cancel_all()


# --- asking ---
def configured() -> bool:
    """Is there a model to ask?"""
    return bool(settings.OPENAI_API_KEY)


async def ask(prompt: Prompt, shape: type[Shape], *, models: Sequence[str], deadline_seconds: float) -> Answer[Shape]:
    """An answer in this shape from the first of the models that the server knows, asked again once if it is invalid.

    `deadline_seconds` bounds it all. Raises ModelError, with every call made in its `calls`.
    """
    return await _answered(models, deadline_seconds, lambda asking: _ask_twice(asking, prompt, shape))


def stream(
    prompt: Prompt, shape: type[Shape], *, models: Sequence[str], deadline_seconds: float
) -> Generator[dict[str, Any] | Answer[Shape]]:
    """The finished part of an answer whenever an element of it has closed, and last the whole, valid answer.

    For a thread, which gives its database connection back meanwhile. Asks once; the errors are those of `ask`.
    """
    _give_connection_back()
    parts: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
    listening = submit(
        _answered(models, deadline_seconds, lambda asking: _ask_once(asking, prompt, shape, _hearing(parts.put)))
    )
    listening.add_done_callback(lambda _: parts.put(None))
    try:
        while (part := parts.get()) is not None:
            yield part
        yield _result(listening)
    finally:
        listening.cancel()  # where nobody listens any more


@dataclass(frozen=True)
class _Asking:
    """One question on its way: whom, until when by the loop's clock, and every call that it took so far."""

    door: _Door
    model: str
    until: float
    calls: list[Call]


Fetch: TypeAlias = Callable[[_Asking, type[Dialect], dict[str, Any], httpx2.Timeout], Awaitable[Reply]]


async def _answered(
    models: Sequence[str], deadline_seconds: float, answer: Callable[[_Asking], Awaitable[Shape]]
) -> Answer[Shape]:
    """What the first of the models says that the server knows."""
    door = _the_door()
    until = asyncio.get_running_loop().time() + deadline_seconds
    calls: list[Call] = []
    try:
        for model in models:
            if door.unknown_until.get(model, 0.0) > time.monotonic():
                continue
            try:
                value = await answer(_Asking(door, model, until, calls))
            except UnknownModel as error:
                door.unknown_until[model] = time.monotonic() + UNKNOWN_FOR_SECONDS
                logger.warning("model is unknown to the server", extra={"model": model, "detail": error.detail})
            else:
                return Answer(value, model, tuple(calls))
        raise UnknownModel(f"None of these models is known to the server: {', '.join(models) or 'none was named'}.")
    except ModelError as error:
        error.calls = tuple(calls)
        raise


async def _ask_twice(asking: _Asking, prompt: Prompt, shape: type[Shape]) -> Shape:
    try:
        return await _ask_once(asking, prompt, shape, _whole)
    except InvalidOutput as error:
        return await _ask_once(asking, prompt.corrected(error.answer, error.problems), shape, _whole)


async def _ask_once(asking: _Asking, prompt: Prompt, shape: type[Shape], fetch: Fetch) -> Shape:
    """One HTTP call. It is recorded however it ends."""
    dialect = DIALECTS[settings.OPENAI_API]
    seconds = asking.until - asyncio.get_running_loop().time()
    if seconds <= 0:
        raise Deadline("No time was left to ask.")
    # Its total is the block's below, for a body may trickle for ever.
    silence = httpx2.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS))
    started_at, start = datetime.now(UTC), time.monotonic()
    outcome, detail, usage = "cancelled", "", Usage()
    try:
        async with asyncio.timeout_at(asking.until):
            reply = await fetch(asking, dialect, dialect.body(asking.model, prompt, strict_schema(shape)), silence)
        usage = reply.usage
        value = _value(reply, shape)
        outcome = "ok"
    except (ModelError, *_FAILURES) as raised:
        error = raised if isinstance(raised, ModelError) else classified(raised)
        outcome, detail = error.code, redacted(error.detail, prompt, settings.OPENAI_API_KEY)
        error.args, error.detail = (detail,), detail
        # Without its cause: what pydantic and the SDK say may quote the athlete, and tracebacks are logged.
        raise error from None
    else:
        return value
    finally:
        call = Call(
            asking.model,
            outcome,
            detail,
            started_at,
            time.monotonic() - start,
            usage,
            cost_usd(asking.model, started_at, usage),
        )
        asking.calls.append(call)
        if (ledger := _ledger.get(None)) is not None:
            ledger.append(call)


async def _whole(asking: _Asking, dialect: type[Dialect], body: dict[str, Any], silence: httpx2.Timeout) -> Reply:
    """The reply in one piece."""
    response = await asking.door.client.post(
        dialect.path, cast_to=httpx2.Response, body=body, options={"timeout": silence}
    )
    return dialect.read(response.content)


def _hearing(hear: Callable[[dict[str, Any]], None]) -> Fetch:
    """The reply in a stream, whose finished part is told to `hear` while it grows."""

    async def fetch(asking: _Asking, dialect: type[Dialect], body: dict[str, Any], silence: httpx2.Timeout) -> Reply:
        response: httpx2.Response = await asking.door.client.post(
            dialect.path,
            cast_to=httpx2.Response,  # untouched, and its body unread
            body={**body, **dialect.stream},
            options={"timeout": silence},
            stream=True,
            stream_cls=openai.AsyncStream[Any],
        )  # type: ignore[assignment]  # the overload names stream_cls, which a `cast_to` of this kind leaves unused
        try:
            if "event-stream" not in response.headers.get("content-type", ""):
                return dialect.read(await response.aread())  # a server that knows no streams
            heard, growing = dialect.heard(), Growing()
            said = ""
            async for data in data_of(response.aiter_bytes()):
                text = heard.feed(data)
                said += text
                if text and (finished := growing.feed(text)) is not None:
                    hear(finished)
                if heard.reply is not None:
                    break
            return heard.end()
        except Unreadable as error:
            raise InvalidOutput(str(error), answer=said, problems=[str(error)]) from None
        finally:
            await response.aclose()

    return fetch


def _value(reply: Reply, shape: type[Shape]) -> Shape:
    """The validated answer in a reply; a refusal and a content filter raise nothing by themselves."""
    if reply.failure_code is not None:
        detail = f"{reply.failure_code}: {reply.failure_message}"
        raise RateLimited(detail) if "rate_limit" in reply.failure_code else Unavailable(detail)
    if reply.filtered:
        raise ModelRefused("The provider's content filter ended the answer.")
    if reply.refusal is not None:
        raise ModelRefused("The model declined to answer.")
    if reply.cut_off:
        raise InvalidOutput("cut off", answer=reply.text, problems=["The answer was too long and was cut off."])
    if "\\u0000" in reply.text:  # valid JSON, but PostgreSQL's jsonb cannot hold it, in any shape
        raise InvalidOutput("NUL character", answer=reply.text, problems=["A text holds a NUL character."])
    try:
        return shape.model_validate_json(reply.text)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        places = [(".".join(map(str, one["loc"])) or "answer", one) for one in found[:20]]
        raise InvalidOutput(
            "; ".join(f"{place}: {one['type']}" for place, one in places),
            answer=reply.text,
            problems=[f"{place}: {one['msg']}" for place, one in places],
        ) from None


# --- the bill ---
def record(calls: Sequence[Call], *, session_id: UUID | None, purpose: str) -> None:
    """Keep what was asked of models and what it cost. In the caller's transaction, if there is one."""
    ModelCall.objects.bulk_create(
        ModelCall(
            session_id=session_id,
            purpose=purpose,
            model=call.model[:100],
            outcome=call.outcome,
            detail=call.detail,
            started_at=call.started_at,
            seconds=call.seconds,
            input_tokens=call.usage.input_tokens or 0,
            cached_input_tokens=call.usage.cached_input_tokens or 0,
            output_tokens=call.usage.output_tokens or 0,
            cost_usd=call.cost_usd,
        )
        for call in calls
    )
