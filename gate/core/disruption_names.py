"""How a disruption is named: `kill`, or `kill*3` for three times in a row."""

from __future__ import annotations

import re
from collections.abc import Collection

UNDISTURBED = "none"
"""The disruption that leaves the bot alone."""
MOST_TIMES = 20
WRITTEN = re.compile(r"([a-z]+(?:-[a-z]+)*)\*([1-9][0-9]?)")


def written(name: str, times: int) -> str:
    """How `times` of the disruption `name` is written: once is the name alone."""
    return name if times == 1 else f"{name}*{times}"


def read_name(text: str, known: Collection[str]) -> str | None:
    """The disruption that `text` names, in the one way in which it is written; None when it names none."""
    if text in known:
        return text
    found = WRITTEN.fullmatch(text)
    if found is None or found[1] not in known or int(found[2]) > MOST_TIMES:
        return None
    return written(found[1], int(found[2]))


def kind_of(name: str) -> str:
    """The disruption without how often: `kill*3` is a kill."""
    return name.partition("*")[0]
