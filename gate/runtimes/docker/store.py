"""The server of a deployment's store in a container, its data on a volume."""

from __future__ import annotations

from collections.abc import Mapping

from docker.types import Mount

from gate.errors import EngineError, StoreError
from gate.ports import Instance, Store
from gate.runtimes.docker.containers import DockerContext, EngineContainer
from gate.runtimes.docker.containment import memory_limit, store_options
from gate.runtimes.docker.sweep import remove_volume
from gate.runtimes.readiness import count_keys, identity_once_loaded, wait_for_store, why_silent

STORE_SECONDS = 60.0
STOP_SECONDS = 30.0
"""A server that writes its data out as it stops is given the time."""


class DockerStore:
    """A store's server. A new life of it is a fault until `wait_until_ready` has seen it."""

    def __init__(self, context: DockerContext, store: Store, *, name: str) -> None:
        self._context = context
        self._engine = context.engine
        self._store = store
        self._name = name
        self._volume = f"{name}-data"
        self._container: EngineContainer | None = None
        self._server = ""
        self.host = ""

    @property
    def persistence(self) -> str:
        """What the server was told to keep."""
        return self._store.persistence

    @property
    def variables(self) -> Mapping[str, str]:
        """Where the bot finds it: by name, whichever container bears it."""
        return self._store.variables(self._name, self._store.port)

    async def create(self) -> None:
        """A volume and a server on it, started and ready. Raises StoreError, EngineError."""
        client, labels = self._engine.client, dict(self._context.labels)
        await self._engine.create(
            "create a volume", lambda: client.volumes.create(name=self._volume, labels=labels)
        )
        await self._create_container()
        await self.start()
        await self.wait_until_ready()

    async def instance(self) -> Instance:
        """The container, and what its server says of itself."""
        container = self._require_container()
        attributes = await container.inspect()
        state = attributes["State"]
        answers = bool(state["Running"]) and not state["Paused"]
        return Instance(
            identity=container.identity,
            started=await self._store.identity(self.host, self._store.port) if answers else "",
            running=bool(state["Running"]),
            exit_code=None if state["Running"] else int(state["ExitCode"]),
            image=str(attributes["Image"]),
            paused=bool(state["Paused"]),
            keys=await count_keys(self._store.inspector(self.host, self._store.port)) if answers else None,
        )

    async def wait_until_ready(self) -> None:
        """Waits for an answer with all data loaded, and takes the server that gives it for the store."""
        container, store = self._require_container(), self._store
        identity = None
        if self.host:
            identity = await wait_for_store(
                identity_once_loaded(store, self.host, store.port, STORE_SECONDS), container.why_ended
            )
        if identity is None:
            raise StoreError(
                "the store stopped as it was started",
                why=await container.why_ended() or "",
                log=await container.log_tail(),
            )
        self._server = identity

    async def fault(self) -> str | None:
        """Whether the container has stopped, or its server is not the one that was started."""
        if self._container is None:
            return None
        died = await self._why_died()
        if died:
            return died
        try:
            identity = await self._store.identity(self.host, self._store.port)
        except StoreError as error:
            return await why_silent(error, self._why_died)
        return None if identity == self._server else "the store was restarted by someone else"

    async def _why_died(self) -> str | None:
        state = await self._require_container().state()
        if state["Running"]:
            return None
        why = f"exit code {state['ExitCode']}"
        if state.get("OOMKilled"):
            why += f", killed for want of memory; {memory_limit(self._store.memory, 'store.memory')}"
        return f"the store died during the run ({why})"

    async def start(self) -> None:
        """`docker start`, and learns the address, which may have changed."""
        container = self._require_container()
        await container.start()
        self.host = await container.address_on(self._context.store_network_name)

    async def stop(self) -> int | None:
        """As `docker stop`."""
        return await self._require_container().stop(STOP_SECONDS)

    async def kill(self) -> int | None:
        """As `docker kill`."""
        return await self._require_container().kill()

    async def replace(self) -> int | None:
        """Another container of the same name on the same volume."""
        old = self._require_container()
        exit_code = await old.stop(STOP_SECONDS)
        await old.remove()
        await self._create_container()
        await self.start()
        return exit_code

    async def pause(self) -> None:
        """`docker pause`."""
        container = self._require_container().container
        await self._engine.call("pause the store", container.pause)

    async def resume(self) -> None:
        """`docker unpause`."""
        container = self._require_container().container
        await self._engine.call("resume the store", container.unpause)

    async def remove(self) -> None:
        """Removes container and volume."""
        if self._container is not None:
            await self._container.remove()
        await self._engine.call("remove a volume", lambda: remove_volume(self._engine.client, self._volume))

    async def _create_container(self) -> None:
        store, client, labels = self._store, self._engine.client, dict(self._context.labels)
        created = await self._engine.create(
            "create the store",
            lambda: client.containers.create(
                self._context.store_image,
                # The image's entrypoint stays: it loads the modules that upstream ships.
                command=[store.program, *store.arguments],
                environment=dict(store.environment),
                stop_signal=store.stop_signal,
                name=self._name,
                labels=labels,
                network=self._context.store_network_name,
                # Labelled here too: if the run's end has just removed the volume, the engine makes it anew.
                mounts=[Mount(store.data_folder, self._volume, type="volume", labels=labels)],
                **store_options(store.memory),
            ),
        )
        self._container = EngineContainer(self._engine, created, "the store")

    def _require_container(self) -> EngineContainer:
        if self._container is None:
            raise EngineError("the store was never created")
        return self._container
