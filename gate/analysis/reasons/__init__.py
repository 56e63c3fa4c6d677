"""Reasons for verdicts: one small class for each code."""

from __future__ import annotations

from gate.analysis.reasons import anomalies, disruptions, probes, run
from gate.core.statements import Reason, kinds_in

REASONS: dict[str, type[Reason]] = {
    kind.code: kind for module in (run, disruptions, probes, anomalies) for kind in kinds_in(module, Reason)
}
"""All reasons by their codes."""
