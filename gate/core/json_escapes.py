"""Undoing JSON's escapes in a text: bots put their history into a prompt as JSON."""

from __future__ import annotations

import re

_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\(n)")


def without_escapes(text: str) -> str:
    """`text` with JSON's line breaks and character codes undone; quotes stay marked as inner ones."""
    if "\\" not in text:
        return text
    plain = _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else "\n", text)
    # Characters beyond the basic plane are escaped as two halves.
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
