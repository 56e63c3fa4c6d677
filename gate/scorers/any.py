"""The reply must contain at least one of several values."""

from __future__ import annotations

from collections.abc import Sequence

from gate.core.scorer_traits import ScorerTraits
from gate.scorers.affirmation import affirms


class Any:
    """Passes when the reply affirms at least one argument, as whole words."""

    name = "any"
    sentence = "the reply holds at least one of the values, as whole words"
    traits = ScorerTraits(
        recalls=True,
        failure="the reply holds none of {}",
        expectation="any of {}",
    )

    def score(self, reply: str, arguments: Sequence[str]) -> bool:
        """Whether the reply affirms any argument."""
        return any(affirms(reply, value) for value in arguments)
