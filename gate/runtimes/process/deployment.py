"""A deployment made of local processes, in a scratch folder of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from gate.core.specification import BotSpecification
from gate.errors import EngineError
from gate.ports import Store
from gate.runtimes.process.ports import Ports
from gate.runtimes.process.proxy import StoreProxy
from gate.runtimes.process.replica import ProcessReplica
from gate.runtimes.process.scratch import LOCALHOST, Scratch
from gate.runtimes.process.store import ProcessStore
from gate.runtimes.replicated import ReplicatedDeployment


class ProcessDeployment(ReplicatedDeployment[ProcessReplica]):
    """The bot's replicas and their store, each a process under a supervisor."""

    def __init__(
        self,
        bot: BotSpecification,
        store: Store | None,
        *,
        scratch: Path,
        ports: Ports,
        environment: Mapping[str, str],
    ) -> None:
        super().__init__()
        self._bot = bot
        self._store = store
        self._scratch = Scratch(scratch, environment)
        self._environment = dict(environment)
        self._ports = ports
        self._made = 0
        self._server = ProcessStore(store, self._scratch, ports) if store else None
        self._proxy: StoreProxy | None = None

    async def start_all(self, version: str) -> None:
        """Starts the store, then the bot's replicas, and waits until all answer."""
        await self._scratch.make()
        if self._server is not None and self._store is not None:
            await self._server.create()
            async with self._scratch.still_open():
                self._proxy = StoreProxy(self._ports.take(), self._server.port)
                await self._proxy.heal()
            self._environment.update(self._store.variables(LOCALHOST, self._proxy.port))
        await self._launch_all([version] * self._bot.replicas)
        await self.wait_until_ready()

    @property
    def store_port(self) -> int:
        """Where the gate reaches the store; 0 while there is none."""
        return self._server.port if self._server else 0

    def images(self) -> Mapping[str, str]:
        """The command stands for the image."""
        store = {"store": self._store.local_server()} if self._store else {}
        return {"bot": " ".join(self._bot.command), **store}

    async def store_fault(self) -> str | None:
        """Whether the store is another than the gate left."""
        return await self._server.fault() if self._server else None

    def store_server(self) -> ProcessStore | None:
        """The store's process."""
        return self._server

    async def disconnect_store(self) -> None:
        """Cuts the way of all replicas to their store."""
        await self._require_proxy().cut()

    async def reconnect_store(self) -> None:
        """Opens it again."""
        await self._require_proxy().heal()

    async def store_connected(self) -> bool:
        """Whether it is open, as somebody finds who takes it."""
        return await self._require_proxy().connected()

    async def close(self) -> None:
        """Ends all processes and removes their files."""
        async with self._scratch.closing():
            if self._proxy is not None:
                await self._proxy.close()
            await asyncio.gather(
                *(one.close() for one in self._replicas), *((self._server.close(),) if self._server else ())
            )

    def _require_proxy(self) -> StoreProxy:
        if self._proxy is None:
            raise EngineError("the bot has no store to be cut off from")
        return self._proxy

    async def _launch(self, version: str) -> ProcessReplica:
        """`version` makes no difference: it names an image, and here there is the command alone."""
        self._made += 1
        replica = ProcessReplica(
            self._bot,
            self._scratch,
            number=self._made,
            port=self._ports.take(),
            version=version,
            environment=self._environment,
        )
        await replica.copy()
        self._replicas.append(replica)
        await replica.start()
        return replica
