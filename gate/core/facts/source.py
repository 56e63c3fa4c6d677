"""The source of a run's facts."""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Sequence

from gate.core.facts.fact import Acceptable, Fact
from gate.core.words import WholeWords, contains

_WORD_WITH_DIGITS = re.compile(r"[^\W\d_]*\d\w*")


class FactSource:
    """Draws the facts of all conversations of one run from one seed.

    Values are drawn without replacement over the run where the pool allows it, because a leak can be
    confirmed only with a value that belongs to exactly one conversation.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._taken: set[str] = set()
        # Numbers and codes inside longer values, like 482913 in ORD-482913.
        self._inner: set[str] = set()

    def draw(self, facts: Sequence[Fact], conversation: str, texts: Collection[str] = ()) -> dict[str, str]:
        """Draw the facts of one conversation, by name. The seed and the order of calls determine them.

        `texts` are the other words of the conversation: a value that occurs there would be told by them.
        """
        source = random.Random(f"{self._seed}/{conversation}")
        said = "\n".join(texts)
        drawn: dict[str, str] = {}
        for fact in facts:
            plausible = {value for other in facts if other is not fact for value in other.pool}
            value = self._draw(fact, source, drawn, said, plausible)
            drawn[fact.name] = value
            self._taken.add(value.casefold())
            inner = _words_with_digits(value)
            if inner != {value.casefold()}:
                self._inner |= inner
        return drawn

    def _draw(
        self, fact: Fact, source: random.Random, drawn: dict[str, str], said: str, plausible: set[str]
    ) -> str:
        """Draw a value that is new to the run; else one that occurs in nothing else; else a distinct one."""
        mine = {earlier.casefold() for earlier in drawn.values()}
        inside = WholeWords(() if fact.pool else plausible)

        def distinct(value: str) -> bool:
            return value.casefold() not in mine

        def clear(value: str) -> bool:
            return (
                distinct(value)
                and not contains(said, value)
                and not any(contains(other, value) or contains(value, other) for other in drawn.values())
                and next(inside.occurrences(value), None) is None
            )

        def fresh(value: str) -> bool:
            return value.casefold() not in self._taken and not self._overlaps(value) and clear(value)

        wishes: tuple[Acceptable, ...] = (fresh, clear, distinct)
        for wish in wishes:
            value = fact.draw(source, drawn, wish)
            if wish(value):
                break
        return value

    def _overlaps(self, value: str) -> bool:
        """Whether `value` is part of another conversation's value, or contains one."""
        words = _words_with_digits(value)
        if words == {value.casefold()}:
            return value.casefold() in self._inner
        return not words.isdisjoint(self._taken)


def _words_with_digits(value: str) -> set[str]:
    return set(_WORD_WITH_DIGITS.findall(value.casefold()))
