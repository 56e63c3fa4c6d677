"""Scaling in: one replica is retired gracefully, and the others take over its conversations."""

from __future__ import annotations

from gate.core.disruption_traits import DisruptionTraits
from gate.core.observations import Observations
from gate.disruptions.proof import KILLED, different, joined, require_replicated, short
from gate.ports import Deployment, Evidence, Traffic


class ScaleIn:
    """What an autoscaler does at night. Catches what only the replica knew that had to go."""

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
        """Retires the first replica. A bot of one replica is given a second one first, which stays."""
        replicated = require_replicated(deployment, self.name)
        added = []
        if len(replicated.routed()) < self.traits.replicas:
            added.append(await replicated.add((await deployment.instance()).version))
            replicated.route([*replicated.routed(), *added])
            await traffic.send()
        leaving, *staying = replicated.routed()
        before = {one.identity: one.started for one in await deployment.instances()}
        replicated.route(staying)
        exit_code = await replicated.retire(leaving)
        await traffic.send()
        await deployment.wait_until_ready()
        after = {one.identity: one.started for one in await deployment.instances()}
        gone = leaving not in after
        undisturbed = all(before[one] == after.get(one) for one in staying)
        if not gone:
            sentence = f"{short(leaving)} is still there"
        elif not undisturbed:
            sentence = "a replica that was to stay was restarted by someone else"
        else:
            sentence = f"{short(leaving)} retired, {joined(map(short, staying))} went on"
        return Evidence(
            took_effect=gone and undisturbed,
            sentence=sentence,
            observed=Observations(
                retired=leaving,
                instances=staying,
                exit_codes=different([exit_code]),
                stop_enforced=exit_code == KILLED,
                replica_added=bool(added),
            ),
        )
