"""A deployment of one or more replicas, whatever a replica is: which there are, and which get the turns."""

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
        """Sends the signal to stop, once: a second one makes some servers drop their turns."""
        ...

    async def stop(self) -> int | None:
        """Waits out what is left of the grace, counted from the signal; then SIGKILL. The exit code."""
        ...

    async def kill(self) -> int | None: ...

    async def remove(self) -> None: ...


Kind = TypeVar("Kind", bound=Replica)
Answer = TypeVar("Answer")


class ReplicatedDeployment(ABC, Generic[Kind]):
    """What is the same for the replicas of every runtime. One alone behaves as a bot without replicas."""

    def __init__(self) -> None:
        self._replicas: list[Kind] = []
        """All that were made and not removed: what `close` has to see to."""
        self._routed: list[Kind] = []
        self._turns: Counter[str] = Counter()
        self._turns_under_way: Counter[str] = Counter()
        self._next = 0

    @abstractmethod
    async def _launch(self, version: str) -> Kind:
        """Makes a replica, puts it into `_replicas`, and starts it. It need not be ready yet."""

    async def _launch_all(self, versions: Sequence[str]) -> None:
        """Fresh replicas of these versions, which get the turns."""
        self._routed = await _all(self._launch(version) for version in versions)
        self._replicas = [*(one for one in self._replicas if one not in self._routed), *self._routed]

    def route_turn(self) -> AbstractAsyncContextManager[TurnLease]:
        """See Deployment."""
        return ReplicaLease(self._choose_replica, self._turns_under_way)

    def _choose_replica(self) -> Kind:
        """Give the next turn to the next replica, and count it."""
        if not self._routed:
            raise EngineError("the bot was never started")
        replica = self._routed[self._next % len(self._routed)]
        self._next += 1
        self._turns[replica.identity] += 1
        return replica

    async def instance(self) -> Instance:
        """The first replica's life."""
        if not self._replicas:
            raise EngineError("the bot was never started")
        return (await self.instances())[0]

    async def instances(self) -> Sequence[Instance]:
        """All replicas' lives."""
        replicas = tuple(self._replicas)
        lives = await _all(one.instance() for one in replicas)
        return tuple(
            dataclasses.replace(
                life,
                version=one.version,
                turns=self._turns[one.identity],
                turns_under_way=self._turns_under_way[one.identity],
            )
            for one, life in zip(replicas, lives, strict=True)
        )

    async def wait_until_ready(self) -> None:
        """Waits for all health checks."""
        await self._each(lambda one: one.wait_until_ready())

    async def log_tail(self) -> Sequence[str]:
        """The last lines of the first replica."""
        return await self._replicas[0].log_tail() if self._replicas else ()

    async def stop(self) -> int | None:
        """Stops all replicas gracefully. The highest exit code."""
        return _highest(await self._each(lambda one: one.stop()))

    async def kill(self) -> int | None:
        """Kills all replicas. The highest exit code."""
        return _highest(await self._each(lambda one: one.kill()))

    async def start(self) -> None:
        """Starts all replicas that were stopped."""
        await self._each(lambda one: one.start())

    async def replace(self) -> int | None:
        """Puts as many fresh replicas of the same versions in the place of all."""
        old = tuple(self._replicas)
        exit_code = await self.stop()
        for one in old:
            await self._remove(one)
        await self._launch_all([one.version for one in old])
        return exit_code

    def routed(self) -> Sequence[str]:
        """Who gets turns."""
        return tuple(one.identity for one in self._routed)

    def route(self, identities: Sequence[str]) -> None:
        """Lets these alone get turns, the first of them the next one."""
        self._routed = [self._replica(identity) for identity in identities]
        self._next = 0

    async def add(self, version: str) -> str:
        """One more replica, ready and without turns."""
        replica = await self._launch(version)
        await replica.wait_until_ready()
        return replica.identity

    async def ask_to_stop(self, identity: str) -> None:
        """The signal alone."""
        await self._replica(identity).ask_to_stop()

    async def retire(self, identity: str) -> int | None:
        """The end of a replica, and its removal."""
        replica = self._replica(identity)
        exit_code = await replica.stop()
        await self._remove(replica)
        return exit_code

    async def _remove(self, replica: Kind) -> None:
        await replica.remove()
        self._replicas.remove(replica)
        self._routed = [one for one in self._routed if one is not replica]

    def _replica(self, identity: str) -> Kind:
        found = next((one for one in self._replicas if one.identity == identity), None)
        if found is None:
            raise EngineError(f"the bot has no replica {identity[:12]}")
        return found

    async def _each(self, verb: Callable[[Kind], Coroutine[Any, Any, Answer]]) -> list[Answer]:
        """`verb` of all replicas at once."""
        return await _all(verb(one) for one in self._replicas)


async def _all(coroutines: Iterable[Coroutine[Any, Any, Answer]]) -> list[Answer]:
    """What all of them give; the first fault is raised when all have come to an end."""
    outcomes = await asyncio.gather(*coroutines, return_exceptions=True)
    answers: list[Answer] = []
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
        answers.append(outcome)
    return answers


def _highest(exit_codes: Sequence[int | None]) -> int | None:
    return max((code for code in exit_codes if code is not None), default=None)
