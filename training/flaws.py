"""What JSON can say and nothing here can keep: text that PostgreSQL or UTF-8 refuse, endless numbers, endless depth."""

import math
import re
from collections.abc import Iterator
from typing import Any

from training.prescription import FieldError, Sentence, pointer

# A prescription needs eight. What Python itself can parse depends on how deep its stack is at that moment.
MAX_DEPTH = 32

_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
_TEXT = Sentence("Text holds no NUL and no lone surrogate.")
_NUMBER = Sentence("Expected a finite number.")


def flaws(data: Any) -> Iterator[FieldError]:
    """Every flawed place of a parsed JSON body, in its order: codes `invalid_character`, `not_finite`, `too_deep`.

    Spells a pointer out only where there is a flaw; what is too deep is not looked into.
    """
    waiting: list[tuple[Any, tuple[str | int, ...]]] = [(data, ())]
    while waiting:
        value, way = waiting.pop()
        match value:
            case list() | dict() if len(way) >= MAX_DEPTH:
                yield FieldError(pointer(*way), "too_deep", "Nested deeper than {most} levels.", most=MAX_DEPTH)
            case str() if _UNKEEPABLE.search(value):
                yield FieldError(pointer(*way), "invalid_character", _TEXT)
            case float() if not math.isfinite(value):
                yield FieldError(pointer(*way), "not_finite", _NUMBER)
            case list():
                waiting.extend((value[i], (*way, i)) for i in reversed(range(len(value))))
            case dict():
                for key in value:
                    if _UNKEEPABLE.search(key):
                        yield FieldError(pointer(*way, key), "invalid_character", _TEXT)
                waiting.extend((value[key], (*way, key)) for key in reversed(value))
