"""Replica of the bot: a process in a copy of the bot's folder, on a port of its own."""

from __future__ import annotations

import asyncio
import secrets
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from gate.core.specification import BotSpecification
from gate.errors import EngineError
from gate.ports import Instance
from gate.runtimes.process.folder import copy_folder
from gate.runtimes.process.program import Program
from gate.runtimes.process.scratch import LOCALHOST, Scratch, run_to_completion
from gate.runtimes.readiness import wait_until_healthy


class ProcessReplica:
    """A copy of the bot's folder, which is the identity, and a process, which is an incarnation."""

    def __init__(
        self,
        bot: BotSpecification,
        scratch: Scratch,
        *,
        number: int,
        port: int,
        version: str,
        environment: Mapping[str, str],
    ) -> None:
        self._bot = bot
        self._scratch = scratch
        self._port = port
        self._environment = environment
        self._folder = scratch.folder / f"bot-{number}-{secrets.token_hex(3)}"
        self._program: Program | None = None
        self._asked_at: float | None = None
        self.version = version
        self.identity = self._folder.name

    def address(self) -> str:
        """Return the address at which it listens."""
        return f"http://{LOCALHOST}:{self._port}"

    async def instance(self) -> Instance:
        """Return the state of the process, as its supervisor reports it."""
        program = self._require_program()
        return Instance(
            identity=self.identity,
            started=f"process {program.process}",
            running=program.running,
            exit_code=program.exit_code,
            image=" ".join(self._bot.command),
        )

    async def wait_until_ready(self) -> None:
        """Wait for the health check. Raises BotNotReady."""
        await wait_until_healthy(
            self,
            path=self._bot.ready,
            seconds=self._bot.ready_seconds,
            ended=self._require_program().why_ended,
        )

    async def log_tail(self) -> Sequence[str]:
        """Return its last log lines."""
        return self._program.log_tail() if self._program else ()

    async def copy(self) -> None:
        """Copy the bot's folder, as a container is made from an image."""
        async with self._scratch.still_open():
            await run_to_completion(lambda: copy_folder(Path(self._bot.directory), self._folder))

    async def start(self) -> None:
        """Start the bot in its folder."""
        self._asked_at = None
        async with self._scratch.still_open():
            place = {"PORT": str(self._port), "HOME": str(self._folder), "TMPDIR": str(self._folder)}
            self._program = await Program.start(
                self._bot.command,
                folder=self._folder,
                scratch=self._scratch.folder,
                environment={**self._environment, **place},
            )

    async def ask_to_stop(self) -> None:
        """Send SIGTERM, once."""
        if self._asked_at is None:
            self._asked_at = asyncio.get_running_loop().time()
            self._require_program().ask_to_stop()

    async def stop(self) -> int | None:
        """Send SIGTERM, then SIGKILL when the grace period since SIGTERM is over."""
        await self.ask_to_stop()
        assert self._asked_at is not None  # noqa: S101 - it was asked above
        left = self._asked_at + self._bot.stop_seconds - asyncio.get_running_loop().time()
        return await self._require_program().wait_or_kill(max(left, 0.0))

    async def kill(self) -> int | None:
        """Send SIGKILL."""
        return await self._require_program().kill()

    async def remove(self) -> None:
        """End it and remove its folder."""
        if self._program is not None:
            await self._program.kill()
        async with self._scratch.still_open():
            await run_to_completion(lambda: shutil.rmtree(self._folder, ignore_errors=True))

    async def close(self) -> None:
        """End it. Its folder is removed with the scratch folder."""
        if self._program is not None:
            await self._program.kill()

    def _require_program(self) -> Program:
        if self._program is None:
            raise EngineError("the bot was never started")
        return self._program
