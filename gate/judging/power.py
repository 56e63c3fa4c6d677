"""What a number of probes can tell: how often a threshold blocks a good bot and passes a bad one."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, exp, lgamma, log

GOOD_SHARE = 0.98
BAD_SHARE = 0.90
"""The two bots that the power is stated for: one that deserves to pass, one that does not."""

_TOLERANCE = 1e-9


@dataclass(frozen=True, kw_only=True)
class Power:
    """Chances between 0 and 1 for a bot that remembers GOOD_SHARE or BAD_SHARE of all facts."""

    probes: int
    blocks_good: float
    passes_bad: float


def power_of(probes: int, threshold: float) -> Power | None:
    """The power of a point threshold over `probes` independent probes; None without probes."""
    if probes == 0:
        return None
    needed = ceil(threshold * probes - _TOLERANCE)
    return Power(
        probes=probes,
        blocks_good=1 - _at_least(needed, probes, GOOD_SHARE),
        passes_bad=_at_least(needed, probes, BAD_SHARE),
    )


def _at_least(successes: int, trials: int, share: float) -> float:
    """The chance of at least so many successes (binomial upper tail), by logarithms: counts may be huge."""
    return min(1.0, sum(_chance(count, trials, share) for count in range(max(successes, 0), trials + 1)))


def _chance(successes: int, trials: int, share: float) -> float:
    arrangements = lgamma(trials + 1) - lgamma(successes + 1) - lgamma(trials - successes + 1)
    return exp(arrangements + successes * log(share) + (trials - successes) * log(1 - share))
