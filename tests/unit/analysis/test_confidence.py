"""A threshold that has to be shown: the exact bound against published values, and what becomes of a run."""

from __future__ import annotations

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.analysis.power import power_of
from gate.analysis.statistics import (
    effective_counts,
    exact_lower_bound,
    successes_needed,
    trials_needed,
)
from gate.core.report import Report, Verdict
from gate.errors import GateError
from tests.transcripts.runs import honest_run
from tests.unit.core.laws import law

SURE = {"confidence": 0.95}


@pytest.mark.parametrize(
    ("successes", "trials", "confidence", "bound"),
    [
        # All of n: the n-th root of 1 - confidence. The others: the lower ends of two-sided
        # Clopper-Pearson intervals (R: binom.test; 81 of 263 and 15 of 148 are Newcombe's, 1998).
        (59, 59, 0.95, 0.05 ** (1 / 59)),
        (1, 1, 0.95, 0.05),
        (81, 263, 0.975, 0.2527),
        (15, 148, 0.975, 0.0578),
        (1, 29, 0.975, 0.0009),
        (5, 10, 0.975, 0.1871),
        (0, 20, 0.95, 0.0),
    ],
)
def test_the_bound_is_clopper_and_pearsons(
    successes: int, trials: int, confidence: float, bound: float
) -> None:
    assert exact_lower_bound(successes, trials, confidence) == pytest.approx(bound, abs=0.00006)


@law
@given(trials=st.integers(1, 60), data=st.data())
def test_at_the_bound_so_much_luck_has_the_chance_that_is_left(trials: int, data: st.DataObject) -> None:
    """The defining equation, by the coefficients of the binomial itself."""
    successes = data.draw(st.integers(1, trials))
    confidence = data.draw(st.sampled_from([0.5, 0.8, 0.95, 0.99]))
    share = exact_lower_bound(successes, trials, confidence)
    tail = sum(comb(trials, k) * share**k * (1 - share) ** (trials - k) for k in range(successes, trials + 1))
    assert tail == pytest.approx(1 - confidence, rel=1e-6)
    assert share <= successes / trials


def test_59_of_59_is_the_least_that_shows_95_percent() -> None:
    assert exact_lower_bound(58, 58, 0.95) < 0.95 < exact_lower_bound(59, 59, 0.95)
    # The same table of acceptance sampling: 93 with one failure, 124 with two, 153 with three.
    assert [trials_needed(lost, 0.95, 0.95) for lost in range(4)] == [59, 93, 124, 153]
    assert trials_needed(0, 0.99, 0.95) == 299
    assert trials_needed(0, 1.0, 0.95) is None
    assert trials_needed(2, 0.0, 0.95) == 3


@law
@given(trials=st.integers(1, 130), threshold=st.sampled_from([0.5, 0.8, 0.95]))
def test_what_is_needed_is_the_least_that_suffices(trials: int, threshold: float) -> None:
    needed = successes_needed(trials, threshold, 0.95)
    # More successes never lower the bound, so the neighbours of the answer decide.
    assert needed > trials or exact_lower_bound(needed, trials, 0.95) >= threshold
    assert needed == 0 or exact_lower_bound(needed - 1, trials, 0.95) < threshold


def test_each_conversation_counts_once() -> None:
    assert effective_counts([(2, 2)] * 59) == (59, 59)
    assert effective_counts([(2, 2)] * 49 + [(1, 2)]) == (49, 50)
    assert effective_counts([(5, 5)] * 3 + [(0, 5)]) == (3, 4)
    assert effective_counts([(1, 1), (9, 9)]) == (1, 1)
    assert effective_counts([]) == (0, 0)


def judged(conversations: int, lost: int = 0, **policy: object) -> Report:
    """A run of so many treated conversations, of which the first `lost` forget one of their two facts."""
    run = honest_run(["restart"], trials=conversations, policy={**SURE, **policy})
    for one in run.of("treated")[:lost]:
        one.order.reply = "I don't know."
    return run.analyse()


def test_59_conversations_pass_and_58_are_inconclusive() -> None:
    assert judged(59).verdict is Verdict.PASSED
    few = judged(58)
    assert few.verdict is Verdict.INCONCLUSIVE
    assert few.reasons == (
        "after restart, the bot remembers 116 of 116 facts (100 %), which with 95 % confidence is 94.9 % or"
        " more, and 95 % is to be shown; not enough probes to show it: 59 conversations needed, these count"
        " as 58",
    )


def test_without_a_confidence_the_point_score_decides() -> None:
    assert judged(2, confidence=None).verdict is Verdict.PASSED


def test_what_was_lost_makes_more_conversations_necessary() -> None:
    """And never fewer: a bot gains nothing by forgetting."""
    assert judged(60, lost=1).verdict is Verdict.INCONCLUSIVE
    [reason] = judged(60, lost=1).reasons
    assert "93 conversations needed with no more lost, these count as 60" in reason
    assert judged(93, lost=1).verdict is Verdict.PASSED


def test_a_score_under_the_threshold_still_fails() -> None:
    report = judged(10, lost=10)
    assert report.verdict is Verdict.FAILED
    assert not any("confidence" in reason for reason in report.reasons)


def test_a_share_that_nothing_can_show_is_inconclusive() -> None:
    [reason] = judged(3, accuracy=1.0).reasons
    assert "no number shows that" in reason


def test_the_report_knows_its_confidence_and_its_power() -> None:
    report = judged(59)
    assert report.confidence == 0.95
    assert report.power == power_of(59, 0.95, 0.95)
    assert report.power is not None
    assert report.power.unit == "conversation"
    assert report.power.blocks_good == pytest.approx(1 - 0.98**59)
    assert report.power.passes_bad == pytest.approx(0.9**59)
    assert judged(2, confidence=None).confidence is None


@pytest.mark.parametrize("policy", [{"confidence": "high"}, {"confidence": 1}, {"confidence": -0.5},
                                    {"accuracy": "all"}, {"certainty": 0.9}])  # fmt: skip
def test_a_rule_that_is_none_is_refused(policy: dict[str, object]) -> None:
    """Not judged by, and not stumbled over."""
    with pytest.raises(GateError, match="the rule in this transcript is not known"):
        honest_run(policy=policy).analyse()


def test_each_disruption_is_shown_by_its_own_conversations() -> None:
    """Sixty in all are not sixty after each."""
    report = honest_run(["restart", "kill"], trials=30, policy=dict(SURE)).analyse()
    assert report.verdict is Verdict.INCONCLUSIVE
    assert [one.verdict for one in report.disruptions] == [Verdict.INCONCLUSIVE] * 2
    assert all(reason.endswith("these count as 30") for reason in report.reasons)
