"""What a number of probes can tell: how often a threshold blocks a good bot and passes a bad one."""

from __future__ import annotations

from math import ceil

from gate.core.verdict import Power
from gate.judging.statistics import binomial_tail

GOOD_SHARE = 0.98
BAD_SHARE = 0.90
"""The two bots that the power is stated for: one that deserves to pass, one that does not."""

_TOLERANCE = 1e-9


def power_of(probes: int, threshold: float) -> Power | None:
    """The power of a point threshold over `probes` independent probes; None without probes."""
    if probes == 0:
        return None
    needed = ceil(threshold * probes - _TOLERANCE)
    return Power(
        probes=probes,
        blocks_good=1 - binomial_tail(needed, probes, GOOD_SHARE),
        passes_bad=binomial_tail(needed, probes, BAD_SHARE),
    )
