"""Parts of the page that the shared view of a report lacks: gauge, guarantees and log tails."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from gate.analysis.formatting import plural
from gate.analysis.history import History
from gate.core.guarantees import GUARANTEES
from gate.core.report import GuaranteeResult, GuaranteeStatus, Report
from gate.reporters.messages import anomalies_text
from gate.reporters.report_view import Figures
from gate.reporters.sanitize import sanitize_tail

LOGS_SHOWN = 5

_MARKS = ((GuaranteeStatus.BROKEN, "✗"), (GuaranteeStatus.OPEN, "?"), (GuaranteeStatus.KEPT, "✓"))


@dataclass(frozen=True, kw_only=True)
class Gauge:
    """Accuracy as a bar, with its interval and the needed accuracy, in percent of the width."""

    kept: float | None
    """None if nothing was scored."""
    interval: tuple[float, float] | None
    """Start and width of the interval."""
    needed: float


@dataclass(frozen=True, kw_only=True)
class Count:
    """Number beside the gauge."""

    name: str
    number: str
    among: str = ""
    """Probes that could have shown one: "3 probes"."""


@dataclass(frozen=True, kw_only=True)
class GuaranteeItem:
    """Guarantee that was tested."""

    name: str
    mark: str
    status: str
    promise: str
    anomalies: str
    explanation: str


@dataclass(frozen=True, kw_only=True)
class LogTail:
    """Last lines of a bot's log."""

    title: str
    lines: Sequence[str]


def gauge_of(report: Report) -> Gauge:
    """Measure the bar. Values that are not finite are left out."""
    interval = None
    if report.interval is not None and all(map(math.isfinite, report.interval)):
        low, high = map(_percent, report.interval)
        interval = low, max(0.0, round(high - low, 2))
    accuracy = report.accuracy
    return Gauge(
        kept=None if accuracy is None or not math.isfinite(accuracy) else _percent(accuracy),
        interval=interval,
        needed=max(0, _percent(report.threshold) - 0.4),
    )


def counts_of(figures: Figures) -> list[Count]:
    """Count lost facts, leaks, fabrications and facts that were not forgotten."""
    counts = [
        Count(name="Lost facts", number=f"{figures.lost_facts:,}"),
        Count(name="Leaks", number=f"{figures.leaks:,}", among=plural(figures.isolation_probes, "probe")),
        Count(
            name="Fabrications",
            number=f"{figures.fabrications:,}",
            among=plural(figures.fabrication_probes, "probe"),
        ),
    ]
    if figures.zombies:
        counts.append(Count(name="Not forgotten", number=f"{figures.zombies:,}"))
    return counts


def guarantee_items(results: Sequence[GuaranteeResult]) -> list[GuaranteeItem]:
    """List the tested guarantees, broken ones first."""
    return [
        _guarantee_item(result, mark)
        for status, mark in _MARKS
        for result in results
        if result.status is status
    ]


def untested(results: Sequence[GuaranteeResult]) -> str:
    """Name the guarantees that were not tested."""
    return ", ".join(result.name for result in results if result.status is GuaranteeStatus.UNTESTED)


def log_tails(history: History | None) -> list[LogTail]:
    """Collect the log tails of bots that did not start or did not recover."""
    logs: list[tuple[str, Sequence[str]]] = []
    for deployment, deployment_history in ({} if history is None else history.deployment_histories).items():
        if deployment_history.failed is not None and deployment_history.failed.log:
            logs.append(
                (f"{deployment}: the last lines of the bot that did not start", deployment_history.failed.log)
            )
        logs += [
            (f"{deployment}: the last lines of the bot that did not come back", completed.ended.log)
            for completed in deployment_history.completed_disruptions
            if completed.ended.log and not completed.ended.recovered
        ]
    return [LogTail(title=title, lines=sanitize_tail(log)) for title, log in logs[:LOGS_SHOWN]]


def _guarantee_item(result: GuaranteeResult, mark: str) -> GuaranteeItem:
    known = GUARANTEES.get(result.name)
    return GuaranteeItem(
        name=result.name,
        mark=mark,
        status=result.status.value,
        promise=known.promise if known else "",
        anomalies=anomalies_text(result),
        explanation="" if result.status is GuaranteeStatus.KEPT else result.sentence,
    )


def _percent(share: float) -> float:
    return round(100 * min(1.0, max(0.0, share)), 2)
