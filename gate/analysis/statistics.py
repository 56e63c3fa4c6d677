"""Confidence intervals for proportions, clustered by conversation.

Probes of one conversation stand or fall together: a session that is lost takes all its facts with it.
So the conversation is the unit, and a number of probes counts for less than as many independent ones.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from math import ceil, exp, floor, fsum, lgamma, log, sqrt

Z_95 = 1.959963984540054
"""Two-sided 95 % quantile of the normal distribution."""

ROUNDING = 1e-9
"""Tolerance for whole numbers that binary fractions make slightly larger or smaller."""

Cluster = tuple[int, int]
"""Successes and trials of one conversation, which are correlated."""


def wilson_interval(successes: float, trials: float, z: float = Z_95) -> tuple[float, float] | None:
    """Return the Wilson score interval of a share, as (low, high) between 0 and 1; None without trials.

    Source: E. B. Wilson, JASA 22 (1927). Chosen over the normal interval because it stays honest
    at 0 and at 100 %: 20 of 20 gives a lower bound of 0.839, not 1. The counts may be effective ones,
    which are no whole numbers.
    """
    if trials == 0:
        return None
    share = successes / trials
    spread = z * sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    centre = share + z * z / (2 * trials)
    scale = 1 + z * z / trials
    # The interval holds the share itself; rounding must not put 0 or 1 outside it.
    return min(share, max(0.0, (centre - spread) / scale)), max(share, min(1.0, (centre + spread) / scale))


def clustered_interval(clusters: Sequence[Cluster]) -> tuple[float, float] | None:
    """Return the 95 % interval of the share over all clusters, as (low, high); None without trials.

    Wilson's, on n / design effect trials instead of n. Source: J. N. K. Rao and A. J. Scott, Biometrics 48
    (1992), who divide both counts by the design effect.
    """
    successes, trials = _totals(clusters)
    effect = design_effect(clusters)
    return wilson_interval(successes / effect, trials / effect)


def design_effect(clusters: Sequence[Cluster]) -> float:
    """Return how many times larger the share's variance is than for independent trials; 1 or more.

    The variance of the share as a ratio of totals over k clusters with x of m successes,
    k/(k-1) · Σ(x - m·p)² / n², divided by the binomial p(1-p)/n. Below 1 it would claim that clusters
    add certainty, which happens by chance in a small sample. Where all trials came out alike, or
    there is only one cluster, the correlation within a cluster is unknown. Then each cluster counts
    once, which is the worst case.
    """
    successes, trials = _totals(clusters)
    count = sum(size > 0 for _, size in clusters)
    if count < 2 or successes in (0, trials):
        return worst_design_effect(clusters)
    share = successes / trials
    # Exactly rounded: in which order the conversations come must not change a report.
    spread = fsum((part - size * share) ** 2 for part, size in clusters)
    variance = count / (count - 1) * spread / trials**2
    return max(1.0, variance / (share * (1 - share) / trials))


def worst_design_effect(clusters: Sequence[Cluster]) -> float:
    """Return the design effect when all trials of a cluster always come out alike: Σm² / n.

    n divided by it is the number of clusters when they are of one size. Source: L. Kish, Survey Sampling
    (1965), 1 + (m-1)·ρ with an intraclass correlation ρ of 1. 1 without trials.
    """
    _, trials = _totals(clusters)
    return sum(size**2 for _, size in clusters) / trials if trials else 1.0


def effective_counts(clusters: Sequence[Cluster]) -> Cluster:
    """Convert successes and trials to whole numbers of independent trials. Each cluster counts once.

    A bound must hold for any correlation within a cluster, so the worst case is assumed. Then one success
    less never gives a better bound, as it could with an estimated design effect.
    """
    successes, trials = _totals(clusters)
    effect = worst_design_effect(clusters)
    return floor(successes / effect + ROUNDING), floor(trials / effect + ROUNDING)


def exact_lower_bound(successes: int, trials: int, confidence: float) -> float:
    """Return the lower end of the exact one-sided interval of a share; 0 without trials.

    The share with which so many successes or more have a chance of just 1 - confidence. Source:
    C. J. Clopper and E. S. Pearson, Biometrika 26 (1934). With 95 % confidence 59 of 59 is the least
    that shows 0.95.
    """
    if successes <= 0:
        return 0.0
    low, high = 0.0, 1.0
    # Halved until neither end can move any more.
    while low < (middle := (low + high) / 2) < high:
        if binomial_tail(successes, trials, middle) > 1 - confidence:
            high = middle
        else:
            low = middle
    return low


def successes_needed(trials: int, share: float, confidence: float) -> int:
    """Return the least successes whose exact lower bound reaches `share`; trials + 1 when none does."""
    reached = bisect_left(
        range(trials + 1), True, key=lambda count: binomial_tail(count, trials, share) <= 1 - confidence
    )
    return 0 if share <= 0 else reached


def trials_needed(failures: int, share: float, confidence: float) -> int | None:
    """Return the fewest trials whose exact lower bound reaches `share` despite the failures, or None."""
    if share >= 1:
        return None

    def is_shown(trials: int) -> bool:
        return binomial_tail(trials - failures, trials, share) <= 1 - confidence

    enough = failures + 1
    while not is_shown(enough):
        enough *= 2
    return bisect_left(range(enough + 1), True, lo=failures + 1, key=is_shown)


def _totals(clusters: Sequence[Cluster]) -> tuple[int, int]:
    return sum(part for part, _ in clusters), sum(size for _, size in clusters)


def binomial_tail(successes: int, trials: int, share: float) -> float:
    """Return the chance of at least so many successes in independent trials of probability `share`."""
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
    """Return the smallest value that `share` of the values do not exceed (nearest rank), or None."""
    if not values:
        return None
    # Binary fractions make 0.95 × 60 a little more than 57.
    rank = ceil(share * len(values) - ROUNDING)
    return sorted(values)[max(rank, 1) - 1]
