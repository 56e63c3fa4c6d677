"""From the transcript to the verdict: fact traces, accuracy, statistics. Pure functions without I/O."""

from __future__ import annotations

from gate.analysis.analyse import analyse

__all__ = ["analyse"]
