"""Values from a template: order numbers, codes, telephone numbers."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import ClassVar

from gate.core.facts.fact import Acceptable, anything, redraw
from gate.core.words import WholeWords

UNAMBIGUOUS_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Letters for `?`: no I or O, which people and models confuse with digits."""

UNGUESSABLE_SYMBOLS = 4
"""From this many drawn characters on, a template has thousands of values."""


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """A value from a template: `#` becomes a digit, `?` a letter, the rest stays."""

    kind: ClassVar[str] = "pattern"
    name: str
    template: str

    @property
    def pool(self) -> tuple[str, ...]:
        """Empty: a pattern has no list of plausible values, and so no decoys."""
        return ()

    @property
    def guessable(self) -> bool:
        """Whether only few values are possible."""
        return self.template.count("#") + self.template.count("?") < UNGUESSABLE_SYMBOLS

    def draw(self, source: random.Random, drawn: Mapping[str, str], acceptable: Acceptable = anything) -> str:
        """Draw one value, an acceptable one if possible."""
        return redraw(lambda: self._fill_in(source), acceptable)

    def find(self, text: str, apart_from: Collection[str] = ()) -> str | None:
        """Return the first value of this shape in `text`, as whole words and outside the given values."""
        shapes = {"#": "[0-9]", "?": "[A-Za-z]"}
        shape = "".join(shapes.get(symbol) or re.escape(symbol) for symbol in self.template)
        taken = [(found.start, found.end) for found in WholeWords(apart_from).occurrences(text)]
        return next(
            (
                found.group()
                for found in re.finditer(rf"(?<!\w){shape}(?!\w)", text, re.IGNORECASE)
                if not any(start < found.end() and found.start() < end for start, end in taken)
            ),
            None,
        )

    def _fill_in(self, source: random.Random) -> str:
        return "".join(self._character(source, symbol, index) for index, symbol in enumerate(self.template))

    def _character(self, source: random.Random, symbol: str, index: int) -> str:
        if symbol == "#":
            # No leading zero: a bot that treats the value as a number may drop it.
            starts_number = index == 0 or self.template[index - 1] != "#"
            return source.choice(string.digits[1:] if starts_number else string.digits)
        return source.choice(UNAMBIGUOUS_LETTERS) if symbol == "?" else symbol
