"""What judging costs grows with the number of probes and no faster: counted in calls, not in seconds."""

from __future__ import annotations

import sys
from types import FrameType

import pytest

from benchmarks.transcripts import short_scenarios, transcript
from gate.core.transcript import Event
from gate.judging import judge

SMALL, LARGE = 100, 400
MOST_CALLS = 600
"""For a probe. 500 were counted when this was written, and 750 before judging was made to cost less."""


def calls_of_judging(events: list[Event]) -> int:
    """How many functions of Python's are called: the same on every machine."""
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        del frame, argument
        calls += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        judge(events)
    finally:
        sys.setprofile(before)
    return calls


@pytest.fixture(scope="module")
def calls() -> dict[int, float]:
    """Probes → calls for each of them."""
    found = {}
    for size in (SMALL, LARGE):
        events, probes = transcript(short_scenarios(), size)
        found[size] = calls_of_judging(events) / probes
    return found


def test_four_times_the_probes_cost_four_times_as_much(calls: dict[int, float]) -> None:
    assert calls[LARGE] < 1.1 * calls[SMALL]


def test_a_probe_costs_no_more_than_it_did(calls: dict[int, float]) -> None:
    assert calls[LARGE] < MOST_CALLS
