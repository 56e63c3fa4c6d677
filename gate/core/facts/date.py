"""Dates, written with the month's name, so that day and month cannot be confused: 14 March 2027."""

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
"""The last day that every month has."""


@dataclass(frozen=True, kw_only=True)
class Date:
    """A day in the years from `first_year` to `last_year`, inclusive."""

    kind: ClassVar[str] = "date"
    name: str
    first_year: int = 2027
    last_year: int = 2036

    @property
    def pool(self) -> tuple[str, ...]:
        """Empty: there are too many dates to list."""
        return ()

    @property
    def guessable(self) -> bool:
        """True: bots mention dates unasked, above all today's."""
        return True

    def draw(self, source: random.Random, drawn: Mapping[str, str], acceptable: Acceptable = anything) -> str:
        """Draw one date, an acceptable one if possible."""
        return redraw(lambda: self._date(source), acceptable)

    def _date(self, source: random.Random) -> str:
        day, year = source.randint(1, LAST_DAY), source.randint(self.first_year, self.last_year)
        return f"{day} {source.choice(MONTHS)} {year}"
