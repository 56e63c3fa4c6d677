"""Put events of a run on record."""

from __future__ import annotations

from typing import Protocol

from gate.core.transcript import Event


class Recorder(Protocol):
    """Takes every event of a run, in the order in which it happened."""

    def __call__(self, event: Event, /) -> None: ...
