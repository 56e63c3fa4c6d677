"""One local program under a warden: started, stopped, killed, and its last output kept."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path

from gate.errors import EngineError
from gate.runtimes.readiness import tail

WARDEN = Path(__file__).with_name("warden.py")
KEPT_BYTES = 64 * 1024
CHUNK_BYTES = 8 * 1024
START_SECONDS = 20.0


class Program:
    """A running program. Made by `Program.start`."""

    def __init__(self, warden: asyncio.subprocess.Process, process: int) -> None:
        self.process = process
        self._warden = warden
        self._output: deque[bytes] = deque(maxlen=KEPT_BYTES // CHUNK_BYTES)
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def start(
        cls, command: Sequence[str], *, folder: Path, scratch: Path, environment: Mapping[str, str]
    ) -> Program:
        """Starts `command` in `folder`; `scratch` is removed should the gate die. Raises EngineError."""
        warden = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-S",
            str(WARDEN),
            str(scratch),
            *command,
            cwd=folder,
            env=dict(environment),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        assert warden.stdout is not None  # noqa: S101 - it was asked for above
        try:
            async with asyncio.timeout(START_SECONDS):
                first = await warden.stdout.readline()
            process = int(first.removeprefix(b"pid "))
        except (TimeoutError, ValueError) as error:
            with contextlib.suppress(ProcessLookupError):
                warden.kill()
            raise EngineError("a local process could not be started", why=repr(error)) from error
        return cls(warden, process)

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self._warden.returncode is None

    @property
    def exit_code(self) -> int | None:
        """128 + signal when a signal ended it; None while it runs."""
        return self._warden.returncode

    def log_tail(self) -> tuple[str, ...]:
        """Its last lines of output; untrusted text."""
        return tail(b"".join(self._output).decode("utf-8", "replace"))

    async def stop(self, seconds: float) -> int:
        """SIGTERM, then SIGKILL after `seconds`. The exit code."""
        self._tug(b"T")
        try:
            async with asyncio.timeout(seconds):
                await self._warden.wait()
        except TimeoutError:
            return await self.kill()
        return await self._end()

    async def kill(self) -> int:
        """SIGKILL to it and to everything it started. The exit code."""
        self._tug(b"K")
        return await self._end()

    async def _end(self) -> int:
        code = await self._warden.wait()
        await self._reading
        return code

    def _tug(self, command: bytes) -> None:
        leash = self._warden.stdin
        if leash is not None and self.running:
            with contextlib.suppress(ConnectionError, RuntimeError):
                leash.write(command)

    async def _read(self) -> None:
        """Drains the output, so that a talkative program neither stalls nor fills memory."""
        output = self._warden.stdout
        while output is not None and (chunk := await output.read(CHUNK_BYTES)):
            self._output.append(chunk)
