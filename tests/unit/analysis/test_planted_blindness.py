"""What could not be seen is neither a pass nor the bot's forgetting."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from gate.core.report import Outcome, Verdict
from gate.core.transcript import (
    TREATED,
    FaultSeen,
)
from tests.transcripts.events import NOON, disruption_ended
from tests.transcripts.runs import Run, honest_run, result_of
from tests.unit.analysis.planting import (
    counts,
    leak,
    moment,
    others,
    runs,
    seeds,
    some,
    subject,
)
from tests.unit.core.laws import costly_law as law

# --- what could not be seen ---------------------------------------------------------------------------


@law
@given(run=runs(), seed=seeds, data=st.data())
def test_a_telling_that_was_never_acknowledged_scores_nothing(
    run: Run, seed: int, data: st.DataObject
) -> None:
    one = some(data, run)
    one.tellings[0].status = data.draw(st.sampled_from(["refused", "indeterminate"]))
    one.order.reply = data.draw(st.sampled_from(["I don't know.", one.order.reply]))
    report = run.analyse(random.Random(seed))
    assert report.verdict is Verdict.INCONCLUSIVE
    assert report.reasons == (
        f"under {subject(one.disruption)}, 2 questions could not be judged:"
        " the bot never acknowledged the turn that tells order",
    )
    for probe in (one.order, one.isolation):
        assert result_of(report, probe).outcome is Outcome.UNSCORED
    assert result_of(report, one.order).lost_at == "told"
    assert others(report, one.order, one.isolation) == {Outcome.REMEMBERED}


@law
@given(run=runs())
def test_a_bot_that_refuses_every_telling_is_no_forgetful_bot(run: Run) -> None:
    for one in run.talks:
        for turn in one.tellings:
            turn.refuse()
        for turn in one.probes:
            turn.reply = "I don't know."
    report = run.analyse()
    assert report.verdict is Verdict.INCONCLUSIVE
    assert all(
        reason.startswith("undisturbed, no question could be judged: the bot ") for reason in report.reasons
    )
    assert (report.accuracy, report.interval) == (None, None)


@law
@given(run=runs(), seed=seeds, data=st.data())
def test_a_fault_is_never_scored_as_forgetting(run: Run, seed: int, data: st.DataObject) -> None:
    one = some(data, run)
    for other in run.talks:
        if other.deployment == one.deployment:
            for turn in other.probes:
                turn.reply = "I don't know."
    run.extra[one.deployment] = [
        FaultSeen(at=NOON, deployment=one.deployment, cause="store", sentence="the store was restarted")
    ]
    report = run.analyse(random.Random(seed))
    assert report.verdict is Verdict.INCONCLUSIVE
    assert report.reasons == (f"{subject(one.disruption)} cannot be judged: the store was restarted",)
    mine = [probe for probe in report.probes if probe.disruption == one.disruption]
    assert {probe.outcome for probe in mine} == {Outcome.UNSCORED}
    assert {probe.lost_at for probe in mine} == {None}


@law
@given(run=runs(), data=st.data())
def test_a_leak_under_a_fault_is_not_certain(run: Run, data: st.DataObject) -> None:
    one = some(data, run)
    leak(one, run)
    run.extra[one.deployment] = [
        FaultSeen(at=NOON, deployment=one.deployment, cause="engine", sentence="the engine is gone")
    ]
    report = run.analyse()
    assert (report.verdict, report.leaks) == (Verdict.INCONCLUSIVE, 0)


@law
@given(run=runs(), data=st.data(), remembers=st.booleans())
def test_a_disruption_without_proof_proves_nothing(run: Run, data: st.DataObject, remembers: bool) -> None:
    """Neither that the bot remembers nor that it forgets."""
    one = some(data, run, TREATED)
    kind = one.disruption.split("+")[0]
    run.ended[one.deployment][0] = disruption_ended(
        kind, one.deployment, took_effect=False, sentence="7f3a shows no new start"
    )
    if not remembers:
        one.order.reply = "I don't know."
    report = run.analyse()
    assert report.verdict is Verdict.INCONCLUSIVE
    happened = (
        "the bot cannot be shown to have been left alone"
        if kind == "none"
        else f"{kind} cannot be shown to have happened"
    )
    assert report.reasons == (f"{happened}: 7f3a shows no new start",)
    before, asked, _, scored = counts(report, one.disruption)
    assert before == asked > 0
    assert scored == 0
    assert result_of(report, one.order).outcome is Outcome.UNSCORED


@law
@given(run=runs(), data=st.data())
def test_a_disruption_that_was_silently_skipped_is_no_pass(run: Run, data: st.DataObject) -> None:
    one = some(data, run, TREATED)
    kinds = [ended.disruption for ended in run.ended[one.deployment]]
    missing = data.draw(st.integers(0, len(kinds) - 1))
    del run.ended[one.deployment][missing:]
    report = run.analyse()
    assert report.verdict is Verdict.INCONCLUSIVE
    [reason] = report.reasons
    assert reason.endswith(": it is not on record that it was carried out")


def test_another_disruption_in_its_place_is_no_pass() -> None:
    run = honest_run(["restart"])
    run.ended["restart"] = [disruption_ended("none", "restart")]
    report = run.analyse()
    assert report.verdict is Verdict.INCONCLUSIVE
    assert report.reasons == ("restart cannot be shown to have happened: none was carried out in its place",)


@law
@given(run=runs(), data=st.data())
def test_a_bot_that_does_not_come_back_fails(run: Run, data: st.DataObject) -> None:
    one = some(data, run, TREATED)
    kind = one.disruption.split("+")[0]
    run.ended[one.deployment] = [
        disruption_ended(kind, one.deployment, recovered=False, sentence="the bot is not ready")
    ]
    for other in run.of(TREATED):
        if other.deployment == one.deployment:
            for turn in other.probes:
                turn.status, turn.reply, turn.error, turn.prompts = "unasked", "", "not asked", []
    report = run.analyse()
    assert report.verdict is Verdict.FAILED
    assert report.reasons == (f"the bot did not come back after {kind}: the bot is not ready",)
    result = result_of(report, one.order)
    assert (result.outcome, result.trace.loaded) == (Outcome.ERROR, None)
    remembered, asked, after, scored = counts(report, one.disruption)
    assert (remembered, after, scored) == (asked, 0, asked)


@law
@given(run=runs(), seed=seeds, data=st.data())
def test_a_probe_that_was_never_answered_is_no_pass(run: Run, seed: int, data: st.DataObject) -> None:
    one = some(data, run)
    one.probes[-1].is_ended = False
    one.probes[-1].prompts = []
    report = run.analyse(random.Random(seed))
    assert report.verdict is Verdict.INCONCLUSIVE
    assert report.reasons == (
        f"under {subject(one.disruption)}, 1 question could not be judged:"
        " the run ended before the bot answered",
    )
    assert others(report, one.probes[-1]) == {Outcome.REMEMBERED}


@law
@given(run=runs(), data=st.data())
def test_probes_that_were_never_asked_are_missed(run: Run, data: st.DataObject) -> None:
    one = some(data, run, TREATED)
    for turn in one.probes:
        turn.is_asked = False
    report = run.analyse()
    assert report.verdict is Verdict.INCONCLUSIVE
    [reason] = report.reasons
    alone = sum(other.disruption == one.disruption for other in run.of(TREATED)) == 1
    assert reason == (
        f"{moment(one.disruption)}, no question could be judged"
        if alone
        else f"under {subject(one.disruption)}, 4 questions could not be judged"
    )


@law
@given(run=runs(), data=st.data())
def test_a_conversation_cut_short_by_a_silence_before_the_disruption_scores_nothing(
    run: Run, data: st.DataObject
) -> None:
    """One turn that hangs is no memory that is lost."""
    one = some(data, run)
    one.tellings[2].status, one.tellings[2].error = "indeterminate", "the connection broke"
    for turn in one.probes:
        turn.status, turn.reply, turn.error, turn.prompts = "unasked", "", "not asked: no answer", []
    report = run.analyse()
    assert report.verdict is Verdict.INCONCLUSIVE
    assert {result_of(report, turn).outcome for turn in one.probes} == {Outcome.UNSCORED}
    [reason] = report.reasons
    assert reason.endswith(" could not be judged: not asked: no answer") or reason.endswith(
        " could be judged: not asked: no answer"
    )


@law
@given(run=runs(), data=st.data())
def test_a_treated_probe_before_the_disruption_says_nothing_about_it(run: Run, data: st.DataObject) -> None:
    one = some(data, run, TREATED)
    one.tellings.append(one.probes.pop(0))
    report = run.analyse()
    if one.disruption == "none":
        assert report.verdict is Verdict.PASSED
        return
    assert report.verdict is Verdict.INCONCLUSIVE
    assert result_of(report, one.tellings[-1]).reason == (
        f"it was not asked on the right side of {one.disruption}"
    )
