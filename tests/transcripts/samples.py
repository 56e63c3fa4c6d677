"""Transcripts to report on: a run in which everything works, and a run in which nothing does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from gate.core.disruption_traits import UNDECLARED
from gate.core.transcript import (
    CONTROL,
    TREATED,
    ConversationPlanned,
    DeploymentFailed,
    Event,
    FaultSeen,
    RunEnded,
    RunStarted,
)
from tests.transcripts import events as make
from tests.unit.reporters.builder import ORDERS


def run_started(**given: Any) -> RunStarted:
    """Start a run of a bot in Docker."""
    fields: dict[str, Any] = {
        "bot": "support-bot:pr-128",
        "runtime": "docker",
        "disruptions": ["restart", "recreate"],
        "commands": [["memory-gate", "run"]],
    }
    return make.run_started(**{**fields, **given})


def planned(deployment: str, number: int, arm: str) -> ConversationPlanned:
    """A conversation of four turns, the last of them a probe."""
    return make.conversation_planned(
        f"{deployment}-{number}-{arm}",
        disruption=deployment,
        wave=deployment.split("+"),
        scenario=f"scenario {number}",
        file="scenarios/order.yml",
        arm=arm,
        sessions={"alice": f"alice-{number}"},
        facts={"order": ORDERS[0]},
        told_by={"order": "alice"},
        unguessable=["order"],
        turns=4,
        probes=1,
    )


def turn(conversation: ConversationPlanned, number: int, reply: str = "Noted.") -> tuple[Event, Event]:
    """Turn `number` of a conversation, from 1; the fourth is its probe."""
    identifier = f"{conversation.conversation}.{number}"
    return (
        make.turn_started(
            identifier,
            conversation.conversation,
            text="What is my order number?" if number == 4 else "Hello.",
            line=10 + number,
            column=5,
            checks={"contains": [ORDERS[0]]} if number == 4 else None,
        ),
        make.turn_ended(identifier, at=1.1, reply=reply, seconds=0.1),
    )


def played(
    deployments: Sequence[str] = ("restart", "recreate"), *, conversations: int = 3, reply: str = "Noted."
) -> Iterator[Event]:
    """All events of a run in which everything works."""
    yield run_started(disruptions=list(deployments))
    plan = {
        name: [
            planned(name, number, arm) for number in range(1, conversations + 1) for arm in (CONTROL, TREATED)
        ]
        for name in deployments
    }
    for cast in plan.values():
        yield from cast
    for name, cast in plan.items():
        yield make.deployment_started(name, at=2.0, seconds=2.13, images={"bot": "b", "store": "s"})
        for conversation in cast:
            for number in (1, 2, 3, 4) if conversation.arm == CONTROL else (1, 2, 3):
                yield from turn(conversation, number, reply)
        yield make.disruption_started(name, name, at=3.0, conversations=conversations, traits=UNDECLARED)
        sentence = f"3f2a91bc77d0 came through {name}"
        yield make.disruption_ended(name, name, at=4.6, sentence=sentence, seconds=1.62)
        for conversation in cast:
            if conversation.arm == TREATED:
                yield from turn(conversation, 4, reply)
        yield make.deployment_closed(name, at=5.0)
    yield RunEnded(at=6.0)


def troubled(text: str = "it exited with code 1", **run: Any) -> Iterator[Event]:
    """All events of a run in which nothing works; `text` is what bot, engine and log say."""
    yield run_started(**{"disruptions": ["restart", "kill", "recreate"], **run})
    for name in ("restart", "kill", "recreate"):
        yield planned(name, 1, TREATED)
    yield DeploymentFailed(
        at=1.0, deployment="restart", cause="bot", sentence=text, log=["Starting", text, "  at bot.py:3"]
    )
    yield make.deployment_started("kill", at=2.0, seconds=0.5, images={"bot": text})
    yield make.disruption_started("kill", "kill", at=3.0, traits=UNDECLARED)
    yield make.disruption_ended(
        "kill",
        "kill",
        at=4.0,
        recovered=False,
        sentence=text,
        seconds=30.0,
        log=[f"{number}: {text}" for number in range(40)],
    )
    yield make.deployment_closed("kill", at=5.0)
    yield make.deployment_started("recreate", at=6.0, seconds=0.5)
    yield FaultSeen(at=7.0, deployment="recreate", cause="store", sentence=text)
    yield make.deployment_closed("recreate", at=8.0)
    yield RunEnded(at=9.0, interrupted=True)
