"""What the caller of the process is told."""

from __future__ import annotations

import pytest

from gate.cli.exit_codes import code_of_run, code_of_verdict
from gate.core.report import Verdict
from gate.core.specification import Policy
from tests.unit.reporters import builder


@pytest.mark.parametrize(
    ("verdict", "rule", "interrupted", "of_verdict", "of_run"),
    [
        (Verdict.PASSED, "block", False, 0, 0),
        (Verdict.FAILED, "block", False, 1, 1),
        (Verdict.FAILED, "allow", False, 1, 1),
        (Verdict.INCONCLUSIVE, "block", False, 3, 3),
        (Verdict.INCONCLUSIVE, "allow", False, 0, 0),
        # Who interrupts a run is told so; what is cut short never passes later.
        (Verdict.INCONCLUSIVE, "block", True, 3, 130),
        (Verdict.INCONCLUSIVE, "allow", True, 3, 130),
        (Verdict.FAILED, "allow", True, 1, 130),
    ],
)
def test_the_exit_code(verdict: Verdict, rule: str, interrupted: bool, of_verdict: int, of_run: int) -> None:
    report = builder.report(verdict=verdict, policy=Policy(inconclusive=rule), interrupted=interrupted)
    assert (code_of_verdict(report), code_of_run(report)) == (of_verdict, of_run)
