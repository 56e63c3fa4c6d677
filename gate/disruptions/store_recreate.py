"""Redeploy of the store: a new container on the same volume."""

from __future__ import annotations

from gate.core.disruption_traits import DisruptionTraits, Need
from gate.disruptions.proof import require_store, unsupported
from gate.disruptions.store_proof import prove_store_restarted
from gate.ports import Deployment, Evidence, Replaceable, Traffic


class StoreRecreate:
    """A redeploy of the store. It catches data that was not on the volume."""

    name = "store-recreate"
    sentence = "The store is replaced by a fresh instance on the same volume; the bot goes on."
    proof = "new instance, the store's own run id"
    traits = DisruptionTraits(needs=(Need.STORE, Need.STORE_REPLACEMENT))

    async def inject(self, deployment: Deployment, traffic: Traffic) -> Evidence:
        """Replace the store, and wait until both it and the bot are ready."""
        server = require_store(deployment, self.name)
        if not isinstance(server, Replaceable):
            raise unsupported(
                self.name,
                "the store is a process on its data folder here: a new instance of it is what"
                " store-restart starts",
            )
        before = await server.instance()
        exit_code = await server.replace()
        await server.wait_until_ready()
        await deployment.wait_until_ready()
        return prove_store_restarted(
            before,
            await server.instance(),
            exit_code,
            persistence=server.persistence,
            verb="replaced",
            replaced=True,
        )
