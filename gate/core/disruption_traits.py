"""What planning, playing, judging and reporting have to know about a kind of disruption."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Need(StrEnum):
    """Something that not every deployment has, and without which a disruption cannot be injected."""

    STORE = "store"
    """A store that the gate runs for the bot."""
    MODEL = "model"
    """A model endpoint of the gate's: the bot does not bring its own model."""
    MEMORY_LIMIT = "memory-limit"
    """A limit of memory that the kernel enforces."""
    STORE_REPLACEMENT = "store-replacement"
    """A store whose instance can be replaced while its data stays."""


@dataclass(frozen=True, kw_only=True)
class DisruptionTraits:
    """Facts about one kind of disruption. The defaults hold for a transcript that records none."""

    needs: Sequence[str] = ()
    """The `Need`s without which it cannot be injected."""
    stand_in: str = ""
    """The disruption that a run by default injects where this one does not fit; "" for none."""
    begins_with: str | None = None
    """The version that has to run before it, CANDIDATE or PREVIOUS; None when it does not matter."""
    replicas: int = 1
    """How many replicas it takes; a bot of fewer is given more."""
    sends_turns: bool = False
    """Whether users' turns are sent while it happens."""
    bot_down: bool = False
    """Whether no instance of the bot runs while it happens."""
    store_away: bool = False
    """Whether turns are sent while the bot cannot reach its store."""
    changes_version: bool = False
    """Whether another version of the bot answers afterwards."""
    several_answer: bool = False
    """Whether more than one instance of the bot answers a session's turns."""
    asks_often: bool = False
    """Whether questions are put several times afterwards, because several replicas may answer."""
    guarantee: str = "durability"
    """The guarantee that it is most about: background sessions ask for that one."""
    asked_afterwards: str = "the bot"
    """Who answers the questions after it, for people: "the new instance"."""


UNDECLARED = DisruptionTraits()
"""The traits of a disruption that is not known, or whose transcript records none."""
