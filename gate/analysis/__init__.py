"""From the transcript to the verdict: custody, accuracy, statistics. Pure functions, no input or output."""

from __future__ import annotations

from gate.analysis.analyse import analyse

__all__ = ["analyse"]
