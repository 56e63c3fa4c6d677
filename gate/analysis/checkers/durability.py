"""Durability: an acknowledged turn survives."""

from __future__ import annotations

from collections.abc import Iterable

from gate.analysis.checkers.anomaly import Breach, Observed
from gate.analysis.reasons.probes import BotError


def check(observed: Observed) -> Iterable[Breach]:
    """Every fact that did not come back is a lost write, unless another checker saw what became of it."""
    for missed in observed.missed:
        yield Breach(
            guarantee="durability",
            turn=missed.identifier,
            reason=missed.result.coded_reason or BotError(error=""),
        )
