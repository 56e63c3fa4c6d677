"""Intervals, shares and quantiles, against published values and their own laws."""

from __future__ import annotations

from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.analysis.formatting import after, after_all, percent, plural, remembered
from gate.analysis.statistics import quantile, wilson_interval
from gate.core.report import Tally, Verdict
from gate.core.specification import Policy
from tests.transcripts.runs import honest_run
from tests.unit.core.laws import law

trials = st.integers(1, 10_000)


@pytest.mark.parametrize(
    ("successes", "count", "low", "high"),
    [
        # R: binom.confint(x, n, methods = "wilson"); 81 of 263 is Newcombe's example (1998).
        (20, 20, 0.8389, 1.0),
        (0, 10, 0.0, 0.2775),
        (5, 10, 0.2366, 0.7634),
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (59, 59, 0.9389, 1.0),
    ],
)
def test_the_interval_is_wilsons(successes: int, count: int, low: float, high: float) -> None:
    found = wilson_interval(successes, count)
    assert found is not None
    assert found == pytest.approx((low, high), abs=0.00006)


def test_there_is_no_interval_of_nothing() -> None:
    assert wilson_interval(0, 0) is None


@law
@given(count=trials, data=st.data())
def test_the_interval_holds_the_share_and_is_symmetric(count: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, count))
    found, mirrored = wilson_interval(successes, count), wilson_interval(count - successes, count)
    assert found is not None
    assert mirrored is not None
    assert 0 <= found[0] <= successes / count <= found[1] <= 1
    assert found == pytest.approx((1 - mirrored[1], 1 - mirrored[0]))
    assert found[1] - found[0] < 1


@law
@given(count=trials, data=st.data())
def test_percent_shows_100_for_all_and_nothing_less(count: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(max(0, count - 3), count))
    assert (percent(part / count) == "100 %") == (part == count)


@law
@given(count=trials, data=st.data())
def test_percent_never_exaggerates(count: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, count))
    shown = float(percent(part / count).removesuffix(" %")) / 100
    assert part / count - 0.001 < shown <= part / count + 1e-8


@pytest.mark.parametrize(
    ("share", "shown"),
    [(0.0, "0 %"), (1.0, "100 %"), (0.95, "95 %"), (0.999, "99.9 %"), (0.9999, "99.9 %"), (1 / 3, "33.3 %"),
     (0.29, "29 %"), (0.57, "57 %"), (19 / 20, "95 %"), (0.07, "7 %")],
)  # fmt: skip
def test_percent(share: float, shown: str) -> None:
    assert percent(share) == shown


@law
@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=60), st.integers(1, 100))
def test_a_quantile_is_the_value_of_the_nearest_rank(values: list[float], hundredths: int) -> None:
    """The smallest value that at least so many of the values do not exceed."""
    found = quantile(values, hundredths / 100)
    assert found is not None
    needed = ceil(hundredths * len(values) / 100)
    assert sum(value <= found for value in values) >= needed
    assert sum(value < found for value in values) < needed


def test_quantiles_of_few_values() -> None:
    assert quantile([], 0.5) is None
    assert quantile([7.0], 0.95) == 7.0
    assert quantile([1.0, 2.0], 0.5) == 1.0
    assert quantile([float(one) for one in range(1, 21)], 0.95) == 19.0
    assert quantile([float(one) for one in range(1, 101)], 0.95) == 95.0


def test_how_counts_and_disruptions_are_spoken_of() -> None:
    assert plural(1, "reply", "replies") == "1 reply"
    assert plural(2, "reply", "replies") == "2 replies"
    assert plural(0, "fact") == "0 facts"
    assert remembered(Tally(remembered=1, scored=1)) == "1 of 1 fact (100 %)"
    assert after(["restart", "kill"]) == "after restart then kill"
    assert after(["none"]) == "undisturbed"
    assert after_all([["none"]]) == "undisturbed"
    assert after_all([["restart"]]) == "after restart"
    assert after_all([["restart"], ["kill"]]) == "after restart and kill"
    assert after_all([["none"], ["restart"], ["kill", "recreate"], ["oom"]]) == (
        "after restart, kill then recreate and oom, and undisturbed"
    )


def with_lost(lost: int, count: int, arm: str = "treated", **policy: object) -> tuple[Verdict, float | None]:
    """The verdict when `lost` of `count` recall probes of one arm are lost; two to a conversation."""
    run = honest_run(["restart"], trials=count // 2, policy=dict(policy))
    probes = [probe for one in run.of(arm) for probe in (one.order, one.city)]
    for probe in probes[:lost]:
        probe.reply = "I don't know."
    report = run.analyse()
    return report.verdict, report.accuracy


def test_19_of_20_meets_a_threshold_of_95_percent() -> None:
    assert with_lost(1, 20) == (Verdict.PASSED, 0.95)
    assert with_lost(2, 20, max_drop=1.0) == (Verdict.FAILED, 0.9)
    assert with_lost(1, 20, arm="control") == (Verdict.PASSED, 1.0)


@pytest.mark.parametrize("threshold", [0.0, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8, 0.85, 0.9, 0.95, 1.0])
def test_a_share_that_equals_the_threshold_meets_it(threshold: float) -> None:
    lost = round(20 * (1 - threshold))
    assert with_lost(lost, 20, accuracy=threshold, max_drop=1.0)[0] is Verdict.PASSED
    if lost < 20:
        assert with_lost(lost + 1, 20, accuracy=threshold, max_drop=1.0)[0] is (
            Verdict.FAILED if threshold else Verdict.PASSED
        )


def test_a_drop_that_is_not_allowed_fails_by_itself() -> None:
    run = honest_run(["restart"], trials=10, policy={"accuracy": 0.5, "max_drop": 0.05})
    probes = [one.order for one in run.of("treated")]
    probes[0].reply = "I don't know."
    assert run.analyse().verdict is Verdict.PASSED
    probes[1].reply = "I don't know."
    report = run.analyse()
    assert report.verdict is Verdict.FAILED
    assert report.reasons == ("after restart, the accuracy drops from 100 % to 90 %; at most 5 % is allowed",)


def test_the_rule_is_the_one_of_the_run() -> None:
    run = honest_run(policy={"accuracy": 0.4, "max_drop": 1.0, "inconclusive": "allow"})
    run.of("treated")[0].order.reply = "I don't know."
    report = run.analyse()
    assert (report.verdict, report.threshold) == (Verdict.PASSED, 0.4)
    assert Policy().accuracy == honest_run().analyse().threshold == 0.95


def test_latency_is_told_apart_by_the_disruption() -> None:
    report = honest_run().analyse()
    assert (report.latency.p50_before, report.latency.p95_after) == (40.0, 40.0)
    run = honest_run()
    run.ended["restart"] = []
    assert run.analyse().latency.p50_after is None
