"""Draws the facts of a whole run."""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Sequence

from gate.core.facts.fact import Acceptable, Fact
from gate.core.words import WholeWords, contains

_WORD_WITH_DIGITS = re.compile(r"[^\W\d_]*\d\w*")


class FactSource:
    """Draws the facts of all conversations of one run from one seed.

    Values are drawn without replacement over the run where the pool allows it: a leak can be
    confirmed only on a value that belongs to exactly one conversation.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._taken: set[str] = set()
        # Numbers and codes that stand inside longer values, as 482913 does in ORD-482913.
        self._inner: set[str] = set()

    def draw(self, facts: Sequence[Fact], conversation: str, texts: Collection[str] = ()) -> dict[str, str]:
        """The facts of one conversation, by name; the same for the same seed and order of calls.

        `texts` is what the conversation says besides: a value that stands in it would be told by it.
        """
        source = random.Random(f"{self._seed}/{conversation}")
        said = "\n".join(texts)
        drawn: dict[str, str] = {}
        for fact in facts:
            plausible = {one for other in facts if other is not fact for one in other.pool}
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
        """A value that is new to the run, else one that stands in nothing else, else a distinct one."""
        mine = {earlier.casefold() for earlier in drawn.values()}
        inside = WholeWords(() if fact.pool else plausible)

        def distinct(value: str) -> bool:
            return value.casefold() not in mine

        def clear(value: str) -> bool:
            return (
                distinct(value)
                and not contains(said, value)
                and not any(contains(one, value) or contains(value, one) for one in drawn.values())
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
        """Whether `value` is a part of another conversation's value, or that one a part of it."""
        words = _words_with_digits(value)
        if words == {value.casefold()}:
            return value.casefold() in self._inner
        return not words.isdisjoint(self._taken)


def _words_with_digits(value: str) -> set[str]:
    return set(_WORD_WITH_DIGITS.findall(value.casefold()))
