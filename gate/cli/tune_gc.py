"""How often Python looks for garbage in circles."""

from __future__ import annotations

import gc

NEW_OBJECTS = 50_000


def tune_gc() -> None:
    """A run keeps nearly all that it makes until it ends: looking through it often finds nothing."""
    gc.set_threshold(NEW_OBJECTS, 20, 100)
