"""A deployment made of containers: the bot's replicas and one store, on the networks of the run."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping

from gate.core.specification import BotSpecification
from gate.errors import GateError
from gate.ports import CANDIDATE, Store
from gate.runtimes.docker.containers import DockerContext
from gate.runtimes.docker.containment import memory_limit
from gate.runtimes.docker.replica import DockerReplica
from gate.runtimes.docker.store import DockerStore
from gate.runtimes.replicated import ReplicatedDeployment


class DockerDeployment(ReplicatedDeployment[DockerReplica]):
    """A bot and its store in containers. Container names are also their DNS names."""

    def __init__(
        self,
        context: DockerContext,
        bot: BotSpecification,
        store: Store | None,
        *,
        name: str,
        environment: Mapping[str, str],
    ) -> None:
        super().__init__()
        self._context = context
        self._bot = bot
        self._name = name
        self._environment = dict(environment)
        self._made = 0
        self._server: DockerStore | None = None
        if store is not None:
            self._server = DockerStore(context, store, name=f"{name}-store")
            self._environment.update(self._server.variables)

    async def start_all(self, version: str) -> None:
        """Start the store, then the bot's replicas, and wait until all answer.

        The replicas are created while the store starts, but started only when it answers, because a bot may
        connect to its store at once.
        """
        creating = [asyncio.create_task(self._make(version)) for _ in range(self._bot.replicas)]
        try:
            if self._server is not None:
                await self._server.create()
            self._replicas = list(await asyncio.gather(*creating))
        except BaseException:
            for task in creating:
                task.cancel()
            await asyncio.gather(*creating, return_exceptions=True)
            raise
        self._routed = list(self._replicas)
        await self._each(lambda replica: replica.start())
        await self.wait_until_ready()

    @property
    def store_host(self) -> str:
        """The address at which the gate reaches the store; "" without a store."""
        return self._server.host if self._server else ""

    def images(self) -> Mapping[str, str]:
        """Return the ids of the images in use."""
        versions = {
            "bot" if version == CANDIDATE else version: image
            for version, image in self._context.bot_images.items()
        }
        return {**versions, **({"store": self._context.store_image} if self._server else {})}

    async def store_fault(self) -> str | None:
        """Return a sentence if the store ended or restarted unasked, else None."""
        return await self._server.fault() if self._server else None

    async def limit_fault(self) -> str | None:
        """Return a sentence if the kernel ended a process of a replica at its memory limit, else None."""
        if any(await self._each(lambda replica: replica.out_of_memory())):
            return f"the bot ran out of memory: {memory_limit(self._bot.container.memory)}"
        return None

    def store_server(self) -> DockerStore | None:
        """Return the store's container."""
        return self._server

    async def exhaust_memory(self) -> None:
        """Make all replicas run out of memory, so that the kernel ends them."""
        await self._each(lambda replica: replica.exhaust_memory())

    async def disconnect_store(self) -> None:
        """Disconnect all replicas from the network of their store."""
        await self._each(lambda replica: replica.disconnect_store())

    async def reconnect_store(self) -> None:
        """Connect all replicas to that network again."""
        await self._each(lambda replica: replica.connect_store())

    async def store_connected(self) -> bool:
        """Whether any replica is on that network."""
        return any(await self._each(lambda replica: replica.store_connected()))

    async def close(self) -> None:
        """Remove all containers and the store's volume. The runtime removes later what resists now."""
        with contextlib.suppress(GateError):
            await asyncio.gather(
                *(replica.remove() for replica in self._replicas),
                *((self._server.remove(),) if self._server else ()),
            )

    async def _launch(self, version: str) -> DockerReplica:
        replica = await self._make(version)
        await replica.start()
        return replica

    async def _make(self, version: str) -> DockerReplica:
        """Create a replica that is not started yet, on all networks that it needs."""
        self._made += 1
        replica = await DockerReplica.create(
            self._context,
            self._bot,
            name=f"{self._name}-bot-{self._made}",
            version=version,
            environment=self._environment,
        )
        self._replicas.append(replica)
        if self._server is not None:
            await replica.connect_store()
        return replica
