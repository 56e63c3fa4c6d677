"""Decides during the run whether a reply misses, so that the question can be asked again."""

from __future__ import annotations

from gate.runner.plan import Turn
from gate.scorers import SCORERS
from gate.scorers.checks import compared


def missed(turn: Turn, reply: str) -> bool:
    """Whether the reply fails a check of the turn that needs no judge model.

    A scorer that crashes counts as no miss.
    """
    checks = turn.expectation.checks if turn.expectation else {}
    try:
        return any(not SCORERS[name].score(reply, arguments) for name, arguments in compared(checks).items())
    except Exception:
        return False
