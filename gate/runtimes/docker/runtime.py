"""Docker runtime: deployments as containers on a private network per run."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import re
import time
from collections.abc import Mapping

from gate.core.specification import BotSpecification
from gate.errors import BotNotReady, EngineError, InputError, StoreError
from gate.ports import CANDIDATE, PREVIOUS, Store, StoreInspector
from gate.runtimes.docker.connection import Engine
from gate.runtimes.docker.containers import DockerContext
from gate.runtimes.docker.deployment import DockerDeployment
from gate.runtimes.docker.endpoints import changing_endpoints
from gate.runtimes.docker.images import build_image, check_architecture, require_image
from gate.runtimes.docker.networks import find_gateway, make_network, make_store_network
from gate.runtimes.docker.own_container import find_own_container
from gate.runtimes.docker.sweep import QUIET_SECONDS, labels, remove_expired, remove_run

CLOSING_SECONDS = 6.0
"""Time limit of the removal: a cancelled runner sends its last signal ten seconds after its first."""
CLOSING_POLL_SECONDS = 0.02

NAME_CHARACTERS = 20
"""Length of a deployment's name within container names, since a host name has at most 63 characters."""


class DockerRuntime:
    """Runs bots that are given as an image, or as a folder to build one from."""

    def __init__(
        self,
        engine: Engine,
        bot: BotSpecification,
        store: Store | None,
        *,
        run: str,
        environment: Mapping[str, str],
        internal: bool = True,
    ) -> None:
        """`environment` is the gate's own. `internal` gives the network no way out."""
        self._engine = engine
        self._bot = bot
        self._store = store
        self._run = run
        self._environment = environment
        self._internal = internal
        self._labels = labels(run, time.time())
        self._context: DockerContext | None = None
        self._numbers = itertools.count(1)
        self._closed = False

    async def open(self) -> str:
        """Get the images, make the networks and connect the gate. Return the gate's address there."""
        client = self._engine.client
        bot_image, previous_image, store_image, machine, own, _ = await asyncio.gather(
            self._get_bot_image(),
            self._get_previous_image(),
            self._get_store_image(),
            self._engine.call("tell its machine", client.info),
            self._engine.call("find the gate", lambda: find_own_container(client, self._environment)),
            self._remove_expired_runs(),
        )
        name = f"memory-gate-{self._run}"
        self._context = DockerContext(
            engine=self._engine,
            network_name=name,
            store_network_name=f"{name}-stores",
            labels=self._labels,
            bot_images={CANDIDATE: bot_image, **({PREVIOUS: previous_image} if previous_image else {})},
            store_image=store_image,
            processors=int(machine["NCPU"]),
            internal=self._internal,
        )
        # The machine needs an address on the networks only for a gate that runs outside of containers.
        hostless = own is not None
        networks = [
            make_network(self._engine, name, self._labels, internal=self._internal, hostless=hostless)
        ]
        if self._store is not None:
            stores = self._context.store_network_name
            networks.append(make_store_network(self._engine, stores, self._labels, hostless=hostless))
        await asyncio.gather(*networks)
        return await self._engine.start("join the network", lambda: self._join(own))

    async def deploy(
        self, name: str, environment: Mapping[str, str], version: str = CANDIDATE
    ) -> DockerDeployment:
        """Start a store and a bot in containers of their own; see Runtime."""
        if self._context is None:
            raise EngineError("the runtime was not opened")
        deployment = DockerDeployment(
            self._context,
            self._bot,
            self._store,
            name=f"memory-gate-{self._run}-{next(self._numbers)}-{_short_name(name)}",
            environment={**self._bot.environment, **environment},
        )
        try:
            await deployment.start_all(version)
        except BaseException as error:
            await deployment.close()
            if isinstance(error, BotNotReady):
                image = self._context.image_of(version)
                await check_architecture(self._engine, image, "the bot", error)
            elif isinstance(error, StoreError):
                await check_architecture(self._engine, self._context.store_image, "the store", error)
            raise
        return deployment

    def inspector(self, deployment: object) -> StoreInspector | None:
        """Return an inspector of the deployment's store; None without a store."""
        if self._store is None or not isinstance(deployment, DockerDeployment):
            return None
        return self._store.inspector(deployment.store_host, self._store.port)

    async def close(self) -> None:
        """Remove everything of this run, including what is still being created. Raises EngineError."""
        if self._closed:
            return
        self._engine.refuse_creations()
        why = ""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CLOSING_SECONDS):
                await self._engine.wait_until_quiet()
                seen: float | None = None
                while not self._closed:
                    settled = self._engine.settled
                    try:
                        count = await self._engine.call(
                            "remove the run", lambda: remove_run(self._engine.client, self._run)
                        )
                        now = loop.time()
                        seen = now if count or seen is None else seen
                        is_quiet = now - seen >= QUIET_SECONDS
                        self._closed = settled and (is_quiet or not self._engine.unanswered)
                    except EngineError as error:
                        # Objects that are still being created may use what is to be removed.
                        why = error.why
                    if not self._closed:
                        await asyncio.sleep(CLOSING_POLL_SECONDS)
        except TimeoutError as error:
            raise EngineError(
                f"not everything of run {self._run} could be removed in {CLOSING_SECONDS:g} s",
                why=why,
                remedy=f"run  memory-gate sweep --run {self._run}",
            ) from error

    async def _remove_expired_runs(self) -> None:
        """Remove leftovers of expired runs. A failure is ignored, because it does not affect this run."""
        with contextlib.suppress(EngineError):
            await self._engine.call(
                "clear away old runs", lambda: remove_expired(self._engine.client, time.time())
            )

    async def _get_bot_image(self) -> str:
        if self._bot.build:
            return await build_image(self._engine, self._bot.build)
        if not self._bot.image:
            raise InputError(
                "the docker runtime needs an image",
                why="neither bot.image nor bot.build is set",
                remedy="name the bot's image, or use  --runtime process  with bot.command",
            )
        return await require_image(self._engine, self._bot.image, "bot's image")

    async def _get_previous_image(self) -> str:
        if not self._bot.previous:
            return ""
        return await require_image(self._engine, self._bot.previous, "image of the bot's previous version")

    async def _get_store_image(self) -> str:
        if self._store is None:
            return ""
        return await require_image(self._engine, self._store.image, "store's image")

    def _join(self, own: str | None) -> str:
        """Return the gate's address on the bots' network: its container's, or the network's gateway."""
        if self._context is None:
            raise EngineError("there is no network to join")
        client, network = self._engine.client, self._context.network_name
        if own is not None:
            with changing_endpoints():
                client.api.connect_container_to_network(own, network)
                if self._store is not None:
                    client.api.connect_container_to_network(own, self._context.store_network_name)
            endpoints = client.api.inspect_container(own)["NetworkSettings"]["Networks"]
            return str(endpoints[network]["IPAddress"])
        if client.info().get("OperatingSystem") == "Docker Desktop":
            raise EngineError(
                "on Docker Desktop the gate cannot reach containers from outside",
                why="the engine runs in a virtual machine",
                remedy="run the gate in its own image, with /var/run/docker.sock mounted",
            )
        return find_gateway(client, network)


def _short_name(name: str) -> str:
    """Return as much of a deployment's name as fits into a host name."""
    return re.sub("[^a-z0-9]+", "-", name.lower())[:NAME_CHARACTERS].strip("-")
