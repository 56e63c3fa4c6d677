"""Findings about a store: reasons for lost facts, and settings that lose data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from gate.core.transcript import StoreSeen


class Owner(StrEnum):
    """The one responsible for a setting."""

    GATE = "gate"
    """The gate started the store with it, or left the server's default as it was."""
    BOT = "bot"
    """It was changed at run time, and only the bot had the store's address."""
    IMAGE = "image"
    """It comes with the store's image, and nobody changed it."""


class Topic(StrEnum):
    """The place of a finding in the report."""

    LOSS = "loss"
    """Told values that were lost from the store, or never stored. A kind yields the most certain first."""
    SETTING = "setting"
    """True of the store whichever disruption was played."""
    EVENT = "event"
    """An event that was counted in the store of one deployment."""
    USE = "use"
    """A limit of the measurement, shown beside the figures of the store's use."""


@dataclass(frozen=True, kw_only=True)
class StoreFinding:
    """One thing that the store itself shows."""

    topic: Topic
    setting: str
    """The setting, or the command, by its name in the store."""
    sentence: str
    owner: Owner | None = None
    """Only `Owner.BOT` counts against the bot; None means unknown."""
    values: frozenset[str] = frozenset()
    """The values whose loss it explains, as they were told."""
    gives_up: bool = False
    """Whether a running store dropped data by itself, for example by eviction."""


@dataclass(frozen=True, kw_only=True)
class StoreEvidence:
    """The part of one deployment's transcript that concerns the store."""

    looks: Sequence[StoreSeen] = ()
    """In the order in which they were taken."""
    never_stored: frozenset[str] = frozenset()
    """Values that the bot acknowledged before the last look and that no look found."""
    said: Sequence[str] = ()
    """Errors and log lines of the bot; untrusted text."""

    def losses(self) -> Iterator[tuple[StoreSeen, StoreSeen, frozenset[str]]]:
        """Yield each pair of consecutive looks between which values disappeared, with those values."""
        for earlier, later in pairwise(self.looks):
            gone = frozenset(earlier.values) - frozenset(later.values)
            # A value may have moved into an unreadable key.
            if gone and later.unreadable_keys <= earlier.unreadable_keys:
                yield earlier, later, gone
