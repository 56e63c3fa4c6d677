"""The reply must hold the number, however it is written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from gate.scorers.affirmation import normalised

_NUMBER = re.compile(r"(?<![\w.,])[-+]?\d+(?:[.,]\d+)?(?![\w]|[.,]\d)")


class Number:
    """Every argument equals some number in the reply: 5000, 5,000.00 and $5000 are the same."""

    name = "number"
    sentence = "the reply holds the number, however it is grouped"

    def score(self, reply: str, arguments: Sequence[str]) -> bool:
        """Whether all arguments are among the reply's numbers."""
        said = _numbers(reply)
        return all(_numbers(value) and _numbers(value) <= said for value in arguments)


def _numbers(text: str) -> frozenset[Decimal]:
    found = set()
    for one in _NUMBER.findall(normalised(text)):
        try:
            found.add(Decimal(one.replace(",", ".")))
        except InvalidOperation:
            continue
    return frozenset(found)
