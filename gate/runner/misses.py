"""Tells at once whether a reply misses what its turn expects, so that a question can be put again."""

from __future__ import annotations

from gate.runner.plan import Turn
from gate.scorers import SCORERS
from gate.scorers.checks import compared


def missed(turn: Turn, reply: str) -> bool:
    """Whether the reply is not what the turn expects, as far as comparisons tell: no judge is asked yet.

    A scorer that crashes counts as no miss.
    """
    checks = turn.expectation.checks if turn.expectation else {}
    try:
        return any(not SCORERS[name].score(reply, arguments) for name, arguments in compared(checks).items())
    except Exception:
        return False
