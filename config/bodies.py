"""What a JSON body may be before anybody looks at what it says."""

import json
import sys
from collections.abc import Iterator
from typing import Any

from training.prescription import FieldError, Refused, pointer


class UnreadableError(ValueError):
    """Not JSON that this API can hold: the place where one is known, and the reason."""

    def __init__(self, detail: str, errors: list[FieldError] | None = None) -> None:
        super().__init__(detail)
        self.errors = errors or []


def loads(body: bytes) -> Any:
    """The JSON of a body: UTF-8, finite numbers, text that PostgreSQL can store.

    Raises UnreadableError for what is no such JSON, Refused for text that is JSON but cannot be kept.
    """
    try:
        data = json.loads(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise UnreadableError(f"The body is not UTF-8: {error.reason} at byte {error.start}.") from None
    except RecursionError:
        raise UnreadableError("The body is nested too deep.") from None
    except ValueError as error:  # not JSON, or an integer of more than 4,300 digits
        raise UnreadableError(f"The body is not JSON: {error}.") from None
    numbers, texts = [], []
    for place, value in _leaves(data):
        if isinstance(value, str):
            texts += [FieldError(place, "unstorable_text", detail) for detail in _flaws(value)]
        elif not abs(value) <= sys.float_info.max:  # NaN compares false
            numbers.append(FieldError(place, "not_finite", "A number must be finite."))
    if numbers:
        raise UnreadableError("The body has numbers that are not finite.", numbers)
    if texts:
        raise Refused(texts)
    return data


def _leaves(data: Any) -> Iterator[tuple[str, str | float]]:
    """Every number, text and key with its pointer. Without recursion: a body may be as deep as it could be parsed."""
    waiting: list[tuple[str, Any]] = [("", data)]
    while waiting:
        place, value = waiting.pop()
        if isinstance(value, dict):
            for key, child in value.items():
                yield place + pointer(key), key
                waiting.append((place + pointer(key), child))
        elif isinstance(value, list):
            waiting += ((f"{place}/{position}", child) for position, child in enumerate(value))
        elif isinstance(value, str | int | float) and not isinstance(value, bool):
            yield place, value


def _flaws(text: str) -> Iterator[str]:
    if "\0" in text:
        yield "Text must not contain the character U+0000."
    if any("\ud800" <= character <= "\udfff" for character in text):
        yield "Text must not contain half of a surrogate pair."
