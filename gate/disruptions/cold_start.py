"""Cold start: bot and store are both stopped, then both started."""

from __future__ import annotations

import dataclasses

from gate.core.disruption_traits import DisruptionTraits
from gate.disruptions.proof import KILLED, observing, prove_same_instances, require_stoppable
from gate.disruptions.store_proof import prove_store_restarted
from gate.ports import Deployment, Evidence, Storing, Traffic


class ColdStart:
    """A power cut, or a maintenance window.

    It catches bots that lose memory unless either the bot or the store keeps running.
    """

    name = "cold-start"
    sentence = "Bot and store are stopped gracefully, then the store is started, then the bot."
    proof = "same instances, new starts, the store's own run id"
    traits = DisruptionTraits(bot_down=True, asked_afterwards="the new instance")

    async def inject(self, deployment: Deployment, traffic: Traffic) -> Evidence:
        """Stop the bot, then its store; start the store, then the bot. Wait until each is ready."""
        stoppable = require_stoppable(deployment, self.name)
        server = deployment.store_server() if isinstance(deployment, Storing) else None
        before = await deployment.instances()
        store_before = await server.instance() if server else None
        await stoppable.stop()
        codes = [instance.exit_code for instance in await deployment.instances()]
        store_code = None
        if server is not None:
            store_code = await server.stop()
            await server.start()
            await server.wait_until_ready()
        await stoppable.start()
        await deployment.wait_until_ready()
        evidence = prove_same_instances(before, await deployment.instances(), codes, verb="restarted")
        evidence = observing(evidence, stop_enforced=KILLED in codes)
        if server is None or store_before is None:
            return evidence
        store = prove_store_restarted(
            store_before,
            await server.instance(),
            store_code,
            persistence=server.persistence,
            verb="restarted",
        )
        return Evidence(
            took_effect=evidence.took_effect and store.took_effect,
            sentence=f"{evidence.sentence}; {store.sentence}",
            observed=dataclasses.replace(evidence.observed, store_restart=store.observed.store_restart),
        )
