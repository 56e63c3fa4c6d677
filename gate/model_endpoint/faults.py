"""Records faults of the model: they make a deployment inconclusive, and are not the bot's."""

from __future__ import annotations

from collections.abc import Callable

from gate.core.transcript import FaultSeen
from gate.ports import Recorder

MAX_OPEN_FAULTS = 1000


class Faults:
    """Records that a deployment cannot be judged, at most once for each deployment."""

    def __init__(self, record: Recorder, clock: Callable[[], float]) -> None:
        self._record = record
        self._clock = clock
        self._seen: set[str] = set()
        self._open: dict[tuple[str, str], str] = {}

    def report(self, deployment: str, sentence: str) -> None:
        """Record a fault that nothing resolves."""
        if deployment not in self._seen:
            self._seen.add(deployment)
            self._record(FaultSeen(at=self._clock(), deployment=deployment, cause="model", sentence=sentence))

    def report_unless_answered(self, deployment: str, request: str, sentence: str) -> None:
        """Hold a fault back that a later answer to the same request resolves: clients retry.

        Beyond MAX_OPEN_FAULTS, record it at once.
        """
        if len(self._open) < MAX_OPEN_FAULTS:
            self._open.setdefault((deployment, request), sentence)
        else:
            self.report(deployment, sentence)

    def resolve(self, deployment: str, request: str) -> None:
        """Drop the fault of a request that was answered."""
        self._open.pop((deployment, request), None)

    def close(self) -> None:
        """Record the faults that were never resolved. Safe to call twice."""
        for (deployment, _), sentence in self._open.items():
            self.report(deployment, sentence)
        self._open.clear()
