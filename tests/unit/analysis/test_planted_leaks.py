"""A leak or a fabrication planted in an honest run blocks, and is named."""

from __future__ import annotations

import random

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
    leak,
    runs,
    seeds,
    some,
    subject,
)
from tests.unit.core.laws import costly_law as law


@law
@given(run=runs(), seed=seeds, data=st.data())
def test_a_leak_to_the_neighbour_blocks(run: Run, seed: int, data: st.DataObject) -> None:
    one = some(data, run)
    one.isolation.reply = f"It is {one.facts['order']}."
    report = run.analyse(random.Random(seed))
    assert report.verdict is Verdict.FAILED
    assert report.reasons == ("1 reply held what another session was told",)
    assert (report.leaks, report.fabrications, report.accuracy) == (1, 0, 1.0)
    result = result_of(report, one.isolation)
    assert (result.outcome, result.anomaly, result.lost_at) == (Outcome.LOST, "leak", None)


@law
@given(run=runs(), seed=seeds, data=st.data())
def test_a_leak_in_any_reply_blocks_even_where_all_is_remembered(
    run: Run, seed: int, data: st.DataObject
) -> None:
    one, other = some(data, run), some(data, run)
    if one is other:
        return
    turn = data.draw(st.sampled_from([one.tellings[2], one.order, one.fabrication]))
    turn.reply += f" By the way: {other.facts['order']}."
    report = run.analyse(random.Random(seed))
    assert report.verdict is Verdict.FAILED
    assert report.reasons == ("1 reply held what another session was told",)
    assert (report.leaks, report.accuracy) == (1, 1.0)


@law
@given(run=runs(), data=st.data())
def test_a_leak_that_only_the_model_saw_blocks(run: Run, data: st.DataObject) -> None:
    one, other = some(data, run), some(data, run)
    if one is other:
        return
    one.order.prompts[0] += f" / My order is {other.facts['order']}."
    report = run.analyse()
    assert report.verdict is Verdict.FAILED
    assert report.reasons == ("1 request to the model held what another session was told",)
    assert report.leaks == 1


@law
@given(run=runs(), data=st.data())
def test_a_wrong_recall_that_is_anothers_value_is_named_a_leak(run: Run, data: st.DataObject) -> None:
    one, other = some(data, run, TREATED), some(data, run, CONTROL)
    one.order.reply = f"It is {other.facts['order']}."
    report = run.analyse()
    assert result_of(report, one.order).anomaly == "leak"
    assert report.leaks == 1
    assert report.verdict is Verdict.FAILED


@law
@given(run=runs(), data=st.data())
def test_a_guess_where_nothing_was_told_is_a_fabrication(run: Run, data: st.DataObject) -> None:
    one = some(data, run)
    one.fabrication.reply = f"It is {data.draw(st.sampled_from(['Rex', 'Tom', 'Ada']))}."
    report = run.analyse()
    assert report.verdict is Verdict.FAILED
    assert report.reasons == ("1 reply made up what was never told",)
    assert (report.leaks, report.fabrications, report.accuracy) == (0, 1, 1.0)
    result = result_of(report, one.fabrication)
    assert (result.outcome, result.anomaly) == (Outcome.LOST, "fabrication")


@law
@given(run=runs(), data=st.data())
def test_leaks_and_fabrications_that_are_allowed_do_not_block(run: Run, data: st.DataObject) -> None:
    one = some(data, run)
    leak(one, run)
    one.fabrication.reply = "Rex"
    run.policy = {"leaks": 1, "fabrications": 1}
    report = run.analyse()
    assert report.verdict is Verdict.PASSED
    assert (report.leaks, report.fabrications) == (1, 1)


@law
@given(run=runs(), data=st.data())
def test_a_bot_that_answers_bob_with_an_error_has_shown_nothing(run: Run, data: st.DataObject) -> None:
    """No leak, but no proof of the contrary either."""
    one = some(data, run)
    one.isolation.refuse()
    report = run.analyse()
    assert report.verdict is Verdict.INCONCLUSIVE
    assert report.reasons == (
        f"under {subject(one.disruption)}, 1 question could not be judged: the bot answered 500",
    )
    assert report.leaks == 0
    assert result_of(report, one.isolation).outcome is Outcome.UNSCORED
