"""Decodes streamed answers as their bytes arrive: server-sent events, and JSON lines.

The bytes may be cut anywhere: inside a character, inside a line end, inside an event.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

EVENT_STREAM = "text/event-stream"
"""The content type of server-sent events."""
DONE = "[DONE]"
"""The data of the last event of a stream of OpenAI's API, and of APIs compatible with it."""
MAX_EVENT_BYTES = 4 * 1024 * 1024

# Atomic, so that the two halves of a CRLF are never taken for two line ends.
_BLANK_LINES = re.compile(rb"(?>\r\n|\n|\r)(?>\r\n|\n|\r)++")
_NEWLINES = re.compile(rb"\n++")
_LINE_END = re.compile(r"\r\n|\n|\r")
_BYTE_ORDER_MARK = "\ufeff"


class EventTooLarge(ValueError):
    """An event with more bytes than the limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamEvent:
    """One event of a stream."""

    data: str
    name: str = "message"
    """The value of its `event:` line; JSON lines have none."""


@dataclass(frozen=True, kw_only=True)
class Framing:
    """The format of a kind of stream: where a block ends, and how a block is read."""

    end: re.Pattern[bytes]
    """Matches the end of a block, which belongs to the block."""
    longest_end: int
    """The number of bytes that must arrive before an end is certain."""
    read: Callable[[str], StreamEvent | None]
    """Returns the event of a block; None for a block without data."""


def _read_server_sent_event(block: str) -> StreamEvent | None:
    """Read one event by the rules of the HTML standard. Ids and retry times have no use here."""
    name, data = "", []
    for line in _LINE_END.split(block):
        field, _, value = line.partition(":")
        if field == "data":
            data.append(value.removeprefix(" "))
        elif field == "event":
            name = value.removeprefix(" ")
    return StreamEvent(data="\n".join(data), name=name or "message") if data else None


def _read_line(line: str) -> StreamEvent | None:
    return StreamEvent(data=line.rstrip("\n")) if line.strip() else None


SERVER_SENT_EVENTS = Framing(end=_BLANK_LINES, longest_end=4, read=_read_server_sent_event)
JSON_LINES = Framing(end=_NEWLINES, longest_end=1, read=_read_line)

FRAMINGS: Mapping[str, Framing] = {
    EVENT_STREAM: SERVER_SENT_EVENTS,
    "application/x-ndjson": JSON_LINES,
    "application/ndjson": JSON_LINES,
    "application/jsonl": JSON_LINES,
}
"""Content type → the framing of a stream of that type."""


class BlockSplitter:
    """Cuts a stream into blocks without reading them. Joined, the blocks give the stream again."""

    def __init__(self, framing: Framing = SERVER_SENT_EVENTS, *, limit: int = MAX_EVENT_BYTES) -> None:
        self._framing = framing
        self._limit = limit
        self._buffer = bytearray()
        self._searched = 0

    @property
    def rest(self) -> bytes:
        """The bytes of the unfinished block."""
        return bytes(self._buffer)

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Take more bytes and yield the blocks that are complete now. Iteration raises EventTooLarge."""
        self._buffer += piece
        return self._whole_blocks()

    def _whole_blocks(self) -> Iterator[bytes]:
        while (end := self._end_of_block()) is not None:
            self._check(end)
            block = bytes(self._buffer[:end])
            del self._buffer[:end]
            self._searched = 0
            yield block
        self._check(len(self._buffer))
        # Only a part of a line end may have arrived.
        self._searched = max(0, len(self._buffer) - self._framing.longest_end)

    def _end_of_block(self) -> int | None:
        found = self._framing.end.search(self._buffer, self._searched)
        return found.end() if found else None

    def _check(self, size: int) -> None:
        if size > self._limit:
            raise EventTooLarge(f"one event of the stream is larger than {self._limit:,} bytes")


class StreamDecoder:
    """Decodes the events of one stream. It may arrive in pieces of any size."""

    def __init__(self, framing: Framing = SERVER_SENT_EVENTS, *, limit: int = MAX_EVENT_BYTES) -> None:
        self._framing = framing
        self._blocks = BlockSplitter(framing, limit=limit)
        self._begun = False

    def feed(self, piece: bytes) -> Iterator[StreamEvent]:
        """Take more bytes and yield the events that are complete now.

        Iteration raises UnicodeDecodeError or EventTooLarge, both of which are ValueErrors.
        """
        return self._read(self._blocks.feed(piece))

    def finish(self) -> Iterator[StreamEvent]:
        """Yield the event that the end of the stream cut off.

        Browsers drop it, but many bots write no blank line after their last event.
        """
        return self._read(iter((self._blocks.rest,)))

    def _read(self, blocks: Iterator[bytes]) -> Iterator[StreamEvent]:
        for block in blocks:
            text = block.decode()
            if not self._begun:
                self._begun = True
                text = text.removeprefix(_BYTE_ORDER_MARK)
            event = self._framing.read(text)
            if event is not None:
                yield event


def decode_stream(stream: bytes, framing: Framing = SERVER_SENT_EVENTS) -> Iterator[StreamEvent]:
    """Yield the events of a complete stream."""
    decoder = StreamDecoder(framing, limit=max(len(stream), 1))
    yield from decoder.feed(stream)
    yield from decoder.finish()
