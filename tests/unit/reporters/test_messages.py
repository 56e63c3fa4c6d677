"""Sentences that all reporters share."""

from __future__ import annotations

from gate.reporters.messages import reasons
from tests.unit.reporters.builder import report


def test_a_reason_is_given_once() -> None:
    assert reasons(report(reasons=("it failed", "twice", "it failed"))) == ["It failed", "Twice"]
    assert reasons(report(reasons=())) == ["No reason is known"]
