"""Written names of disruptions: `kill`, or `kill*3` for three times in a row."""

from __future__ import annotations

import re
from collections.abc import Collection

UNDISTURBED = "none"
"""The disruption that leaves the bot alone."""
MOST_TIMES = 20
_REPEATED = re.compile(r"([a-z]+(?:-[a-z]+)*)\*([1-9][0-9]?)")


def written(kind: str, times: int) -> str:
    """Return the name of `times` disruptions of one kind: the kind alone for one."""
    return kind if times == 1 else f"{kind}*{times}"


def read_kind_and_times(text: str, known: Collection[str]) -> tuple[str, int] | None:
    """Read a written name; None when it names no disruption of a known kind.

    Only what a user wrote has to be read. Events carry kind and times as fields.
    """
    if text in known:
        return text, 1
    found = _REPEATED.fullmatch(text)
    if found is None or found[1] not in known or int(found[2]) > MOST_TIMES:
        return None
    return found[1], int(found[2])


def read_name(text: str, known: Collection[str]) -> str | None:
    """Return the one way in which the disruption in `text` is written; None when it names none."""
    found = read_kind_and_times(text, known)
    return written(*found) if found else None
