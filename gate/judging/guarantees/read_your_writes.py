"""Read your writes: what was just said is known, whichever replica answers."""

from __future__ import annotations

from collections.abc import Iterable

from gate.judging.guarantees.breach import Breach, Observed
from gate.judging.guarantees.reads import reads_of


def check(observed: Observed) -> Iterable[Breach]:
    """A first answer of one of several replicas that does not hold what a later one does."""
    for reads in reads_of(observed):
        if reads.mixed and reads.by_replicas and not reads.answers[0].knew:
            for turn in reads.misses:
                yield Breach(
                    guarantee="read-your-writes",
                    turn=turn,
                    sentence=f"one replica does not know what another does: {reads.sentence}",
                )
