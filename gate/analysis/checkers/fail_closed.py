"""Fail closed: while the store is away the bot gives an error, not silent amnesia."""

from __future__ import annotations

from collections.abc import Iterable

from gate.analysis.checkers.anomaly import Anomaly, Observed
from gate.analysis.history import CompletedDisruption, PlayedTurn
from gate.analysis.reasons.anomalies import Sign, SignSeen


def check(observed: Observed) -> Iterable[Anomaly]:
    """Find turns that the bot acknowledged while its store was away, and that were lost afterwards."""
    for missed in observed.missed:
        outages = [completed for completed in missed.completed_disruptions if completed.traits.store_away]
        if any(_within(disclosure, outage) for disclosure in missed.told_in for outage in outages):
            yield Anomaly(
                guarantee="fail-closed",
                turn=missed.identifier,
                reason=SignSeen(sign=Sign.ACKNOWLEDGED_IN_OUTAGE),
            )


def _within(turn: PlayedTurn, outage: CompletedDisruption) -> bool:
    return outage.began < turn.order < outage.order
