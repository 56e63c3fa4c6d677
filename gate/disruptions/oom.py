"""Out of memory: the kernel ends the bot at the memory limit of its container."""

from __future__ import annotations

from gate.core.disruption_traits import DisruptionTraits, Need
from gate.disruptions.proof import observing, prove_killed, prove_same_instances, shown, unsupported
from gate.ports import Deployment, Evidence, MemoryLimited, Stoppable, Traffic


class OutOfMemory:
    """The most common crash in production. It catches the same as a kill, with a real cause."""

    name = "oom"
    sentence = "The kernel kills the bot for want of memory, and it is started again; its files stay."
    proof = "OOMKilled, exit code 137, same instance, new start"
    traits = DisruptionTraits(
        needs=(Need.MEMORY_LIMIT,),
        sends_turns=True,
        bot_down=True,
        asked_afterwards="the restarted bot",
    )

    async def inject(self, deployment: Deployment, traffic: Traffic) -> Evidence:
        """Exhaust the bot's memory, start it without the limit and wait until it is ready."""
        if not isinstance(deployment, MemoryLimited) or not isinstance(deployment, Stoppable):
            raise unsupported(
                self.name, "this runtime sets the bot no limit of memory that the kernel enforces"
            )
        before = await deployment.instances()
        await traffic.send()
        await deployment.exhaust_memory()
        ended = await deployment.instances()
        codes = [instance.exit_code for instance in ended]
        await deployment.start()
        await deployment.wait_until_ready()
        evidence = prove_same_instances(
            before, await deployment.instances(), codes, verb="killed for want of memory"
        )
        survivors = [instance for instance in ended if not instance.out_of_memory]
        if survivors:
            return Evidence(
                took_effect=False,
                sentence=f"{shown(survivors)} did not end for want of memory",
                observed=evidence.observed,
            )
        return prove_killed(observing(evidence, out_of_memory=True), codes)
