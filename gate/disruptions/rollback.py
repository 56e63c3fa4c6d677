"""Rollback: the previous version returns and has to read what the new one wrote."""

from __future__ import annotations

from gate.core.disruption_traits import DisruptionTraits
from gate.disruptions.switch import switch
from gate.ports import CANDIDATE, PREVIOUS, Deployment, Evidence, Traffic


class Rollback:
    """A blue-green deploy in reverse. It catches a history that only the new version can read."""

    name = "rollback"
    sentence = (
        "The new version runs; the previous one is started beside it, takes all turns once it is ready,"
        " and the new one is stopped gracefully."
    )
    proof = "new instances, the old ones gone with their exit code, the images of both"
    traits = DisruptionTraits(
        begins_with=CANDIDATE,
        sends_turns=True,
        changes_version=True,
        several_answer=True,
        guarantee="compatibility",
        asked_afterwards="the old version",
    )

    async def inject(self, deployment: Deployment, traffic: Traffic) -> Evidence:
        """Switch back, with turns held open across the switch."""
        return await switch(deployment, traffic, PREVIOUS, disruption=self.name, verb="by a rollback")
