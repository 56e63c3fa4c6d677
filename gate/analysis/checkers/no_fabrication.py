"""No fabrication: the bot does not remember facts that nobody told."""

from __future__ import annotations

from collections.abc import Iterable

from gate.analysis.checkers.anomaly import Anomaly, Observed
from gate.analysis.probes import guessed
from gate.analysis.reasons.probes import ReplyAmiss
from gate.core.report import Outcome


def check(observed: Observed) -> Iterable[Anomaly]:
    """Find replies that hold values nobody told."""
    for turn, result in observed.probes:
        if result.outcome is not Outcome.LOST or result.recall:
            continue
        # A bot that lists all plausible values of a told fact has lost the fact: an ordinary loss.
        if result.guarantee == "no-fabrication" or guessed(observed.history, turn):
            yield Anomaly(
                guarantee="no-fabrication",
                turn=turn.started.turn,
                reason=result.coded_reason or ReplyAmiss(checks=()),
            )
