"""A runtime whose deployments are bots inside the measuring process, all on one real Redis server.

A restart is a new bot object on the same store. What tests the runtimes themselves is elsewhere; here
hundreds of runs have to be quick.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from redis.asyncio import Redis

from benchmarks.measurement.bots import KeepsOutside
from gate.core.disruption_traits import Need
from gate.core.specification import BotSpecification, StoreSpecification
from gate.errors import EngineError
from gate.ports import Deployment, Instance, Runtime, RuntimeParts, StoreInspector, TurnLease
from gate.runtimes.process.ports import Ports
from gate.runtimes.process.program import Program
from gate.runtimes.process.scratch import INHERITED, LOCALHOST
from gate.runtimes.readiness import wait_until_healthy
from gate.runtimes.turn_routing import AddressLease
from gate.stores.redis.server import RedisServer

READY_SECONDS = 30.0
STOPPED, KILLED = 0, 137

NewBot = Callable[[Mapping[str, str]], KeepsOutside]
"""A bot for one life, from its environment."""


class StoreServer:
    """A running Redis server. Made by `store_server`."""

    def __init__(self, store: RedisServer, port: int, identity: str) -> None:
        self.store = store
        self.port = port
        self.identity = identity

    async def empty(self) -> None:
        """A deployment begins with an empty store."""
        async with Redis(host=LOCALHOST, port=self.port) as redis:
            await redis.flushall()


@contextlib.asynccontextmanager
async def store_server(environment: Mapping[str, str]) -> AsyncIterator[StoreServer]:
    """A Redis server that ends with the block, or with this process. `environment` finds the program."""
    store = RedisServer(StoreSpecification(persistence="none"))
    scratch = Path(tempfile.mkdtemp(prefix="memory-gate-measurement-"))
    port = Ports().take()
    program = await Program.start(
        store.local_command(scratch, LOCALHOST, port),
        folder=scratch,
        scratch=scratch,
        environment={name: environment[name] for name in INHERITED if name in environment},
    )
    try:
        yield StoreServer(store, port, await store.wait_until_ready(LOCALHOST, port, READY_SECONDS))
    finally:
        await program.kill()
        shutil.rmtree(scratch, ignore_errors=True)


@dataclass(frozen=True, kw_only=True)
class InProcessKind:
    """How such a runtime is chosen and built. Implements `RuntimeKind`."""

    new_bot: NewBot
    server: StoreServer
    name: str = "in-process"
    sentence: str = "the bot as an object inside the gate's own process"
    lacking: Mapping[Need, str] = field(default_factory=dict)

    def fits(self, bot: BotSpecification) -> bool:
        """Whether the bot is a command, which is not run."""
        return bool(bot.command)

    async def build(self, parts: RuntimeParts) -> Runtime:
        """Build the runtime on the one store server."""
        return InProcess(self.new_bot, self.server)


class InProcess:
    """The place where such bots run."""

    def __init__(self, new_bot: NewBot, server: StoreServer) -> None:
        self._new_bot = new_bot
        self._server = server
        self._deployments: list[InProcessDeployment] = []

    async def open(self) -> str:
        """Nothing has to be made."""
        return LOCALHOST

    async def deploy(
        self, name: str, environment: Mapping[str, str], version: str = ""
    ) -> InProcessDeployment:
        """An empty store and a bot that answers, the same in each version."""
        await self._server.empty()
        told = {**environment, **self._server.store.variables(LOCALHOST, self._server.port)}
        deployment = InProcessDeployment(name, lambda: self._new_bot(told), self._server)
        self._deployments.append(deployment)
        await deployment.start()
        await deployment.wait_until_ready()
        return deployment

    def inspector(self, deployment: Deployment) -> StoreInspector | None:
        """A look into the one server; deployments come one after the other."""
        return self._server.store.inspector(LOCALHOST, self._server.port)

    async def close(self) -> None:
        """Ends what still runs."""
        for deployment in self._deployments:
            await deployment.close()


class InProcessDeployment:
    """One bot after the other. Its ids are the same in every run, so that runs can be compared."""

    def __init__(self, name: str, new_bot: Callable[[], KeepsOutside], server: StoreServer) -> None:
        self._name = name
        self._new_bot = new_bot
        self._server = server
        self._bot: KeepsOutside | None = None
        self._address = ""
        self._instances = 1
        self._lives = 0
        self._exit_code: int | None = None

    def address(self) -> str:
        """Where the present life listens."""
        return self._address

    def route_turn(self) -> AbstractAsyncContextManager[TurnLease]:
        """Every turn goes to the present life."""
        return nullcontext(AddressLease(self.address))

    def images(self) -> Mapping[str, str]:
        """The class stands for the image."""
        return {"bot": "in-process", "store": "redis"}

    async def instance(self) -> Instance:
        """Counted, not drawn."""
        return Instance(
            identity=f"{self._name}-{self._instances}",
            started=f"life {self._lives}",
            running=self._bot is not None,
            exit_code=self._exit_code,
        )

    async def instances(self) -> Sequence[Instance]:
        """There is but one."""
        return (await self.instance(),)

    async def wait_until_ready(self) -> None:
        """Waits for the health check."""
        await wait_until_healthy(self, path="/healthz", seconds=READY_SECONDS, ended=self._why_ended)

    async def store_fault(self) -> str | None:
        """Whether the server is not the one that was started."""
        identity = await self._server.store.identity(LOCALHOST, self._server.port)
        return None if identity == self._server.identity else "the store was restarted by someone else"

    async def log_tail(self) -> Sequence[str]:
        """Such a bot prints nothing."""
        return ()

    async def stop(self) -> int | None:
        """The present life ends."""
        return await self._end(STOPPED)

    async def kill(self) -> int | None:
        """The present life ends; these bots have no last words that a kill could cut off."""
        return await self._end(KILLED)

    async def start(self) -> None:
        """A new life."""
        if self._bot is not None:
            raise EngineError("the bot runs already")
        self._bot = self._new_bot()
        self._lives += 1
        self._address = await self._bot.open()

    async def replace(self) -> int | None:
        """A new life under another identity."""
        exit_code = await self.stop()
        self._instances += 1
        await self.start()
        return exit_code

    async def close(self) -> None:
        """Safe to call twice."""
        await self._end(STOPPED)

    async def _end(self, exit_code: int) -> int | None:
        if self._bot is not None:
            bot, self._bot = self._bot, None
            await bot.close()
            self._exit_code = exit_code
        return self._exit_code

    async def _why_ended(self) -> str | None:
        return None if self._bot is not None else f"exit code {self._exit_code}"
