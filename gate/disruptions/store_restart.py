"""A graceful restart of the store: SIGTERM, grace, start again on the same data."""

from __future__ import annotations

from gate.core.disruption_traits import DisruptionTraits, Need
from gate.disruptions.proof import require_store
from gate.disruptions.store_proof import prove_store_restarted
from gate.ports import Deployment, Evidence, Traffic


class StoreRestart:
    """What an upgrade of the store does. Catches connections that are never made again."""

    name = "store-restart"
    sentence = "The store is stopped gracefully and started again on its data; the bot goes on."
    proof = "the store's own run id, same instance, exit code of the stop"
    traits = DisruptionTraits(needs=(Need.STORE,))

    async def inject(self, deployment: Deployment, traffic: Traffic) -> Evidence:
        """Stops and starts the store, and waits until both it and the bot are ready."""
        server = require_store(deployment, self.name)
        before = await server.instance()
        exit_code = await server.stop()
        await server.start()
        await server.wait_until_ready()
        await deployment.wait_until_ready()
        return prove_store_restarted(
            before, await server.instance(), exit_code, persistence=server.persistence, verb="restarted"
        )
