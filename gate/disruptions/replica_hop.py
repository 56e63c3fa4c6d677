"""Hop between replicas: each turn of a conversation goes to another one."""

from __future__ import annotations

from gate.core.disruption_traits import DisruptionTraits
from gate.core.observations import Observations
from gate.disruptions.proof import joined, require_replicated, short
from gate.ports import Deployment, Evidence, Traffic

ROUNDS = 8
"""Rounds of turns, alternating between the replicas, until one that misses something is found out."""


class ReplicaHop:
    """A load balancer's routing. It catches memory, or caches of it, that each replica keeps for itself."""

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
        """Send the turns of every session to two replicas alternately; afterwards all replicas get turns.

        A bot of one replica gets a second one, which stays.
        """
        replicated = require_replicated(deployment, self.name)
        routed = list(replicated.routed())
        added = []
        if len(routed) < self.traits.replicas:
            added.append(await replicated.add((await deployment.instance()).version))
        routed += added
        pair = routed[:2]
        before = {instance.identity: instance for instance in await deployment.instances()}
        for number in range(ROUNDS):
            replicated.route([pair[number % 2]])
            await traffic.send()
        replicated.route(routed)
        await deployment.wait_until_ready()
        after = {instance.identity: instance for instance in await deployment.instances()}
        restarted = [identity for identity in routed if before[identity].started != after[identity].started]
        turns = [after[identity].turns - before[identity].turns for identity in pair]
        unused = [identity for identity, count in zip(pair, turns, strict=True) if any(turns) and not count]
        if restarted:
            sentence = f"{joined(map(short, restarted))} was restarted by someone else"
        elif unused:
            sentence = f"{joined(map(short, unused))} was given no turn"
        else:
            sentence = f"{short(pair[0])} → {short(pair[1])} → {short(pair[0])}, {ROUNDS} rounds of turns"
        return Evidence(
            took_effect=not restarted and not unused,
            sentence=sentence,
            observed=Observations(instances=routed, turns=turns, replica_added=bool(added)),
        )
