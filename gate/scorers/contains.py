"""The reply must hold the value."""

from __future__ import annotations

from collections.abc import Sequence

from gate.core.scorer_traits import ScorerTraits
from gate.scorers.affirmation import affirms


class Contains:
    """Every argument stands in the reply as whole words and is not denied there."""

    name = "contains"
    sentence = "the reply holds the value, as whole words, and does not deny it"
    traits = ScorerTraits(
        recalls=True,
        holds_every=True,
        failure="the reply does not hold {}",
        expectation="{}",
    )

    def score(self, reply: str, arguments: Sequence[str]) -> bool:
        """Whether the reply says all arguments."""
        return all(affirms(reply, value) for value in arguments)
