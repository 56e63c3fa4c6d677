"""The protocol of a kind of fact, and the ways to draw a value."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Protocol

MAX_REDRAWS = 200
"""How often an unacceptable value is drawn again before it is taken all the same."""

Acceptable = Callable[[str], bool]


def anything(_value: str) -> bool:
    """Accept every value."""
    return True


class Fact(Protocol):
    """A value to be drawn. Facts are frozen: the same fact draws the same value from the same source."""

    kind: ClassVar[str]
    """The key under which a scenario file describes it."""

    @property
    def name(self) -> str:
        """The name in texts: `order` in `{order}`."""
        ...

    @property
    def pool(self) -> tuple[str, ...]:
        """Every value that a bot might guess; empty when they cannot be listed."""
        ...

    @property
    def guessable(self) -> bool:
        """Whether a bot could guess the value: finding it elsewhere then proves nothing."""
        ...

    def draw(self, source: random.Random, drawn: Mapping[str, str], acceptable: Acceptable = anything) -> str:
        """Draw one value, an acceptable one if possible. `drawn` are the facts defined above this one."""
        ...


def choose(source: random.Random, options: Sequence[str], acceptable: Acceptable) -> str:
    """Choose one of `options`, an acceptable one if there is any."""
    shuffled = source.sample(options, len(options))
    return next((option for option in shuffled if acceptable(option)), shuffled[0])


def redraw(draw: Callable[[], str], acceptable: Acceptable) -> str:
    """Call `draw` until it gives an acceptable value, MAX_REDRAWS times more at most."""
    value = draw()
    for _ in range(MAX_REDRAWS):
        if acceptable(value):
            break
        value = draw()
    return value
