"""No store: the bot keeps its conversations in itself, or in a store that the gate does not see."""

from __future__ import annotations

from collections.abc import Iterable

from gate.core.specification import StoreSpecification, StoreTraits
from gate.core.store_findings import StoreEvidence, StoreFinding


class NoStore:
    """The kind that starts nothing, and therefore finds nothing."""

    traits = StoreTraits(sentence="starts nothing", has_server=False)

    def build(self, _specification: StoreSpecification) -> None:
        """Return no store."""

    def diagnose(self, _evidence: StoreEvidence) -> Iterable[StoreFinding]:
        """Return no findings."""
        return ()
