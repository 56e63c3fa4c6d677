"""Blue-green deploy: the new version starts beside the old one, then takes all turns at once."""

from __future__ import annotations

from gate.core.disruption_traits import DisruptionTraits
from gate.disruptions.switch import switch
from gate.ports import CANDIDATE, PREVIOUS, Deployment, Evidence, Traffic


class BlueGreen:
    """A deploy that moves conversations to another version.

    It catches memory in the process, and history that the other version cannot read.
    """

    name = "blue-green"
    sentence = (
        "The previous version runs; the new one is started beside it, takes all turns once it is ready,"
        " and the previous one is stopped gracefully."
    )
    proof = "new instances, the old ones gone with their exit code, the images of both"
    traits = DisruptionTraits(
        begins_with=PREVIOUS,
        sends_turns=True,
        changes_version=True,
        several_answer=True,
        guarantee="compatibility",
        asked_afterwards="the new version",
    )

    async def inject(self, deployment: Deployment, traffic: Traffic) -> Evidence:
        """Switch from blue to green, with turns held open across the switch."""
        return await switch(
            deployment, traffic, CANDIDATE, disruption=self.name, verb="by a blue-green switch"
        )
