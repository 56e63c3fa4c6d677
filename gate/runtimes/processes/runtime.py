"""Deployments made of local processes.

A copy of the bot's folder stands for its container: a restart keeps the copy, a replacement gets a
fresh one, so that restart, kill and recreate mean what they mean on the Docker engine.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path

from gate.core.specification import BotSpecification
from gate.errors import EngineError, InputError, StoreError
from gate.interfaces import Instance, Store, StoreInspector
from gate.runtimes.processes.folder import copy_folder
from gate.runtimes.processes.ports import Ports
from gate.runtimes.processes.program import Program
from gate.runtimes.readiness import wait_for_store, wait_until_healthy

LOCALHOST = "127.0.0.1"
INHERITED = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "SYSTEMROOT")
"""What the bot gets of the gate's own environment: enough to find its interpreter, and no secret."""

STORE_SECONDS = 20.0
PORT_TRIES = 5
SCRATCH_PREFIX = "memory-gate-"


class Processes:
    """Runs bots that are given as a command. Needs no Docker, and no privileges."""

    def __init__(
        self,
        bot: BotSpecification,
        store: Store | None,
        *,
        run: str,
        environment: Mapping[str, str],
    ) -> None:
        """`environment` is the gate's own, of which the bot sees only INHERITED."""
        self._bot = bot
        self._store = store
        self._inherited = {name: environment[name] for name in INHERITED if name in environment}
        self._prefix = f"{SCRATCH_PREFIX}{run}-"
        self._ports = Ports()
        self._deployments: list[ProcessDeployment] = []
        self._closed = False

    async def open(self) -> str:
        """Checks that the bot's folder and the store's server are there."""
        if not self._bot.command:
            raise InputError(
                "the process runtime needs a command",
                why="bot.command is not set",
                remedy="write what starts the bot, for example  command: [python, bot.py]",
            )
        if not Path(self._bot.directory).is_dir():
            raise InputError(f"the bot's folder {self._bot.directory} does not exist")
        if self._store is not None:
            self._store.local_server()
        return LOCALHOST

    async def deploy(self, name: str, environment: Mapping[str, str]) -> ProcessDeployment:
        """A store and a bot in a scratch folder of their own."""
        del name  # scratch folders are unique without it
        if self._closed:
            raise EngineError("the run is being ended")
        deployment = ProcessDeployment(
            self._bot,
            self._store,
            scratch=Path(tempfile.gettempdir(), f"{self._prefix}{secrets.token_hex(4)}"),
            ports=self._ports,
            environment={**self._inherited, **self._bot.environment, **environment},
        )
        self._deployments.append(deployment)
        try:
            await deployment.start_all()
        except BaseException:
            await deployment.close()
            raise
        return deployment

    def inspector(self, deployment: object) -> StoreInspector | None:
        """A look into the deployment's store."""
        if self._store is None or not isinstance(deployment, ProcessDeployment):
            return None
        return self._store.inspector(LOCALHOST, deployment.store_port)

    async def close(self) -> None:
        """Ends every process and removes every folder of this run."""
        self._closed = True
        await asyncio.gather(*(deployment.close() for deployment in self._deployments))


class ProcessDeployment:
    """A bot and its store, each a process under a warden."""

    def __init__(
        self,
        bot: BotSpecification,
        store: Store | None,
        *,
        scratch: Path,
        ports: Ports,
        environment: Mapping[str, str],
    ) -> None:
        self._bot = bot
        self._store = store
        self._scratch = scratch
        self._environment = dict(environment)
        self._ports = ports
        self._port = ports.take()
        self._life = 0
        self._folder = scratch
        self._keeper: Program | None = None
        self._program: Program | None = None
        self._server: Program | None = None
        self._store_identity = ""
        self._making = asyncio.Lock()
        self._closed = False
        self.store_port = 0

    async def start_all(self) -> None:
        """Starts the store, then the bot, and waits until both answer."""
        async with self._still_open():
            # There is no moment at which the folder could be left behind: its keeper comes first.
            self._keeper = await self._start_program((), folder=self._scratch.parent)
            self._scratch.mkdir(mode=0o700)
        if self._store is not None:
            await self._start_store(self._store)
            self._environment[self._store.variable] = self._store.url(LOCALHOST, self.store_port)
        await self._fresh_folder()
        await self.start()
        await self.wait_until_ready()

    def address(self) -> str:
        """Where the bot listens."""
        return f"http://{LOCALHOST}:{self._port}"

    def images(self) -> Mapping[str, str]:
        """The command stands for the image."""
        store = {"store": self._store.local_server()} if self._store else {}
        return {"bot": " ".join(self._bot.command), **store}

    async def instance(self) -> Instance:
        """The folder is the identity, the process the life in it."""
        program = self._require_program()
        return Instance(
            identity=self._folder.name,
            started=f"process {program.process}",
            running=program.running,
            exit_code=program.exit_code,
        )

    async def wait_until_ready(self) -> None:
        """Waits for the health check."""
        await wait_until_healthy(
            self, path=self._bot.ready, seconds=self._bot.ready_seconds, ended=self._why_ended
        )

    async def store_fault(self) -> str | None:
        """Whether the server has died, or is not the one that was started."""
        if self._store is None or self._server is None:
            return None
        if not self._server.running:
            return f"the store died during the run (exit code {self._server.exit_code})"
        try:
            identity = await self._store.identity(LOCALHOST, self.store_port)
        except StoreError as error:
            return error.sentence
        return None if identity == self._store_identity else "the store was restarted by someone else"

    async def log_tail(self) -> Sequence[str]:
        """The bot's last lines."""
        return self._program.log_tail() if self._program else ()

    async def stop(self) -> int | None:
        """SIGTERM, then SIGKILL after the grace."""
        return await self._require_program().stop(self._bot.stop_seconds)

    async def kill(self) -> int | None:
        """SIGKILL."""
        return await self._require_program().kill()

    async def start(self) -> None:
        """Starts the bot in its present folder."""
        async with self._still_open():
            place = {"PORT": str(self._port), "HOME": str(self._folder), "TMPDIR": str(self._folder)}
            self._program = await Program.start(
                self._bot.command,
                folder=self._folder,
                scratch=self._scratch,
                environment={**self._environment, **place},
            )

    async def replace(self) -> int | None:
        """Stops the bot, throws its folder away and starts it in a fresh copy."""
        exit_code = await self.stop()
        await self._fresh_folder()
        await self.start()
        return exit_code

    async def close(self) -> None:
        """Ends both processes and removes their files."""
        self._closed = True
        async with self._making:
            await asyncio.gather(*(one.kill() for one in (self._program, self._server) if one is not None))
            await asyncio.to_thread(shutil.rmtree, self._scratch, ignore_errors=True)
            if self._keeper is not None:
                await self._keeper.kill()

    @contextlib.asynccontextmanager
    async def _still_open(self) -> AsyncIterator[None]:
        """Within it files and processes are made: wholly before `close` removes them, or not at all."""
        async with self._making:
            if self._closed:
                raise EngineError("the run is being ended")
            yield

    async def _start_store(self, store: Store) -> None:
        data = self._scratch / "store"
        binary = store.local_server()
        for _ in range(PORT_TRIES):
            self.store_port = self._ports.take()
            place = ("--bind", LOCALHOST, "--port", str(self.store_port), "--dir", str(data))
            async with self._still_open():
                data.mkdir(exist_ok=True)
                server = self._server = await self._start_program(
                    (binary, *store.arguments, *place), folder=data
                )
            identity = await wait_for_store(
                store.wait_until_ready(LOCALHOST, self.store_port, STORE_SECONDS), server.why_ended
            )
            if identity is not None:
                self._store_identity = identity
                return
        raise StoreError(
            "the store stopped as it was started", why=f"exit code {server.exit_code}", log=server.log_tail()
        )

    async def _start_program(self, command: Sequence[str], *, folder: Path) -> Program:
        """A program of the gate's own: it sees nothing of what the bot is given."""
        environment = {name: self._environment[name] for name in INHERITED if name in self._environment}
        return await Program.start(command, folder=folder, scratch=self._scratch, environment=environment)

    async def _fresh_folder(self) -> None:
        old, self._life = self._folder, self._life + 1
        self._folder = self._scratch / f"bot-{self._life}-{secrets.token_hex(3)}"

        def renew() -> None:
            if old != self._scratch:
                shutil.rmtree(old, ignore_errors=True)
            copy_folder(Path(self._bot.directory), self._folder)

        async with self._still_open():
            await _to_its_end(renew)

    async def _why_ended(self) -> str | None:
        return await self._require_program().why_ended()

    def _require_program(self) -> Program:
        if self._program is None:
            raise EngineError("the bot was never started")
        return self._program


async def _to_its_end(function: Callable[[], None]) -> None:
    """Runs `function` in a thread, and waits for it when cancelled too: nothing ends a thread."""
    running = asyncio.ensure_future(asyncio.to_thread(function))
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.gather(running, return_exceptions=True)
        raise
