"""What a verdict means to the caller of the process."""

from __future__ import annotations

from gate.core.report import Report, Verdict
from gate.errors import ExitCode


def code_of_run(report: Report) -> ExitCode:
    """For the process that ran the bot: whoever interrupted it knows best."""
    return ExitCode.INTERRUPTED if report.interrupted else code_of_verdict(report)


def code_of_verdict(report: Report) -> ExitCode:
    """For whoever judges a run later: from its transcript, or merged with others.

    The rule in the transcript may let pass what is inconclusive, but never what was cut short.
    """
    if report.verdict is Verdict.INCONCLUSIVE:
        may_pass = report.policy.inconclusive == "allow" and not report.interrupted
        return ExitCode.PASSED if may_pass else ExitCode.INCONCLUSIVE
    return ExitCode.PASSED if report.verdict is Verdict.PASSED else ExitCode.FAILED
