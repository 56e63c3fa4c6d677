"""How property tests run here: a moderate number of examples, the same ones on every machine."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

law = settings(
    max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
"""For laws that are cheap to try."""

costly_law = settings(law, max_examples=25)
"""For laws whose every example plays a run or speaks HTTP."""
