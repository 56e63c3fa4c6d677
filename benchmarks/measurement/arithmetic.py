"""Intervals against published tables, by the tests that hold them, and against exact fractions."""

from __future__ import annotations

import re
import subprocess
import sys
from fractions import Fraction
from math import comb

from benchmarks.measurement.playing import SOURCE_TREE
from benchmarks.measurement.seeds import Tally
from gate.analysis.statistics import Z_95, exact_lower_bound, wilson_interval

TESTS = tuple(f"tests/unit/analysis/test_{name}.py" for name in ("statistics", "confidence", "clusters"))
COMMAND = f".venv/bin/pytest {' '.join(TESTS)}"
CONFIDENCES = (Fraction(4, 5), Fraction(19, 20), Fraction(99, 100))
NEAR = Fraction(1, 10**9)
SECONDS = 600


def intervals(most: int) -> Tally:
    """Every count of successes in every number of trials up to `most`."""
    tally = Tally()
    for trials in range(1, most + 1):
        for successes in range(trials + 1):
            _wilson(tally, successes, trials)
            for confidence in CONFIDENCES:
                _clopper_pearson(tally, successes, trials, confidence)
    return tally


def published() -> Tally:
    """The tests that hold published values, and how many tests that are."""
    tally = Tally()
    ended = subprocess.run(  # noqa: S603 - this interpreter, fixed words
        [sys.executable, "-m", "pytest", "-q", *TESTS],
        cwd=SOURCE_TREE,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    passed = re.search(r"(\d+) passed", ended.stdout)
    tally.require(ended.returncode == 0, f"{COMMAND} ended with {ended.returncode}")
    tally.count("tests", int(passed.group(1)) if passed else 0)
    return tally


def _wilson(tally: Tally, successes: int, trials: int) -> None:
    """Its ends are where the share is z standard errors off: (p̂ - p)² n = z² p (1 - p)."""
    found = wilson_interval(successes, trials)
    share = Fraction(successes, trials)
    for end in found or ():
        p = Fraction(end)
        off = (share - p) ** 2 * trials - Fraction(Z_95) ** 2 * p * (1 - p)
        tally.expect(abs(off) < NEAR, f"Wilson, {successes} of {trials}: {end} is off by {float(off)}")
    inside = found is not None and found[0] <= share <= found[1]
    tally.require(inside, f"Wilson, {successes} of {trials}: {found} does not hold the share")


def _clopper_pearson(tally: Tally, successes: int, trials: int, confidence: Fraction) -> None:
    """At the bound, so many successes or more have a chance of exactly 1 - confidence."""
    found = exact_lower_bound(successes, trials, float(confidence))
    name = f"Clopper and Pearson, {successes} of {trials} with {confidence}"
    if successes == 0:
        tally.expect(found == 0, f"{name}: {found}")
        return
    # The true bound lies between these two, because the chance grows with the share.
    below, above = (_tail(successes, trials, Fraction(found) + off) for off in (-NEAR, NEAR))
    tally.expect(below <= 1 - confidence <= above, f"{name}: {found}")


def _tail(successes: int, trials: int, share: Fraction) -> Fraction:
    return sum(
        (comb(trials, k) * share**k * (1 - share) ** (trials - k) for k in range(successes, trials + 1)),
        Fraction(0),
    )
