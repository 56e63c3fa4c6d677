"""The reply must contain the value; spelling mistakes are allowed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz.distance import OSA

from gate.core.scorer_traits import ScorerTraits
from gate.core.words import Occurrence
from gate.scorers.affirmation import affirms, denied

_WORD = re.compile(r"[^\W_]+")
SHORT_WORD = 5
"""Shorter words must be spelt correctly: one letter makes another word of them."""
LONG_WORD = 8
"""Words of this length or longer may have two wrong letters, shorter ones one."""


class Fuzzy:
    """Passes when the reply affirms every word of every argument, nearly spelt so. Digits must be exact.

    Words are compared one by one: as whole texts, "50000 dollars" would be close to "5000 dollars".
    """

    name = "fuzzy"
    sentence = "the reply holds the value, a typing mistake in a long word allowed, and does not deny it"
    traits = ScorerTraits(
        recalls=True,
        failure="the reply holds nothing like {}",
        expectation="{}, or nearly so",
    )

    def score(self, reply: str, arguments: Sequence[str]) -> bool:
        """Whether the reply affirms all words of all arguments, or words close to them."""
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
