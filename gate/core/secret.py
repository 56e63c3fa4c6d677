"""A key that nobody is to see: taken out of texts, in whichever of the usual spellings it stands there."""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote

SHORTEST = 8
"""Characters. What is shorter is no secret, and stands in many an innocent word."""
REPLACEMENT = "[the key]"

Record = TypeVar("Record")


class Secret:
    """One key. An empty one, or one that is too short to be one, hides nothing."""

    def __init__(self, key: str) -> None:
        self._spellings = spellings(key) if len(key) >= SHORTEST else ()
        self._bytes = tuple(one.encode() for one in self._spellings)

    def __repr__(self) -> str:
        return "Secret()"

    def hidden(self, text: str) -> str:
        """The text without the key."""
        for one in self._spellings:
            if one in text:
                text = text.replace(one, REPLACEMENT)
        return text

    def hidden_bytes(self, data: bytes) -> bytes:
        """The same of what is not decoded yet."""
        for one in self._bytes:
            if one in data:
                data = data.replace(one, REPLACEMENT.encode())
        return data

    def hidden_in(self, record: Record) -> Record:
        """A dataclass without the key in any text of any field; the very same where there is none."""
        if not self._spellings or not dataclasses.is_dataclass(record) or isinstance(record, type):
            return record
        held = {one.name: getattr(record, one.name) for one in dataclasses.fields(record)}
        changed = {name: new for name, old in held.items() if (new := self._without(old)) != old}
        return dataclasses.replace(record, **changed) if changed else record

    def _without(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.hidden(value)
        if isinstance(value, Mapping):
            return {self._without(key): self._without(one) for key, one in value.items()}
        if dataclasses.is_dataclass(value):
            return self.hidden_in(value)
        if isinstance(value, Sequence) and not isinstance(value, bytes):
            return [self._without(one) for one in value]
        return value


def spellings(key: str) -> tuple[str, ...]:
    """The key as it is, backwards, in hexadecimal digits, as in a URL, and in base64, the longest first.

    In base64 the key may begin at any of three places of a group, and neighbours share its first and last
    letter: those are left out.
    """
    data = key.encode()
    found = {key, key[::-1], data.hex(), data.hex().upper(), quote(key, safe="")}
    found |= {"".join(f"%{one:02x}" for one in data), "".join(f"%{one:02X}" for one in data)}
    for shift in range(3):
        first, last = -(-shift * 8 // 6), (shift + len(data)) * 8 // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            found.add(encode(bytes(shift) + data).decode()[first:last])
    return tuple(sorted(found, key=lambda one: (-len(one), one)))
