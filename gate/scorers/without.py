"""The reply must not contain the value."""

from __future__ import annotations

from collections.abc import Sequence

from gate.core.scorer_traits import ScorerTraits
from gate.scorers.affirmation import affirms


class Without:
    """Passes when the reply affirms no argument. It may deny one: "you no longer live in Lisbon"."""

    name = "without"
    sentence = "the reply holds none of the values, but to deny them"
    traits = ScorerTraits(
        recalls=False,
        absence=True,
        failure="the reply holds {}, which it must not",
        expectation="not {}",
    )

    def score(self, reply: str, arguments: Sequence[str]) -> bool:
        """Whether the reply affirms none of the arguments."""
        return not any(affirms(reply, value) for value in arguments)
