"""Whole numbers: amounts, counts, and codes without letters."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from gate.core.facts.fact import Acceptable, anything, redraw

UNGUESSABLE_NUMBERS = 10_000
"""From this many possible numbers on. Four-digit numbers stay below: they look like years and prices."""


@dataclass(frozen=True, kw_only=True)
class Number:
    """A whole number from `lowest` to `highest`, inclusive, written without separators."""

    kind: ClassVar[str] = "number"
    name: str
    lowest: int = 1000
    highest: int = 9999

    @property
    def pool(self) -> tuple[str, ...]:
        """Empty: there are too many numbers to list."""
        return ()

    @property
    def guessable(self) -> bool:
        """Whether only few values are possible."""
        return self.highest - self.lowest + 1 < UNGUESSABLE_NUMBERS

    def draw(self, source: random.Random, drawn: Mapping[str, str], acceptable: Acceptable = anything) -> str:
        """Draw one number, an acceptable one if possible."""
        return redraw(lambda: str(source.randint(self.lowest, self.highest)), acceptable)
