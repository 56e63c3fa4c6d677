"""A secret key, which is redacted from texts in all usual encodings."""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote

SHORTEST = 8
"""Minimum key length, in characters. Shorter strings occur in ordinary text and are not redacted."""
REPLACEMENT = "[the key]"

Record = TypeVar("Record")


class Secret:
    """One key. An empty or too short one redacts nothing."""

    def __init__(self, key: str) -> None:
        self._spellings = spellings(key) if len(key) >= SHORTEST else ()
        self._bytes = tuple(spelling.encode() for spelling in self._spellings)

    def __repr__(self) -> str:
        return "Secret()"

    def redact(self, text: str) -> str:
        """Redact the key from the text."""
        for spelling in self._spellings:
            if spelling in text:
                text = text.replace(spelling, REPLACEMENT)
        return text

    def redact_bytes(self, data: bytes) -> bytes:
        """Redact the key from bytes that are not decoded yet."""
        for spelling in self._bytes:
            if spelling in data:
                data = data.replace(spelling, REPLACEMENT.encode())
        return data

    def redact_fields(self, record: Record) -> Record:
        """Redact the key from every text in a dataclass. Return the same object when it holds no key."""
        if not self._spellings or not dataclasses.is_dataclass(record) or isinstance(record, type):
            return record
        held = {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}
        changed = {name: new for name, old in held.items() if (new := self._without(old)) != old}
        return dataclasses.replace(record, **changed) if changed else record

    def _without(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.redact(value)
        if isinstance(value, Mapping):
            return {self._without(key): self._without(item) for key, item in value.items()}
        if dataclasses.is_dataclass(value):
            return self.redact_fields(value)
        if isinstance(value, Sequence) and not isinstance(value, bytes):
            return [self._without(item) for item in value]
        return value


def spellings(key: str) -> tuple[str, ...]:
    """Return the key as it is, reversed, in hexadecimal, URL-encoded and in base64; the longest first.

    In base64 the key may begin at any of three offsets in a group. Its first and last letter may depend on
    the neighbouring bytes, so they are left out.
    """
    data = key.encode()
    found = {key, key[::-1], data.hex(), data.hex().upper(), quote(key, safe="")}
    found |= {"".join(f"%{byte:02x}" for byte in data), "".join(f"%{byte:02X}" for byte in data)}
    for shift in range(3):
        first, last = -(-shift * 8 // 6), (shift + len(data)) * 8 // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            found.add(encode(bytes(shift) + data).decode()[first:last])
    return tuple(sorted(found, key=lambda spelling: (-len(spelling), spelling)))
