"""An honest run passes; one thing planted in it gives exactly one verdict, with one plain reason."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.report import Outcome, Verdict
from gate.core.transcript import (
    CONTROL,
    TREATED,
)
from tests.transcripts.runs import (
    Run,
    result_of,
)
from tests.unit.analysis.planting import (
    counts,
    leak,
    lose,
    moment,
    never_store,
    others,
    refuse,
    runs,
    seeds,
    some,
)
from tests.unit.core.laws import costly_law as law

# --- nothing planted ----------------------------------------------------------------------------------


@law
@given(run=runs(), seed=seeds)
def test_an_honest_run_passes(run: Run, seed: int) -> None:
    report = run.analyse(random.Random(seed))
    assert report.verdict is Verdict.PASSED
    [reason] = report.reasons
    total = 2 * len(run.of(TREATED))
    assert reason.startswith(f"the bot remembers {total} of {total} facts (100 %) ")
    assert {one.outcome for one in report.probes} == {Outcome.REMEMBERED}
    assert {one.lost_at for one in report.probes} == {None}
    assert (report.accuracy, report.accuracy_before, report.retention) == (1.0, 1.0, 1.0)
    assert (report.leaks, report.fabrications) == (0, 0)
    assert not report.interrupted
    assert report.isolation_probes == report.fabrication_probes == len(run.talks)


@law
@given(run=runs(), seeds=st.tuples(seeds, seeds), data=st.data())
def test_the_order_of_independent_events_changes_nothing(
    run: Run, seeds: tuple[int, int], data: st.DataObject
) -> None:
    """Who was faster is no part of the result, whatever went wrong."""
    for plant in data.draw(st.lists(st.sampled_from([lose, leak, refuse, never_store]), max_size=3)):
        plant(some(data, run), run)
    first, second = (run.analyse(random.Random(seed)) for seed in seeds)
    assert first == second == run.analyse()


# --- forgetting ---------------------------------------------------------------------------------------


@law
@given(run=runs(), seed=seeds, data=st.data())
def test_a_fact_lost_by_the_treated_arm_fails(run: Run, seed: int, data: st.DataObject) -> None:
    one = some(data, run, TREATED)
    one.order.reply = "I don't know."
    report = run.analyse(random.Random(seed))
    assert report.verdict is Verdict.FAILED
    total = 2 * sum(other.disruption == one.disruption for other in run.of(TREATED))
    share = f"{int((total - 1) / total * 1000) / 10:g} %"
    assert report.reasons == (
        f"{moment(one.disruption)}, the bot remembers {total - 1} of {total} facts ({share}); 95 % needed",
    )
    result = result_of(report, one.order)
    assert (result.outcome, result.lost_at, result.anomaly) == (Outcome.LOST, "answered", "lost write")
    assert result.reason == f"the reply does not hold {one.facts['order']}"
    assert counts(report, one.disruption) == (total, total, total - 1, total)
    assert others(report, one.order) == {Outcome.REMEMBERED}
    [affected] = [other for other in report.disruptions if other.verdict is Verdict.FAILED]
    assert (affected.name, affected.lost_at) == (one.disruption, {"answered": 1})
    assert (affected.retained.remembered, affected.retained.scored) == (total - 1, total)


@law
@given(run=runs(), seed=seeds, data=st.data())
def test_a_fact_lost_by_the_control_arm_fails_and_clears_the_deploy(
    run: Run, seed: int, data: st.DataObject
) -> None:
    one = some(data, run, CONTROL)
    one.order.reply = "I don't know."
    report = run.analyse(random.Random(seed))
    assert report.verdict is Verdict.FAILED
    [reason] = report.reasons
    assert reason.startswith("even undisturbed, the bot remembers only ")
    assert reason.endswith("; 95 % needed, and the deploy is not to blame")
    assert result_of(report, one.order).outcome is Outcome.LOST
    [affected] = [other for other in report.disruptions if other.verdict is Verdict.FAILED]
    assert affected.name == one.disruption
    assert affected.lost_at == {}
    assert report.retention == 1.0


@law
@given(run=runs(), data=st.data())
def test_the_deploy_is_to_blame_for_what_it_lost_on_top(run: Run, data: st.DataObject) -> None:
    """A bot a little below the threshold before, and far below it after."""
    name = some(data, run).disruption
    mine = [one for one in run.talks if one.disruption == name]
    next(one for one in mine if one.arm == CONTROL).order.reply = "I don't know."
    for one in mine:
        if one.arm == TREATED:
            one.order.reply = one.city.reply = "I don't know."
    report = run.analyse()
    assert report.verdict is Verdict.FAILED
    undisturbed, after = report.reasons
    assert "the deploy is not to blame" not in undisturbed
    assert after == f"{moment(name)}, the bot remembers 0 of {len(mine)} facts (0 %); 95 % needed"


@pytest.mark.parametrize(
    ("stored_before", "stored_after", "loaded", "stage"),
    [
        (False, False, False, "stored"),
        (True, False, False, "stored"),
        (True, True, False, "loaded"),
        (True, True, True, "answered"),
        (False, False, True, "answered"),
    ],
)
@law
@given(run=runs(), data=st.data())
def test_the_stage_that_lost_the_fact_is_named(
    stored_before: bool, stored_after: bool, loaded: bool, stage: str, run: Run, data: st.DataObject
) -> None:
    one = some(data, run, TREATED)
    one.order.reply = "I don't know."
    if not stored_before:
        run.never_stored.add(one.facts["order"])
    if not stored_after:
        run.forgotten.add(one.facts["order"])
    if not loaded:
        one.order.prompts = ["user: What is my order?"]
    report = run.analyse()
    result = result_of(report, one.order)
    assert result.lost_at == stage
    assert result.trace.told is True
    assert result.trace.stored is stored_after
    assert result.trace.loaded is loaded


@law
@given(run=runs(), seed=seeds, data=st.data())
def test_an_error_in_answer_to_a_probe_counts_as_not_remembered(
    run: Run, seed: int, data: st.DataObject
) -> None:
    one = some(data, run, TREATED)
    one.order.refuse("the bot answered 500: no such session")
    report = run.analyse(random.Random(seed))
    assert report.verdict is Verdict.FAILED
    [reason] = report.reasons
    assert " and leaves 1 question without an answer; 95 % needed" in reason
    result = result_of(report, one.order)
    assert (result.outcome, result.reason) == (Outcome.ERROR, "the bot answered 500: no such session")
    assert others(report, one.order) == {Outcome.REMEMBERED}


@law
@given(run=runs(), data=st.data())
def test_a_probe_that_hangs_counts_as_not_remembered_and_the_rest_of_its_talk_with_it(
    run: Run, data: st.DataObject
) -> None:
    """After the deploy the bot does not answer: that is what its users see."""
    one = some(data, run, TREATED)
    one.order.status, one.order.error = "indeterminate", "the bot did not answer within 60 s"
    for later in one.probes[1:]:
        later.status, later.reply, later.error = "unasked", "", "not asked"
    report = run.analyse()
    assert report.verdict is Verdict.FAILED
    assert result_of(report, one.order).outcome is Outcome.ERROR
    assert result_of(report, one.city).outcome is Outcome.ERROR
    assert result_of(report, one.isolation).outcome is Outcome.UNSCORED


@law
@given(run=runs(), data=st.data())
def test_a_list_of_every_plausible_value_is_no_memory(run: Run, data: st.DataObject) -> None:
    one = some(data, run, TREATED)
    one.city.reply = "Is it Lisbon, Oslo, Kyoto, Quito, Dublin or Riga?"
    report = run.analyse()
    assert report.verdict is Verdict.FAILED
    result = result_of(report, one.city)
    assert result.outcome is Outcome.LOST
    assert result.reason.startswith("it also names ")
    assert result.reason.endswith(", which it was never told")
    assert one.facts["city"] not in result.reason


@law
@given(run=runs(), data=st.data())
def test_decoys_that_the_question_itself_names_are_no_guess(run: Run, data: st.DataObject) -> None:
    one = some(data, run, TREATED)
    wrong = "Riga" if one.facts["city"] != "Riga" else "Oslo"
    one.city.text = f"I do not live in {wrong}, so where do I live?"
    one.city.reply = f"Not in {wrong}, but in {one.facts['city']}."
    assert run.analyse().verdict is Verdict.PASSED
