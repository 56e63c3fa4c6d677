"""No disruption: what the bot forgets here it forgets by itself."""

from __future__ import annotations

from gate.interfaces import Deployment, Evidence


class Nothing:
    """Leaves the deployment alone and shows that nobody else touched it either."""

    name = "none"
    sentence = "Nothing happens; the same instance answers before and after."
    proof = "same instance, same start"

    async def inflict(self, deployment: Deployment) -> Evidence:
        """Checks that the bot is ready, and still in the life it was in."""
        before = await deployment.instance()
        await deployment.wait_until_ready()
        after = await deployment.instance()
        untouched = (before.identity, before.started) == (after.identity, after.started)
        return Evidence(
            took_effect=untouched,
            sentence="undisturbed" if untouched else "the bot was restarted by someone else",
            details={"instance": after.identity},
        )
