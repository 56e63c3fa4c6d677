"""Events by hand: runs in which everything works, and runs in which nothing does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from gate.core.transcript import (
    ACKNOWLEDGED,
    CONTROL,
    TREATED,
    ConversationPlanned,
    DeploymentClosed,
    DeploymentFailed,
    DeploymentStarted,
    DisruptionEnded,
    DisruptionStarted,
    Event,
    FaultSeen,
    RunEnded,
    RunStarted,
    TurnEnded,
    TurnStarted,
)
from tests.unit.reporters.builder import ORDERS


def run_started(**given: Any) -> RunStarted:
    fields: dict[str, Any] = {
        "at": 0.0,
        "version": "0.1.0",
        "seed": 7,
        "bot": "support-bot:pr-128",
        "runtime": "docker",
        "disruptions": ["restart", "recreate"],
        "trials": 1,
        "model": "reader",
        "policy": {},
        "commands": [["memory-gate", "run"]],
    }
    return RunStarted(**{**fields, **given})


def planned(deployment: str, number: int, arm: str) -> ConversationPlanned:
    """A conversation of four turns, the last of them a probe."""
    return ConversationPlanned(
        at=0.0,
        conversation=f"{deployment}-{number}-{arm}",
        deployment=deployment,
        scenario=f"scenario {number}",
        file="scenarios/order.yml",
        disruption=deployment,
        disruptions=deployment.split("+"),
        wave=deployment.split("+"),
        arm=arm,
        trial=1,
        sessions={"alice": f"alice-{number}"},
        facts={"order": ORDERS[0]},
        told_by={"order": "alice"},
        decoys={},
        unguessable=["order"],
        turns=4,
        probes=1,
    )


def turn(conversation: ConversationPlanned, number: int, reply: str = "Noted.") -> tuple[Event, Event]:
    """Turn `number` of a conversation, from 1; the fourth is its probe."""
    identifier = f"{conversation.conversation}.{number}"
    return (
        TurnStarted(
            at=1.0,
            turn=identifier,
            conversation=conversation.conversation,
            speaker="alice",
            session="alice-1",
            text="What is my order number?" if number == 4 else "Hello.",
            line=10 + number,
            column=5,
            checks={"contains": [ORDERS[0]]} if number == 4 else None,
        ),
        TurnEnded(at=1.1, turn=identifier, status=ACKNOWLEDGED, reply=reply, seconds=0.1),
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
        yield DeploymentStarted(at=2.0, deployment=name, seconds=2.13, images={"bot": "b", "store": "s"})
        for one in cast:
            for number in (1, 2, 3, 4) if one.arm == CONTROL else (1, 2, 3):
                yield from turn(one, number, reply)
        yield DisruptionStarted(at=3.0, deployment=name, disruption=name, conversations=conversations)
        yield DisruptionEnded(
            at=4.6,
            deployment=name,
            disruption=name,
            kind=name.partition("*")[0],
            took_effect=True,
            recovered=True,
            sentence=f"3f2a91bc77d0 came through {name}",
            seconds=1.62,
        )
        for one in cast:
            if one.arm == TREATED:
                yield from turn(one, 4, reply)
        yield DeploymentClosed(at=5.0, deployment=name)
    yield RunEnded(at=6.0)


def troubled(text: str = "it exited with code 1", **run: Any) -> Iterator[Event]:
    """All events of a run in which nothing works; `text` is what bot, engine and log say."""
    yield run_started(**{"disruptions": ["restart", "kill", "recreate"], **run})
    for name in ("restart", "kill", "recreate"):
        yield planned(name, 1, TREATED)
    yield DeploymentFailed(
        at=1.0, deployment="restart", cause="bot", sentence=text, log=["Starting", text, "  at bot.py:3"]
    )
    yield DeploymentStarted(at=2.0, deployment="kill", seconds=0.5, images={"bot": text})
    yield DisruptionStarted(at=3.0, deployment="kill", disruption="kill", conversations=1)
    yield DisruptionEnded(
        at=4.0,
        deployment="kill",
        disruption="kill",
        took_effect=True,
        recovered=False,
        sentence=text,
        seconds=30.0,
        log=[f"{number}: {text}" for number in range(40)],
    )
    yield DeploymentClosed(at=5.0, deployment="kill")
    yield DeploymentStarted(at=6.0, deployment="recreate", seconds=0.5)
    yield FaultSeen(at=7.0, deployment="recreate", cause="store", sentence=text)
    yield DeploymentClosed(at=8.0, deployment="recreate")
    yield RunEnded(at=9.0, interrupted=True)
