"""Network partition between the bot and its store, while both run and the bot can be reached."""

from __future__ import annotations

from gate.core.disruption_traits import DisruptionTraits, Need
from gate.core.observations import Observations, StoreOutage
from gate.disruptions.proof import identities, require_store, shown, unsupported
from gate.disruptions.store_proof import send_during_outage
from gate.ports import Deployment, Evidence, Partitionable, Traffic


class Partition:
    """A network failure. It catches bots that answer without their memory, and memory that stays split."""

    name = "partition"
    sentence = "The bot is cut off from its store, turns are sent meanwhile, and the network heals."
    proof = "the bot seen without its way to the store, then with it; nothing restarted"
    traits = DisruptionTraits(
        needs=(Need.STORE,),
        sends_turns=True,
        store_away=True,
        guarantee="fail-closed",
    )

    async def inject(self, deployment: Deployment, traffic: Traffic) -> Evidence:
        """Cut the bot off while turns are sent, for a few seconds at most, and wait for the bot."""
        server = require_store(deployment, self.name)
        if not isinstance(deployment, Partitionable):
            raise unsupported(self.name, "this runtime has no network between the bot and its store to cut")
        before, store_before = await deployment.instances(), await server.instance()
        connected, waited = await send_during_outage(
            traffic,
            cut=deployment.disconnect_store,
            look=deployment.store_connected,
            heal=deployment.reconnect_store,
        )
        await server.wait_until_ready()
        await deployment.wait_until_ready()
        after, store_after = await deployment.instances(), await server.instance()
        healed = await deployment.store_connected()
        same = [instance.started for instance in before] == [instance.started for instance in after]
        same_store = store_before.started == store_after.started
        if connected:
            sentence = f"{shown(after)} was not seen cut off from the store"
        elif not healed:
            sentence = f"{shown(after)} was not seen to reach the store again"
        elif not same or not same_store:
            sentence = f"{shown(after) if same_store else 'the store'} was restarted, not cut off"
        else:
            sentence = f"{shown(after)} cut off from the store, and back"
        return Evidence(
            took_effect=not connected and healed and same and same_store,
            sentence=sentence,
            observed=Observations(
                instances=identities(after),
                store_outage=StoreOutage(
                    identity=store_after.identity,
                    keys_before=store_before.keys,
                    keys_after=store_after.keys,
                    turns_waited=waited,
                ),
            ),
        )
