"""A run beside the run it is to be no worse than."""

from __future__ import annotations

from dataclasses import replace

from gate.analysis.findings import ChangedSinceBaseline
from gate.analysis.reasons.run import Regression
from gate.comparing.baseline import Finding, compare
from gate.comparing.measurement import Measurement, measurement_of
from gate.core.report import Report, Verdict


def against(report: Report, base: Measurement) -> Report:
    """The report with what the comparison says; a regression fails the run, and nothing else changes it.

    A run that cannot be compared is judged by itself, as the first one with a new scenario must be.
    """
    comparison = compare(base, measurement_of(report))
    shown = replace(
        report,
        baseline=comparison.sentence,
        baseline_accuracy=comparison.base_accuracy,
        # First: a rule that was loosened is what a reader of the pull request is to see.
        coded_findings=(
            *(ChangedSinceBaseline(note=note) for note in comparison.notes),
            *report.coded_findings,
        ),
    )
    if comparison.finding is not Finding.REGRESSION:
        return shown
    # Why a run passed is no reason any more.
    earlier = () if report.verdict is Verdict.PASSED else report.coded_reasons
    return replace(
        shown,
        verdict=Verdict.FAILED,
        coded_reasons=(*earlier, Regression(comparison=comparison.sentence)),
    )
