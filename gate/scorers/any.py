"""The reply must hold at least one of several values."""

from __future__ import annotations

from collections.abc import Sequence

from gate.core.words import contains


class Any:
    """At least one argument stands in the reply as whole words."""

    name = "any"
    sentence = "the reply holds at least one of the values, as whole words"

    def score(self, reply: str, arguments: Sequence[str]) -> bool:
        """Whether any argument stands in the reply."""
        return any(contains(reply, value) for value in arguments)
