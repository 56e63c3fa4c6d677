"""The reply must admit that the bot does not know."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gate.core.scorer_traits import Argument, ScorerTraits
from gate.scorers.affirmation import affirms

_NOT = r"(?:not|n['’]t|never|no)"
_ADMISSIONS = re.compile(
    "|".join(
        (
            rf"\b(?:do|does|did|could|can|would|am|have|has|was|were|is|are)?\s?{_NOT}\b[^.!?\n]{{0,40}}\b"
            r"(?:know|known|sure|aware|certain|recall|remember|tell|told|mention|mentioned|say|said|share|shared"
            r"|have|find|found|see|specified|provided|given|information|record|details|access|stated|determine)\b",
            r"\b(?:no|any) (?:information|record|details|mention|memory|idea|clue)\b",
            r"\b(?:unknown|unsure|unclear|uncertain|unable|unaware)\b",
            r"\b(?:could|can|would|may) you (?:please )?(?:tell|share|remind|let me know|provide|specify)\b",
        )
    ),
    re.IGNORECASE,
)


class Unknown:
    """Passes when the reply admits not to know, and affirms none of the arguments. Needs no model.

    An LLM that judges the same abstention several times gives different answers.
    """

    name = "unknown"
    sentence = "the reply admits not to know"
    traits = ScorerTraits(
        recalls=False,
        absence=True,
        argument=Argument.OPTIONAL,
        failure="the reply does not admit that the bot was never told",
        expectation="no answer but that it was never told",
    )

    def score(self, reply: str, arguments: Sequence[str]) -> bool:
        """Whether the reply abstains. Blank arguments (`unknown: true`) forbid nothing."""
        named = any(affirms(reply, value) for value in arguments if value.strip())
        return _ADMISSIONS.search(reply) is not None and not named
