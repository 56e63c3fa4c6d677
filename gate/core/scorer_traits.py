"""Facts about a kind of scorer, for the scenario loader, the planner and the analysis."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property


class Argument(StrEnum):
    """The kind of argument that a scorer takes."""

    TEXT = "text"
    NUMBER = "number"
    """A text that may be written as a number."""
    PATTERN = "pattern"
    """A regular expression: its braces may be repetitions, and values of facts are escaped in it."""
    OPTIONAL = "optional"
    """A text, or `true` for none."""
    CRITERION = "criterion"
    """A sentence for a judge model. Facts that it names are not asked for."""


@dataclass(frozen=True, kw_only=True)
class ScorerTraits:
    """Facts about one kind of scorer."""

    recalls: bool
    """Whether it expects a value that the speaker has told, so that a bot without memory fails it.

    The loader then checks that the speaker has told the value, and that the question does not reveal it."""
    failure: str
    """A clause for a reply that misses; {} stands for the arguments: "the reply does not hold {}"."""
    expectation: str
    """The expectation in words for people; {} stands for the arguments."""
    absence: bool = False
    """Whether a bot that remembers nothing passes it, because its arguments must not be said."""
    holds_every: bool = False
    """Whether a reply has to contain every argument literally."""
    argument: Argument = Argument.TEXT

    @cached_property
    def compares(self) -> bool:
        """Whether it compares by itself. Otherwise a judge model is asked."""
        return self.argument is not Argument.CRITERION

    @property
    def is_decisive(self) -> bool:
        """Whether it decides about memory, so that a judge may break ties in addition."""
        return self.recalls or self.absence
