"""What judging costs grows with the number of probes and no faster: counted in calls, not in seconds."""

from __future__ import annotations

import sys
from dataclasses import replace
from types import FrameType

import pytest

from benchmarks.transcripts import short_scenarios, transcript
from gate.analysis import analyse
from gate.core.transcript import Event, ModelAsked, TurnEnded

SMALL, LARGE = 100, 400
MOST_CALLS = 270
"""For a probe. 220 were counted when this was written, and 440 before judging was made to cost less."""


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
        analyse(events)
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


def test_requests_that_belong_to_no_turn_are_not_gone_through_for_each_probe() -> None:
    """As a bot makes them that rewrites every question, and that forgets everything besides."""
    costs = {}
    for size in (SMALL, LARGE):
        events, probes = transcript(short_scenarios(), size)
        costs[size] = calls_of_judging([_rewritten(event) for event in events]) / probes
    assert costs[LARGE] < 1.1 * costs[SMALL]


def _rewritten(event: Event) -> Event:
    if isinstance(event, ModelAsked):
        return replace(event, about="", beyond_reader=("a tool call",))
    if isinstance(event, TurnEnded):
        return replace(event, reply="I don't know.")
    return event


def test_a_probe_costs_no_more_than_it_did(calls: dict[int, float]) -> None:
    assert calls[LARGE] < MOST_CALLS
