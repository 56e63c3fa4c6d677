"""Scale-in: one replica is retired gracefully, and the others take over its conversations."""

from __future__ import annotations

from gate.core.disruption_traits import DisruptionTraits
from gate.core.observations import Observations
from gate.disruptions.proof import KILLED, distinct, joined, require_replicated, short
from gate.ports import Deployment, Evidence, Traffic


class ScaleIn:
    """An autoscaler's scale-in. It catches memory that only the retired replica had."""

    name = "scale-in"
    sentence = "One of the replicas is stopped gracefully and removed; the others go on."
    proof = "one instance gone with its exit code, the others in the same life"
    traits = DisruptionTraits(
        replicas=2,
        sends_turns=True,
        several_answer=True,
        asks_often=True,
        guarantee="monotonic-reads",
        asked_afterwards="the replica that is left",
    )

    async def inject(self, deployment: Deployment, traffic: Traffic) -> Evidence:
        """Retire the first replica. A bot of one replica first gets a second one, which stays."""
        replicated = require_replicated(deployment, self.name)
        added = []
        if len(replicated.routed()) < self.traits.replicas:
            added.append(await replicated.add((await deployment.instance()).version))
            replicated.route([*replicated.routed(), *added])
            await traffic.send()
        leaving, *staying = replicated.routed()
        before = {instance.identity: instance.started for instance in await deployment.instances()}
        replicated.route(staying)
        exit_code = await replicated.retire(leaving)
        await traffic.send()
        await deployment.wait_until_ready()
        after = {instance.identity: instance.started for instance in await deployment.instances()}
        gone = leaving not in after
        others_unchanged = all(before[identity] == after.get(identity) for identity in staying)
        if not gone:
            sentence = f"{short(leaving)} is still there"
        elif not others_unchanged:
            sentence = "a replica that was to stay was restarted by someone else"
        else:
            sentence = f"{short(leaving)} retired, {joined(map(short, staying))} went on"
        return Evidence(
            took_effect=gone and others_unchanged,
            sentence=sentence,
            observed=Observations(
                retired=leaving,
                instances=staying,
                exit_codes=distinct([exit_code]),
                stop_enforced=exit_code == KILLED,
                replica_added=bool(added),
            ),
        )
