"""A rolling deploy: replicas are replaced one by one, and old and new serve side by side meanwhile."""

from __future__ import annotations

from gate.core.disruption_traits import DisruptionTraits
from gate.disruptions.proof import images_of, observing, prove_replaced, require_replicated
from gate.ports import CANDIDATE, PREVIOUS, Deployment, Evidence, Traffic


class Rolling:
    """What orchestrators do by default. Catches versions that cannot read each other's history."""

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
        """For each replica: starts a new one, lets both answer, retires the old one, goes on."""
        replicated = require_replicated(deployment, self.name)
        before = await deployment.instances()
        staying = [one.identity for one in before]
        fresh: list[str] = []
        exit_codes: list[int | None] = []
        turns = {one.identity: -one.turns for one in before}
        while staying:
            fresh.append(await replicated.add(CANDIDATE))
            replicated.route([*fresh, *staying])
            await traffic.send()
            leaving = staying.pop(0)
            turns[leaving] += sum(
                one.turns for one in await deployment.instances() if one.identity == leaving
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
            turns_of_new=sum(one.turns for one in after),
        )
