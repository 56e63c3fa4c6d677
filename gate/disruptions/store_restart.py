"""Graceful restart of the store: SIGTERM, a grace period, and a start on the same data."""

from __future__ import annotations

from gate.core.disruption_traits import DisruptionTraits, Need
from gate.disruptions.proof import require_store
from gate.disruptions.store_proof import prove_store_restarted
from gate.ports import Deployment, Evidence, Traffic


class StoreRestart:
    """An upgrade of the store. It catches bots that never reconnect."""

    name = "store-restart"
    sentence = "The store is stopped gracefully and started again on its data; the bot goes on."
    proof = "the store's own run id, same instance, exit code of the stop"
    traits = DisruptionTraits(needs=(Need.STORE,))

    async def inject(self, deployment: Deployment, traffic: Traffic) -> Evidence:
        """Stop and start the store, and wait until both it and the bot are ready."""
        server = require_store(deployment, self.name)
        before = await server.instance()
        exit_code = await server.stop()
        await server.start()
        await server.wait_until_ready()
        await deployment.wait_until_ready()
        return prove_store_restarted(
            before, await server.instance(), exit_code, persistence=server.persistence, verb="restarted"
        )
