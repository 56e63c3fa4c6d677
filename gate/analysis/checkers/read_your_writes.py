"""Read your writes: what was just said is known, whichever replica answers."""

from __future__ import annotations

from collections.abc import Iterable

from gate.analysis.checkers.anomaly import Anomaly, Observed


def check(observed: Observed) -> Iterable[Anomaly]:
    """Answers of replicas that do not hold what was told to another one."""
    for reads in observed.reads:
        if reads.mixed and reads.stale:
            for turn in reads.misses:
                yield Anomaly(
                    guarantee="read-your-writes",
                    turn=turn,
                    reason=reads.differing(by_replicas=True),
                )
