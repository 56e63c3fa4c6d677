"""View of a report for people, laid out by the console, the job summary, the comment and the page.

Texts are worded here and stay raw: each surface sanitizes them for itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gate.analysis.findings import ChangedSinceBaseline
from gate.core.report import DisruptionResult, GuaranteeResult, Report, Tally, Verdict
from gate.reporters.failures import Failure, failures
from gate.reporters.figures import (
    duration_text,
    interval_text,
    lost_facts,
    milliseconds_text,
    needed_text,
    points_text,
    power_text,
    share_text,
    stages_text,
    time_text,
)
from gate.reporters.messages import as_sentence, guarantees_text, reasons


@dataclass(frozen=True, kw_only=True)
class DisruptionRow:
    """A disruption as a row of a table; its figures are texts."""

    name: str
    verdict: Verdict
    before: str
    after: str
    retained: Tally
    lost_at: tuple[tuple[str, int], ...]
    """Stages, each with the number of facts lost there."""
    p95: str
    """ "41 → 44", in milliseconds."""
    took: str
    evidence: str

    @property
    def kept(self) -> str:
        """Write the tally of kept facts: "1,800 of 2,000"; "" if nothing was scored."""
        return f"{self.retained.remembered:,} of {self.retained.scored:,}" if self.retained.scored else ""

    @property
    def lost_at_text(self) -> str:
        """Write the losses by stage: "stored 180, loaded 6"."""
        return stages_text(self.lost_at)

    @property
    def is_measured(self) -> bool:
        """Whether turn times before the disruption were measured."""
        return self.p95[0].isdigit()


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Shares of remembered facts, and counts of failures."""

    scored: bool
    """Whether anything was scored."""
    after: str
    before: str
    needed: str
    interval: str
    """The 95 % interval of `after`; "" without one."""
    lost_facts: int
    leaks: int
    isolation_probes: int
    fabrications: int
    fabrication_probes: int
    zombies: int
    turns_meanwhile: int
    """Turns that were sent during a disruption."""
    turns_unanswered: int
    """Turns of `turns_meanwhile` that got no answer."""


@dataclass(frozen=True, kw_only=True)
class BaselineView:
    """Comparison of the run with an earlier one."""

    sentence: str
    base: str
    """Accuracy of the earlier run; "" if the runs cannot be compared."""
    head: str
    points: str
    changes: tuple[str, ...]
    """Changes of the test since the earlier run, as sentences."""


@dataclass(frozen=True, kw_only=True)
class ReportView:
    """Texts and figures of a report, worded once for every surface."""

    verdict: Verdict
    reasons: tuple[str, ...]
    """Sentences without a full stop, at least one."""
    rows: tuple[DisruptionRow, ...]
    total: Tally
    """Kept facts of all rows."""
    figures: Figures
    power: str
    """Sentence on how often the verdict would be wrong; "" if nothing was scored."""
    guarantees: str
    """Guarantees by status, in one sentence; "" if none was tested."""
    guarantee_results: Sequence[GuaranteeResult]
    failures: tuple[Failure, ...]
    """Worst first."""
    baseline: BaselineView | None
    notes: tuple[str, ...]
    """Findings about the run, as sentences."""
    findings: tuple[str, ...]
    """All findings, in their order."""
    time: str
    """ "41 s: bot 33 · engine 7 · gate 0.6"."""
    p95: str
    """Turn times before and after disruptions, in milliseconds."""
    repeat: str
    bot: str
    images: Mapping[str, str]
    seed: int
    version: str

    @property
    def label(self) -> str:
        """Return the verdict with a capital letter."""
        return self.verdict.value.capitalize()


def build_view(report: Report) -> ReportView:
    """Word a report for people."""
    changes = [finding for finding in report.coded_findings if isinstance(finding, ChangedSinceBaseline)]
    retained = [result.retained for result in report.disruptions]
    return ReportView(
        verdict=report.verdict,
        reasons=tuple(reasons(report)),
        rows=tuple(_row(result) for result in report.disruptions),
        total=Tally(
            remembered=sum(tally.remembered for tally in retained),
            scored=sum(tally.scored for tally in retained),
        ),
        figures=_figures(report),
        power=power_text(report),
        guarantees=guarantees_text(report),
        guarantee_results=report.guarantees,
        failures=failures(report),
        baseline=_baseline(report, changes),
        notes=tuple(
            as_sentence(finding.sentence)
            for finding in report.coded_findings
            if not isinstance(finding, ChangedSinceBaseline)
        ),
        findings=tuple(report.findings),
        time=time_text(report),
        p95=milliseconds_text(report.latency.p95_before, report.latency.p95_after),
        repeat=report.repeat,
        bot=report.bot,
        images=report.images,
        seed=report.seed,
        version=report.version,
    )


def _row(result: DisruptionResult) -> DisruptionRow:
    return DisruptionRow(
        name=result.name,
        verdict=result.verdict,
        before=share_text(result.before.share),
        after=share_text(result.after.share),
        retained=result.retained,
        lost_at=tuple(result.lost_at.items()),
        p95=milliseconds_text(result.latency.p95_before, result.latency.p95_after),
        took=duration_text(result.seconds),
        evidence=result.evidence,
    )


def _figures(report: Report) -> Figures:
    return Figures(
        scored=report.accuracy is not None or report.accuracy_before is not None,
        after=share_text(report.accuracy),
        before=share_text(report.accuracy_before),
        needed=needed_text(report),
        interval=interval_text(report),
        lost_facts=lost_facts(report),
        leaks=report.leaks,
        isolation_probes=report.isolation_probes,
        fabrications=report.fabrications,
        fabrication_probes=report.fabrication_probes,
        zombies=report.zombies,
        turns_meanwhile=sum(result.availability.sent for result in report.disruptions),
        turns_unanswered=sum(result.availability.failed for result in report.disruptions),
    )


def _baseline(report: Report, changes: Sequence[ChangedSinceBaseline]) -> BaselineView | None:
    if not report.baseline:
        return None
    base, head = report.baseline_accuracy, report.accuracy
    known = base is not None and head is not None
    return BaselineView(
        sentence=report.baseline,
        base=share_text(base) if known else "",
        head=share_text(head) if known else "",
        points=points_text(base, head) if base is not None and head is not None else "",
        changes=tuple(as_sentence(change.note) for change in changes),
    )
