"""What a verdict means to the caller of the process."""

from __future__ import annotations

from gate.core.verdict import Report, Verdict
from gate.errors import ExitCode


def exit_code(report: Report) -> ExitCode:
    """The same whenever a run is judged: at its end, again from its transcript, or merged with others."""
    if report.interrupted:
        return ExitCode.INTERRUPTED
    if report.verdict is Verdict.INCONCLUSIVE:
        return ExitCode.PASSED if report.policy.inconclusive == "allow" else ExitCode.INCONCLUSIVE
    return ExitCode.PASSED if report.verdict is Verdict.PASSED else ExitCode.FAILED
