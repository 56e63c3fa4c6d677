"""What a deployment may be able to do besides: disruptions ask for an ability, not for a runtime.

A deployment that lacks the ability does not support the disruption; it says nothing about the bot.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from gate.ports.deployment import Instance


@runtime_checkable
class Stoppable(Protocol):
    """The ability to be stopped and started again, as `docker stop` and `docker start` do.

    A deployment stops and starts all replicas of the bot, and gives the highest of their exit codes.
    """

    async def stop(self) -> int | None:
        """SIGTERM, then SIGKILL after the grace. The exit code."""
        ...

    async def kill(self) -> int | None:
        """SIGKILL at once. The exit code."""
        ...

    async def start(self) -> None:
        """Starts the stopped instance again, with the same files."""
        ...


@runtime_checkable
class Replaceable(Protocol):
    """The ability to put a fresh instance of the same image in the place of the present one."""

    async def replace(self) -> int | None:
        """Stops the instance gracefully, removes it with its files, starts a new one. The old exit code."""
        ...


@runtime_checkable
class Replicated(Protocol):
    """The ability to run several replicas side by side, and to say which of them get the turns."""

    def routed(self) -> Sequence[str]:
        """The identities of the replicas that get turns, in the order in which they get them."""
        ...

    def route(self, identities: Sequence[str]) -> None:
        """From now on new turns go to these replicas alone, one after the other."""
        ...

    async def add(self, version: str) -> str:
        """Starts one more replica, of CANDIDATE or PREVIOUS, and waits until it is ready.

        It gets no turns yet. Its identity. Raises BotNotReady, EngineError.
        """
        ...

    async def ask_to_stop(self, identity: str) -> None:
        """Sends the signal to stop (SIGTERM) and returns: the grace of this replica begins."""
        ...

    async def retire(self, identity: str) -> int | None:
        """Waits until the replica, asked to stop if it was not yet, has ended, and removes it with its files.

        SIGKILL when the grace is over. The exit code.
        """
        ...


@runtime_checkable
class Contained(Protocol):
    """The ability to tell that a limit of the gate's own, and not the bot, ended something."""

    async def limit_fault(self) -> str | None:
        """One sentence when a replica, as it stands, met such a limit, with the key that lifts it."""
        ...


@runtime_checkable
class MemoryLimited(Protocol):
    """The ability to run into a limit of memory, which the kernel enforces."""

    async def exhaust_memory(self) -> None:
        """Returns when the kernel has ended every replica for want of memory, and the limit is gone again.

        Raises Unsupported, EngineError.
        """
        ...


@runtime_checkable
class Pausable(Protocol):
    """The ability to be halted in the middle of whatever it does, as `docker pause` does."""

    async def pause(self) -> None:
        """It keeps its connections and answers nothing."""
        ...

    async def resume(self) -> None:
        """It goes on where it was halted."""
        ...


@runtime_checkable
class Partitionable(Protocol):
    """The ability to cut the bot off from its store, while both go on and the bot can be talked to."""

    async def disconnect_store(self) -> None:
        """No packet passes between any replica and the store."""
        ...

    async def reconnect_store(self) -> None:
        """The bot finds the store where it was."""
        ...

    async def store_connected(self) -> bool:
        """Whether the network lets the bot reach the store, as far as can be seen from outside."""
        ...


class StoreServer(Stoppable, Protocol):
    """The server of a deployment's store. What it can do besides is told by other abilities."""

    @property
    def persistence(self) -> str:
        """How it was told to keep its data over its own end, as the settings name it."""
        ...

    async def instance(self) -> Instance:
        """Its present life. Raises EngineError."""
        ...

    async def wait_until_ready(self) -> None:
        """Returns when it answers with its data loaded; as it then is, the gate left it.

        Raises StoreError, EngineError.
        """
        ...


@runtime_checkable
class Storing(Protocol):
    """The ability to have a store whose server can be disrupted."""

    def store_server(self) -> StoreServer | None:
        """The server; None when the bot was given no store."""
        ...
