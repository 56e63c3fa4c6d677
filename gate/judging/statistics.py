"""How sure a share is."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, exp, lgamma, log, sqrt

Z_95 = 1.959963984540054
"""Two-sided 95 % quantile of the normal distribution."""


def wilson_interval(successes: int, trials: int, z: float = Z_95) -> tuple[float, float] | None:
    """The Wilson score interval of a share, as (low, high) between 0 and 1; None without trials.

    Source: E. B. Wilson, JASA 22 (1927). Chosen over the normal interval because it stays honest
    at 0 and at 100 %: 20 of 20 gives a lower bound of 0.839, not 1.
    """
    if trials == 0:
        return None
    share = successes / trials
    spread = z * sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    centre = share + z * z / (2 * trials)
    scale = 1 + z * z / trials
    # The interval holds the share itself; rounding must not put 0 or 1 outside it.
    return min(share, max(0.0, (centre - spread) / scale)), max(share, min(1.0, (centre + spread) / scale))


def binomial_tail(successes: int, trials: int, share: float) -> float:
    """The chance of at least so many successes in independent trials, each of which succeeds with `share`."""
    if successes <= 0:
        return 1.0
    if share <= 0 or successes > trials:
        return 0.0
    if share >= 1:
        return 1.0
    return min(1.0, sum(_chance(count, trials, share) for count in range(successes, trials + 1)))


def _chance(successes: int, trials: int, share: float) -> float:
    # By logarithms: the number of arrangements of a thousand trials is larger than any float.
    arrangements = lgamma(trials + 1) - lgamma(successes + 1) - lgamma(trials - successes + 1)
    return exp(arrangements + successes * log(share) + (trials - successes) * log(1 - share))


def quantile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that `share` of the values do not exceed (nearest rank); None without values."""
    if not values:
        return None
    # Binary fractions make 0.95 × 60 a little more than 57.
    rank = ceil(share * len(values) - 1e-9)
    return sorted(values)[max(rank, 1) - 1]
