"""Facts: values that are drawn anew for every conversation, so that no bot can know them beforehand."""

from __future__ import annotations

import random
import string
from collections.abc import Collection, Mapping
from dataclasses import dataclass

UNAMBIGUOUS_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Letters for `?`: no I or O, which people and models confuse with digits."""

UNGUESSABLE_SYMBOLS = 4
"""From this many drawn characters on, there are thousands of values."""

MAX_REDRAWS = 200
"""How often a pattern's value that is already taken is drawn again before it is accepted."""


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """A value made from a template: `#` becomes a digit, `?` a letter, all else stays."""

    name: str
    template: str

    @property
    def pool(self) -> tuple[str, ...]:
        """A pattern has no list of plausible values, so no decoys."""
        return ()

    @property
    def guessable(self) -> bool:
        """Whether a bot could name the value by chance: its appearance elsewhere then proves nothing."""
        return self.template.count("#") + self.template.count("?") < UNGUESSABLE_SYMBOLS

    def draw(
        self, source: random.Random, drawn: Mapping[str, str], avoid: Collection[str] = frozenset()
    ) -> str:
        """One value, outside `avoid` (in folded case) if it can be found. `drawn` are the earlier facts."""
        value = self._fill_in(source)
        for _ in range(MAX_REDRAWS):
            if value.casefold() not in avoid:
                break
            value = self._fill_in(source)
        return value

    def _fill_in(self, source: random.Random) -> str:
        return "".join(self._character(source, symbol, index) for index, symbol in enumerate(self.template))

    def _character(self, source: random.Random, symbol: str, index: int) -> str:
        if symbol == "#":
            # No leading zero: a bot that treats the value as a number would be blamed for dropping it.
            starts_number = index == 0 or self.template[index - 1] != "#"
            return source.choice(string.digits[1:] if starts_number else string.digits)
        return source.choice(UNAMBIGUOUS_LETTERS) if symbol == "?" else symbol


@dataclass(frozen=True, kw_only=True)
class Pick:
    """A value picked from `options`; never the value of the earlier fact `differs_from`."""

    name: str
    options: tuple[str, ...]
    differs_from: str | None = None

    @property
    def pool(self) -> tuple[str, ...]:
        """Every value a guesser would name."""
        return self.options

    @property
    def guessable(self) -> bool:
        """A value from a short list can always be named by chance."""
        return True

    def draw(
        self, source: random.Random, drawn: Mapping[str, str], avoid: Collection[str] = frozenset()
    ) -> str:
        """One value, outside `avoid` (in folded case) where the options allow. `drawn` are earlier facts."""
        other = drawn.get(self.differs_from) if self.differs_from else None
        allowed = [option for option in self.options if not other or option.casefold() != other.casefold()]
        return source.choice([option for option in allowed if option.casefold() not in avoid] or allowed)


Fact = Pattern | Pick


class FactSource:
    """Draws the facts of all conversations of one run from one seed.

    Values are drawn without replacement over the run where the pool allows it: a leak can be
    confirmed only on a value that belongs to exactly one conversation.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._taken: set[str] = set()

    def draw(self, facts: tuple[Fact, ...], conversation: str) -> dict[str, str]:
        """The facts of one conversation, by name; the same for the same seed and order of calls."""
        source = random.Random(f"{self._seed}/{conversation}")
        drawn: dict[str, str] = {}
        for fact in facts:
            drawn[fact.name] = self._draw_fresh(fact, source, drawn)
            self._taken.add(drawn[fact.name].casefold())
        return drawn

    def _draw_fresh(self, fact: Fact, source: random.Random, drawn: Mapping[str, str]) -> str:
        """A value that is new to the run, else at least to the conversation, else any."""
        value = fact.draw(source, drawn, self._taken)
        if value.casefold() in self._taken:
            return fact.draw(source, drawn, {earlier.casefold() for earlier in drawn.values()})
        return value
