"""Findings about a store: why facts are gone from it, and which of its settings lose data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from gate.core.transcript import StoreSeen


class Owner(StrEnum):
    """The one who answers for a setting."""

    GATE = "gate"
    """The gate started the store with it, or left the server's default as it was."""
    BOT = "bot"
    """It was changed at run time, and the bot alone was given the store's address."""
    IMAGE = "image"
    """It is neither, and nobody changed it: the store's image brings it along."""


class Topic(StrEnum):
    """The place of a finding in the report."""

    LOSS = "loss"
    """Told values that are gone from the store, or never got into it. A kind yields the surest first."""
    SETTING = "setting"
    """True of the store whichever disruption was played."""
    EVENT = "event"
    """Counted in the store of one deployment."""
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
    """Only `Owner.BOT` may be held against the bot; None is not known."""
    values: frozenset[str] = frozenset()
    """The values whose loss it explains, spelt as they were told."""
    gives_up: bool = False
    """Whether a store that runs on gave up what it was given, as an eviction does."""


@dataclass(frozen=True, kw_only=True)
class StoreEvidence:
    """The transcript of one deployment, as far as it concerns the store."""

    looks: Sequence[StoreSeen] = ()
    """In the order in which they were taken."""
    never_stored: frozenset[str] = frozenset()
    """Values that were acknowledged before the last look, and that no look found."""
    said: Sequence[str] = ()
    """Errors and log lines of the bot; untrusted text."""

    def losses(self) -> Iterator[tuple[StoreSeen, StoreSeen, frozenset[str]]]:
        """Yield each two neighbouring looks of which only the first found some values, and those values."""
        for earlier, later in pairwise(self.looks):
            gone = frozenset(earlier.values) - frozenset(later.values)
            # What now stands packed in an unreadable key is not gone for certain.
            if gone and later.unreadable_keys <= earlier.unreadable_keys:
                yield earlier, later, gone
