"""Compatibility: a new version reads the old one's history, and after a rollback the reverse."""

from __future__ import annotations

from collections.abc import Iterable

from gate.analysis.checkers.anomaly import Anomaly, MissedProbe, Observed
from gate.analysis.reasons.anomalies import HistoryRefused, Sign, SignSeen
from gate.core.transcript import REFUSED


def check(observed: Observed) -> Iterable[Anomaly]:
    """Find facts that are in the store and that the other version of the bot does not read."""
    for missed in observed.missed:
        if not _version_changed(missed):
            continue
        trace = missed.result.trace
        if trace.stored and trace.loaded is not True:
            yield Anomaly(
                guarantee="compatibility",
                turn=missed.identifier,
                reason=SignSeen(sign=Sign.HISTORY_NOT_READ),
            )
        elif trace.stored is not False and missed.turn.status == REFUSED:
            yield Anomaly(
                guarantee="compatibility",
                turn=missed.identifier,
                reason=HistoryRefused(error=missed.result.reason),
            )


def _version_changed(missed: MissedProbe) -> bool:
    return any(
        completed.traits.changes_version and completed.ended.observed.image_changed
        for completed in missed.completed_disruptions
    )
