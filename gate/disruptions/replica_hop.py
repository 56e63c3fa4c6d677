"""A hop between replicas: each turn of a conversation is answered by another one."""

from __future__ import annotations

from gate.core.disruption_traits import DisruptionTraits
from gate.core.observations import Observations
from gate.disruptions.proof import joined, require_replicated, short
from gate.ports import Deployment, Evidence, Traffic

ROUNDS = 8
"""Reads that are needed until a replica that misses something is met: A, B, A, B and so on."""


class ReplicaHop:
    """What a load balancer does. Catches memory, and caches of it, that each replica keeps for itself."""

    name = "replica-hop"
    sentence = "The turns hop between two replicas, from one to the other and back; nothing is restarted."
    proof = "turns answered by both replicas, each in the same life before and after"
    traits = DisruptionTraits(
        replicas=2,
        sends_turns=True,
        several_answer=True,
        asks_often=True,
        guarantee="read-your-writes",
        asked_afterwards="another replica",
    )

    async def inject(self, deployment: Deployment, traffic: Traffic) -> Evidence:
        """Sends every session from replica to replica; afterwards all of them answer in turn.

        A bot of one replica is given a second one, which stays.
        """
        replicated = require_replicated(deployment, self.name)
        everyone = list(replicated.routed())
        added = []
        if len(everyone) < self.traits.replicas:
            added.append(await replicated.add((await deployment.instance()).version))
        everyone += added
        pair = everyone[:2]
        before = {one.identity: one for one in await deployment.instances()}
        for number in range(ROUNDS):
            replicated.route([pair[number % 2]])
            await traffic.send()
        replicated.route(everyone)
        await deployment.wait_until_ready()
        after = {one.identity: one for one in await deployment.instances()}
        disturbed = [one for one in everyone if before[one].started != after[one].started]
        turns = [after[one].turns - before[one].turns for one in pair]
        silent = [one for one, count in zip(pair, turns, strict=True) if any(turns) and not count]
        if disturbed:
            sentence = f"{joined(map(short, disturbed))} was restarted by someone else"
        elif silent:
            sentence = f"{joined(map(short, silent))} was given no turn"
        else:
            sentence = f"{short(pair[0])} → {short(pair[1])} → {short(pair[0])}, {ROUNDS} rounds of turns"
        return Evidence(
            took_effect=not disturbed and not silent,
            sentence=sentence,
            observed=Observations(instances=everyone, turns=turns, replica_added=bool(added)),
        )
