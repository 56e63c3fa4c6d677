"""A graceful restart: SIGTERM, grace, start again with the same files."""

from __future__ import annotations

from gate.disruptions.proof import prove_same_instance, require_stoppable
from gate.interfaces import Deployment, Evidence


class Restart:
    """What `docker restart` does. Catches memory that lives in the process alone."""

    name = "restart"
    sentence = "The bot is stopped gracefully and started again; its files stay."
    proof = "same instance, new start, exit code of the stop"

    async def inflict(self, deployment: Deployment) -> Evidence:
        """Stops, starts and waits until the bot is ready."""
        stoppable = require_stoppable(deployment, self.name)
        before = await deployment.instance()
        exit_code = await stoppable.stop()
        await stoppable.start()
        await deployment.wait_until_ready()
        return prove_same_instance(before, await deployment.instance(), exit_code, verb="restarted")
