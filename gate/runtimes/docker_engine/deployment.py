"""One bot container and one store container on the run's network."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from docker.models.containers import Container
from docker.types import LogConfig

from gate.core.specification import BotSpecification
from gate.errors import BotNotReady, EngineError, GateError, StoreError
from gate.interfaces import Instance, Store
from gate.runtimes.docker_engine.connection import Engine
from gate.runtimes.docker_engine.sweep import remove_container, remove_volume
from gate.runtimes.readiness import LOG_LINES, tail, wait_for_store, wait_until_healthy

STORE_SECONDS = 60.0
MAX_PROCESSES = 1024
CANNOT_START = (126, 127)
"""Exit codes of a container whose command cannot be run."""
LOGS = LogConfig(type="json-file", config={"max-size": "10m", "max-file": "1"})


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What all deployments of a run stand on."""

    engine: Engine
    network: str
    network_name: str
    labels: Mapping[str, str]
    bot_image: str
    store_image: str


class DockerDeployment:
    """A deployment whose parts are containers. Container names are also their DNS names."""

    def __init__(
        self,
        ground: Ground,
        bot: BotSpecification,
        store: Store | None,
        *,
        name: str,
        environment: Mapping[str, str],
    ) -> None:
        self._ground = ground
        self._engine = ground.engine
        self._bot = bot
        self._store = store
        self._name = name
        self._environment = dict(environment)
        self._container: Container | None = None
        self._store_container: Container | None = None
        self._store_identity = ""
        self._host = ""
        self._life = 0
        self.store_host = ""

    async def start_all(self) -> None:
        """Starts store and bot together and waits until both answer."""
        if self._store is not None:
            store_name = f"{self._name}-store"
            self._environment[self._store.variable] = self._store.url(store_name, self._store.port)
            await self._start_store(self._store, store_name)
        await self._create_bot()
        await self.start()
        await self.wait_until_ready()

    def address(self) -> str:
        """Where the bot is now."""
        return f"http://{self._host}:{self._bot.port}"

    def images(self) -> Mapping[str, str]:
        """The ids of the images in use."""
        store = {"store": self._ground.store_image} if self._store else {}
        return {"bot": self._ground.bot_image, **store}

    async def instance(self) -> Instance:
        """The container, as the engine sees it."""
        attributes = await self._inspect(self._require_container())
        state = attributes["State"]
        return Instance(
            identity=str(attributes["Id"]),
            started=str(state["StartedAt"]),
            running=bool(state["Running"]),
            exit_code=None if state["Running"] else int(state["ExitCode"]),
        )

    async def wait_until_ready(self) -> None:
        """Waits for the health check."""
        await wait_until_healthy(
            self,
            path=self._bot.ready,
            seconds=self._bot.ready_seconds,
            ended=lambda: self._why_ended(self._require_container()),
        )

    async def store_fault(self) -> str | None:
        """Whether the store's container has stopped, or its server is not the one that was started."""
        if self._store is None or self._store_container is None:
            return None
        state = (await self._inspect(self._store_container))["State"]
        if not state["Running"]:
            return f"the store died during the run (exit code {state['ExitCode']})"
        try:
            identity = await self._store.identity(self.store_host, self._store.port)
        except StoreError as error:
            return error.sentence
        return None if identity == self._store_identity else "the store was restarted by someone else"

    async def log_tail(self) -> Sequence[str]:
        """The bot's last lines; empty when the engine no longer has them."""
        return await self._log_of(self._container) if self._container else ()

    async def stop(self) -> int | None:
        """`docker stop`: SIGTERM, then SIGKILL after the grace."""
        container = self._require_container()
        # The engine counts whole seconds; none at all would be a kill.
        grace = math.ceil(self._bot.stop_seconds)
        await self._engine.call("stop the bot", lambda: container.stop(timeout=grace))
        return (await self.instance()).exit_code

    async def kill(self) -> int | None:
        """`docker kill`: SIGKILL."""
        container = self._require_container()
        if (await self.instance()).running:
            await self._engine.call("kill the bot", container.kill)
            await self._engine.call("wait for the end of the bot", container.wait)
        return (await self.instance()).exit_code

    async def start(self) -> None:
        """`docker start`, and learns the address, which may have changed. Raises BotNotReady too."""
        container = self._require_container()
        try:
            await self._engine.call("start the bot", container.start)
        except EngineError as error:
            state = (await self._inspect(container))["State"]
            if state["ExitCode"] not in CANNOT_START:
                raise
            raise BotNotReady(
                "the bot could not be started",
                why=str(state.get("Error") or error.why),
                remedy="correct the command of its image",
            ) from error
        self._host = await self._address_of(container)

    async def replace(self) -> int | None:
        """Stops the container, removes it and starts a fresh one from the same image."""
        exit_code = await self.stop()
        old = self._require_container()
        await self._engine.call("remove the bot", lambda: remove_container(self._engine.client, str(old.id)))
        await self._create_bot()
        await self.start()
        return exit_code

    async def close(self) -> None:
        """Removes both containers and the store's volume. What cannot be removed now, the runtime will."""
        client = self._engine.client
        containers = [one for one in (self._container, self._store_container) if one is not None]
        with contextlib.suppress(GateError):
            await asyncio.gather(
                *(
                    self._engine.call(
                        "remove a container",
                        lambda one=one: remove_container(client, str(one.id)),  # type: ignore[misc]
                    )
                    for one in containers
                )
            )
            await self._engine.call("remove a volume", lambda: remove_volume(client, self._volume))

    @property
    def _volume(self) -> str:
        return f"{self._name}-data"

    async def _start_store(self, store: Store, name: str) -> None:
        client, labels = self._engine.client, dict(self._ground.labels)
        await self._engine.create(
            "create a volume", lambda: client.volumes.create(name=self._volume, labels=labels)
        )
        self._store_container = await self._engine.create(
            "create the store",
            lambda: client.containers.create(
                self._ground.store_image,
                # The image's entrypoint stays: it loads the modules that upstream ships.
                command=[store.program, *store.arguments],
                name=name,
                labels=labels,
                network=self._ground.network_name,
                volumes={self._volume: {"bind": store.data_folder, "mode": "rw"}},
                log_config=LOGS,
                use_config_proxy=False,
            ),
        )
        container = self._store_container
        await self._engine.call("start the store", container.start)
        self.store_host = await self._address_of(container)
        identity = None
        if self.store_host:
            identity = await wait_for_store(
                store.wait_until_ready(self.store_host, store.port, STORE_SECONDS),
                lambda: self._why_ended(container),
            )
        if identity is None:
            raise StoreError(
                "the store stopped as it was started",
                why=await self._why_ended(container) or "",
                log=await self._log_of(container),
            )
        self._store_identity = identity

    async def _create_bot(self) -> None:
        self._life += 1
        name = f"{self._name}-bot-{self._life}"
        environment = {**self._environment, "PORT": str(self._bot.port)}
        self._container = await self._engine.create(
            "create the bot",
            lambda: self._engine.client.containers.create(
                self._ground.bot_image,
                name=name,
                labels=dict(self._ground.labels),
                network=self._ground.network_name,
                environment=environment,
                security_opt=["no-new-privileges"],
                pids_limit=MAX_PROCESSES,
                log_config=LOGS,
                # There is no way out to a proxy, so one would only hide the model from the bot.
                use_config_proxy=False,
            ),
        )

    async def _address_of(self, container: Container) -> str:
        """Empty once it has ended: nobody answers there, and the wait for it says what became of it."""
        endpoints = (await self._inspect(container))["NetworkSettings"]["Networks"]
        return str(endpoints.get(self._ground.network_name, {}).get("IPAddress", ""))

    async def _log_of(self, container: Container) -> tuple[str, ...]:
        try:
            log = await self._engine.call("read a log", lambda: container.logs(tail=LOG_LINES))
        except EngineError:
            return ()
        return tail(log.decode("utf-8", "replace"))

    async def _why_ended(self, container: Container) -> str | None:
        state = (await self._inspect(container))["State"]
        if state["Running"]:
            return None
        killed = ", killed for want of memory" if state.get("OOMKilled") else ""
        return f"exit code {state['ExitCode']}{killed}"

    async def _inspect(self, container: Container) -> dict[str, Any]:
        return await self._engine.call(
            "inspect a container", lambda: self._engine.client.api.inspect_container(str(container.id))
        )

    def _require_container(self) -> Container:
        if self._container is None:
            raise EngineError("the bot was never created")
        return self._container
