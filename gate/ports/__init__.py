"""Protocols through which packages use each other, with the data that they hand over.

One file per role: the clients' side (`bot`), the server's side (`deployment` with its optional `abilities`,
`runtime`, `store`), the `disruption`, and those who read the run (`scorer`, `recorder`, `reporter`).
A kind implements its protocol without importing the code that uses it.
"""

from __future__ import annotations

from gate.ports.abilities import (
    Contained,
    MemoryLimited,
    Partitionable,
    Pausable,
    Replaceable,
    Replicated,
    Stoppable,
    StoreServer,
    Storing,
)
from gate.ports.bot import Bot, BotProtocol, Conversation, TurnLease, TurnRouter
from gate.ports.deployment import CANDIDATE, PREVIOUS, Deployment, Instance
from gate.ports.disruption import Disruption, Evidence, Hold, Traffic
from gate.ports.recorder import Recorder
from gate.ports.reporter import FileReporter, Reporter
from gate.ports.runtime import RunsSource, Runtime, RuntimeKind, RuntimeParts
from gate.ports.scorer import Scorer, Tiebreaker
from gate.ports.store import Store, StoreInspector, StoreKind, StoreView

__all__ = [
    "CANDIDATE",
    "PREVIOUS",
    "Bot",
    "BotProtocol",
    "Contained",
    "Conversation",
    "Deployment",
    "Disruption",
    "Evidence",
    "FileReporter",
    "Hold",
    "Instance",
    "MemoryLimited",
    "Partitionable",
    "Pausable",
    "Recorder",
    "Replaceable",
    "Replicated",
    "Reporter",
    "RunsSource",
    "Runtime",
    "RuntimeKind",
    "RuntimeParts",
    "Scorer",
    "Stoppable",
    "Store",
    "StoreInspector",
    "StoreKind",
    "StoreServer",
    "StoreView",
    "Storing",
    "Tiebreaker",
    "Traffic",
    "TurnLease",
    "TurnRouter",
]
