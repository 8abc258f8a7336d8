"""What can go wrong with a language model, what to do about it, and how a provider's failure is read. No database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from enum import StrEnum
from math import isnan
from typing import ClassVar

import httpx2
import openai

from training.wire import Prompt, Usage

MAX_RETRY_AFTER_SECONDS = 3600.0  # a mistaken header must not park work for days
MAX_DETAIL_CHARACTERS = 300
ECHO_CHARACTERS = 12  # a message that shares so many characters in a row with the prompt repeats it


@dataclass(frozen=True)
class Call:
    """One HTTP call of a model, failed ones too. `detail` is the server's own short message, nobody's words."""

    model: str
    outcome: str  # "ok", "cancelled" or the code of the error
    detail: str
    started_at: datetime
    seconds: float
    usage: Usage
    cost_usd: Decimal | None  # None: the usage or the price is not known


class Reaction(StrEnum):
    """What an error asks of the one who wanted the answer."""

    RETRY = "retry"  # after a growing pause
    WAIT = "wait"  # without losing an attempt
    GIVE_UP = "give_up"


class ModelError(Exception):
    """No answer. `code` is the API's word for it, `retry_after` the seconds that the server asked for."""

    code: ClassVar[str]
    reaction: ClassVar[Reaction]

    def __init__(self, detail: str, *, retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.retry_after = retry_after
        self.calls: tuple[Call, ...] = ()  # what it took


class Deadline(ModelError):
    """No whole answer in time."""

    code = "deadline"
    reaction = Reaction.RETRY


class Unavailable(ModelError):
    """The server cannot be reached, breaks off, says 5xx, or answers what is no answer."""

    code = "unavailable"
    reaction = Reaction.RETRY


class InvalidOutput(ModelError):
    """The answer has not the shape asked for. `answer` and `problems` are for asking again, never for a log."""

    code = "invalid_output"
    reaction = Reaction.RETRY

    def __init__(self, detail: str, *, answer: str, problems: Sequence[str]) -> None:
        super().__init__(detail)
        self.answer = answer
        self.problems = problems


class RateLimited(ModelError):
    """Too many requests or tokens a minute."""

    code = "rate_limited"
    reaction = Reaction.WAIT


class BudgetSpent(ModelError):
    """The account has no money left."""

    code = "budget"
    reaction = Reaction.WAIT


class ModelRefused(ModelError):
    """The model, its content filter or its server will not answer this question, however often it is put."""

    code = "refused"
    reaction = Reaction.GIVE_UP


class UnknownModel(ModelError):
    """None of the models is known to the server, or all are retired."""

    code = "unknown_model"
    reaction = Reaction.GIVE_UP


class BadKey(ModelError):
    """The server does not take the key."""

    code = "bad_key"
    reaction = Reaction.GIVE_UP


def classified(error: Exception) -> ModelError:
    """The one place where a failure of the SDK, the network or a server becomes an error of ours."""
    if isinstance(error, openai.APIStatusError):
        return _of_status(error)
    if isinstance(error, (TimeoutError, openai.APITimeoutError)):
        return Deadline("The model did not answer in time.")
    if isinstance(error, openai.APIConnectionError):
        return Unavailable(f"The connection failed: {type(error.__cause__ or error).__name__}.")
    return Unavailable(f"The answer could not be read: {type(error).__name__}.")


def _of_status(error: openai.APIStatusError) -> ModelError:
    status, code, message = error.status_code, error.code or "", _message(error)
    retry_after = _retry_after(error.response.headers)
    if status in (400, 403, 404, 410) and (
        code.startswith("model_") or error.param == "model" or (status in (404, 410) and "model" in message.lower())
    ):
        return UnknownModel(message)
    if status == 402 or "insufficient_quota" in (code, error.type):
        return BudgetSpent(message, retry_after=retry_after)
    if status == 429:
        return RateLimited(message, retry_after=retry_after)
    if status in (401, 403):
        return BadKey(message)
    if status in (400, 413, 422):
        return ModelRefused(message)
    # 5xx, and a path or a method that a proxy does not know just now.
    return Unavailable(message, retry_after=retry_after)


def _message(error: openai.APIStatusError) -> str:
    said = error.body.get("message") if isinstance(error.body, dict) else error.body
    return f"HTTP {error.status_code}: {said}" if isinstance(said, str) and said else f"HTTP {error.status_code}"


def _retry_after(headers: httpx2.Headers) -> float | None:
    """The seconds in Retry-After: a number or an HTTP date; None where it is missing or nonsense."""
    value = headers.get("retry-after", "")
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):  # no date, or one without a zone
            return None
    return min(max(seconds, 0.0), MAX_RETRY_AFTER_SECONDS) if not isnan(seconds) else None


def redacted(message: str, prompt: Prompt, key: str) -> str:
    """A server's message without our key and without what it repeats of the prompt, in one short line."""
    words = message.replace("\0", " ").replace(key or "\0", "***").split()
    line = " ".join("***" if word.startswith("sk-") else word for word in words)[: 2 * MAX_DETAIL_CHARACTERS]
    asked = " ".join(prompt.input.split())
    kept = list(line)
    for start in range(len(line) - ECHO_CHARACTERS + 1):
        if line[start : start + ECHO_CHARACTERS] in asked:
            kept[start : start + ECHO_CHARACTERS] = "\0" * ECHO_CHARACTERS
    return "…".join(part for part in "".join(kept).split("\0") if part)[:MAX_DETAIL_CHARACTERS]
