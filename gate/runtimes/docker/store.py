"""Store server of a deployment in a container, with its data on a volume."""

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
"""Grace period, in which a server can write its data out."""


class DockerStore:
    """A store's server. A restart counts as a fault, unless `wait_until_ready` was called after it."""

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
        """How the server keeps its data when it restarts, as the settings name it."""
        return self._store.persistence

    @property
    def variables(self) -> Mapping[str, str]:
        """The bot's variables with the server's DNS name, which every later container has too."""
        return self._store.variables(self._name, self._store.port)

    async def create(self) -> None:
        """Create a volume and a server on it, and return when it is ready. Raises StoreError, EngineError."""
        client, labels = self._engine.client, dict(self._context.labels)
        await self._engine.create(
            "create a volume", lambda: client.volumes.create(name=self._volume, labels=labels)
        )
        await self._create_container()
        await self.start()
        await self.wait_until_ready()

    async def instance(self) -> Instance:
        """Return the container's state, with the server's identity and keys while it answers."""
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
        """Wait until the server has loaded all data, and remember its identity for `fault`."""
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
        """Return a sentence if the container has stopped or the server was restarted unasked, else None."""
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
        """Start it and look up its address, which may have changed."""
        container = self._require_container()
        await container.start()
        self.host = await container.address_on(self._context.store_network_name)

    async def stop(self) -> int | None:
        """Stop it, as `docker stop` does."""
        return await self._require_container().stop(STOP_SECONDS)

    async def kill(self) -> int | None:
        """Kill it, as `docker kill` does."""
        return await self._require_container().kill()

    async def replace(self) -> int | None:
        """Replace it by another container of the same name on the same volume. Return the old exit code."""
        old = self._require_container()
        exit_code = await old.stop(STOP_SECONDS)
        await old.remove()
        await self._create_container()
        await self.start()
        return exit_code

    async def pause(self) -> None:
        """Halt it, as `docker pause` does."""
        container = self._require_container().container
        await self._engine.call("pause the store", container.pause)

    async def resume(self) -> None:
        """Let it continue, as `docker unpause` does."""
        container = self._require_container().container
        await self._engine.call("resume the store", container.unpause)

    async def remove(self) -> None:
        """Remove container and volume."""
        if self._container is not None:
            await self._container.remove()
        await self._engine.call("remove a volume", lambda: remove_volume(self._engine.client, self._volume))

    async def _create_container(self) -> None:
        store, client, labels = self._store, self._engine.client, dict(self._context.labels)
        created = await self._engine.create(
            "create the store",
            lambda: client.containers.create(
                self._context.store_image,
                # The image's entrypoint is kept, because it loads the modules that the image ships.
                command=[store.program, *store.arguments],
                environment=dict(store.environment),
                stop_signal=store.stop_signal,
                name=self._name,
                labels=labels,
                network=self._context.store_network_name,
                # Labelled here too: if teardown has just removed the volume, the engine creates it anew.
                mounts=[Mount(store.data_folder, self._volume, type="volume", labels=labels)],
                **store_options(store.memory),
            ),
        )
        self._container = EngineContainer(self._engine, created, "the store")

    def _require_container(self) -> EngineContainer:
        if self._container is None:
            raise EngineError("the store was never created")
        return self._container
