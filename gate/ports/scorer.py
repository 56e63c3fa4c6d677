"""A way to compare a reply with what was expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from gate.core.scorer_traits import ScorerTraits
from gate.core.transcript import JudgeAnswered


class Scorer(Protocol):
    """One way to compare a reply with what was expected."""

    name: str
    sentence: str
    traits: ScorerTraits
    """What others have to know about it."""

    def score(self, reply: str, arguments: Sequence[str]) -> bool:
        """Whether the reply is as expected."""
        ...


@runtime_checkable
class Tiebreaker(Protocol):
    """A scorer that goes by what a judge has answered about the very reply.

    It is heard last, and only where all other checks hold: it can take away, and never give.
    """

    def advised(self, answers: Mapping[str, JudgeAnswered]) -> Scorer:
        """The scorer that knows these answers, by argument. Its `score` raises Undecided without one."""
        ...
