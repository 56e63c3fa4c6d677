"""Scorers, which compare a reply with the expectation of a probe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from gate.core.scorer_traits import ScorerTraits
from gate.core.transcript import JudgeAnswered


class Scorer(Protocol):
    """One way to compare a reply with an expectation."""

    name: str
    sentence: str
    traits: ScorerTraits
    """Facts about it that the loader, analysis and reports use."""

    def score(self, reply: str, arguments: Sequence[str]) -> bool:
        """Whether the reply is as expected."""
        ...


@runtime_checkable
class Tiebreaker(Protocol):
    """A scorer that needs a judge's answer about the reply.

    It runs last, and only where all other checks hold: it can fail a probe, but never pass one.
    """

    def advised(self, answers: Mapping[str, JudgeAnswered]) -> Scorer:
        """Return a scorer that knows these answers, by argument. Its `score` raises Undecided without one."""
        ...
