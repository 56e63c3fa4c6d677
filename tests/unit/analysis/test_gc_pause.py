"""Judging looks for no garbage in circles, because it makes none."""

from __future__ import annotations

import gc

import pytest

from benchmarks.transcripts import short_scenarios, transcript
from gate.analysis import analyse
from gate.errors import GateError


def test_the_collector_goes_on_after_judging() -> None:
    events, _ = transcript(short_scenarios(), 100)
    analyse(events)
    assert gc.isenabled()


def test_the_collector_goes_on_after_a_transcript_that_is_none() -> None:
    with pytest.raises(GateError):
        analyse([])
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    events, _ = transcript(short_scenarios(), 100)
    gc.disable()
    try:
        analyse(events)
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_judging_makes_no_circles() -> None:
    """What it makes is gone with its last name, however seldom anybody looks."""
    events, _ = transcript(short_scenarios(), 100)
    # What is made once, as expressions that are compiled, is made now.
    analyse(events)
    gc.collect()
    gc.disable()
    try:
        analyse(events)
        assert gc.collect() == 0
    finally:
        gc.enable()
