"""The bot's containers and one store container, all on the networks of the run."""

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
    """A deployment whose parts are containers. Container names are also their DNS names."""

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
        """Starts the store, then the bot's replicas, and waits until all answer.

        The replicas are made while the store starts, and are started when it answers: a bot may look for
        its store at once.
        """
        making = [asyncio.create_task(self._make(version)) for _ in range(self._bot.replicas)]
        try:
            if self._server is not None:
                await self._server.create()
            self._replicas = list(await asyncio.gather(*making))
        except BaseException:
            for one in making:
                one.cancel()
            await asyncio.gather(*making, return_exceptions=True)
            raise
        self._routed = list(self._replicas)
        await self._each(lambda one: one.start())
        await self.wait_until_ready()

    @property
    def store_host(self) -> str:
        """Where the gate reaches the store; "" while there is none."""
        return self._server.host if self._server else ""

    def images(self) -> Mapping[str, str]:
        """The ids of the images in use."""
        versions = {
            "bot" if version == CANDIDATE else version: image
            for version, image in self._context.bot_images.items()
        }
        return {**versions, **({"store": self._context.store_image} if self._server else {})}

    async def store_fault(self) -> str | None:
        """Whether the store is another than the gate left."""
        return await self._server.fault() if self._server else None

    async def limit_fault(self) -> str | None:
        """Whether the kernel ended anything in a replica for want of the memory that it is allowed."""
        if any(await self._each(lambda one: one.out_of_memory())):
            return f"the bot ran out of memory: {memory_limit(self._bot.container.memory)}"
        return None

    def store_server(self) -> DockerStore | None:
        """The store's container."""
        return self._server

    async def exhaust_memory(self) -> None:
        """Lets the kernel end all replicas for want of memory."""
        await self._each(lambda one: one.exhaust_memory())

    async def disconnect_store(self) -> None:
        """Takes all replicas off the network on which their store is."""
        await self._each(lambda one: one.disconnect_store())

    async def reconnect_store(self) -> None:
        """Puts them on it again."""
        await self._each(lambda one: one.connect_store())

    async def store_connected(self) -> bool:
        """Whether any replica is on that network."""
        return any(await self._each(lambda one: one.store_connected()))

    async def close(self) -> None:
        """Removes all containers and the store's volume. What cannot be removed now, the runtime will."""
        with contextlib.suppress(GateError):
            await asyncio.gather(
                *(one.remove() for one in self._replicas),
                *((self._server.remove(),) if self._server else ()),
            )

    async def _launch(self, version: str) -> DockerReplica:
        replica = await self._make(version)
        await replica.start()
        return replica

    async def _make(self, version: str) -> DockerReplica:
        """A container that is still to be started, on all networks that it needs."""
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
