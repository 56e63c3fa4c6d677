"""Durability: an acknowledged turn survives."""

from __future__ import annotations

from collections.abc import Iterable

from gate.analysis.checkers.anomaly import Anomaly, Observed
from gate.analysis.reasons.probes import BotError


def check(observed: Observed) -> Iterable[Anomaly]:
    """Every fact that did not come back is a lost write, unless another checker saw what became of it."""
    for missed in observed.missed:
        yield Anomaly(
            guarantee="durability",
            turn=missed.identifier,
            reason=missed.result.coded_reason or BotError(error=""),
        )
