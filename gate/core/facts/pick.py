"""Values from a list that the scenario's author wrote."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from gate.core.facts.fact import Acceptable, anything, choose


@dataclass(frozen=True, kw_only=True)
class Pick:
    """A value picked from `options`; never the value of the earlier fact `differs_from`."""

    kind: ClassVar[str] = "pick"
    name: str
    options: tuple[str, ...]
    differs_from: str | None = None

    @property
    def pool(self) -> tuple[str, ...]:
        """All options."""
        return self.options

    @property
    def guessable(self) -> bool:
        """True: a value from a short list can be guessed."""
        return True

    def draw(self, source: random.Random, drawn: Mapping[str, str], acceptable: Acceptable = anything) -> str:
        """Draw one value, an acceptable one if there is any."""
        other = drawn.get(self.differs_from) if self.differs_from else None
        allowed = [option for option in self.options if not other or option.casefold() != other.casefold()]
        return choose(source, allowed, acceptable)
