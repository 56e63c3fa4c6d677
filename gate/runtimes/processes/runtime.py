"""Deployments made of local processes.

A copy of the bot's folder stands for its container: a restart keeps the copy, a replacement gets a
fresh one, so that restart, kill and recreate mean what they mean on the Docker engine.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import shutil
import socket
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from gate.core.specification import BotSpecification
from gate.errors import EngineError, GateError, InputError, StoreError
from gate.interfaces import Instance, Store, StoreInspector
from gate.runtimes.processes.program import Program
from gate.runtimes.readiness import wait_until_healthy

LOCALHOST = "127.0.0.1"
INHERITED = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "SYSTEMROOT")
"""What the bot gets of the gate's own environment: enough to find its interpreter, and no secret."""

LINKED_FOLDERS = (".venv", "venv", "node_modules")
"""Installed dependencies: part of the image in a container, so shared and not copied here."""
LEFT_OUT = (".git", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", "memory-gate-report")
MAX_FILES = 20_000
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
        self._deployments: list[ProcessDeployment] = []

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
        deployment = ProcessDeployment(
            self._bot,
            self._store,
            scratch=Path(tempfile.mkdtemp(prefix=self._prefix)),
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
        await asyncio.gather(*(deployment.close() for deployment in self._deployments))


class ProcessDeployment:
    """A bot and its store, each a process under a warden."""

    def __init__(
        self,
        bot: BotSpecification,
        store: Store | None,
        *,
        scratch: Path,
        environment: Mapping[str, str],
    ) -> None:
        self._bot = bot
        self._store = store
        self._scratch = scratch
        self._environment = dict(environment)
        self._port = _free_port()
        self._life = 0
        self._folder = scratch
        self._program: Program | None = None
        self._server: Program | None = None
        self._store_identity = ""
        self.store_port = 0

    async def start_all(self) -> None:
        """Starts the store, then the bot, and waits until both answer."""
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
        self._program = await Program.start(
            self._bot.command,
            folder=self._folder,
            scratch=self._scratch,
            environment={**self._environment, "PORT": str(self._port)}
            | {"HOME": str(self._folder), "TMPDIR": str(self._folder)},
        )

    async def replace(self) -> int | None:
        """Stops the bot, throws its folder away and starts it in a fresh copy."""
        exit_code = await self.stop()
        await self._fresh_folder()
        await self.start()
        return exit_code

    async def close(self) -> None:
        """Ends both processes and removes their files."""
        programs = [one for one in (self._program, self._server) if one is not None and one.running]
        await asyncio.gather(*(program.kill() for program in programs))
        await asyncio.to_thread(shutil.rmtree, self._scratch, ignore_errors=True)

    async def _start_store(self, store: Store) -> None:
        data = self._scratch / "store"
        data.mkdir()
        binary = store.local_server()
        for attempt in range(1, PORT_TRIES + 1):
            self.store_port = _free_port()
            self._server = await Program.start(
                (binary, *store.arguments, "--bind", LOCALHOST)
                + ("--port", str(self.store_port), "--dir", str(data)),
                folder=data,
                scratch=self._scratch,
                environment={"PATH": self._environment.get("PATH", "")},
            )
            ready = asyncio.create_task(store.wait_until_ready(LOCALHOST, self.store_port, STORE_SECONDS))
            while not ready.done() and self._server.running:
                await asyncio.wait({ready}, timeout=0.05)
            if ready.done() and self._server.running:
                self._store_identity = ready.result()
                return
            ready.cancel()
            with contextlib.suppress(asyncio.CancelledError, GateError):
                await ready
            if attempt == PORT_TRIES:
                raise StoreError(
                    "the store stopped as it was started",
                    why=f"exit code {self._server.exit_code}",
                    log=self._server.log_tail(),
                )

    async def _fresh_folder(self) -> None:
        if self._folder != self._scratch:
            await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)
        self._life += 1
        self._folder = self._scratch / f"bot-{self._life}-{secrets.token_hex(3)}"
        await asyncio.to_thread(_copy_folder, Path(self._bot.directory), self._folder)

    async def _why_ended(self) -> str | None:
        program = self._require_program()
        return None if program.running else f"exit code {program.exit_code}"

    def _require_program(self) -> Program:
        if self._program is None:
            raise EngineError("the bot was never started")
        return self._program


def _copy_folder(source: Path, target: Path) -> None:
    """Copies the bot's folder; installed dependencies become links. Raises InputError when it is huge."""
    files = 0

    def leave_out(folder: str, names: list[str]) -> set[str]:
        nonlocal files
        files += len(names)
        if files > MAX_FILES:
            raise InputError(
                f"the bot's folder {source} holds more than {MAX_FILES} files",
                why="it is copied for every fresh instance, as an image would be",
                remedy="set bot.directory to the folder that holds the bot alone",
            )
        skipped = {name for name in names if name in LEFT_OUT}
        linked = {name for name in names if name in LINKED_FOLDERS and (Path(folder) / name).is_dir()}
        for name in linked:
            place = target / Path(folder).relative_to(source)
            place.mkdir(parents=True, exist_ok=True)
            (place / name).symlink_to(Path(folder) / name, target_is_directory=True)
        return skipped | linked

    try:
        shutil.copytree(source, target, symlinks=True, ignore=leave_out, dirs_exist_ok=True)
    except (OSError, shutil.Error) as error:
        raise InputError(f"the bot's folder {source} cannot be copied", why=str(error)) from error


def _free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((LOCALHOST, 0))
        return int(probe.getsockname()[1])
