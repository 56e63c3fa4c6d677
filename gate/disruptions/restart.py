"""A graceful restart: SIGTERM, grace, start again with the same files."""

from __future__ import annotations

from gate.core.disruption_traits import DisruptionTraits
from gate.disruptions.proof import KILLED, observing, prove_same_instances, require_stoppable
from gate.ports import Deployment, Evidence, Traffic


class Restart:
    """What `docker restart` does. Catches memory that lives in the process alone."""

    name = "restart"
    sentence = "The bot is stopped gracefully and started again; its files stay."
    proof = "same instance, new start, exit code of the stop"
    traits = DisruptionTraits(bot_down=True, asked_afterwards="the restarted bot")

    async def inject(self, deployment: Deployment, traffic: Traffic) -> Evidence:
        """Stops, starts and waits until the bot is ready."""
        stoppable = require_stoppable(deployment, self.name)
        before = await deployment.instances()
        await stoppable.stop()
        codes = [one.exit_code for one in await deployment.instances()]
        await stoppable.start()
        await deployment.wait_until_ready()
        evidence = prove_same_instances(before, await deployment.instances(), codes, verb="restarted")
        return observing(evidence, stop_enforced=KILLED in codes)
