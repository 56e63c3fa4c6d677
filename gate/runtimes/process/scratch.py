"""Scratch folder of a deployment, which is removed even when the gate dies."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path

from gate.errors import EngineError
from gate.runtimes.process.program import Program

LOCALHOST = "127.0.0.1"
INHERITED = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "SYSTEMROOT")
"""Variables that the bot inherits from the gate: enough to find its interpreter, and no secrets."""


class Scratch:
    """A folder that is removed with its deployment, even when the gate dies."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        """`environment` is the bot's. The gate's own programs inherit only INHERITED from it."""
        self.folder = folder
        self._environment = {name: environment[name] for name in INHERITED if name in environment}
        self._supervisor: Program | None = None
        self._making = asyncio.Lock()
        self._closed = False

    async def make(self) -> None:
        """Start the supervisor of the folder, then create the folder, so that it is never left behind."""
        async with self.still_open():
            self._supervisor = await self.start_program((), folder=self.folder.parent, environment={})
            self.folder.mkdir(mode=0o700)

    @contextlib.asynccontextmanager
    async def still_open(self) -> AsyncIterator[None]:
        """Guard the creation of files and processes: it completes before the removal, or is refused.

        Raises EngineError once the scratch folder is being closed.
        """
        async with self._making:
            if self._closed:
                raise EngineError("the run is being ended")
            yield

    async def start_program(
        self, command: Sequence[str], *, folder: Path, environment: Mapping[str, str]
    ) -> Program:
        """Start a program of the gate's own, which gets `environment` and none of the bot's variables."""
        return await Program.start(
            command, folder=folder, scratch=self.folder, environment={**self._environment, **environment}
        )

    @contextlib.asynccontextmanager
    async def closing(self) -> AsyncIterator[None]:
        """Refuse new files and processes. The block ends all programs; then the folder is removed."""
        self._closed = True
        async with self._making:
            yield
            await asyncio.to_thread(shutil.rmtree, self.folder, ignore_errors=True)
            if self._supervisor is not None:
                await self._supervisor.kill()


async def run_to_completion(function: Callable[[], None]) -> None:
    """Run `function` in a thread. A cancellation waits for it too, because a thread cannot be ended."""
    running = asyncio.ensure_future(asyncio.to_thread(function))
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.gather(running, return_exceptions=True)
        raise
