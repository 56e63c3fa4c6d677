"""Statistical power: how often a threshold blocks a good bot and passes a bad one."""

from __future__ import annotations

from math import ceil

from gate.analysis.statistics import ROUNDING, binomial_tail, successes_needed
from gate.core.report import Power

GOOD_SHARE = 0.98
BAD_SHARE = 0.90
"""The two bots that the power is stated for: one that deserves to pass, one that does not."""


def power_of(probes: int, threshold: float, confidence: float | None = None) -> Power | None:
    """Return the power of a threshold over `probes` independent probes; None without probes.

    With a confidence the lower bound has to meet it, and conversations are counted instead of probes.
    """
    if probes == 0:
        return None
    if confidence is None:
        needed = ceil(threshold * probes - ROUNDING)
    else:
        needed = successes_needed(probes, threshold, confidence)
    return Power(
        probes=probes,
        unit="probe" if confidence is None else "conversation",
        blocks_good=1 - binomial_tail(needed, probes, GOOD_SHARE),
        passes_bad=binomial_tail(needed, probes, BAD_SHARE),
    )
