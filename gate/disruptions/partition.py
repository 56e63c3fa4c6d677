"""A network partition between the bot and its store; both run on, and the bot can be talked to."""

from __future__ import annotations

from gate.core.disruption_traits import DisruptionTraits, Need
from gate.core.observations import Observations, StoreOutage
from gate.disruptions.proof import identities, require_store, shown, unsupported
from gate.disruptions.store_proof import talk_through_outage
from gate.ports import Deployment, Evidence, Partitionable, Traffic


class Partition:
    """What a network does now and then. Catches silent amnesia, and memory that stays split afterwards."""

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
        """Cuts the bot off for as long as turns take, a few seconds at most, and waits for the bot."""
        server = require_store(deployment, self.name)
        if not isinstance(deployment, Partitionable):
            raise unsupported(self.name, "this runtime has no network between the bot and its store to cut")
        before, store_before = await deployment.instances(), await server.instance()
        connected, waited = await talk_through_outage(
            traffic,
            cut=deployment.disconnect_store,
            look=deployment.store_connected,
            heal=deployment.reconnect_store,
        )
        await server.wait_until_ready()
        await deployment.wait_until_ready()
        after, store_after = await deployment.instances(), await server.instance()
        healed = await deployment.store_connected()
        same = [one.started for one in before] == [one.started for one in after]
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
