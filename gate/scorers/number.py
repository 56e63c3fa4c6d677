"""The reply must contain the number in any notation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation

from gate.core.scorer_traits import Argument, ScorerTraits
from gate.core.words import Occurrence
from gate.scorers.affirmation import denied, normalised

_NUMBER = re.compile(r"(?<![\w.,])[-+]?\d+(?:[.,]\d+)?(?![\w]|[.,]\d)")


class Number:
    """Passes when the reply affirms a number equal to each argument: 5000, 5,000.00 and $5000 are equal."""

    name = "number"
    sentence = "the reply holds the number, however it is grouped, and does not deny it"
    traits = ScorerTraits(
        recalls=True,
        argument=Argument.NUMBER,
        failure="the reply does not hold the number {}",
        expectation="{}",
    )

    def score(self, reply: str, arguments: Sequence[str]) -> bool:
        """Whether all arguments are among the reply's numbers."""
        text = normalised(reply)
        said = _numbers(
            found.group()
            for found in _NUMBER.finditer(text)
            if not denied(text, Occurrence(value=found.group(), start=found.start(), end=found.end()))
        )
        wanted = [_numbers(_NUMBER.findall(normalised(value))) for value in arguments]
        return all(numbers and numbers <= said for numbers in wanted)


def _numbers(texts: Iterable[str]) -> frozenset[Decimal]:
    found = set()
    for text in texts:
        try:
            found.add(Decimal(text.replace(",", ".")))
        except InvalidOperation:
            continue
    return frozenset(found)
