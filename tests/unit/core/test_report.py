"""The stage that lost a fact is named by a rule that fits into one sentence."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from gate.core.report import STAGES, FactTrace, Outcome, ProbeResult, Tally

EVERY_SIGHTING = list(itertools.product((True, False, None), repeat=4))


def plain_rule(snapshots: tuple[bool | None, ...]) -> str | None:
    """Forget all up to the last stage that had it; of the rest, the first that had not is to blame."""
    remaining = list(zip(STAGES, snapshots, strict=True))
    while any(seen is True for _, seen in remaining):
        remaining.pop(0)
    for stage, seen in remaining:
        if seen is False:
            return stage
    return None


def fact_trace(snapshots: tuple[bool | None, ...]) -> FactTrace:
    return FactTrace(**dict(zip(STAGES, snapshots, strict=True)))


@pytest.mark.parametrize("snapshots", EVERY_SIGHTING)
def test_lost_at(snapshots: tuple[bool | None, ...]) -> None:
    assert fact_trace(snapshots).lost_at == plain_rule(snapshots)


@pytest.mark.parametrize(
    ("snapshots", "stage"),
    [
        ((True, True, True, True), None),
        ((True, False, False, False), "stored"),
        ((True, True, False, False), "loaded"),
        ((True, True, True, False), "answered"),
        ((False, False, False, False), "told"),
        ((True, None, False, False), "loaded"),
        ((True, None, None, False), "answered"),
        ((True, False, True, False), "answered"),
        ((None, None, None, None), None),
        ((True, False, False, True), None),
    ],
)
def test_lost_at_in_the_cases_that_people_meet(snapshots: tuple[bool | None, ...], stage: str | None) -> None:
    assert fact_trace(snapshots).lost_at == stage


@pytest.mark.parametrize("outcome", list(Outcome))
def test_only_what_failed_was_lost_somewhere(outcome: Outcome) -> None:
    probe = replace(PROBE, outcome=outcome)
    assert probe.lost_at == ("stored" if outcome in (Outcome.LOST, Outcome.ERROR) else None)


def test_a_share_of_nothing_is_unknown() -> None:
    assert Tally().share is None
    assert Tally(remembered=0, scored=4).share == 0.0
    assert Tally(remembered=3, scored=4, unscored=9).share == 0.75


PROBE = ProbeResult(
    scenario="s",
    file="s.yml",
    line=1,
    session="alice-1",
    conversation="c1",
    trial=1,
    arm="treated",
    disruption="restart",
    guarantee="durability",
    question="?",
    expected="x",
    reply="y",
    outcome=Outcome.LOST,
    anomaly="lost write",
    facts=("order",),
    trace=fact_trace((True, False, False, False)),
)
