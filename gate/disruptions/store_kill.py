"""Crash of the store: SIGKILL, then a start on the same data."""

from __future__ import annotations

from gate.core.disruption_traits import DisruptionTraits, Need
from gate.disruptions.proof import KILLED, require_store
from gate.disruptions.store_proof import prove_store_restarted
from gate.ports import Deployment, Evidence, Traffic


class StoreKill:
    """A node failure under the store. It catches settings that keep nothing over a crash."""

    name = "store-kill"
    sentence = "The store is killed without warning and started again on its data; the bot goes on."
    proof = "the store's own run id, same instance, exit code 137"
    traits = DisruptionTraits(needs=(Need.STORE,))

    async def inject(self, deployment: Deployment, traffic: Traffic) -> Evidence:
        """Kill and start the store, and wait until both it and the bot are ready."""
        server = require_store(deployment, self.name)
        before = await server.instance()
        exit_code = await server.kill()
        await server.start()
        await server.wait_until_ready()
        await deployment.wait_until_ready()
        return prove_store_restarted(
            before,
            await server.instance(),
            exit_code,
            persistence=server.persistence,
            verb="killed",
            expected_exit=KILLED,
        )
