"""The lines of a transcript: events as JSON, one a line, and back again."""

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
"""Fields that transcripts of earlier versions have, and that are passed over."""


class TranscriptError(GateError):
    """A transcript that cannot be read, with the line at fault."""

    file: ClassVar[str] = ""


def encode(event: Event) -> str:
    """One line of a transcript, without its line end."""
    return json.dumps(
        {"event": _NAMES[type(event)], **_fields_of(event)},
        ensure_ascii=True,
        separators=(",", ":"),
        default=_plain,
    )


def _fields_of(record: Any) -> dict[str, Any]:
    return {one.name: getattr(record, one.name) for one in dataclasses.fields(record)}


def _plain(value: Any) -> dict[str, Any]:
    """What JSON does not know: a dataclass within an event, or a mapping that is no dict."""
    return _fields_of(value) if dataclasses.is_dataclass(value) else dict(value)


def decode(lines: Iterable[str]) -> Iterator[Event]:
    """The events of a transcript. Raises TranscriptError, naming the line.

    Where the first line has a seal, every line has to have the one that fits.
    """
    before, sealed = "", False
    for number, line in enumerate(lines, start=1):
        bare, seal = split_digest(line)
        sealed = sealed or (number == 1 and bool(seal))
        try:
            event = _decode_line(bare if sealed else line)
        except (ValueError, TypeError, RecursionError) as error:
            raise TranscriptError(
                f"line {number} of the transcript cannot be read",
                why=str(error),
                remedy="judge the transcript as the run wrote it; a part of it was cut off or changed",
            ) from error
        if sealed and seal != digest_line(bare, before):
            raise TranscriptError(
                f"line {number} of the transcript is not as the run wrote it",
                why="its seal does not fit it and the lines before it" if seal else "it has no seal",
                remedy="judge the transcript as the run wrote it; a part of it was cut out or changed",
            )
        before = seal
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
