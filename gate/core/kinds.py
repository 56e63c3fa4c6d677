"""The kinds of things that a user's files may name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from gate.core.specification import BotSpecification, Contract, StoreTraits


@dataclass(frozen=True, kw_only=True)
class Kinds:
    """The names that this version knows; handed in by the composition root, which has the registries."""

    disruptions: Collection[str] = ()
    scorers: Collection[str] = ()
    guarantees: Collection[str] = ()
    protocols: Mapping[str, Contract] = field(default_factory=dict)
    """Protocol → what is sent and read where `request` and `reply` say nothing else."""
    runtimes: Mapping[str, Callable[[BotSpecification], bool]] = field(default_factory=dict)
    """Runtime → whether it fits a bot. The first that fits is the usual one."""
    stores: Mapping[str, StoreTraits] = field(default_factory=dict)
    """The first is the usual one."""
    unsupported: Mapping[str, Collection[str]] = field(default_factory=dict)
    """A setting (`runtime: process`, `model: none`) → the disruptions that it rules out."""
