"""A deployment in memory that obeys, or pretends to obey in one way."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
from collections.abc import AsyncIterator, Sequence
from typing import Any

from gate.ports import CANDIDATE, PREVIOUS, Instance


class FakeStore:
    """A store with numbered incarnations. `lies` replace its fields."""

    persistence = "aof"

    def __init__(self, **lies: Any) -> None:
        self.incarnation = Instance(identity="s" * 64, started="run 1", keys=3)
        self.exit_codes = {"stop": 0, "kill": 137}
        self.starts = True
        self.replaced_at_start = False
        self.replaces = True
        self.pauses = True
        self.resumes = True
        self.restarts_at_resume = False
        for name, lie in lies.items():
            setattr(self, name, lie)

    async def instance(self) -> Instance:
        return self.incarnation

    async def wait_until_ready(self) -> None: ...

    async def stop(self) -> int | None:
        return self.exit_codes["stop"]

    async def kill(self) -> int | None:
        return self.exit_codes["kill"]

    async def start(self) -> None:
        if self.starts:
            self.incarnation = dataclasses.replace(self.incarnation, started=self.incarnation.started + "'")
        if self.replaced_at_start:
            self.incarnation = dataclasses.replace(self.incarnation, identity="t" * 64)

    async def replace(self) -> int | None:
        if self.replaces:
            self.incarnation = dataclasses.replace(self.incarnation, identity="t" * 64)
        await self.start()
        return 0

    async def pause(self) -> None:
        self.incarnation = dataclasses.replace(self.incarnation, paused=self.pauses)

    async def resume(self) -> None:
        self.incarnation = dataclasses.replace(
            self.incarnation, paused=self.incarnation.paused and not self.resumes
        )
        if self.restarts_at_resume:
            await self.start()


class FakeDeployment:
    """A deployment with all abilities, whose fields say which orders it really carries out."""

    def __init__(self, *, replicas: int = 1, store: FakeStore | None = None, **lies: Any) -> None:
        self.store: FakeStore | None = store or FakeStore()
        self.numbers = itertools.count(1)
        self.incarnations: list[Instance] = []
        self.order: list[str] = []
        self.exit_codes = {"stop": 0, "kill": 137, "retire": 0, "memory": 137}
        self.starts = True
        self.replaces = True
        self.new_identity_at_start = False
        self.runs_after = True
        self.restarted_by_others = False
        self.retires = True
        self.counts_turns = True
        self.out_of_memory = True
        self.cuts = True
        self.heals = True
        self.connected = True
        self.images = {CANDIDATE: "new"}
        self.log: list[str] = []
        """The operations on it, in order."""
        for _ in range(replicas):
            self._make("old")
        for name, lie in lies.items():
            setattr(self, name, lie)

    def _make(self, image: str, version: str = PREVIOUS) -> str:
        incarnation = Instance(
            identity=f"{next(self.numbers):x}" * 64, started="1", image=image, version=version
        )
        self.incarnations.append(incarnation)
        self.order.append(incarnation.identity)
        return incarnation.identity

    def _each(self, **fields: Any) -> None:
        self.incarnations = [dataclasses.replace(one, **fields) for one in self.incarnations]

    async def instances(self) -> Sequence[Instance]:
        return tuple(self.incarnations)

    async def instance(self) -> Instance:
        return self.incarnations[0]

    async def wait_until_ready(self) -> None:
        if self.restarted_by_others:
            self._each(started="2")

    async def stop(self) -> int | None:
        self.log.append("stop")
        self._each(running=False, exit_code=self.exit_codes["stop"])
        return self.exit_codes["stop"]

    async def kill(self) -> int | None:
        self.log.append("kill")
        self._each(running=False, exit_code=self.exit_codes["kill"])
        return self.exit_codes["kill"]

    async def exhaust_memory(self) -> None:
        self._each(running=False, exit_code=self.exit_codes["memory"], out_of_memory=self.out_of_memory)

    async def start(self) -> None:
        self.log.append("start")
        self._each(exit_code=None, running=self.runs_after, out_of_memory=False)
        if self.starts:
            self.incarnations = [
                dataclasses.replace(one, started=one.started + "'") for one in self.incarnations
            ]
        if self.new_identity_at_start:
            self._each(identity="f" * 64)

    async def replace(self) -> int | None:
        if self.replaces:
            self._each(identity="f" * 64, started="3", running=self.runs_after)
        return 0

    def routed(self) -> Sequence[str]:
        return tuple(self.order)

    def route(self, identities: Sequence[str]) -> None:
        self.log.append("route " + " ".join(one[0] for one in identities))
        self.order = list(identities)

    async def add(self, version: str) -> str:
        order = list(self.order)
        made = self._make(self.images.get(version, "old"), version)
        self.order = order
        self.log.append(f"add {made[0]}")
        return made

    async def ask_to_stop(self, identity: str) -> None:
        self.log.append(f"ask {identity[0]}")

    async def retire(self, identity: str) -> int | None:
        self.log.append(f"retire {identity[0]}")
        if self.retires:
            self.incarnations = [one for one in self.incarnations if one.identity != identity]
        if not self.runs_after:
            self._each(running=False)
        return self.exit_codes["retire"]

    async def disconnect_store(self) -> None:
        self.log.append("cut")
        self.connected = not self.cuts

    async def reconnect_store(self) -> None:
        self.log.append("heal")
        self.connected = self.heals

    async def store_connected(self) -> bool:
        return self.connected

    def store_server(self) -> FakeStore | None:
        return self.store


class FakeTraffic:
    """Traffic that sends turns to the deployment's replicas, and logs when."""

    def __init__(self, deployment: FakeDeployment, *, asked: bool = True) -> None:
        self.deployment = deployment
        self.asked = asked

    async def send(self) -> None:
        """Send one turn to the first routed replica."""
        deployment = self.deployment
        deployment.log.append("send")
        if deployment.counts_turns:
            deployment.incarnations = [
                dataclasses.replace(one, turns=one.turns + 1) if one.identity == deployment.order[0] else one
                for one in deployment.incarnations
            ]

    @contextlib.asynccontextmanager
    async def in_flight(self) -> AsyncIterator[bool]:
        """Log the begin and the end of a turn."""
        self.deployment.log.append("turn begins")
        yield self.asked
        self.deployment.log.append("turn ends")
