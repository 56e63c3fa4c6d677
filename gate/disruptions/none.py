"""No disruption: what the bot forgets here it forgets by itself."""

from __future__ import annotations

from gate.core.disruption_traits import DisruptionTraits
from gate.core.observations import Observations
from gate.disruptions.proof import identities
from gate.ports import Deployment, Evidence, Traffic


class NoDisruption:
    """Leaves the deployment alone and shows that nobody else touched it either."""

    name = "none"
    sentence = "Nothing happens; the same instance answers before and after."
    proof = "same instance, same start"
    traits = DisruptionTraits()

    async def inject(self, deployment: Deployment, traffic: Traffic) -> Evidence:
        """Checks that the bot is ready, and still in the life it was in."""
        before = await deployment.instances()
        await deployment.wait_until_ready()
        after = await deployment.instances()
        untouched = [(one.identity, one.started) for one in before] == [
            (one.identity, one.started) for one in after
        ]
        return Evidence(
            took_effect=untouched,
            sentence="undisturbed" if untouched else "the bot was restarted by someone else",
            observed=Observations(instances=identities(after)),
        )
