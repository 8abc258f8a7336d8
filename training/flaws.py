"""What JSON can say and nothing here can keep: characters that PostgreSQL or UTF-8 refuse, and numbers without end."""

import math
import re
from collections.abc import Iterator
from typing import Any, TypeAlias

from training.prescription import FieldError, pointer

_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
_TEXT = "Text holds no NUL and no lone surrogate."
_NUMBER = "Expected a finite number."

# The way to a place, innermost part first: a pair of the way to what holds it and its key there.
_Way: TypeAlias = "tuple[_Way, str | int] | None"


def flaws(data: Any) -> Iterator[FieldError]:
    """Every flawed place of a parsed JSON body, in its order: codes `invalid_character` and `not_finite`.

    Works however deep the body is nested, without recursion, and spells a pointer out only where there is a flaw.
    """
    waiting: list[tuple[Any, _Way]] = [(data, None)]
    while waiting:
        value, way = waiting.pop()
        match value:
            case str() if _UNKEEPABLE.search(value):
                yield FieldError(_pointer(way), "invalid_character", _TEXT)
            case float() if not math.isfinite(value):
                yield FieldError(_pointer(way), "not_finite", _NUMBER)
            case list():
                waiting.extend((value[i], (way, i)) for i in reversed(range(len(value))))
            case dict():
                for key in value:
                    if _UNKEEPABLE.search(key):
                        yield FieldError(_pointer((way, key)), "invalid_character", _TEXT)
                waiting.extend((value[key], (way, key)) for key in reversed(value))


def _pointer(way: _Way) -> str:
    parts: list[str | int] = []
    while way is not None:
        way, part = way
        parts.append(part)
    return pointer(*reversed(parts))
