"""Redeploy: the container is removed with its files, and a fresh one takes its place."""

from __future__ import annotations

from gate.core.disruption_traits import DisruptionTraits
from gate.disruptions.proof import prove_replaced, unsupported
from gate.ports import Deployment, Evidence, Replaceable, Traffic


class Recreate:
    """An ordinary deploy. It catches memory in files inside the container, which a restart misses."""

    name = "recreate"
    sentence = "The bot is replaced by a fresh instance of the same image; its files are gone."
    proof = "new instance"
    traits = DisruptionTraits(bot_down=True, asked_afterwards="the new instance")

    async def inject(self, deployment: Deployment, traffic: Traffic) -> Evidence:
        """Replace the instance and wait until the new one is ready."""
        if not isinstance(deployment, Replaceable):
            raise unsupported(self.name, "this runtime cannot replace the bot")
        before = await deployment.instances()
        exit_code = await deployment.replace()
        await deployment.wait_until_ready()
        return prove_replaced(before, await deployment.instances(), [exit_code])
