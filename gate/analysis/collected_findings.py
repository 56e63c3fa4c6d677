"""All findings of a run, in the order in which they are shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gate.analysis.bot_advice import bot_advice
from gate.analysis.checking import CheckerResults, notes
from gate.analysis.findings import BeyondWindow, LeftBehind, StopEnforced
from gate.analysis.history import History
from gate.analysis.store_advice import store_advice
from gate.analysis.store_findings import Findings
from gate.core.report import ProbeResult
from gate.core.statements import Finding, each_once


def collect_findings(
    history: History,
    checker_results: CheckerResults,
    judged: Mapping[str, ProbeResult],
    store_findings: Findings,
) -> tuple[Finding, ...]:
    """Return the facts that are worth knowing and block nothing."""
    return (
        *_beyond_window(history),
        *bot_advice(history),
        # The bot may ignore the stop signal at each of two restarts.
        *each_once(_stops_enforced(history)),
        *notes(checker_results, judged),
        *store_advice(history, store_findings),
        *_left_behind(history),
    )


def _beyond_window(history: History) -> Iterator[Finding]:
    if history.run.left_out:
        yield BeyondWindow(questions=history.run.left_out, window=history.run.window)


def _stops_enforced(history: History) -> Iterator[Finding]:
    for deployment_history in history.deployment_histories.values():
        for completed in deployment_history.completed_disruptions:
            if completed.ended.observed.stop_enforced:
                yield StopEnforced(disruption=completed.ended.disruption)


def _left_behind(history: History) -> Iterator[Finding]:
    if history.end is not None and history.end.left_behind:
        yield LeftBehind(what=history.end.left_behind)
