"""No store: the bot keeps its conversations itself, or in a store unknown to the gate."""

from __future__ import annotations

from collections.abc import Iterable

from gate.core.specification import StoreSpecification, StoreTraits
from gate.core.store_findings import StoreEvidence, StoreFinding


class NoStore:
    """The null kind, which starts no server and finds nothing."""

    traits = StoreTraits(sentence="starts nothing", has_server=False)

    def build(self, _specification: StoreSpecification) -> None:
        """Return no store."""

    def diagnose(self, _evidence: StoreEvidence) -> Iterable[StoreFinding]:
        """Return no findings."""
        return ()
