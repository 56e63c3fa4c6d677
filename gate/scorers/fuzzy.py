"""The reply must hold the value, a slip of the pen allowed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz.distance import OSA

from gate.core.scorer_traits import ScorerTraits
from gate.core.words import Occurrence
from gate.scorers.affirmation import affirms, denied

_WORD = re.compile(r"[^\W_]+")
SHORT_WORD = 5
"""Words of fewer letters must be spelt right: one letter makes another word of them."""
LONG_WORD = 8
"""From here on two letters may be wrong, else one."""


class Fuzzy:
    """Every word of every argument stands in the reply, spelt nearly so and not denied. Digits must be exact.

    Words are compared one by one: by likeness of whole texts, "50000 dollars" is nearly "5000 dollars".
    """

    name = "fuzzy"
    sentence = "the reply holds the value, a typing mistake in a long word allowed, and does not deny it"
    traits = ScorerTraits(
        recalls=True,
        failure="the reply holds nothing like {}",
        expectation="{}, or nearly so",
    )

    def score(self, reply: str, arguments: Sequence[str]) -> bool:
        """Whether all words of all arguments stand in the reply, or nearly."""
        return all(
            affirms(reply, value)
            or all(_nearly_said(word, reply) for word in _WORD.findall(value.casefold()))
            for value in arguments
        )


def _nearly_said(word: str, reply: str) -> bool:
    return any(
        _is_near(word, found.group().casefold())
        and not denied(reply, Occurrence(value=found.group(), start=found.start(), end=found.end()))
        for found in _WORD.finditer(reply)
    )


def _is_near(word: str, other: str) -> bool:
    if word == other:
        return True
    if len(word) < SHORT_WORD or any(character.isdigit() for character in word + other):
        return False
    allowed = 2 if len(word) >= LONG_WORD else 1
    return OSA.distance(word, other, score_cutoff=allowed) <= allowed
