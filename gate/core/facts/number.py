"""Whole numbers: amounts, counts, codes without letters."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from gate.core.facts.fact import Acceptable, anything, redraw

UNGUESSABLE_NUMBERS = 10_000
"""From this many numbers on. Four digits are fewer: they look like years and prices."""


@dataclass(frozen=True, kw_only=True)
class Number:
    """A whole number from `lowest` to `highest`, both possible, written without any marks."""

    kind: ClassVar[str] = "number"
    name: str
    lowest: int = 1000
    highest: int = 9999

    @property
    def pool(self) -> tuple[str, ...]:
        """A guesser would have to name a whole range."""
        return ()

    @property
    def guessable(self) -> bool:
        """Whether only few values are possible."""
        return self.highest - self.lowest + 1 < UNGUESSABLE_NUMBERS

    def draw(self, source: random.Random, drawn: Mapping[str, str], acceptable: Acceptable = anything) -> str:
        """One number, an acceptable one if it can be found."""
        return redraw(lambda: str(source.randint(self.lowest, self.highest)), acceptable)
