"""One report, as far as it can be compared with another."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gate.core.report import ProbeResult, Report


@dataclass(frozen=True, kw_only=True)
class MeasuredProbe:
    """One probe of a report, as far as it can be compared."""

    content: str
    """Content of its scenario; "" in a report that does not know it."""
    disruption: str
    guarantee: str
    trial: int
    arm: str
    conversation: str
    line: int
    column: int
    outcome: str
    recall: bool = True
    scenario: str = ""
    """Name of its scenario; "" in a report that does not know it."""


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """One report, as far as it can be compared. Shares are between 0 and 1."""

    version: str
    threshold: float
    confidence: float | None
    leaks: int
    fabrications: int
    probes: Sequence[MeasuredProbe]
    accuracy: float | None = None
    """Share of probes remembered after the disruptions; None where nothing was scored."""
    policy: Mapping[str, float | str | None] | None = None
    """Policy that gave its verdict, by field name; None in a report that does not know it."""


def measurement_of(report: Report) -> Measurement:
    """Return a report as far as it can be compared."""
    return Measurement(
        version=report.version,
        threshold=report.threshold,
        confidence=report.confidence,
        leaks=report.leaks,
        fabrications=report.fabrications,
        probes=tuple(_measured(probe) for probe in report.probes),
        accuracy=report.accuracy,
        policy=dataclasses.asdict(report.policy),
    )


def _measured(probe: ProbeResult) -> MeasuredProbe:
    return MeasuredProbe(
        content=probe.content,
        disruption=probe.disruption,
        guarantee=probe.guarantee,
        trial=probe.trial,
        arm=probe.arm,
        conversation=probe.conversation,
        line=probe.line,
        column=probe.column,
        outcome=probe.outcome.value,
        recall=probe.recall,
        scenario=probe.scenario,
    )
