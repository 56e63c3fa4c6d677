"""Rolling deploy: replicas are replaced one by one, while old and new ones answer side by side."""

from __future__ import annotations

from gate.core.disruption_traits import DisruptionTraits
from gate.disruptions.proof import images_of, observing, prove_replaced, require_replicated
from gate.ports import CANDIDATE, PREVIOUS, Deployment, Evidence, Traffic


class Rolling:
    """An orchestrator's default deploy. It catches versions that cannot read each other's history."""

    name = "rolling"
    sentence = (
        "The replicas of the previous version are replaced by the new one, one by one; both versions"
        " answer turns meanwhile."
    )
    proof = (
        "new instances, the old ones gone with their exit code, turns answered by old and new side by side"
    )
    traits = DisruptionTraits(
        begins_with=PREVIOUS,
        sends_turns=True,
        changes_version=True,
        several_answer=True,
        asks_often=True,
        guarantee="compatibility",
        asked_afterwards="the new version",
    )

    async def inject(self, deployment: Deployment, traffic: Traffic) -> Evidence:
        """For each replica, start a new one, let both answer, and retire the old one."""
        replicated = require_replicated(deployment, self.name)
        before = await deployment.instances()
        staying = [instance.identity for instance in before]
        fresh: list[str] = []
        exit_codes: list[int | None] = []
        turns = {instance.identity: -instance.turns for instance in before}
        while staying:
            fresh.append(await replicated.add(CANDIDATE))
            replicated.route([*fresh, *staying])
            await traffic.send()
            leaving = staying.pop(0)
            turns[leaving] += sum(
                instance.turns for instance in await deployment.instances() if instance.identity == leaving
            )
            replicated.route([*fresh, *staying])
            exit_codes.append(await replicated.retire(leaving))
            await traffic.send()
        await deployment.wait_until_ready()
        after = await deployment.instances()
        evidence = prove_replaced(before, after, exit_codes, verb="one by one")
        return observing(
            evidence,
            images_before=images_of(before),
            images_after=images_of(after),
            turns_of_old=sum(turns.values()),
            turns_of_new=sum(instance.turns for instance in after),
        )
