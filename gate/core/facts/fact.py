"""What every kind of fact can do, and how the kinds draw."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Protocol

MAX_REDRAWS = 200
"""How often a value that is not wanted is drawn again before it is accepted."""

Acceptable = Callable[[str], bool]


def anything(_value: str) -> bool:
    """Takes every value."""
    return True


class Fact(Protocol):
    """A value to be drawn. The kinds are frozen: the same fact draws the same from the same source."""

    kind: ClassVar[str]
    """The key under which a scenario file describes it."""

    @property
    def name(self) -> str:
        """What texts call it: `{order}`."""
        ...

    @property
    def pool(self) -> tuple[str, ...]:
        """Every value a guesser would name; empty when they cannot be listed."""
        ...

    @property
    def guessable(self) -> bool:
        """Whether a bot could name the value by chance: its appearance elsewhere then proves nothing."""
        ...

    def draw(self, source: random.Random, drawn: Mapping[str, str], acceptable: Acceptable = anything) -> str:
        """One value, an acceptable one if it can be found. `drawn` are the facts defined above this one."""
        ...


def choose(source: random.Random, options: Sequence[str], acceptable: Acceptable) -> str:
    """One of `options`, an acceptable one if there is any."""
    shuffled = source.sample(options, len(options))
    return next((one for one in shuffled if acceptable(one)), shuffled[0])


def redraw(draw: Callable[[], str], acceptable: Acceptable) -> str:
    """What `draw` gives, again and again until it is acceptable or the patience is at its end."""
    value = draw()
    for _ in range(MAX_REDRAWS):
        if acceptable(value):
            break
        value = draw()
    return value
