"""Deployment of one or more replicas of any runtime: it tracks them, and which of them get turns."""

from __future__ import annotations

import asyncio
import dataclasses
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Generic, Protocol, TypeVar

from gate.errors import EngineError
from gate.ports import Instance, TurnLease
from gate.runtimes.turn_routing import ReplicaLease


class Replica(Protocol):
    """One copy of the bot, as a runtime makes it."""

    @property
    def identity(self) -> str: ...

    @property
    def version(self) -> str: ...

    def address(self) -> str: ...

    async def instance(self) -> Instance: ...

    async def wait_until_ready(self) -> None: ...

    async def log_tail(self) -> Sequence[str]: ...

    async def start(self) -> None: ...

    async def ask_to_stop(self) -> None:
        """Send the stop signal, once: a second one makes some servers drop their turns."""
        ...

    async def stop(self) -> int | None:
        """Wait for the rest of the grace period, counted from the signal; then send SIGKILL.

        Return the exit code.
        """
        ...

    async def kill(self) -> int | None: ...

    async def remove(self) -> None: ...


Kind = TypeVar("Kind", bound=Replica)
Answer = TypeVar("Answer")


class ReplicatedDeployment(ABC, Generic[Kind]):
    """The part of a deployment that is the same on every runtime."""

    def __init__(self) -> None:
        self._replicas: list[Kind] = []
        """All replicas that were made and not removed, which `close` has to remove."""
        self._routed: list[Kind] = []
        """The replicas that get turns."""
        self._turns: Counter[str] = Counter()
        self._turns_under_way: Counter[str] = Counter()
        self._next = 0

    @abstractmethod
    async def _launch(self, version: str) -> Kind:
        """Make a replica, add it to `_replicas`, and start it. It need not be ready yet."""

    async def _launch_all(self, versions: Sequence[str]) -> None:
        """Start fresh replicas of these versions, which then get the turns."""
        self._routed = await _all(self._launch(version) for version in versions)
        self._replicas = [
            *(replica for replica in self._replicas if replica not in self._routed),
            *self._routed,
        ]

    def route_turn(self) -> AbstractAsyncContextManager[TurnLease]:
        """See Deployment."""
        return ReplicaLease(self._choose_replica, self._turns_under_way)

    def _choose_replica(self) -> Kind:
        """Choose the replica for the next turn, round-robin, and count the turn."""
        if not self._routed:
            raise EngineError("the bot was never started")
        replica = self._routed[self._next % len(self._routed)]
        self._next += 1
        self._turns[replica.identity] += 1
        return replica

    async def instance(self) -> Instance:
        """Return the present incarnation of the first replica."""
        if not self._replicas:
            raise EngineError("the bot was never started")
        return (await self.instances())[0]

    async def instances(self) -> Sequence[Instance]:
        """Return the present incarnations of all replicas."""
        replicas = tuple(self._replicas)
        incarnations = await _all(replica.instance() for replica in replicas)
        return tuple(
            dataclasses.replace(
                incarnation,
                version=replica.version,
                turns=self._turns[replica.identity],
                turns_under_way=self._turns_under_way[replica.identity],
            )
            for replica, incarnation in zip(replicas, incarnations, strict=True)
        )

    async def wait_until_ready(self) -> None:
        """Wait for all health checks."""
        await self._each(lambda replica: replica.wait_until_ready())

    async def log_tail(self) -> Sequence[str]:
        """Return the last log lines of the first replica."""
        return await self._replicas[0].log_tail() if self._replicas else ()

    async def stop(self) -> int | None:
        """Stop all replicas gracefully. Return the highest exit code."""
        return _highest(await self._each(lambda replica: replica.stop()))

    async def kill(self) -> int | None:
        """Kill all replicas. Return the highest exit code."""
        return _highest(await self._each(lambda replica: replica.kill()))

    async def start(self) -> None:
        """Start all replicas again that were stopped."""
        await self._each(lambda replica: replica.start())

    async def replace(self) -> int | None:
        """Replace all replicas by as many fresh ones of the same versions. Return the highest exit code."""
        old = tuple(self._replicas)
        exit_code = await self.stop()
        for replica in old:
            await self._remove(replica)
        await self._launch_all([replica.version for replica in old])
        return exit_code

    def routed(self) -> Sequence[str]:
        """Return the identities of the replicas that get turns."""
        return tuple(replica.identity for replica in self._routed)

    def route(self, identities: Sequence[str]) -> None:
        """Send turns to these replicas alone, the next one to the first of them."""
        self._routed = [self._find(identity) for identity in identities]
        self._next = 0

    async def add(self, version: str) -> str:
        """Start one more replica, and return its identity when it is ready. It gets no turns yet."""
        replica = await self._launch(version)
        await replica.wait_until_ready()
        return replica.identity

    async def ask_to_stop(self, identity: str) -> None:
        """Send the stop signal to one replica."""
        await self._find(identity).ask_to_stop()

    async def retire(self, identity: str) -> int | None:
        """Stop one replica and remove it. Return its exit code."""
        replica = self._find(identity)
        exit_code = await replica.stop()
        await self._remove(replica)
        return exit_code

    async def _remove(self, replica: Kind) -> None:
        await replica.remove()
        self._replicas.remove(replica)
        self._routed = [routed for routed in self._routed if routed is not replica]

    def _find(self, identity: str) -> Kind:
        found = next((replica for replica in self._replicas if replica.identity == identity), None)
        if found is None:
            raise EngineError(f"the bot has no replica {identity[:12]}")
        return found

    async def _each(self, verb: Callable[[Kind], Coroutine[Any, Any, Answer]]) -> list[Answer]:
        """Call `verb` on all replicas at once."""
        return await _all(verb(replica) for replica in self._replicas)


async def _all(coroutines: Iterable[Coroutine[Any, Any, Answer]]) -> list[Answer]:
    """Await all of them, and return their results. The first error is raised only when all have ended."""
    outcomes = await asyncio.gather(*coroutines, return_exceptions=True)
    answers: list[Answer] = []
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
        answers.append(outcome)
    return answers


def _highest(exit_codes: Sequence[int | None]) -> int | None:
    return max((code for code in exit_codes if code is not None), default=None)
