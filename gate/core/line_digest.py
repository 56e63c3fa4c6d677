"""Seals on the lines of a transcript: each vouches for its line and for all lines before it.

A seal shows what was changed, cut out or put in by accident or by hand. It is no signature: whoever knows
how seals are made can make others.
"""

from __future__ import annotations

import hashlib
import re

DIGITS = 16
"""Hexadecimal digits of a seal."""

_DIGESTED = re.compile(rf',"seal":"([0-9a-f]{{{DIGITS}}})"\}}\s*\Z')


def digest_line(line: str, before: str) -> str:
    """The seal of `line`, which has none yet; `before` is the seal of the line before it, "" for none."""
    return hashlib.sha256(f"{before}\n{line}".encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]


def append_digest(line: str, seal: str) -> str:
    """The line, a JSON object, with its seal as the last key."""
    return f'{line[:-1]},"seal":"{seal}"}}'


def split_digest(line: str) -> tuple[str, str]:
    """The line as it was sealed, and its seal; "" when it has none."""
    found = _DIGESTED.search(line)
    return (f"{line[: found.start()]}}}", found[1]) if found else (line, "")
