"""Places of a store and what stands there: the stream that every inspector feeds into the one text search."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Place:
    """A key, a row, a document or a file."""

    name: bytes
    """Its name is searched too; "" where it has none that a bot could choose."""
    ttl: float | None = None
    """Seconds until the store forgets it, None without a limit."""


@dataclass(frozen=True, kw_only=True)
class Content:
    """A part of what stands in a place. `elements` are texts or bytes, in no particular form."""

    place: Place
    elements: tuple[bytes, ...] = ()
    whole: bool = True
    """False when the place holds more than can be read."""
    cut_before: bool = False
    """Whether the text goes on before `elements`, and after them `cut_after`."""
    cut_after: bool = False
    repeated: int = 0
    """How many bytes of it were in the content before."""
