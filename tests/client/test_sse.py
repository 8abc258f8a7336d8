"""The standard's rules for event streams, whatever pieces the bytes come in."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondwind_client.sse import EventParser, ServerSentEvent

LINE_ENDS = ["\n", "\r\n", "\r"]
# Everything a line may hold: no line end, and no surrogate, which UTF-8 cannot carry.
WORDS = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=20)


def parsed(*chunks: bytes) -> list[ServerSentEvent]:
    parser = EventParser()
    return [event for chunk in chunks for event in parser.feed(chunk)]


@st.composite
def streams(draw: st.DrawFn) -> tuple[bytes, list[ServerSentEvent]]:
    """A stream, and the events that are in it."""
    end = draw(st.sampled_from(LINE_ENDS))
    text, events = "", []
    for _ in range(draw(st.integers(0, 5))):
        name, data = draw(WORDS), draw(st.lists(WORDS, max_size=3))
        number = draw(st.none() | st.integers(0, 999).map(str))
        lines = [f"data: {line}" for line in data] + [f": {draw(WORDS)}", f"unknown: {draw(WORDS)}", f"event: {name}"]
        lines += [f"id: {number}"] if number is not None else []
        text += "".join(line + end for line in draw(st.permutations(lines))) if not data else ""
        if data:  # in their order, whatever stands between them
            others = draw(st.permutations(lines[len(data) :]))
            where = sorted(draw(st.lists(st.integers(0, len(others)), min_size=len(data), max_size=len(data))))
            for line, place in reversed([*zip(lines[: len(data)], where, strict=True)]):
                others.insert(place, line)
            text += "".join(line + end for line in others)
            events.append(ServerSentEvent(name or "message", "\n".join(data), number))
        text += end
    byte_order_mark = draw(st.sampled_from(["", "\ufeff"]))
    return (byte_order_mark + text).encode(), events


@given(streams(), st.data())
def test_a_stream_reads_the_same_however_it_is_cut(
    stream: tuple[bytes, list[ServerSentEvent]], data: st.DataObject
) -> None:
    content, events = stream
    cuts = sorted(data.draw(st.lists(st.integers(0, len(content)), max_size=8)))
    chunks = [content[start:end] for start, end in pairwise([0, *cuts, len(content)])]
    assert parsed(*chunks) == events


@given(st.lists(st.binary(max_size=40)))
def test_no_bytes_break_it(chunks: list[bytes]) -> None:
    assert parsed(*chunks) == parsed(b"".join(chunks))


@pytest.mark.parametrize(
    ("stream", "data"),
    [
        (b"data: one\ndata: two\n\n", ["one\ntwo"]),
        (b"data:tight\n\ndata:  wide\n\n", ["tight", " wide"]),
        (b"data\n\ndata\ndata\n\ndata:", ["", "\n"]),  # the standard's own example: the last block has no end
        (b": a comment\n\ndata: x\n: another\n\n", ["x"]),
        (b"data: x\r\r", ["x"]),
        (b"data: a\xffb\n\n", ["a\ufffdb"]),
        (b"\xef\xbb\xbfdata: x\n\n", ["x"]),
        (b"data: x\n\n\xef\xbb\xbfdata: y\n\n", ["x"]),  # no mark here, but part of a field's name
        (b" data: x\n\nDATA: y\n\n", []),
        (b"data: never ended\n", []),
    ],
)
def test_lines_are_read_as_the_standard_says(stream: bytes, data: list[str]) -> None:
    assert [event.data for event in parsed(stream)] == data


def test_an_event_is_told_as_soon_as_its_empty_line_is_there() -> None:
    parser = EventParser()
    assert [*parser.feed(b"data: x\r\n\r")] == [ServerSentEvent("message", "x")]
    assert [*parser.feed(b"\ndata: y\r\n\r\n")] == [ServerSentEvent("message", "y")]


def test_a_name_without_data_is_forgotten() -> None:
    assert parsed(b"event: first\n\ndata: x\n\n") == [ServerSentEvent("message", "x")]


def test_an_event_has_its_own_id_alone() -> None:
    events = parsed(b"id: 7\ndata: x\n\ndata: y\n\nid: 8\0\ndata: z\n\nid\ndata: \n\n")
    assert [event.id for event in events] == ["7", None, None, ""]


@pytest.mark.parametrize(
    ("told", "milliseconds"), [("1500", 1500), ("0", 0), ("+5", 200), ("1.5", 200), ("٣", 200), ("", 200)]
)
def test_retry_is_a_number_of_ascii_digits_or_nothing(told: str, milliseconds: int) -> None:
    parser = EventParser()
    assert [*parser.feed(f"retry: 200\n\nretry: {told}\n\n".encode())] == []
    assert parser.retry_milliseconds == milliseconds
