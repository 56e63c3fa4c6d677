"""What loading scenarios, planning and judging have to know about a kind of scorer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Argument(StrEnum):
    """What the texts are that a scorer is given."""

    TEXT = "text"
    NUMBER = "number"
    """A text that may be written as a number."""
    PATTERN = "pattern"
    """A regular expression: braces in it may count, and the values of facts stand in it letter by letter."""
    OPTIONAL = "optional"
    """A text, or `true` for none."""
    CRITERION = "criterion"
    """A sentence for a judge model. It explains, and asks for none of the facts that it names."""


@dataclass(frozen=True, kw_only=True)
class ScorerTraits:
    """Facts about one kind of scorer. `recalls` decides whether the loader checks a probe's honesty."""

    recalls: bool
    """Whether it wants a value that the speaker has told: a bot that remembers nothing misses it."""
    failure: str
    """What a reply is not that misses; {} stands for the arguments: "the reply does not hold {}"."""
    expectation: str
    """What it wants of a reply, for people; {} stands for the arguments."""
    absence: bool = False
    """Whether it is content with a bot that remembers nothing, and what it names must not be said."""
    holds_every: bool = False
    """Whether a reply has to hold every argument as it stands."""
    argument: Argument = Argument.TEXT

    @property
    def compares(self) -> bool:
        """Whether it compares by itself; else a judge model is asked."""
        return self.argument is not Argument.CRITERION

    @property
    def is_decisive(self) -> bool:
        """Whether it decides about memory, so that a judge may break ties beside it."""
        return self.recalls or self.absence
