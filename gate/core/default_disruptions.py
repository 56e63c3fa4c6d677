"""The disruptions of a run whose configuration names none."""

from __future__ import annotations

DEFAULT_DISRUPTIONS = ("recreate", "kill-mid-turn", "store-restart", "partition")
"""The fewest that expose every known defect of a bot with one replica (docs/detection.md)."""
