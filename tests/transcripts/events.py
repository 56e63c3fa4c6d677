"""Events by hand: each field that a test does not name has a plausible value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from gate.core.transcript import (
    ACKNOWLEDGED,
    TREATED,
    ConversationPlanned,
    DeploymentClosed,
    DeploymentStarted,
    DisruptionEnded,
    DisruptionStarted,
    ModelAsked,
    RunStarted,
    StoreSeen,
    TurnEnded,
    TurnStarted,
)
from gate.disruptions import traits_of

NOON = 1.0
"""The time of every event that is given none: most tests depend on the order of events only."""


def run_started(**given: Any) -> RunStarted:
    fields = {
        "at": 0.0,
        "version": "0.1.0",
        "seed": 7,
        "bot": "bot:1",
        "runtime": "process",
        "disruptions": ["restart"],
        "trials": 1,
        "model": "reader",
        "policy": {},
    }
    return RunStarted(**{**fields, **given})


def conversation_planned(
    conversation: str, *, disruption: str = "restart", **given: Any
) -> ConversationPlanned:
    """Plan a treated conversation without facts in a deployment that is named after its disruption."""
    fields = {
        "at": 0.0,
        "deployment": disruption,
        "scenario": "s",
        "file": "s.yml",
        "disruptions": disruption.split("+"),
        "arm": TREATED,
        "trial": 1,
        "sessions": {},
        "facts": {},
        "told_by": {},
        "decoys": {},
        "unguessable": [],
        "turns": 1,
        "probes": 0,
    }
    return ConversationPlanned(conversation=conversation, disruption=disruption, **{**fields, **given})


def deployment_started(deployment: str, **given: Any) -> DeploymentStarted:
    return DeploymentStarted(deployment=deployment, **{"at": NOON, "seconds": 1.0, **given})


def deployment_closed(deployment: str, **given: Any) -> DeploymentClosed:
    return DeploymentClosed(deployment=deployment, **{"at": NOON, **given})


def turn_started(turn: str, conversation: str, **given: Any) -> TurnStarted:
    fields = {"at": NOON, "speaker": "alice", "session": "alice-1", "text": "Hello.", "line": 1}
    return TurnStarted(turn=turn, conversation=conversation, **{**fields, **given})


def turn_ended(turn: str, **given: Any) -> TurnEnded:
    return TurnEnded(turn=turn, **{"at": NOON, "status": ACKNOWLEDGED, **given})


def model_asked(prompt: Sequence[str], **given: Any) -> ModelAsked:
    fields = {"at": NOON, "path": "/v1/chat/completions", "about": "", "answer": ""}
    return ModelAsked(prompt=prompt, **{**fields, **given})


def store_seen(deployment: str, moment: str, values: Iterable[str] = (), **given: Any) -> StoreSeen:
    fields = {"at": NOON, "values": sorted(values), "keys": 1, "bytes": 1}
    return StoreSeen(deployment=deployment, moment=moment, **{**fields, **given})


def disruption_started(deployment: str, disruption: str, **given: Any) -> DisruptionStarted:
    kind = disruption.partition("*")[0]
    fields = {"at": NOON, "conversations": 1, "traits": traits_of(disruption), "kind": kind}
    return DisruptionStarted(deployment=deployment, disruption=disruption, **{**fields, **given})


def disruption_ended(disruption: str, deployment: str, **given: Any) -> DisruptionEnded:
    """End a disruption that took effect and that the bot came back from."""
    fields = {
        "at": NOON,
        "took_effect": True,
        "recovered": True,
        "sentence": f"{disruption} done",
        "kind": disruption.partition("*")[0],
        "seconds": 1.5,
    }
    return DisruptionEnded(deployment=deployment, disruption=disruption, **{**fields, **given})
