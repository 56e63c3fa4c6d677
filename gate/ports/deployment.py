"""A bot and its store, started together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from gate.ports.bot import TurnLease

CANDIDATE = "candidate"
"""The version of the bot that is to be deployed."""
PREVIOUS = "previous"
"""The version that it is to take the place of; the candidate again where no other is given."""


@dataclass(frozen=True, kw_only=True)
class Instance:
    """One life of a replica of the bot, or of its store.

    `identity` changes when it is replaced, `started` whenever it starts.
    """

    identity: str
    """Container id, or the folder that stands for one."""
    started: str
    """Opaque mark of the latest start; of a store the identity of its server, "" while it does not answer."""
    running: bool = True
    exit_code: int | None = None
    """Of the last stop, 128 + signal when a signal ended it; None while none has been seen."""
    image: str = ""
    """What it was made from: the id of an image, or a command."""
    version: str = CANDIDATE
    """Of a replica: CANDIDATE or PREVIOUS."""
    out_of_memory: bool = False
    """Whether the kernel ended it for want of memory."""
    paused: bool = False
    """Whether it runs and gets no time to do anything."""
    turns: int = 0
    """How many turns were directed to it since it was made."""
    turns_under_way: int = 0
    """How many of them have not ended."""
    keys: int | None = None
    """Of a store that answers: how many keys it holds."""


class Deployment(Protocol):
    """A bot, of one or more replicas, and its store. Each can be talked to, looked at and closed."""

    def route_turn(self) -> AbstractAsyncContextManager[TurnLease]:
        """Lease a way for one turn: the replicas that get turns take turns.

        Entering counts the turn, once, whatever is asked of the lease; leaving says that the turn is over.
        """
        ...

    def images(self) -> Mapping[str, str]:
        """Role (`bot`, `store`) → image id or version, for the report."""
        ...

    async def instance(self) -> Instance:
        """The present life of the bot; of several replicas the first one's."""
        ...

    async def instances(self) -> Sequence[Instance]:
        """The present lives of all replicas, those that get no turns included."""
        ...

    async def wait_until_ready(self) -> None:
        """Returns when every replica answers its health check. Raises BotNotReady, EngineError."""
        ...

    async def store_fault(self) -> str | None:
        """One sentence when the store is not as the gate left it, else None. Raises EngineError."""
        ...

    async def log_tail(self) -> Sequence[str]:
        """The bot's last log lines; untrusted text, at most a few dozen bounded lines."""
        ...

    async def close(self) -> None:
        """Removes everything this deployment made. Safe to call twice."""
        ...
