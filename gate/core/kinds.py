"""The kinds that a user's files may name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from gate.core.specification import BotSpecification, Contract, StoreTraits


@dataclass(frozen=True, kw_only=True)
class Kinds:
    """The kinds that this version knows. The composition root reads them from the registries."""

    disruptions: Collection[str] = ()
    scorers: Collection[str] = ()
    guarantees: Collection[str] = ()
    protocols: Mapping[str, Contract] = field(default_factory=dict)
    """Protocol → the default of the settings `request` and `reply`."""
    runtimes: Mapping[str, Callable[[BotSpecification], bool]] = field(default_factory=dict)
    """Runtime → whether it fits a bot. The first that fits is the default."""
    stores: Mapping[str, StoreTraits] = field(default_factory=dict)
    """The first is the default."""
    unsupported: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Setting (`runtime: process`, `model: none`) → the disruptions that it rules out."""
