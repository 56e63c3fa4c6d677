"""Dates, written so that day and month cannot be confused: 14 March 2027."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from gate.core.facts.fact import Acceptable, anything, redraw

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
LAST_DAY = 28
"""Every month has that many days."""


@dataclass(frozen=True, kw_only=True)
class Date:
    """A day in the years from `first_year` to `last_year`, both possible."""

    kind: ClassVar[str] = "date"
    name: str
    first_year: int = 2027
    last_year: int = 2036

    @property
    def pool(self) -> tuple[str, ...]:
        """A guesser would have to name a whole calendar."""
        return ()

    @property
    def guessable(self) -> bool:
        """Bots name dates of their own accord, today's before all others."""
        return True

    def draw(self, source: random.Random, drawn: Mapping[str, str], acceptable: Acceptable = anything) -> str:
        """One date, an acceptable one if it can be found."""
        return redraw(lambda: self._date(source), acceptable)

    def _date(self, source: random.Random) -> str:
        day, year = source.randint(1, LAST_DAY), source.randint(self.first_year, self.last_year)
        return f"{day} {source.choice(MONTHS)} {year}"
