"""A redeploy: the container is removed with its files and a fresh one takes its place."""

from __future__ import annotations

from gate.disruptions.proof import exit_details, short
from gate.errors import Unsupported
from gate.interfaces import Deployment, Evidence, Replaceable


class Recreate:
    """What most deploys do. Catches memory in files inside the container, which restart misses."""

    name = "recreate"
    sentence = "The bot is replaced by a fresh instance of the same image; its files are gone."
    proof = "new instance"

    async def inflict(self, deployment: Deployment) -> Evidence:
        """Replaces the instance and waits until the new one is ready."""
        if not isinstance(deployment, Replaceable):
            raise Unsupported("recreate is not supported here", why="this runtime cannot replace the bot")
        before = await deployment.instance()
        exit_code = await deployment.replace()
        await deployment.wait_until_ready()
        after = await deployment.instance()
        replaced = before.identity != after.identity
        if not replaced:
            sentence = f"{short(after.identity)} is still the same instance"
        elif not after.running:
            sentence = f"{short(after.identity)} does not run"
        else:
            sentence = f"{short(before.identity)} → {short(after.identity)}"
        return Evidence(
            took_effect=replaced and after.running,
            sentence=sentence,
            details={"before": before.identity, "after": after.identity, **exit_details(exit_code)},
        )
