"""Undoing JSON's escapes in a text: bots put their history into a prompt, or a store, as JSON."""

from __future__ import annotations

import re

_LINES_AND_CODES = re.compile(r"\\u([0-9a-fA-F]{4})|\\(n)")
_EVERY_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\([bfnrt\"/\\])")
_CONTROLS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def without_escapes(text: str) -> str:
    """`text` with JSON's line breaks and character codes undone; quotes stay marked as inner ones."""
    return _undone(_LINES_AND_CODES, text)


def without_every_escape(text: str) -> str:
    """`text` with every escape of one layer of JSON undone: of JSON inside JSON the inner one is left."""
    return _undone(_EVERY_ESCAPE, text)


def _undone(escape: re.Pattern[str], text: str) -> str:
    if "\\" not in text:
        return text
    plain = escape.sub(lambda found: chr(int(found[1], 16)) if found[1] else _control(found[2]), text)
    # Characters beyond the basic plane are escaped as two halves.
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _control(letter: str) -> str:
    return _CONTROLS.get(letter, letter)
