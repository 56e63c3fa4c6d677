"""Repetition of a disruption: `kill*3`."""

from __future__ import annotations

from gate.core.disruption_names import written
from gate.core.observations import Observations
from gate.ports import Deployment, Disruption, Evidence, Traffic


class Repeated:
    """A disruption that is injected several times in a row, each healed before the next."""

    def __init__(self, disruption: Disruption, times: int) -> None:
        self.kind = disruption.name
        self.times = times
        self.name = written(disruption.name, times)
        self.sentence = f"{times} times: {disruption.sentence}"
        self.proof = f"each time: {disruption.proof}"
        self.traits = disruption.traits
        self._disruption = disruption

    async def inject(self, deployment: Deployment, traffic: Traffic) -> Evidence:
        """Inject it `times` times; it took effect when it did so every time."""
        found = [await self._disruption.inject(deployment, traffic) for _ in range(self.times)]
        failed = [number for number, evidence in enumerate(found, start=1) if not evidence.took_effect]
        if failed:
            sentence = f"time {failed[0]} of {self.times}: {found[failed[0] - 1].sentence}"
        else:
            sentence = f"{self.times} times: {found[-1].sentence}"
        return Evidence(
            took_effect=not failed,
            sentence=sentence,
            observed=Observations(
                repetitions=[evidence.observed for evidence in found],
                stop_enforced=any(evidence.observed.stop_enforced for evidence in found),
            ),
        )


def kind_and_times(disruption: Disruption) -> tuple[str, int]:
    """Return the kind that is injected, and how often."""
    if isinstance(disruption, Repeated):
        return disruption.kind, disruption.times
    return disruption.name, 1
