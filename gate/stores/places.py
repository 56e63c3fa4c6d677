"""Places of a store and their contents, which every inspector feeds into the text search."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Place:
    """A key, a row, a document or a file."""

    name: bytes
    """Its name, which is searched too; "" if the bot cannot choose it."""
    ttl: float | None = None
    """Seconds until it expires; None if it does not."""


@dataclass(frozen=True, kw_only=True)
class Content:
    """A part of the content of a place. `elements` are bytes of any format."""

    place: Place
    elements: tuple[bytes, ...] = ()
    whole: bool = True
    """False when the place holds more than can be read."""
    cut_before: bool = False
    """Whether the text was cut before `elements`."""
    cut_after: bool = False
    """Whether the text was cut after `elements`."""
    repeated: int = 0
    """Bytes that the previous content of the place contained too."""
