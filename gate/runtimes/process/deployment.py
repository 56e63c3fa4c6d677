"""Deployment of local processes, in a scratch folder of its own."""

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
        """Start the store, then the bot's replicas, and wait until all answer."""
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
        """The port at which the gate reaches the store; 0 without a store."""
        return self._server.port if self._server else 0

    def images(self) -> Mapping[str, str]:
        """Return the commands, which stand for images here."""
        store = {"store": self._store.local_server()} if self._store else {}
        return {"bot": " ".join(self._bot.command), **store}

    async def store_fault(self) -> str | None:
        """Return a sentence if the store ended or restarted unasked, else None."""
        return await self._server.fault() if self._server else None

    def store_server(self) -> ProcessStore | None:
        """Return the store's process."""
        return self._server

    async def disconnect_store(self) -> None:
        """Cut the connection of all replicas to their store."""
        await self._require_proxy().cut()

    async def reconnect_store(self) -> None:
        """Restore the connection."""
        await self._require_proxy().heal()

    async def store_connected(self) -> bool:
        """Whether a new connection through the proxy succeeds."""
        return await self._require_proxy().connected()

    async def close(self) -> None:
        """End all processes and remove their files."""
        async with self._scratch.closing():
            if self._proxy is not None:
                await self._proxy.close()
            await asyncio.gather(
                *(replica.close() for replica in self._replicas),
                *((self._server.close(),) if self._server else ()),
            )

    def _require_proxy(self) -> StoreProxy:
        if self._proxy is None:
            raise EngineError("the bot has no store to be cut off from")
        return self._proxy

    async def _launch(self, version: str) -> ProcessReplica:
        """Start a replica. Both versions run the same command, because versions differ by image only."""
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
