"""The recorder of a run's events."""

from __future__ import annotations

from typing import Protocol

from gate.core.transcript import Event


class Recorder(Protocol):
    """A function that takes every event of a run, in order."""

    def __call__(self, event: Event, /) -> None: ...
