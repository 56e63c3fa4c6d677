"""A crash: SIGKILL, then start again with the same files."""

from __future__ import annotations

from gate.disruptions.proof import prove_same_instance, require_stoppable
from gate.interfaces import Deployment, Evidence

KILLED = 137
"""128 + SIGKILL: the exit code that proves the bot had no time to say goodbye."""


class Kill:
    """What a crash or a node failure does. Catches memory that is written behind or at shutdown."""

    name = "kill"
    sentence = "The bot is killed without warning and started again; its files stay."
    proof = "exit code 137, same instance, new start"

    async def inflict(self, deployment: Deployment) -> Evidence:
        """Kills, starts and waits until the bot is ready."""
        stoppable = require_stoppable(deployment, self.name)
        before = await deployment.instance()
        exit_code = await stoppable.kill()
        await stoppable.start()
        await deployment.wait_until_ready()
        evidence = prove_same_instance(before, await deployment.instance(), exit_code, verb="killed")
        if exit_code == KILLED:
            return evidence
        return Evidence(
            took_effect=False,
            sentence=f"the bot ended with exit code {exit_code}, not {KILLED}, so it was not the kill",
            details=evidence.details,
        )
