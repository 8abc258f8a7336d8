"""JSON as it is being written: what of it is finished. Pure.

A number or a text is given only when it has ended, an element of a list only when its brace has closed: a parser of
partial JSON would hand out one repetition of twelve.
"""

from copy import deepcopy
from typing import Any

import ijson


class Unreadable(ValueError):
    """What has come so far is not the beginning of a JSON object, or holds what cannot be kept."""


class Growing:
    """An object in the making."""

    def __init__(self) -> None:
        self._events = ijson.sendable_list()
        self._parser = ijson.basic_parse_coro(self._events, use_float=True)
        self._open: list[dict[str, Any] | list[Any]] = []  # from the root to the innermost
        self._key = ""  # of the innermost object, the latest

    def feed(self, text: str) -> dict[str, Any] | None:
        """The finished part after some more text, where something closed in it. Raises Unreadable.

        An object in a list closes something, and so does everything that stands right in the root or in a list there;
        of what is still open it has the lists of objects as far as they have come.
        """
        try:
            self._parser.send(text.encode(errors="replace"))
        except ijson.JSONError:
            raise Unreadable("This is not JSON.") from None
        finished = None
        for kind, value in self._events:
            if self._closes(kind, value):
                finished = deepcopy(self._open[0])  # now: the same text may open the next
        del self._events[:]
        return finished if isinstance(finished, dict) else None

    def _closes(self, kind: str, value: Any) -> bool:
        match kind:
            case "map_key":
                self._key = value
                return False
            case "start_map" | "start_array":
                container: dict[str, Any] | list[Any] = {} if kind == "start_map" else []
                if self._open:
                    self._add(container)
                self._open.append(container)
                if isinstance(self._open[0], list):
                    raise Unreadable("This is not an object.")
                return False
            case "end_map" | "end_array":
                self._open.pop()
                in_a_list = bool(self._open) and isinstance(self._open[-1], list)
                return len(self._open) == 1 or (kind == "end_map" and in_a_list)
        if not self._open:
            raise Unreadable("This is not an object.")
        if isinstance(value, str) and "\0" in value:  # PostgreSQL's jsonb cannot hold it
            raise Unreadable("A text holds a NUL character.")
        self._add(value)
        # The amounts of one exercise are no exercises.
        return len(self._open) == 1 or (len(self._open) == 2 and isinstance(self._open[1], list))

    def _add(self, value: Any) -> None:
        parent = self._open[-1]
        if isinstance(parent, dict):
            parent[self._key] = value
        else:
            parent.append(value)
