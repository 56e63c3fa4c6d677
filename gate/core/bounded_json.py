"""Parsing of untrusted JSON, bounded in depth and in the number of values."""

from __future__ import annotations

import json
import re
from typing import Any

MAX_DEPTH = 200
MAX_VALUES = 1_000_000
"""An empty list takes three bytes on the wire and seventy in memory."""

# Possessive quantifiers: matching takes linear time, however long the text is.
_TEXT = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")


def loads_bounded(given: bytes | str) -> Any:
    """Parse JSON. Raises ValueError when it is invalid, nested too deep or holds too many values."""
    text = given if isinstance(given, str) else given.decode(json.detect_encoding(given), "surrogatepass")
    openings = text.count("[") + text.count("{")
    if openings + text.count(",") > MAX_VALUES:
        raise ValueError(f"it holds more than {MAX_VALUES:,} values")
    if openings > MAX_DEPTH:
        _check_depth(text)
    return json.loads(text)


def _check_depth(text: str) -> None:
    depth = 0
    for bracket in _BRACKET.finditer(_TEXT.sub("", text)):
        depth += 1 if bracket.group() in "[{" else -1
        if depth > MAX_DEPTH:
            raise ValueError(f"it is nested deeper than {MAX_DEPTH}")
