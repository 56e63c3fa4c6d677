"""Encoding of events as the lines of a transcript, and decoding of the lines."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, ClassVar

from gate.core.line_digest import digest_line, split_digest
from gate.core.transcript import EVENTS, DisruptionEnded, Event
from gate.core.typed_fields import built, type_errors
from gate.errors import GateError

_NAMES = {kind: name for name, kind in EVENTS.items()}

_FORMER_FIELDS: Mapping[type[Event], Collection[str]] = {DisruptionEnded: ("details",)}
"""Fields of earlier versions' transcripts, which are ignored."""


class TranscriptError(GateError):
    """A transcript that cannot be read. The message names the line."""

    file: ClassVar[str] = ""


def encode(event: Event) -> str:
    """Encode an event as one line, without a line end."""
    return json.dumps(
        {"event": _NAMES[type(event)], **_fields_of(event)},
        ensure_ascii=True,
        separators=(",", ":"),
        default=_plain,
    )


def _fields_of(record: Any) -> dict[str, Any]:
    return {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}


def _plain(value: Any) -> dict[str, Any]:
    """Convert a dataclass, or a mapping that is no dict, to a dict."""
    return _fields_of(value) if dataclasses.is_dataclass(value) else dict(value)


def decode(lines: Iterable[str]) -> Iterator[Event]:
    """Yield the events of a transcript. Raises TranscriptError, naming the line.

    If the first line has a digest, every line must have the right one.
    """
    before, is_digested = "", False
    for number, line in enumerate(lines, start=1):
        bare, digest = split_digest(line)
        is_digested = is_digested or (number == 1 and bool(digest))
        try:
            event = _decode_line(bare if is_digested else line)
        except (ValueError, TypeError, RecursionError) as error:
            raise TranscriptError(
                f"line {number} of the transcript cannot be read",
                why=str(error),
                remedy="judge the transcript as the run wrote it; a part of it was cut off or changed",
            ) from error
        if is_digested and digest != digest_line(bare, before):
            raise TranscriptError(
                f"line {number} of the transcript is not as the run wrote it",
                why="its seal does not fit it and the lines before it" if digest else "it has no seal",
                remedy="judge the transcript as the run wrote it; a part of it was cut out or changed",
            )
        before = digest
        yield event


def _decode_line(line: str) -> Event:
    fields = json.loads(line)
    if not isinstance(fields, dict):
        raise TypeError("it is not an object")
    name = fields.pop("event", None)
    kind = EVENTS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise ValueError(f"there is no event {name!r}")
    for former in _FORMER_FIELDS.get(kind, ()):
        fields.pop(former, None)
    wrong = type_errors(kind, fields)
    if wrong:
        raise ValueError(f"{name} has no such value as {', '.join(wrong)}")
    return built(kind, fields)
