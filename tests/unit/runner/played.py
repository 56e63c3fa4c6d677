"""Plans to play, and what came of them."""

from __future__ import annotations

import asyncio

from gate.core.scenario import Scenario
from gate.core.transcript import (
    ConversationPlanned,
    TurnEnded,
    TurnStarted,
)
from gate.runner.plan import Plan
from gate.runner.planner import plan_run
from tests.unit.runner.doubles import (
    FakeStage,
    MemoryBot,
)
from tests.unit.runner.scripts import follow_up


def plan(*scenarios: Scenario, disruptions: tuple[str, ...] = ("restart",), trials: int = 1) -> Plan:
    return plan_run(scenarios or (follow_up(),), disruptions, trials, 7)


def arm_of(stage: FakeStage) -> dict[str, str]:
    """Conversation → arm."""
    return {event.conversation: event.arm for event in stage.of(ConversationPlanned)}


def replies(stage: FakeStage, arm: str) -> list[str]:
    """What came back to the probes of one arm."""
    arms = arm_of(stage)
    probes = {
        event.turn
        for event in stage.of(TurnStarted)
        if event.checks is not None and arms[event.conversation] == arm
    }
    return [event.reply for event in stage.of(TurnEnded) if event.turn in probes]


def statuses(stage: FakeStage, arm: str) -> list[str]:
    """How the turns of one arm ended, in order."""
    arms = arm_of(stage)
    mine = {event.turn for event in stage.of(TurnStarted) if arms[event.conversation] == arm}
    return [event.status for event in stage.of(TurnEnded) if event.turn in mine]


class WaitingBot(MemoryBot):
    """Answers nothing until it is told to go on."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = asyncio.Event()

    async def say(self, session: str, text: str) -> str:
        self.under_way[text] += 1
        await self.go_on.wait()
        return "All right."
