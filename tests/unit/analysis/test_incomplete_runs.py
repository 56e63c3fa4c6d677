"""A run that was cut short, or that tried too little, neither passes nor blames the bot for it."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.analysis import analyse
from gate.core.report import Outcome, Report, Verdict
from gate.core.transcript import (
    TREATED,
    DeploymentFailed,
    DeploymentStarted,
    Event,
    RunEnded,
)
from tests.transcripts.events import NOON
from tests.transcripts.runs import Exchange, Run, Talk, honest_run
from tests.unit.analysis.planting import (
    lose,
    runs,
    seeds,
    some,
)
from tests.unit.core.laws import costly_law as law


@law
@given(run=runs(), seed=seeds, data=st.data())
def test_a_transcript_that_was_cut_off_never_passes(run: Run, seed: int, data: st.DataObject) -> None:
    events = run.events(random.Random(seed))
    kept = data.draw(st.integers(1, len(events) - 1))
    report = analyse(events[:kept])
    assert report.verdict is Verdict.INCONCLUSIVE
    assert report.reasons[0] == f"the transcript ends with line {kept}, before the run does"
    assert report.interrupted
    assert not {Outcome.LOST, Outcome.ERROR} & {one.outcome for one in report.probes}


@law
@given(run=runs(), seed=seeds, data=st.data())
def test_an_interrupted_run_never_passes(run: Run, seed: int, data: st.DataObject) -> None:
    run.end = None
    events = run.events(random.Random(seed))
    kept = events[: data.draw(st.integers(1 + len(run.talks), len(events)))]
    report = analyse([*kept, RunEnded(at=NOON, interrupted=True)])
    assert report.verdict is Verdict.INCONCLUSIVE
    assert report.reasons[0] == "the run was interrupted"
    assert report.interrupted


def test_a_transcript_that_was_cut_off_after_a_loss_does_not_blame_the_bot() -> None:
    """What comes after it may have said that the store was gone."""
    run = honest_run()
    lose(run.of(TREATED)[0], run)
    events = list(run.events())
    assert analyse(events).verdict is Verdict.FAILED
    report = analyse(events[:-1])
    assert (report.verdict, report.interrupted) == (Verdict.INCONCLUSIVE, True)
    assert report.reasons[0] == f"the transcript ends with line {len(events) - 1}, before the run does"


def test_an_interrupted_run_that_has_seen_a_loss_fails() -> None:
    run = honest_run()
    lose(run.of(TREATED)[0], run)
    run.end = RunEnded(at=NOON, interrupted=True)
    report = run.analyse()
    assert (report.verdict, report.interrupted) == (Verdict.FAILED, True)


@pytest.mark.parametrize(
    ("cause", "why"),
    [
        ("bot", "the bot did not start"),
        ("store", "the store did not start"),
        ("engine", "the engine failed"),
        ("runtime", "the gate failed"),
        ("harness", "the gate failed"),
    ],
)
def test_a_deployment_that_did_not_come_up_was_not_tried(cause: str, why: str) -> None:
    run = honest_run(["restart", "kill"])
    run.instead["kill"] = [DeploymentFailed(at=NOON, deployment="kill", cause=cause, sentence="it says why")]
    report = run.analyse()
    assert report.verdict is Verdict.INCONCLUSIVE
    assert report.reasons == (f"kill was not tried, because {why}: it says why",)
    assert [one.verdict for one in report.disruptions] == [Verdict.PASSED, Verdict.INCONCLUSIVE]
    assert report.accuracy == 1.0


@law
@given(run=runs(), data=st.data())
def test_a_loss_elsewhere_is_worse_than_what_could_not_be_seen(run: Run, data: st.DataObject) -> None:
    lost, unseen = some(data, run, TREATED), some(data, run)
    if lost.disruption == unseen.disruption:
        return
    lose(lost, run)
    run.ended[unseen.deployment] = []
    report = run.analyse()
    assert report.verdict is Verdict.FAILED
    assert len(report.reasons) == 1


# --- nothing scored -----------------------------------------------------------------------------------


def test_a_run_that_planned_nothing_is_inconclusive() -> None:
    report = honest_run([]).analyse()
    assert report.verdict is Verdict.INCONCLUSIVE
    assert report.reasons == ("no conversation was planned, so nothing was asked",)


def keep_only(run: Run, index: Callable[[Talk], Exchange], disruption: str) -> None:
    for one in run.talks:
        if one.disruption == disruption:
            one.probes = [index(one)]


def test_isolation_alone_after_a_disruption_is_no_pass() -> None:
    """A bot that remembers nothing keeps its sessions apart trivially."""
    run = honest_run(["restart", "none"])
    keep_only(run, lambda one: one.isolation, "restart")
    report = run.analyse()
    assert report.verdict is Verdict.INCONCLUSIVE
    assert report.reasons == ("undisturbed, no question could be judged",)


def test_isolation_alone_undisturbed_does_not_spoil_a_pass() -> None:
    run = honest_run(["restart", "none"])
    keep_only(run, lambda one: one.isolation, "none")
    report = run.analyse()
    assert report.verdict is Verdict.PASSED
    assert report.reasons == ("the bot remembers 2 of 2 facts (100 %) after restart",)


def test_isolation_alone_is_never_a_pass() -> None:
    run = honest_run(["none"])
    keep_only(run, lambda one: one.isolation, "none")
    report = run.analyse()
    assert report.verdict is Verdict.INCONCLUSIVE
    assert report.reasons == ("no question asked for what was told, so nothing is known about the memory",)


def test_a_wave_that_was_never_begun_was_not_tried() -> None:
    run = honest_run(["restart", "kill"])
    events: list[Event] = [
        event
        for event in run.events()
        if getattr(event, "deployment", "") != "kill" or type(event).__name__ == "ConversationPlanned"
    ]
    turns = {
        turn.turn for one in run.talks if one.disruption == "kill" for turn in (*one.tellings, *one.probes)
    }
    texts = {turn.text for one in run.talks if one.disruption == "kill" for turn in one.tellings}
    events = [
        event
        for event in events
        if getattr(event, "turn", "") not in turns and getattr(event, "about", "") not in texts
    ]
    report = analyse(events)
    assert report.verdict is Verdict.INCONCLUSIVE
    assert report.reasons == ("kill was not tried, because the run ended before",)


# --- sharing a deployment -----------------------------------------------------------------------------


def shared(second: Mapping[str, Any]) -> Report:
    """restart and restart+kill on one deployment; `second` is what the kill came to."""
    run = honest_run(["restart", "restart+kill"])
    for one in run.talks:
        one.deployment = "restart+kill"
    run.ended["restart+kill"][1] = replace(run.ended["restart+kill"][1], **second)
    return run.analyse()


def test_a_later_disruption_does_not_spoil_an_earlier_result() -> None:
    """The shorter script was over when the kill went wrong."""
    verdicts = [
        [one.verdict for one in shared(second).disruptions]
        for second in ({"took_effect": False}, {"recovered": False}, {})
    ]
    assert verdicts == [
        [Verdict.PASSED, Verdict.INCONCLUSIVE],
        [Verdict.PASSED, Verdict.FAILED],
        [Verdict.PASSED, Verdict.PASSED],
    ]


def test_a_deployment_start_is_needed() -> None:
    """Turns without a deployment are no proof of anything."""
    run = honest_run()
    report = analyse([event for event in run.events() if not isinstance(event, DeploymentStarted)])
    assert report.verdict is Verdict.INCONCLUSIVE
