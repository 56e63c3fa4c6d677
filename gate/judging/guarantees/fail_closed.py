"""Fail closed: while the store is away the bot gives an error, not silent amnesia."""

from __future__ import annotations

from collections.abc import Iterable

from gate.judging.guarantees.breach import Breach, Observed
from gate.judging.history import Disturbance, PlayedTurn
from gate.judging.reasons.anomalies import Sign, SignSeen


def check(observed: Observed) -> Iterable[Breach]:
    """Turns that the bot acknowledged while its store was away, and that were gone afterwards."""
    for missed in observed.missed:
        outages = [one for one in missed.disturbances if one.traits.store_away]
        if any(_within(telling, outage) for telling in missed.told_in for outage in outages):
            yield Breach(
                guarantee="fail-closed",
                turn=missed.identifier,
                reason=SignSeen(sign=Sign.ACKNOWLEDGED_IN_OUTAGE),
            )


def _within(turn: PlayedTurn, outage: Disturbance) -> bool:
    return outage.began < turn.order < outage.order
