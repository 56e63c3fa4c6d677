"""A row of the table: what is measured, what it may be, and what it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


class NotHere(Exception):
    """What a row needs is not on this machine; the message says what."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """The figure that is held against the bound, and those that it comes from, each with its unit."""

    figure: float
    from_: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One measurement. `unit` is "" for a ratio."""

    name: str
    title: str
    bound: float
    measure: Callable[[], Measured]
    unit: str = ""
    at_least: bool = False
    """Whether more is better."""

    def meets(self, measured: Measured) -> bool:
        """Whether it is as fast as it has to be."""
        if self.at_least:
            return measured.figure >= self.bound
        return measured.figure <= self.bound

    def shown(self, figure: float) -> str:
        """The figure with its unit."""
        return f"{figure:.3g} {self.unit or '×'}"

    @property
    def shown_bound(self) -> str:
        """What it may be."""
        return f"{'≥' if self.at_least else '≤'} {self.shown(self.bound)}"
