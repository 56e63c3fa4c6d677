"""The reply must contain the value."""

from __future__ import annotations

from collections.abc import Sequence

from gate.core.scorer_traits import ScorerTraits
from gate.scorers.affirmation import affirms


class Contains:
    """Passes when the reply affirms every argument, as whole words."""

    name = "contains"
    sentence = "the reply holds the value, as whole words, and does not deny it"
    traits = ScorerTraits(
        recalls=True,
        holds_every=True,
        failure="the reply does not hold {}",
        expectation="{}",
    )

    def score(self, reply: str, arguments: Sequence[str]) -> bool:
        """Whether the reply affirms all arguments."""
        return all(affirms(reply, value) for value in arguments)
