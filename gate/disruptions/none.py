"""No disruption: anything that the bot forgets here, it forgets by itself."""

from __future__ import annotations

from gate.core.disruption_traits import DisruptionTraits
from gate.core.observations import Observations
from gate.disruptions.proof import identities
from gate.ports import Deployment, Evidence, Traffic


class NoDisruption:
    """The null disruption, which proves that nothing else restarted the bot either."""

    name = "none"
    sentence = "Nothing happens; the same instance answers before and after."
    proof = "same instance, same start"
    traits = DisruptionTraits()

    async def inject(self, deployment: Deployment, traffic: Traffic) -> Evidence:
        """Check that the bot is ready, and was not restarted."""
        before = await deployment.instances()
        await deployment.wait_until_ready()
        after = await deployment.instances()
        untouched = [(instance.identity, instance.started) for instance in before] == [
            (instance.identity, instance.started) for instance in after
        ]
        return Evidence(
            took_effect=untouched,
            sentence="undisturbed" if untouched else "the bot was restarted by someone else",
            observed=Observations(instances=identities(after)),
        )
