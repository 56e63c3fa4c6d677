"""Decoding of JSON's escapes in a text. Bots put their history into a prompt, or a store, as JSON."""

from __future__ import annotations

import re

_LINES_AND_CODES = re.compile(r"\\u([0-9a-fA-F]{4})|\\(n)")
_EVERY_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\([bfnrt\"/\\])")
_CONTROLS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def without_escapes(text: str) -> str:
    """Decode escaped line breaks and character codes. Quotes stay escaped, which marks them as inner ones."""
    return _decode(_LINES_AND_CODES, text)


def without_every_escape(text: str) -> str:
    """Decode every escape of one layer of JSON. JSON inside JSON keeps its inner layer."""
    return _decode(_EVERY_ESCAPE, text)


def _decode(escape: re.Pattern[str], text: str) -> str:
    if "\\" not in text:
        return text
    plain = escape.sub(lambda found: chr(int(found[1], 16)) if found[1] else _control(found[2]), text)
    # A character beyond the basic plane is escaped as two surrogates.
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _control(letter: str) -> str:
    return _CONTROLS.get(letter, letter)
