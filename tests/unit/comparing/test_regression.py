"""A run beside its baseline: only a regression changes the verdict."""

from __future__ import annotations

from gate.comparing.measurement import measurement_of
from gate.comparing.regression import against
from gate.core.report import Report, Verdict
from tests.transcripts.runs import Run, honest_run

LENIENT = {"accuracy": 0.5, "max_drop": 1.0}
"""So that a run passes which forgets a little."""


def forgetting(conversations: int, trials: int = 20) -> Run:
    run = honest_run(["restart"], trials=trials, policy=dict(LENIENT))
    for one in run.of("treated")[:conversations]:
        one.order.reply = "I don't know."
    return run


def compared(base: Run, head: Run) -> tuple[Report, Report]:
    """The head's report by itself, and beside the base."""
    report = head.analyse()
    return report, against(report, measurement_of(base.analyse()))


def test_a_regression_fails_a_run_that_passes_by_itself() -> None:
    alone, beside = compared(forgetting(0), forgetting(5))
    assert alone.verdict is Verdict.PASSED
    assert beside.verdict is Verdict.FAILED
    assert beside.reasons == (
        "compared with the baseline, a regression: of 20 conversations that both runs held, 5 remembered"
        " less and 0 more than in the base (chance 0.031)",
    )


def test_what_luck_explains_changes_nothing_but_is_said() -> None:
    alone, beside = compared(forgetting(0), forgetting(4))
    assert (beside.verdict, beside.reasons) == (alone.verdict, alone.reasons)
    assert alone.baseline == ""
    assert beside.baseline.startswith("no evidence of a difference: of 20 conversations")


def test_an_improvement_excuses_nothing() -> None:
    head = forgetting(15)
    alone, beside = compared(forgetting(20), head)
    assert beside.baseline.startswith("improvement")
    head.policy["accuracy"] = 0.95
    alone, beside = compared(forgetting(20), head)
    assert (beside.verdict, beside.reasons) == (Verdict.FAILED, alone.reasons)


def test_a_failed_run_keeps_its_own_reasons_first() -> None:
    head = forgetting(20)
    head.policy["accuracy"] = 0.95
    alone, beside = compared(forgetting(0), head)
    assert beside.reasons[:-1] == alone.reasons
    assert "a regression" in beside.reasons[-1]


def test_what_cannot_be_compared_is_judged_by_itself() -> None:
    head = forgetting(0)
    for one in head.talks:
        one.scenario = "another"
    alone, beside = compared(forgetting(0), head)
    assert beside.verdict is alone.verdict is Verdict.PASSED
    assert beside.baseline == "not comparable: no scenario is the same in both"
    assert 'compared with the baseline, scenario "another" was added' in beside.findings


def test_a_rule_that_was_loosened_is_pointed_out_first() -> None:
    base, head = forgetting(0), forgetting(2)
    base.policy.update(accuracy=0.95, max_drop=0.05)
    head.policy.update(leaks=3, inconclusive="allow", max_unavailable=5.0)
    _, beside = compared(base, head)
    assert beside.baseline_accuracy == 1.0
    assert [one.removeprefix("compared with the baseline, ") for one in beside.findings] == [
        "the threshold was lowered from 95 % to 50 %",
        "the drop that is allowed was raised from 5 % to 100 %",
        "the number of leaks that are allowed was raised from 0 to 3",
        "the time for which the bot may be unavailable was changed from none to 5 s",
        "what happens when not everything could be seen was changed from block to allow",
    ]
