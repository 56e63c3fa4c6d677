"""Pause of the store: halted, sent turns meanwhile, and resumed."""

from __future__ import annotations

from gate.core.disruption_traits import DisruptionTraits, Need
from gate.core.observations import Observations, StoreOutage
from gate.disruptions.proof import require_store, short, unsupported
from gate.disruptions.store_proof import send_during_outage
from gate.ports import Deployment, Evidence, Pausable, Traffic


class StorePause:
    """A stalled disk, or a failover. It catches bots that silently fall back to their own memory."""

    name = "store-pause"
    sentence = "The store is halted, turns are sent meanwhile, and it goes on; its connections stay."
    proof = "the store seen halted, then the same run id again"
    traits = DisruptionTraits(
        needs=(Need.STORE,),
        sends_turns=True,
        store_away=True,
        guarantee="fail-closed",
    )

    async def inject(self, deployment: Deployment, traffic: Traffic) -> Evidence:
        """Pause the store while turns are sent, for a few seconds at most, and wait for the bot."""
        server = require_store(deployment, self.name)
        if not isinstance(server, Pausable):
            raise unsupported(self.name, "this runtime cannot halt the store")
        before = await server.instance()
        halted, waited = await send_during_outage(
            traffic, cut=server.pause, look=server.instance, heal=server.resume
        )
        await server.wait_until_ready()
        await deployment.wait_until_ready()
        after = await server.instance()
        same = (before.identity, before.started) == (after.identity, after.started)
        if not halted.paused:
            sentence = f"the store {short(halted.identity)} was not seen halted"
        elif after.paused:
            sentence = f"the store {short(after.identity)} was not seen to go on"
        elif not same:
            sentence = f"the store {short(after.identity)} was restarted, not halted"
        else:
            sentence = f"the store {short(after.identity)} halted, and back"
        return Evidence(
            took_effect=halted.paused and not after.paused and same,
            sentence=sentence,
            observed=Observations(
                store_outage=StoreOutage(
                    identity=after.identity,
                    server=after.started,
                    keys_before=before.keys,
                    keys_after=after.keys,
                    turns_waited=waited,
                )
            ),
        )
