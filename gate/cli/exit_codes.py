"""Exit codes of verdicts."""

from __future__ import annotations

from gate.core.report import Report, Verdict
from gate.errors import ExitCode


def code_of_run(report: Report) -> ExitCode:
    """Return the exit code of the process that ran the bot; an interruption comes before the verdict."""
    return ExitCode.INTERRUPTED if report.interrupted else code_of_verdict(report)


def code_of_verdict(report: Report) -> ExitCode:
    """Return the exit code for a run that is judged later, from its transcript or merged with others.

    The policy in the transcript may let an inconclusive run pass, but never an interrupted one.
    """
    if report.verdict is Verdict.INCONCLUSIVE:
        may_pass = report.policy.inconclusive == "allow" and not report.interrupted
        return ExitCode.PASSED if may_pass else ExitCode.INCONCLUSIVE
    return ExitCode.PASSED if report.verdict is Verdict.PASSED else ExitCode.FAILED
