"""What the caller of the process is told of a verdict."""

from __future__ import annotations

import pytest

from gate.cli.exit_code import exit_code
from gate.core.specification import Policy
from gate.core.verdict import Verdict
from gate.errors import ExitCode
from tests.unit.reporters import builder

BLOCK, ALLOW = Policy(inconclusive="block"), Policy(inconclusive="allow")


@pytest.mark.parametrize("policy", [BLOCK, ALLOW], ids=["block", "allow"])
@pytest.mark.parametrize(
    ("verdict", "blocked", "allowed"),
    [
        (Verdict.PASSED, ExitCode.PASSED, ExitCode.PASSED),
        (Verdict.FAILED, ExitCode.FAILED, ExitCode.FAILED),
        (Verdict.INCONCLUSIVE, ExitCode.INCONCLUSIVE, ExitCode.PASSED),
    ],
)
def test_the_exit_code_is_that_of_the_verdict(
    verdict: Verdict, blocked: ExitCode, allowed: ExitCode, policy: Policy
) -> None:
    """What could not be seen blocks, unless the user allows it; what was seen to be wrong always does."""
    assert exit_code(builder.report(verdict=verdict, policy=policy)) is (
        blocked if policy is BLOCK else allowed
    )


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("policy", [BLOCK, ALLOW], ids=["block", "allow"])
def test_an_interrupted_run_is_interrupted_whatever_was_seen_by_then(
    verdict: Verdict, policy: Policy
) -> None:
    report = builder.report(verdict=verdict, policy=policy, interrupted=True)
    assert exit_code(report) is ExitCode.INTERRUPTED


def test_the_codes_are_the_public_ones() -> None:
    """Workflows compare with them."""
    told = {one.name: int(one) for one in ExitCode}
    assert told == {"PASSED": 0, "FAILED": 1, "INPUT": 2, "INCONCLUSIVE": 3, "INTERRUPTED": 130}
