"""The reply must contain each of several values."""

from __future__ import annotations

from gate.core.scorer_traits import ScorerTraits
from gate.scorers.contains import Contains


class All(Contains):
    """The same check as `contains`, under a name that reads well with a list."""

    name = "all"
    sentence = "the reply holds every one of the values, as whole words"
    traits = ScorerTraits(
        recalls=True,
        holds_every=True,
        failure="the reply does not hold {}",
        expectation="all of {}",
    )
