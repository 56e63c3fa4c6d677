"""A deployment: a bot of one or more replicas and its store, started together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from gate.ports.bot import TurnLease

CANDIDATE = "candidate"
"""The version of the bot that is to be deployed."""
PREVIOUS = "previous"
"""The version in production, which the candidate replaces; the candidate itself where no other is given."""


@dataclass(frozen=True, kw_only=True)
class Instance:
    """One incarnation of a replica of the bot, or of its store.

    `identity` changes with each replacement, `started` with each start.
    """

    identity: str
    """The container id, or the folder that stands for a container."""
    started: str
    """An opaque mark of the latest start.

    For a store it is its server's identity; "" while the server does not answer.
    """
    running: bool = True
    exit_code: int | None = None
    """Exit code of the last stop, 128 + signal when a signal ended it; None before the first stop."""
    image: str = ""
    """The id of the image, or the command, that it was made from."""
    version: str = CANDIDATE
    """CANDIDATE or PREVIOUS, for a replica of the bot."""
    out_of_memory: bool = False
    """Whether the kernel ended it for want of memory."""
    paused: bool = False
    """Whether it is halted: it runs, but gets no CPU time."""
    turns: int = 0
    """Turns routed to it since it was made."""
    turns_under_way: int = 0
    """Turns routed to it that have not ended."""
    keys: int | None = None
    """Keys that the store holds; None for a bot, or while the store does not answer."""


class Deployment(Protocol):
    """A bot of one or more replicas and its store: it can be spoken to, inspected and closed."""

    def route_turn(self) -> AbstractAsyncContextManager[TurnLease]:
        """Lease a replica for one turn, round-robin among the replicas that get turns.

        Entering the lease counts the turn exactly once; leaving it ends the turn.
        """
        ...

    def images(self) -> Mapping[str, str]:
        """Return role (`bot`, `store`) → image id or version, for the report."""
        ...

    async def instance(self) -> Instance:
        """Return the present incarnation of the bot; of several replicas, that of the first."""
        ...

    async def instances(self) -> Sequence[Instance]:
        """Return the present incarnations of all replicas, including those that get no turns."""
        ...

    async def wait_until_ready(self) -> None:
        """Return when every replica answers its health check. Raises BotNotReady, EngineError."""
        ...

    async def store_fault(self) -> str | None:
        """Return a sentence if the store ended or restarted unasked, else None. Raises EngineError."""
        ...

    async def log_tail(self) -> Sequence[str]:
        """Return the bot's last log lines: untrusted text, at most a few dozen lines of bounded length."""
        ...

    async def close(self) -> None:
        """Remove everything that this deployment made. Safe to call twice."""
        ...
