"""The reply must hold the value."""

from __future__ import annotations

from collections.abc import Sequence

from gate.core.words import contains


class Contains:
    """Every argument stands in the reply as whole words, whatever its letter case."""

    name = "contains"
    sentence = "the reply holds the value, as whole words"

    def score(self, reply: str, arguments: Sequence[str]) -> bool:
        """Whether all arguments stand in the reply."""
        return all(contains(reply, value) for value in arguments)
