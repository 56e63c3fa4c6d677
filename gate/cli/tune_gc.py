"""Tuning of Python's cyclic garbage collector."""

from __future__ import annotations

import gc

NEW_OBJECTS = 50_000


def tune_gc() -> None:
    """Run the collector less often: a run keeps nearly all of its objects until the end."""
    gc.set_threshold(NEW_OBJECTS, 20, 100)
