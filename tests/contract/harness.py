"""Harnesses of the two runtimes for the contract suite: deploy bots there, and look for leftovers."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import tempfile
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import docker

from gate.core.specification import BotSpecification, StoreSpecification
from gate.ports import Bot, Deployment, Replaceable, Runtime, Stoppable, Store
from gate.protocols import PROTOCOLS
from gate.runtimes.docker.connection import Engine, connect
from gate.runtimes.docker.runtime import DockerRuntime
from gate.runtimes.docker.sweep import RUN_LABEL, remove_run
from gate.runtimes.process.runtime import ProcessRuntime
from tests.embedded_store import EmbeddedRedis
from tests.event_loop import until

ZOO = Path(__file__).parents[1] / "zoo"
REDIS = EmbeddedRedis(StoreSpecification())


class FullDeployment(Deployment, Stoppable, Replaceable):
    """A deployment with the abilities that both runtimes have."""


class Harness(ABC):
    """One run of the zoo's bot on one runtime."""

    name: str

    def __init__(self) -> None:
        self.run = secrets.token_hex(6)

    @abstractmethod
    def runtime(
        self, *, store: Store | None = REDIS, gate_environment: Mapping[str, str] = os.environ, **bot: Any
    ) -> Runtime:
        """A runtime of this run; `bot` are fields of the bot's specification."""

    @abstractmethod
    def command(self, program: str) -> dict[str, Any]:
        """The specification's fields for a bot that is started by this program."""

    @abstractmethod
    def leftovers(self) -> list[str]:
        """Return everything of this run that still exists."""

    @abstractmethod
    def running(self) -> list[str]:
        """Return everything of this run that is running."""

    @abstractmethod
    async def kill_store(self, deployment: Any) -> None:
        """Kill the store behind the gate's back."""

    @abstractmethod
    async def restart_store(self, deployment: Any) -> None:
        """Restart the store behind the gate's back."""

    @contextlib.asynccontextmanager
    async def opened(self, **options: Any) -> AsyncIterator[Runtime]:
        """An open runtime, closed at the end."""
        runtime = self.runtime(**options)
        try:
            await runtime.open()
            yield runtime
        finally:
            await runtime.close()

    @contextlib.asynccontextmanager
    async def deployed(self, **options: Any) -> AsyncIterator[Any]:
        """A ready deployment, closed with its runtime at the end."""
        async with self.opened(**options) as runtime:
            yield await runtime.deploy("trial", {})

    def bot(self, **variables: str) -> dict[str, Any]:
        """The specification's fields for a zoo bot with these environment variables, in lower case.

        It has more time to start and to end than users give it: how long that takes is the machine's to say.
        """
        environment = {name.upper(): value for name, value in variables.items()}
        return {"environment": environment, "ready_seconds": 60.0, "stop_seconds": 60.0}


class ProcessHarness(Harness):
    """A harness of the process runtime."""

    name = "process"

    def runtime(
        self, *, store: Store | None = REDIS, gate_environment: Mapping[str, str] = os.environ, **bot: Any
    ) -> ProcessRuntime:
        # Whatever the bot starts inherits the run's name, by which it is found.
        bot["environment"] = {"RUN": self.run, **bot.get("environment", {})}
        fields = {"command": (sys.executable, "bot.py"), "directory": str(ZOO), **bot}
        return ProcessRuntime(BotSpecification(**fields), store, run=self.run, environment=gate_environment)

    def command(self, program: str) -> dict[str, Any]:
        return {"command": (program,)}

    def leftovers(self) -> list[str]:
        return self.running() + [str(one) for one in Path(tempfile.gettempdir()).glob(f"*{self.run}*")]

    def running(self) -> list[str]:
        return [f"process {process}: {command}" for process, command in processes_with(self.run).items()]

    async def kill_store(self, deployment: Any) -> None:
        # Redis shows its address in place of its arguments.
        mark = f":{deployment.store_port}"
        (store,) = (one for one, command in processes_with(self.run).items() if mark in command)
        os.kill(store, signal.SIGKILL)
        await until(lambda: store not in processes_with(self.run), "the store ends")

    async def restart_store(self, deployment: Any) -> None:
        await self.kill_store(deployment)
        port = str(deployment.store_port)
        self._impostor = subprocess.Popen(
            (REDIS.local_server(), "--port", port, "--save", ""), stdout=subprocess.DEVNULL
        )
        await REDIS.wait_until_ready("127.0.0.1", deployment.store_port, 60)

    def end_impostor(self) -> None:
        """Ends the server that took the store's harness."""
        impostor = getattr(self, "_impostor", None)
        if impostor is not None:
            impostor.kill()
            impostor.wait()


class DockerHarness(Harness):
    """A harness of the docker runtime."""

    name = "docker"

    def __init__(self, image: str) -> None:
        super().__init__()
        self.image = image
        self.client = docker.from_env()
        self.engines: list[Engine] = []
        self._tags: list[str] = []

    def runtime(
        self, *, store: Store | None = REDIS, gate_environment: Mapping[str, str] = os.environ, **bot: Any
    ) -> DockerRuntime:
        internal = bot.pop("internal", True)
        return DockerRuntime(
            self.engine(gate_environment),
            BotSpecification(**{"image": self.image, **bot}),
            store,
            run=self.run,
            environment=gate_environment,
            internal=internal,
        )

    def command(self, program: str, *arguments: str) -> dict[str, Any]:
        tag = f"memory-gate-command-{self.run}"
        template = self.client.api.create_container(self.image, [program, *arguments])
        self.client.api.commit(template, tag, conf={"Cmd": [program, *arguments]})
        self.client.api.remove_container(template)
        self._tags.append(tag)
        return {"image": tag}

    def variant(self, **settings: str) -> str:
        """Another image of the same bot, as its previous version would be."""
        tag = f"memory-gate-variant-{self.run}"
        template = self.client.api.create_container(self.image)
        self.client.api.commit(template, tag, conf={"Labels": {"version": "previous"}, **settings})
        self.client.api.remove_container(template)
        self._tags.append(tag)
        return tag

    def leftovers(self) -> list[str]:
        mine = {"label": f"{RUN_LABEL}={self.run}"}
        return [
            *(f"container {one['Names']}" for one in self.client.api.containers(all=True, filters=mine)),
            *(f"network {one['Name']}" for one in self.client.api.networks(filters=mine)),
            *(f"volume {one['Name']}" for one in self.client.api.volumes(filters=mine)["Volumes"] or ()),
        ]

    def running(self) -> list[str]:
        mine = {"label": f"{RUN_LABEL}={self.run}"}
        return [f"container {one['Names']}" for one in self.client.api.containers(filters=mine)]

    def engine(self, environment: Mapping[str, str] = os.environ) -> Engine:
        """A connection of its own, as each run has one."""
        engine = connect(environment)
        self.engines.append(engine)
        return engine

    def store_container(self, deployment: Any) -> Any:
        """The container in which the deployment's store runs."""
        for one in self.client.containers.list(filters={"label": f"{RUN_LABEL}={self.run}"}):
            networks = one.attrs["NetworkSettings"]["Networks"].values()
            if any(network["IPAddress"] == deployment.store_host for network in networks):
                return one
        raise AssertionError("the store's container is not there")

    async def kill_store(self, deployment: Any) -> None:
        container = self.store_container(deployment)
        container.kill()
        container.wait()

    async def restart_store(self, deployment: Any) -> None:
        container = self.store_container(deployment)
        container.restart(timeout=0)
        await REDIS.wait_until_ready(deployment.store_host, REDIS.port, 60)

    def close(self) -> None:
        """Removes what a failed test left, and frees the connections."""
        remove_run(self.client, self.run)
        for tag in self._tags:
            self.client.images.remove(tag)
        for engine in self.engines:
            engine.close()
        self.client.close()


def processes_with(mark: str) -> dict[int, str]:
    """The living processes with `mark` in arguments, environment or folder: process id → arguments."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            arguments = (entry / "cmdline").read_text(errors="replace").replace("\0", " ")
            environment = (entry / "environ").read_text(errors="replace")
            folder = str((entry / "cwd").readlink())
            if mark in arguments or mark in environment or mark in folder:
                found[int(entry.name)] = arguments
    return found


@contextlib.asynccontextmanager
async def spoken_to(deployment: Deployment, **fields: Any) -> AsyncIterator[Bot]:
    """The bot of a deployment, to talk to."""
    bot = PROTOCOLS["http-json"].connect(BotSpecification(**fields), deployment.route_turn)
    try:
        yield bot
    finally:
        await bot.close()
