"""Streams are read by the rules of the HTML standard, however their bytes are cut."""

from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.event_stream import (
    JSON_LINES,
    SERVER_SENT_EVENTS,
    BlockSplitter,
    EventTooLarge,
    Framing,
    StreamDecoder,
    StreamEvent,
    decode_stream,
)
from tests.unit.core.laws import law


def events(stream: str | bytes, framing: Framing = SERVER_SENT_EVENTS) -> list[tuple[str, str]]:
    """Name and data of every event, fed in one piece; what the end cuts off is left out, as in browsers."""
    decoder = StreamDecoder(framing)
    found = decoder.feed(stream.encode() if isinstance(stream, str) else stream)
    return [(event.name, event.data) for event in found]


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        # The examples of the standard.
        ("data: YHOO\ndata: +2\ndata: 10\n\n", [("message", "YHOO\n+2\n10")]),
        (
            ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
            [("message", "first event"), ("message", "second event"), ("message", " third event")],
        ),
        ("data\n\ndata\ndata\n\ndata:", [("message", ""), ("message", "\n")]),
        ("data:test\n\ndata: test\n\n", [("message", "test"), ("message", "test")]),
        (
            "event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\n",
            [("add", "73857293"), ("remove", "2153")],
        ),
        # A name without data is no event, and does not pass to the next one.
        ("event: add\n\ndata: a\n\n", [("message", "a")]),
        ("event:\ndata: a\n\n", [("message", "a")]),
        ("data: a\nevent: x\nevent: y\n\n", [("y", "a")]),
        # Line ends of every kind, mixed.
        ("data: a\r\ndata: b\r\n\r\n", [("message", "a\nb")]),
        ("data: a\rdata: b\r\r", [("message", "a\nb")]),
        ("data: a\n\r\ndata: b\r\n\ndata: c\r\n\r", [("message", "a"), ("message", "b"), ("message", "c")]),
        ("\n\n\ndata: a\n\n\n\ndata: b\n\n", [("message", "a"), ("message", "b")]),
        # Other characters that Python takes for line ends are part of the text.
        ("data: a\u2028b\x85c\x0bd\x1ce\n\n", [("message", "a\u2028b\x85c\x0bd\x1ce")]),
        # One byte order mark at the very beginning goes.
        ("\ufeffdata: a\n\ndata: b\n\n", [("message", "a"), ("message", "b")]),
        ("\ufeff\ufeffdata: a\n\n", []),
        ("data: a\n\n\ufeffdata: b\n\n", [("message", "a")]),
        # Comments, unknown fields, colons.
        (": ping\n\n:\n\n::\n\n", []),
        ("retry: 10\nDATA: a\n data: b\nfoo: c\n\n", []),
        ("data: a: b\n\ndata::\n\n", [("message", "a: b"), ("message", ":")]),
        ("", []),
        ("data: cut off\n", []),
    ],
)
def test_server_sent_events_by_the_standard(stream: str, expected: list[tuple[str, str]]) -> None:
    assert events(stream) == expected


def test_what_the_end_of_a_stream_cuts_off_can_be_asked_for() -> None:
    """Many bots end their last event with one line end, or none."""
    for end in ("", "\n", "\r\n"):
        found = decode_stream(f"data: a\n\nevent: last\ndata: b{end}".encode())
        assert list(found) == [StreamEvent(data="a"), StreamEvent(data="b", name="last")]


def test_json_lines_are_events_without_names() -> None:
    assert events('{"a": 1}\r\n\n \n{"a": "\u2028"}\n{"a"', JSON_LINES) == [
        ("message", '{"a": 1}\r'),
        ("message", '{"a": "\u2028"}'),
    ]
    assert [event.data for event in decode_stream(b"1\n2", JSON_LINES)] == ["1", "2"]


lines = st.lists(
    st.sampled_from(["data: ", "data:", "data", "event: x", ":", "id: 1", "\ufeff", "[DONE]", "{}"])
    | st.text(alphabet="aé漢🐈 :\u2028", max_size=4)
    | st.sampled_from(["\r", "\n", "\r\n", "\n\n", "\r\n\r\n"]),
    max_size=30,
).map("".join)


def cut(content: bytes, places: list[int]) -> list[bytes]:
    """The bytes in pieces, some of which are empty."""
    borders = [0, *sorted(place % (len(content) + 1) for place in places), len(content)]
    return [content[begin:end] for begin, end in itertools.pairwise(borders)]


@law
@given(
    stream=lines,
    places=st.lists(st.integers(0, 1000), max_size=20),
    framing=st.sampled_from([SERVER_SENT_EVENTS, JSON_LINES]),
)
def test_any_cut_gives_the_same_events_and_the_same_bytes(
    stream: str, places: list[int], framing: Framing
) -> None:
    content = stream.encode()
    for pieces in (cut(content, places), [content[place : place + 1] for place in range(len(content))]):
        decoder, splitter = StreamDecoder(framing), BlockSplitter(framing)
        found = [event for piece in pieces for event in decoder.feed(piece)]
        assert [(event.name, event.data) for event in found] == events(content, framing)
        assert [*found, *decoder.finish()] == list(decode_stream(content, framing))
        blocks = [block for piece in pieces for block in splitter.feed(piece)]
        assert b"".join(blocks) + splitter.rest == content


@law
@given(
    given=st.lists(st.tuples(st.text(min_size=1), st.text())),
    end=st.sampled_from(["\n", "\r", "\r\n"]),
)
def test_what_is_written_by_the_standard_is_read_back(given: list[tuple[str, str]], end: str) -> None:
    """Whatever stands in the data, except carriage returns, which the format cannot carry."""

    def plain(text: str) -> str:
        return text.replace("\r", "").replace("\ud800", "").encode("utf-8", "ignore").decode()

    wanted = [(plain(name).replace("\n", "") or "message", plain(data)) for name, data in given]
    stream = "".join(
        f"event: {name}{end}" + "".join(f"data: {line}{end}" for line in data.split("\n")) + end
        for name, data in wanted
    )
    assert events(stream) == wanted


def test_an_event_comes_with_its_blank_line_and_not_later() -> None:
    """Half a CRLF is enough: the other half may never come."""
    for end in (b"\n\n", b"\r\r", b"\r\n\r"):
        decoder = StreamDecoder()
        assert list(decoder.feed(b"data: [DONE]" + end[:-1])) == []
        assert [event.data for event in decoder.feed(end[-1:])] == ["[DONE]"]


def test_what_stands_before_a_fault_is_given_first() -> None:
    """So that an end mark ends a stream whatever comes behind it, in the same piece or in another."""
    decoder = StreamDecoder(limit=20)
    found = decoder.feed(b"data: a\n\ndata: \xff\n\n")
    assert next(found).data == "a"
    with pytest.raises(UnicodeDecodeError):
        next(found)


@pytest.mark.parametrize("whole", [True, False])
def test_an_event_is_bounded(whole: bool) -> None:
    content = b"data: a\n\ndata: " + b"b" * 100 + (b"\n\n" if whole else b"")
    for size in (1, 1000):
        decoder = StreamDecoder(limit=50)
        pieces = (content[place : place + size] for place in range(0, len(content), size))
        found = (event.data for piece in pieces for event in decoder.feed(piece))
        assert next(found) == "a"
        with pytest.raises(EventTooLarge):
            next(found)


def test_many_small_events_are_read_in_time_and_space_that_grow_with_them() -> None:
    stream = b"".join(b"data: %s\n\n" % json.dumps({"n": number}).encode() for number in range(20_000))
    decoder = StreamDecoder(limit=100)
    pieces = (stream[place : place + 7] for place in range(0, len(stream), 7))
    assert sum(1 for piece in pieces for _ in decoder.feed(piece)) == 20_000
