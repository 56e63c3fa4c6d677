"""Durability: an acknowledged turn survives."""

from __future__ import annotations

from collections.abc import Iterable

from gate.analysis.checkers.anomaly import Anomaly, Observed
from gate.analysis.reasons.probes import BotError


def check(observed: Observed) -> Iterable[Anomaly]:
    """Report every missing fact as a lost write, unless another checker explains it."""
    for missed in observed.missed:
        yield Anomaly(
            guarantee="durability",
            turn=missed.identifier,
            reason=missed.result.coded_reason or BotError(error=""),
        )
