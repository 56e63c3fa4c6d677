"""What a number of probes can tell, against binomial tables and a brute force over all outcomes."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.analysis.power import power_of
from gate.analysis.statistics import binomial_tail
from tests.transcripts.runs import honest_run
from tests.unit.core.laws import law


@pytest.mark.parametrize(
    ("successes", "trials", "share", "chance"),
    [
        # 1 minus the cumulative binomial probabilities of the usual printed tables.
        (19, 20, 0.9, 0.3917),
        (18, 20, 0.9, 0.6769),
        (1, 10, 0.05, 0.4013),
        (6, 10, 0.5, 0.3770),
        (15, 15, 0.8, 0.0352),
    ],
)
def test_the_tail_is_the_printed_one(successes: int, trials: int, share: float, chance: float) -> None:
    assert binomial_tail(successes, trials, share) == pytest.approx(chance, abs=0.00006)


@law
@given(trials=st.integers(1, 10), tenths=st.integers(0, 10), data=st.data())
def test_the_tail_is_the_sum_over_all_outcomes(trials: int, tenths: int, data: st.DataObject) -> None:
    """Every sequence of successes and failures, weighed one by one in whole numbers."""
    successes = data.draw(st.integers(-1, trials + 1))
    chances = {True: Fraction(tenths, 10), False: 1 - Fraction(tenths, 10)}
    expected = Fraction(0)
    for outcome in product((True, False), repeat=trials):
        weight = Fraction(1)
        for one in outcome:
            weight *= chances[one]
        expected += weight * (sum(outcome) >= successes)
    assert binomial_tail(successes, trials, tenths / 10) == pytest.approx(float(expected), abs=1e-12)


def test_the_tail_of_many_trials_is_exact_too() -> None:
    share = Fraction(98, 100)
    exact = sum(comb(2000, k) * share**k * (1 - share) ** (2000 - k) for k in range(1950, 2001))
    assert binomial_tail(1950, 2000, 0.98) == pytest.approx(float(exact), rel=1e-8)


@pytest.mark.parametrize(("probes", "blocks", "passes"), [(20, 0.060, 0.392), (100, 0.015, 0.058)])
def test_the_power_of_95_percent(probes: int, blocks: float, passes: float) -> None:
    found = power_of(probes, 0.95)
    assert found is not None
    assert found.probes == probes
    assert (found.blocks_good, found.passes_bad) == pytest.approx((blocks, passes), abs=0.0006)


def test_nothing_has_no_power() -> None:
    assert power_of(0, 0.95) is None
    run = honest_run()
    for telling in run.of("treated")[0].tellings:
        telling.refuse()
    assert run.analyse().power is None


def test_no_threshold_blocks_nobody_and_a_whole_one_needs_everything() -> None:
    everybody, nobody = power_of(20, 0.0), power_of(20, 1.0)
    assert everybody is not None
    assert nobody is not None
    assert (everybody.blocks_good, everybody.passes_bad) == (0, 1)
    assert nobody.passes_bad == pytest.approx(0.9**20)


def test_the_report_states_the_power_of_its_weakest_disruption() -> None:
    trials = 10
    run = honest_run(["restart", "kill"], trials=trials)
    run.of("treated")[0].order.is_ended = False
    power = run.analyse().power
    assert power is not None
    assert power.probes == 2 * trials - 1, "two probes a trial, one of which was never answered"
    assert honest_run(["restart"], trials=trials).analyse().power == power_of(2 * trials, 0.95)
