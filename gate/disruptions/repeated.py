"""A disruption several times over: `kill*3`."""

from __future__ import annotations

from gate.core.disruption_names import written
from gate.core.observations import Observations
from gate.ports import Deployment, Disruption, Evidence, Traffic


class Repeated:
    """One disruption after the other, each healed before the next."""

    def __init__(self, disruption: Disruption, times: int) -> None:
        self.name = written(disruption.name, times)
        self.sentence = f"{times} times: {disruption.sentence}"
        self.proof = f"each time: {disruption.proof}"
        self.traits = disruption.traits
        self._disruption = disruption
        self._times = times

    async def inject(self, deployment: Deployment, traffic: Traffic) -> Evidence:
        """Inflicts it again and again; it took effect when it did so every time."""
        found = [await self._disruption.inject(deployment, traffic) for _ in range(self._times)]
        failed = [number for number, one in enumerate(found, start=1) if not one.took_effect]
        if failed:
            sentence = f"time {failed[0]} of {self._times}: {found[failed[0] - 1].sentence}"
        else:
            sentence = f"{self._times} times: {found[-1].sentence}"
        return Evidence(
            took_effect=not failed,
            sentence=sentence,
            observed=Observations(
                repetitions=[one.observed for one in found],
                stop_enforced=any(one.observed.stop_enforced for one in found),
            ),
        )
