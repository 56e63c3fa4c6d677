"""Digests on the lines of a transcript. Each covers its line and all lines before it.

A digest shows that a line was changed, removed or inserted, by accident or by hand. It is no signature:
anybody who knows the algorithm can compute another one.
"""

from __future__ import annotations

import hashlib
import re

DIGITS = 16
"""Hexadecimal digits of a digest."""

_DIGESTED = re.compile(rf',"seal":"([0-9a-f]{{{DIGITS}}})"\}}\s*\Z')


def digest_line(line: str, before: str) -> str:
    """Return the digest of `line`; `before` is the digest of the line before it, "" for none."""
    return hashlib.sha256(f"{before}\n{line}".encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]


def append_digest(line: str, digest: str) -> str:
    """Add the digest to the line, a JSON object, as its last key."""
    return f'{line[:-1]},"seal":"{digest}"}}'


def split_digest(line: str) -> tuple[str, str]:
    """Return the line without its digest, and the digest; "" when it has none."""
    found = _DIGESTED.search(line)
    return (f"{line[: found.start()]}}}", found[1]) if found else (line, "")
