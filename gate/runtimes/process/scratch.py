"""The scratch folder of a deployment: made, kept while processes are made in it, and removed."""

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
"""What the bot gets of the gate's own environment: enough to find its interpreter, and no secret."""


class Scratch:
    """A folder that goes with the deployment, whatever becomes of the gate."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        """`environment` is the bot's; programs of the gate's own see no more of it than INHERITED."""
        self.folder = folder
        self._environment = {name: environment[name] for name in INHERITED if name in environment}
        self._keeper: Program | None = None
        self._making = asyncio.Lock()
        self._closed = False

    async def make(self) -> None:
        """There is no moment at which the folder could be left behind: its keeper comes first."""
        async with self.still_open():
            self._keeper = await self.start_program((), folder=self.folder.parent, environment={})
            self.folder.mkdir(mode=0o700)

    @contextlib.asynccontextmanager
    async def still_open(self) -> AsyncIterator[None]:
        """Within it files and processes are made: wholly before `close` removes them, or not at all."""
        async with self._making:
            if self._closed:
                raise EngineError("the run is being ended")
            yield

    async def start_program(
        self, command: Sequence[str], *, folder: Path, environment: Mapping[str, str]
    ) -> Program:
        """A program of the gate's own: it is given `environment`, and nothing that is the bot's."""
        return await Program.start(
            command, folder=folder, scratch=self.folder, environment={**self._environment, **environment}
        )

    @contextlib.asynccontextmanager
    async def closing(self) -> AsyncIterator[None]:
        """Nothing is made from here on. The block is to end all programs; then the folder goes."""
        self._closed = True
        async with self._making:
            yield
            await asyncio.to_thread(shutil.rmtree, self.folder, ignore_errors=True)
            if self._keeper is not None:
                await self._keeper.kill()


async def to_its_end(function: Callable[[], None]) -> None:
    """Runs `function` in a thread, and waits for it when cancelled too: nothing ends a thread."""
    running = asyncio.ensure_future(asyncio.to_thread(function))
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.gather(running, return_exceptions=True)
        raise
