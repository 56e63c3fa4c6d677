"""Retention: facts are kept as long, and deleted as surely, as declared."""

from __future__ import annotations

from collections.abc import Iterable

from gate.core.guarantees import GUARANTEES
from gate.core.verdict import Outcome
from gate.judging.guarantees.breach import Breach, Observed

ZOMBIE = GUARANTEES["retention"].other_anomaly


def check(observed: Observed) -> Iterable[Breach]:
    """What was to be forgotten and is known, and what ran out before its time."""
    for turn, result in observed.probes():
        if result.guarantee == "retention" and result.outcome is Outcome.LOST and not result.recall:
            yield Breach(
                guarantee="retention",
                turn=turn.started.turn,
                sentence="the reply holds what was to be forgotten",
                anomaly=ZOMBIE,
            )
