"""Read your writes: every replica knows the facts that were just told."""

from __future__ import annotations

from collections.abc import Iterable

from gate.analysis.checkers.anomaly import Anomaly, Observed


def check(observed: Observed) -> Iterable[Anomaly]:
    """Find answers of replicas that lack facts told to another replica."""
    for reads in observed.reads:
        if reads.mixed and reads.stale:
            for turn in reads.misses:
                yield Anomaly(
                    guarantee="read-your-writes",
                    turn=turn,
                    reason=reads.differing(by_replicas=True),
                )
