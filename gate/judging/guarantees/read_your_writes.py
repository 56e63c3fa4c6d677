"""Read your writes: what was just said is known, whichever replica answers."""

from __future__ import annotations

from collections.abc import Iterable

from gate.judging.guarantees.breach import Breach, Observed
from gate.judging.guarantees.reads import reads_of


def check(observed: Observed) -> Iterable[Breach]:
    """Answers of replicas that do not hold what was told to another one."""
    for reads in reads_of(observed):
        if reads.mixed and reads.stale:
            for turn in reads.misses:
                yield Breach(
                    guarantee="read-your-writes",
                    turn=turn,
                    sentence=f"one replica does not know what another does: {reads.sentence}",
                )
