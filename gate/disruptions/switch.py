"""Switch from one set of replicas to another while users keep talking."""

from __future__ import annotations

import asyncio

from gate.disruptions.proof import images_of, observing, prove_replaced, require_replicated
from gate.ports import Deployment, Evidence, Traffic


async def switch(
    deployment: Deployment, traffic: Traffic, version: str, *, disruption: str, verb: str
) -> Evidence:
    """Start as many replicas of `version` beside the present ones, move the turns, and retire the old ones.

    The turns move when all new replicas are ready. One turn of every session is held open across the
    switch: the old replicas have their grace period to end it.
    """
    replicated = require_replicated(deployment, disruption)
    before = await deployment.instances()
    added = await asyncio.gather(*(replicated.add(version) for _ in before), return_exceptions=True)
    for outcome in added:
        # Raised only when all starts have ended, so that none completes during the cleanup.
        if isinstance(outcome, BaseException):
            raise outcome
    fresh = [outcome for outcome in added if isinstance(outcome, str)]
    async with asyncio.TaskGroup() as retiring, traffic.in_flight() as held:
        replicated.route(fresh)
        for old in before:
            await replicated.ask_to_stop(old.identity)
        # From here on the grace periods run, whether or not the turns end.
        ends = [retiring.create_task(replicated.retire(old.identity)) for old in before]
    await traffic.send()
    await deployment.wait_until_ready()
    after = await deployment.instances()
    evidence = prove_replaced(before, after, [end.result() for end in ends], verb=verb)
    return observing(
        evidence, images_before=images_of(before), images_after=images_of(after), turns_held=held
    )
