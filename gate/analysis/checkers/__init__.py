"""The checkers: one for each guarantee, each a pure function of the transcript."""

from __future__ import annotations

from gate.analysis.checkers import (
    atomic_turns,
    capacity,
    compatibility,
    correction,
    durability,
    fail_closed,
    fidelity,
    isolation,
    monotonic_reads,
    no_fabrication,
    no_lost_update,
    once_only,
    order,
    read_your_writes,
    retention,
)
from gate.analysis.checkers.anomaly import Anomaly, Checker, MissedProbe, Observed

CHECKERS: dict[str, Checker] = {
    # The surest checkers come first: the first one names the anomaly where several find one.
    "isolation": isolation.check,
    "no-fabrication": no_fabrication.check,
    "retention": retention.check,
    "correction": correction.check,
    "order": order.check,
    "fidelity": fidelity.check,
    "fail-closed": fail_closed.check,
    "no-lost-update": no_lost_update.check,
    "compatibility": compatibility.check,
    "capacity": capacity.check,
    "read-your-writes": read_your_writes.check,
    "monotonic-reads": monotonic_reads.check,
    "once-only": once_only.check,
    "atomic-turns": atomic_turns.check,
    "durability": durability.check,
}

__all__ = ["CHECKERS", "Anomaly", "Checker", "MissedProbe", "Observed"]
