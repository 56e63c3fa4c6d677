"""Optional abilities of deployments and store servers. Disruptions ask for an ability, not for a runtime.

A deployment that lacks the ability does not support the disruption, which says nothing about the bot.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from gate.ports.deployment import Instance


@runtime_checkable
class Stoppable(Protocol):
    """The ability to be stopped and started again, as `docker stop` and `docker start` do.

    A deployment stops and starts all replicas of the bot, and returns the highest of their exit codes.
    """

    async def stop(self) -> int | None:
        """Send SIGTERM, and SIGKILL after the grace period. Return the exit code."""
        ...

    async def kill(self) -> int | None:
        """Send SIGKILL at once. Return the exit code."""
        ...

    async def start(self) -> None:
        """Start the stopped instance again, with the same files."""
        ...


@runtime_checkable
class Replaceable(Protocol):
    """The ability to replace the present instance by a fresh one of the same image."""

    async def replace(self) -> int | None:
        """Stop the instance gracefully, remove it with its files, and start a new one.

        Return the exit code of the old one.
        """
        ...


@runtime_checkable
class Replicated(Protocol):
    """The ability to run several replicas side by side, and to choose which of them get turns."""

    def routed(self) -> Sequence[str]:
        """Return the identities of the replicas that get turns, in the order of the turns."""
        ...

    def route(self, identities: Sequence[str]) -> None:
        """Send new turns to these replicas alone, one after the other."""
        ...

    async def add(self, version: str) -> str:
        """Start one more replica, of CANDIDATE or PREVIOUS, and return its identity when it is ready.

        It gets no turns yet. Raises BotNotReady, EngineError.
        """
        ...

    async def ask_to_stop(self, identity: str) -> None:
        """Send the signal to stop (SIGTERM) and return. The grace period of this replica begins."""
        ...

    async def retire(self, identity: str) -> int | None:
        """Stop the replica gracefully, and remove it with its files. Return its exit code.

        The grace period counts from `ask_to_stop` where that came first; SIGKILL follows it.
        """
        ...


@runtime_checkable
class Contained(Protocol):
    """The ability to tell that a limit set by the gate ended something, and not the bot."""

    async def limit_fault(self) -> str | None:
        """Return a sentence with the key that lifts the limit, if a replica now shows that it met one."""
        ...


@runtime_checkable
class MemoryLimited(Protocol):
    """The ability to exceed a memory limit that the kernel enforces."""

    async def exhaust_memory(self) -> None:
        """Return when the kernel has ended every replica for want of memory, and the limit is lifted.

        Raises Unsupported, EngineError.
        """
        ...


@runtime_checkable
class Pausable(Protocol):
    """The ability to be halted at any moment, as `docker pause` does."""

    async def pause(self) -> None:
        """Halt it: it keeps its connections and answers nothing."""
        ...

    async def resume(self) -> None:
        """Let it continue where it was halted."""
        ...


@runtime_checkable
class Partitionable(Protocol):
    """The ability to cut the bot off from its store, while both run and the bot can be reached."""

    async def disconnect_store(self) -> None:
        """Let no packet pass between any replica and the store."""
        ...

    async def reconnect_store(self) -> None:
        """Connect the bot to the store again, under the same address."""
        ...

    async def store_connected(self) -> bool:
        """Whether the network lets the bot reach the store, seen from outside the bot."""
        ...


class StoreServer(Stoppable, Protocol):
    """The server of a deployment's store. It may have further abilities of this file."""

    @property
    def persistence(self) -> str:
        """How it keeps its data when it restarts, as the settings name it."""
        ...

    async def instance(self) -> Instance:
        """Return its present incarnation. Raises EngineError."""
        ...

    async def wait_until_ready(self) -> None:
        """Return when it answers with all data loaded. Later restarts by others count as faults.

        Raises StoreError, EngineError.
        """
        ...


@runtime_checkable
class Storing(Protocol):
    """The ability to have a store whose server can be disrupted."""

    def store_server(self) -> StoreServer | None:
        """Return the server; None when the bot was given no store."""
        ...
