"""Graceful restart: SIGTERM, a grace period, and a start with the same files."""

from __future__ import annotations

from gate.core.disruption_traits import DisruptionTraits
from gate.disruptions.proof import KILLED, observing, prove_same_instances, require_stoppable
from gate.ports import Deployment, Evidence, Traffic


class Restart:
    """A restart, as by `docker restart`. It catches memory that is only in the process."""

    name = "restart"
    sentence = "The bot is stopped gracefully and started again; its files stay."
    proof = "same instance, new start, exit code of the stop"
    traits = DisruptionTraits(bot_down=True, asked_afterwards="the restarted bot")

    async def inject(self, deployment: Deployment, traffic: Traffic) -> Evidence:
        """Stop the bot, start it and wait until it is ready."""
        stoppable = require_stoppable(deployment, self.name)
        before = await deployment.instances()
        await stoppable.stop()
        codes = [instance.exit_code for instance in await deployment.instances()]
        await stoppable.start()
        await deployment.wait_until_ready()
        evidence = prove_same_instances(before, await deployment.instances(), codes, verb="restarted")
        return observing(evidence, stop_enforced=KILLED in codes)
