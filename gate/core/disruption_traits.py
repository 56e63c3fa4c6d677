"""Facts about a kind of disruption, for planning, playing, analysis and reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Need(StrEnum):
    """A precondition of a disruption that not every deployment meets."""

    STORE = "store"
    """A store that the gate runs for the bot."""
    MODEL = "model"
    """The gate's model endpoint. A bot that brings its own model does not use it."""
    MEMORY_LIMIT = "memory-limit"
    """A memory limit that the kernel enforces."""
    STORE_REPLACEMENT = "store-replacement"
    """A store whose instance can be replaced while its data stays."""


@dataclass(frozen=True, kw_only=True)
class DisruptionTraits:
    """Facts about one kind of disruption. The defaults hold for a transcript that records none."""

    needs: Sequence[str] = ()
    """The `Need`s that must be met to inject it."""
    stand_in: str = ""
    """The disruption that replaces it among the default ones when it is not supported; "" for none."""
    begins_with: str | None = None
    """The version that must run before it, CANDIDATE or PREVIOUS; None when either will do."""
    replicas: int = 1
    """The fewest replicas it needs; the runtime starts more for a bot that has fewer."""
    sends_turns: bool = False
    """Whether background sessions send turns while it happens."""
    bot_down: bool = False
    """Whether no instance of the bot runs while it happens."""
    store_away: bool = False
    """Whether turns are sent while the bot cannot reach its store."""
    changes_version: bool = False
    """Whether another version of the bot answers afterwards."""
    several_answer: bool = False
    """Whether several instances of the bot answer the turns of one session."""
    asks_often: bool = False
    """Whether each question is asked several times afterwards, because several replicas may answer."""
    guarantee: str = "durability"
    """The guarantee that it tests most. The questions of background sessions belong to it."""
    asked_afterwards: str = "the bot"
    """The one who answers the questions after it, in words for people: "the new instance"."""


UNDECLARED = DisruptionTraits()
"""The traits of an unknown disruption, and of one whose transcript records no traits."""
