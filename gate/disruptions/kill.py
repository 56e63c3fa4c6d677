"""A crash: SIGKILL, then start again with the same files."""

from __future__ import annotations

from gate.core.disruption_traits import DisruptionTraits
from gate.disruptions.proof import prove_killed, prove_same_instances, require_stoppable
from gate.ports import Deployment, Evidence, Traffic


class Kill:
    """What a crash or a node failure does. Catches memory that is written behind or at shutdown."""

    name = "kill"
    sentence = "The bot is killed without warning and started again; its files stay."
    proof = "exit code 137, same instance, new start"
    traits = DisruptionTraits(
        sends_turns=True,
        bot_down=True,
        asked_afterwards="the restarted bot",
    )

    async def inject(self, deployment: Deployment, traffic: Traffic) -> Evidence:
        """Kills, starts and waits until the bot is ready."""
        stoppable = require_stoppable(deployment, self.name)
        before = await deployment.instances()
        # What is acknowledged is to survive, however little time was left to write it down.
        await traffic.send()
        await stoppable.kill()
        codes = [one.exit_code for one in await deployment.instances()]
        await stoppable.start()
        await deployment.wait_until_ready()
        evidence = prove_same_instances(before, await deployment.instances(), codes, verb="killed")
        return prove_killed(evidence, codes)
