"""The ways to compare a reply with what was expected, one file per kind."""

from __future__ import annotations

from collections.abc import Iterable

from gate.core.scenario import JUDGED
from gate.interfaces import Scorer
from gate.scorers.all import All
from gate.scorers.any import Any
from gate.scorers.contains import Contains
from gate.scorers.fuzzy import Fuzzy
from gate.scorers.judge import Judge
from gate.scorers.matches import Matches
from gate.scorers.number import Number
from gate.scorers.unknown import Unknown
from gate.scorers.without import Without

ABSENCE_SCORERS = frozenset({"without", "unknown"})
"""Scorers that are content with a bot that remembers nothing."""
_DEMANDING_NOTHING = ABSENCE_SCORERS | {JUDGED}


def forbids_only(checks: Iterable[str]) -> bool:
    """Whether these scorers say nothing but what a reply must not be. A judge adds nothing to that."""
    return _DEMANDING_NOTHING.issuperset(checks)


SCORERS: dict[str, Scorer] = {
    one.name: one
    for one in (Contains(), Any(), All(), Without(), Matches(), Number(), Fuzzy(), Unknown(), Judge())
}
