"""Server-sent events out of bytes that come in any pieces.

The rules are the standard's, https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

# A line's end in either style. A CR that is the last character so far is one, too: should an LF follow, it is dropped.
_LINE_END = re.compile("\r\n|\n|\r")
_MAX_MILLISECONDS_DIGITS = 9  # eleven days: no server means more


@dataclass(frozen=True)
class ServerSentEvent:
    """One event. `id` is its own; None where it brought none, for it is then not where a reader resumes."""

    name: str
    data: str
    id: str | None = None


class EventParser:
    """Fed with chunks of a stream, gives its events. `retry_milliseconds` is what the server last asked for."""

    def __init__(self) -> None:
        self.retry_milliseconds: int | None = None
        # "utf-8-sig" drops one byte order mark at the very start, as the standard does.
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="replace")
        self._begun = ""  # the line that has no end yet
        self._after_cr = False
        self._name = ""
        self._data: list[str] = []
        self._id: str | None = None

    def feed(self, chunk: bytes) -> Iterator[ServerSentEvent]:
        """The events that a chunk completes. What has no empty line behind it yet is no event."""
        text = self._decoder.decode(chunk)
        if not text:
            return
        if self._after_cr:
            text = text.removeprefix("\n")
        self._after_cr = text.endswith("\r")
        *lines, begun = _LINE_END.split(text)
        if lines:
            lines[0] = self._begun + lines[0]
            self._begun = begun
        else:
            self._begun += begun
        for line in lines:
            if line:
                self._take(line)
            elif (event := self._dispatched()) is not None:
                yield event

    def _take(self, line: str) -> None:
        field, _, value = line.partition(":")  # a comment is a line whose field has no name
        value = value.removeprefix(" ")
        match field:
            case "event":
                self._name = value
            case "data":
                self._data.append(value)
            case "id" if "\0" not in value:
                self._id = value
            case "retry" if value.isascii() and value.isdigit() and len(value) <= _MAX_MILLISECONDS_DIGITS:
                self.retry_milliseconds = int(value)

    def _dispatched(self) -> ServerSentEvent | None:
        event = ServerSentEvent(self._name or "message", "\n".join(self._data), self._id) if self._data else None
        self._name, self._data, self._id = "", [], None
        return event
