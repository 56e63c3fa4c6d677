"""Monotonic reads: a fact that is once known stays known."""

from __future__ import annotations

from collections.abc import Iterable

from gate.analysis.checkers.anomaly import Anomaly, Observed


def check(observed: Observed) -> Iterable[Anomaly]:
    """Find mixed answers to one question, with nothing told or disrupted in between."""
    for reads in observed.reads:
        if reads.mixed and not reads.stale:
            for turn in reads.misses:
                yield Anomaly(
                    guarantee="monotonic-reads", turn=turn, reason=reads.differing(by_replicas=False)
                )
