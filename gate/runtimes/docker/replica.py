"""Replica of the bot in a container."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gate.core.specification import BotSpecification
from gate.errors import BotNotReady, EngineError
from gate.ports import Instance
from gate.runtimes.docker.containers import DockerContext, EngineContainer
from gate.runtimes.docker.containment import bot_options, likely_limit
from gate.runtimes.docker.endpoints import changing_endpoints
from gate.runtimes.docker.memory import exhaust_memory
from gate.runtimes.readiness import wait_until_healthy

CANNOT_START = (126, 127)
"""Exit codes of a container whose command cannot be run."""


class DockerReplica:
    """A container of the bot on the run's network and, with a store, on the network of the stores."""

    def __init__(
        self, context: DockerContext, bot: BotSpecification, container: EngineContainer, version: str
    ) -> None:
        self._context = context
        self._bot = bot
        self._container = container
        self._host = ""
        self._store_network_address = ""
        self._exhausted = False
        self.version = version
        self.identity = container.identity

    @classmethod
    async def create(
        cls,
        context: DockerContext,
        bot: BotSpecification,
        *,
        name: str,
        version: str,
        environment: Mapping[str, str],
    ) -> DockerReplica:
        """Create a container that is not started yet; `name` is its DNS name too."""
        client = context.engine.client
        created = await context.engine.create(
            "create the bot",
            lambda: client.containers.create(
                context.image_of(version),
                name=name,
                labels=dict(context.labels),
                network=context.network_name,
                environment={**environment, "PORT": str(bot.port)},
                **bot_options(bot.container, context.processors, internal=context.internal),
            ),
        )
        return cls(context, bot, EngineContainer(context.engine, created, "the bot"), version)

    def address(self) -> str:
        """Return the address at which it listens."""
        return f"http://{self._host}:{self._bot.port}"

    async def instance(self) -> Instance:
        """Return the container's state, as the engine reports it."""
        attributes = await self._container.inspect()
        state = attributes["State"]
        return Instance(
            identity=self.identity,
            started=str(state["StartedAt"]),
            running=bool(state["Running"]),
            exit_code=None if state["Running"] else int(state["ExitCode"]),
            image=str(attributes["Image"]),
            out_of_memory=not state["Running"] and bool(state.get("OOMKilled")),
        )

    async def wait_until_ready(self) -> None:
        """Wait for the health check. Raises BotNotReady, with the limit that is the likely cause."""
        try:
            await wait_until_healthy(
                self, path=self._bot.ready, seconds=self._bot.ready_seconds, ended=self._container.why_ended
            )
        except BotNotReady as error:
            limit = likely_limit(
                error.log,
                out_of_memory=await self.out_of_memory(),
                allowed=self._bot.container,
            )
            if not limit:
                raise
            raise BotNotReady(
                error.what, why=f"{error.why}; {limit}", remedy=error.remedy, log=error.log
            ) from error

    async def out_of_memory(self) -> bool:
        """Whether a process in it ran out of memory unasked, that is without `exhaust_memory`."""
        state = await self._container.state()
        # Some engines keep OOMKilled after a new start.
        return bool(state.get("OOMKilled")) and not (self._exhausted and state["Running"])

    async def log_tail(self) -> Sequence[str]:
        """Return its last log lines."""
        return await self._container.log_tail()

    async def start(self) -> None:
        """Start it and look up its address, which may have changed. Raises BotNotReady, EngineError."""
        try:
            await self._container.start()
        except EngineError as error:
            state = await self._container.state()
            if state["ExitCode"] not in CANNOT_START:
                raise
            raise BotNotReady(
                "the bot could not be started",
                why=str(state.get("Error") or error.why),
                remedy="correct the command of its image",
            ) from error
        self._host = await self._container.address_on(self._context.network_name)

    async def ask_to_stop(self) -> None:
        """Send the stop signal of its image."""
        await self._container.ask_to_stop()

    async def stop(self) -> int | None:
        """Stop it, as `docker stop` does."""
        return await self._container.stop(self._bot.stop_seconds)

    async def kill(self) -> int | None:
        """Kill it, as `docker kill` does."""
        return await self._container.kill()

    async def remove(self) -> None:
        """Remove the container with its files."""
        await self._container.remove()

    async def exhaust_memory(self) -> None:
        """Make it run out of memory, so that the kernel ends it."""
        self._exhausted = True
        await exhaust_memory(self._container)

    async def connect_store(self) -> None:
        """Connect it to the network of the stores, where it finds its store by name.

        It gets the address that it had before: with another one, the gate would break connections that
        survived the partition.
        """
        api, network = self._context.engine.client.api, self._context.store_network_name
        address = self._store_network_address or None

        def connect() -> None:
            with changing_endpoints():
                api.connect_container_to_network(self.identity, network, ipv4_address=address)

        await self._context.engine.start("connect the bot to its store", connect)

    async def disconnect_store(self) -> None:
        """Disconnect it from the network of the stores."""
        api, network = self._context.engine.client.api, self._context.store_network_name
        self._store_network_address = await self._container.address_on(network)

        def disconnect() -> None:
            with changing_endpoints():
                api.disconnect_container_from_network(self.identity, network)

        await self._context.engine.call("cut the bot off from its store", disconnect)

    async def store_connected(self) -> bool:
        """Whether the engine shows it on the network of the stores."""
        networks = (await self._container.inspect())["NetworkSettings"]["Networks"]
        return self._context.store_network_name in networks
