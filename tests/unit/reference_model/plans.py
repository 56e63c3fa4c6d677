"""Plans that the reference model knows, and their parts."""

from __future__ import annotations

import pytest

from gate.core.scenario import Scenario
from gate.core.transcript import CONTROL
from gate.reference_model.reading import Message
from gate.runner.plan import Plan, PlannedConversation
from gate.runner.planner import plan_run
from tests.unit.model_endpoint.prompts import SHAPES
from tests.unit.runner.scripts import CITY, MOVED, ask, disrupt, filler, follow_up, scenario

MOVED_HOUSE = scenario(
    ("alice", "I live in {city}."),
    filler(1),
    ("alice", "I have moved. I live in {moved} now."),
    disrupt(),
    ask("alice", "Which city do I live in now?", "correction", contains="{moved}", without="{city}"),
    ask("alice", "Which city did I live in before?", contains="{city}"),
    ask("alice", "Which city did I name first?", "order", contains="{city}", without="{moved}"),
    facts=(CITY, MOVED),
    name="moved",
)


def run_of(*scenarios: Scenario, trials: int = 2, seed: int = 7) -> Plan:
    return plan_run(scenarios or (follow_up(),), ["restart"], trials, seed)


def conversation_of(plan: Plan, arm: str = CONTROL, trial: int = 1) -> PlannedConversation:
    return next(
        conversation
        for conversation in plan.conversations
        if conversation.arm == arm and conversation.trial == trial
    )


def user(text: str) -> list[Message]:
    return [Message(role="user", text=text)]


QUESTION = "What is my order number?"
shapes = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
