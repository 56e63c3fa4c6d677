"""Crash: SIGKILL, then a start with the same files."""

from __future__ import annotations

from gate.core.disruption_traits import DisruptionTraits
from gate.disruptions.proof import prove_killed, prove_same_instances, require_stoppable
from gate.ports import Deployment, Evidence, Traffic


class Kill:
    """A crash or a node failure. It catches memory that is written with a delay, or only at shutdown."""

    name = "kill"
    sentence = "The bot is killed without warning and started again; its files stay."
    proof = "exit code 137, same instance, new start"
    traits = DisruptionTraits(
        sends_turns=True,
        bot_down=True,
        asked_afterwards="the restarted bot",
    )

    async def inject(self, deployment: Deployment, traffic: Traffic) -> Evidence:
        """Kill the bot, start it and wait until it is ready."""
        stoppable = require_stoppable(deployment, self.name)
        before = await deployment.instances()
        # Acknowledged turns must survive, however short the time to write them was.
        await traffic.send()
        await stoppable.kill()
        codes = [instance.exit_code for instance in await deployment.instances()]
        await stoppable.start()
        await deployment.wait_until_ready()
        evidence = prove_same_instances(before, await deployment.instances(), codes, verb="killed")
        return prove_killed(evidence, codes)
