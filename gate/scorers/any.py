"""The reply must hold at least one of several values."""

from __future__ import annotations

from collections.abc import Sequence

from gate.core.scorer_traits import ScorerTraits
from gate.scorers.affirmation import affirms


class Any:
    """At least one argument stands in the reply as whole words and is not denied there."""

    name = "any"
    sentence = "the reply holds at least one of the values, as whole words"
    traits = ScorerTraits(
        recalls=True,
        failure="the reply holds none of {}",
        expectation="any of {}",
    )

    def score(self, reply: str, arguments: Sequence[str]) -> bool:
        """Whether the reply says any argument."""
        return any(affirms(reply, value) for value in arguments)
