"""The reply must not hold the value."""

from __future__ import annotations

from collections.abc import Sequence

from gate.core.words import found_in


class Without:
    """None of the arguments stands in the reply as whole words."""

    name = "without"
    sentence = "the reply holds none of the values"

    def score(self, reply: str, arguments: Sequence[str]) -> bool:
        """Whether all arguments are absent from the reply."""
        return not found_in(reply, arguments)
