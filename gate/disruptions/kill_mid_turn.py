"""Crash in the middle of a turn: SIGKILL while the model is answering."""

from __future__ import annotations

import dataclasses

from gate.core.disruption_traits import DisruptionTraits, Need
from gate.disruptions.proof import observing, prove_killed, prove_same_instances, require_stoppable
from gate.ports import Deployment, Evidence, Traffic


class KillMidTurn:
    """A crash that interrupts turns. It catches turns that are half stored, or stored twice by a retry."""

    name = "kill-mid-turn"
    sentence = "The bot is killed while its model is answering a turn, and started again; its files stay."
    proof = "a model request without an answer at the moment of exit code 137, same instance, new start"
    traits = DisruptionTraits(
        needs=(Need.MODEL,),
        stand_in="kill",
        sends_turns=True,
        bot_down=True,
        guarantee="atomic-turns",
        asked_afterwards="the restarted bot",
    )

    async def inject(self, deployment: Deployment, traffic: Traffic) -> Evidence:
        """Kill the bot during a turn of every session, start it and wait until it is ready."""
        stoppable = require_stoppable(deployment, self.name)
        before = await deployment.instances()
        async with traffic.in_flight() as asked:
            await stoppable.kill()
            codes = [instance.exit_code for instance in await deployment.instances()]
        await stoppable.start()
        await deployment.wait_until_ready()
        evidence = prove_same_instances(
            before, await deployment.instances(), codes, verb="killed in the middle of a turn"
        )
        evidence = observing(evidence, model_asked=asked)
        if evidence.took_effect and not asked:
            evidence = dataclasses.replace(
                evidence,
                took_effect=False,
                sentence="the bot was killed, but nothing shows that its model was answering a turn then",
            )
        return prove_killed(evidence, codes)
