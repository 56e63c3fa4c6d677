"""The conversation is the unit: the interval against hand-worked values, brute force and its own laws."""

from __future__ import annotations

import random
from statistics import fmean, variance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.analysis.statistics import (
    clustered_interval,
    design_effect,
    wilson_interval,
    worst_design_effect,
)
from tests.transcripts.runs import honest_run
from tests.unit.core.laws import law

Clusters = list[tuple[int, int]]
sizes = st.integers(1, 6)
clusters = st.lists(sizes.flatmap(lambda size: st.tuples(st.integers(0, size), st.just(size))), min_size=1)


def test_a_design_effect_worked_by_hand() -> None:
    """Four conversations of five probes, one lost whole: p = 3/4, Σ(x - 5p)² = 3·1.25² + 3.75² = 18.75."""
    found: Clusters = [(5, 5), (5, 5), (5, 5), (0, 5)]
    # k/(k-1) · 18.75 / 20² over p(1-p)/20 is 0.0625 over 0.009375.
    assert design_effect(found) == pytest.approx(20 / 3)
    assert clustered_interval(found) == pytest.approx(wilson_interval(2.25, 3), abs=1e-12)


def test_conversations_of_one_probe_are_independent_probes() -> None:
    """Then the design effect is k/(k-1), and 20 of 20 is Wilson's 0.839."""
    assert design_effect([(1, 1)] * 18 + [(0, 1)] * 2) == pytest.approx(20 / 19)
    interval = clustered_interval([(1, 1)] * 20)
    assert interval is not None
    assert interval[0] == pytest.approx(0.8389, abs=0.00006)


def test_conversations_that_are_all_alike_claim_no_more_certainty() -> None:
    """The estimate is 0 there, which no sample can know."""
    assert design_effect([(1, 2)] * 10) == 1
    assert clustered_interval([(1, 2)] * 10) == wilson_interval(10, 20)


@pytest.mark.parametrize("part", [0, 1])
def test_where_all_came_out_alike_each_conversation_counts_once(part: int) -> None:
    assert clustered_interval([(5 * part, 5)] * 4) == wilson_interval(4 * part, 4)
    assert worst_design_effect([(0, 1), (0, 3)]) == 10 / 4


def test_one_conversation_is_one_observation() -> None:
    assert clustered_interval([(8, 10)]) == pytest.approx(wilson_interval(0.8, 1))


def test_of_nothing_there_is_no_interval() -> None:
    assert clustered_interval([]) is None
    assert design_effect([]) == 1
    assert clustered_interval([(0, 0)]) is None


@law
@given(clusters)
def test_the_interval_holds_the_share_and_is_never_narrower_than_of_single_probes(found: Clusters) -> None:
    interval, plain = (
        clustered_interval(found),
        wilson_interval(sum(x for x, _ in found), sum(m for _, m in found)),
    )
    assert interval is not None
    assert plain is not None
    share = sum(x for x, _ in found) / sum(m for _, m in found)
    assert 0 <= interval[0] <= share + 1e-12
    assert share - 1e-12 <= interval[1] <= 1
    assert interval[0] <= plain[0] + 1e-12
    assert interval[1] >= plain[1] - 1e-12


@law
@given(clusters, st.randoms(use_true_random=False))
def test_the_order_of_conversations_is_nothing(found: Clusters, shuffle: random.Random) -> None:
    mixed = list(found)
    shuffle.shuffle(mixed)
    assert design_effect(mixed) == pytest.approx(design_effect(found))


def test_the_variance_is_that_of_drawing_conversations_again_and_again() -> None:
    """The formula against the bootstrap: 40 conversations of unequal size, drawn 20,000 times."""
    draw = random.Random(4)
    found = [(size if draw.random() < 0.8 else draw.randint(0, 1), size) for size in [2, 3, 5, 6] * 10]
    shares = []
    for _ in range(20_000):
        sample = draw.choices(found, k=len(found))
        shares.append(sum(x for x, _ in sample) / sum(m for _, m in sample))
    trials = sum(m for _, m in found)
    share = sum(x for x, _ in found) / trials
    assert fmean(shares) == pytest.approx(share, abs=0.01)
    by_formula = design_effect(found) * share * (1 - share) / trials
    assert design_effect(found) > 2
    assert by_formula == pytest.approx(variance(shares), rel=0.08)


def test_the_interval_covers_what_it_promises() -> None:
    """A bot that loses every tenth of 60 conversations whole: 95 of 100 intervals hold 0.9."""
    draw = random.Random(11)
    held = plain_held = 0
    for _ in range(2000):
        found = [(4 if draw.random() < 0.9 else 0, 4) for _ in range(60)]
        interval, plain = clustered_interval(found), wilson_interval(sum(x for x, _ in found), 240)
        assert interval is not None
        assert plain is not None
        held += interval[0] <= 0.9 <= interval[1]
        plain_held += plain[0] <= 0.9 <= plain[1]
    assert 0.93 <= held / 2000 <= 0.98
    assert plain_held / 2000 < 0.75


def test_the_report_counts_conversations() -> None:
    """Ten conversations of two recall probes; isolation and fabrication are not among them."""
    run = honest_run(["restart"], trials=10)
    assert run.analyse().interval == wilson_interval(10, 10)
    lost = run.of("treated")[0]
    lost.order.reply = lost.city.reply = "I don't know."
    assert run.analyse().interval == clustered_interval([(2, 2)] * 9 + [(0, 2)])
    lost.order.is_ended = False
    assert run.analyse().interval == clustered_interval([(2, 2)] * 9 + [(0, 1)])
    run.of("control")[1].order.reply = "I don't know."
    assert run.analyse().interval == clustered_interval([(2, 2)] * 9 + [(0, 1)])
