"""Local program under a supervisor: started, stopped and killed, with its last output kept."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from gate.errors import EngineError
from gate.runtimes.readiness import tail

SUPERVISOR = Path(__file__).with_name("supervisor.py")
KEPT_BYTES = 64 * 1024
CHUNK_BYTES = 8 * 1024
START_SECONDS = 60.0
POLL_SECONDS = 0.01


class Program:
    """A running program. Made by `Program.start`."""

    def __init__(self, supervisor: asyncio.subprocess.Process, process: int) -> None:
        self.process = process
        self._supervisor = supervisor
        self._output = bytearray()
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def start(
        cls, command: Sequence[str], *, folder: Path, scratch: Path, environment: Mapping[str, str]
    ) -> Program:
        """Start `command` in `folder`. The supervisor removes `scratch` if the gate dies.

        Nothing is left running when this is cancelled. Raises EngineError.
        """
        starting = asyncio.create_task(
            asyncio.create_subprocess_exec(
                sys.executable,
                "-I",
                "-S",
                str(SUPERVISOR),
                str(scratch),
                *command,
                cwd=folder,
                env=dict(environment),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
            )
        )
        try:
            supervisor = await asyncio.shield(starting)
            assert supervisor.stdout is not None  # noqa: S101 - it was asked for above
            async with asyncio.timeout(START_SECONDS):
                first = await supervisor.stdout.readline()
            process = int(first.removeprefix(b"pid "))
        except (OSError, ValueError) as error:
            await _abandon(starting)
            raise EngineError("a local process could not be started", why=repr(error)) from error
        except asyncio.CancelledError:
            await _abandon(starting)
            raise
        return cls(supervisor, process)

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self._supervisor.returncode is None

    @property
    def exit_code(self) -> int | None:
        """The exit code, 128 + signal when a signal ended it; None while it runs."""
        return self._supervisor.returncode

    async def why_ended(self) -> str | None:
        """Return its exit code in words; None while it runs."""
        return None if self.running else f"exit code {self.exit_code}"

    def log_tail(self) -> tuple[str, ...]:
        """Return its last lines of output, which are untrusted text."""
        return tail(self._output.decode("utf-8", "replace"))

    def ask_to_stop(self, signal_name: str = "SIGTERM") -> None:
        """Send SIGTERM, or SIGINT."""
        self._send({"SIGTERM": b"T", "SIGINT": b"I"}[signal_name])

    async def wait_or_kill(self, seconds: float) -> int:
        """Wait for its end, and send SIGKILL after `seconds`. Return the exit code."""
        try:
            async with asyncio.timeout(seconds):
                await self._supervisor.wait()
        except TimeoutError:
            return await self.kill()
        return await self._end()

    async def halt(self) -> None:
        """Send SIGSTOP, and return when the kernel has halted it."""
        self._signal(signal.SIGSTOP)
        async with asyncio.timeout(START_SECONDS):
            while self.running and not self.halted:
                await asyncio.sleep(POLL_SECONDS)

    def resume(self) -> None:
        """Send SIGCONT."""
        self._signal(signal.SIGCONT)

    @property
    def halted(self) -> bool:
        """Whether the kernel shows it as stopped by a signal."""
        try:
            stat = Path(f"/proc/{self.process}/stat").read_text()
        except OSError:
            return False
        # The program's name is in parentheses and may contain anything, parentheses too.
        return stat.rpartition(")")[2].split()[0] == "T"

    async def kill(self) -> int:
        """Send SIGKILL to it and to everything it started. Return the exit code."""
        self._send(b"K")
        return await self._end()

    def _signal(self, number: signal.Signals) -> None:
        if self.running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.process, number)

    async def _end(self) -> int:
        code = await self._supervisor.wait()
        await self._reading
        return code

    def _send(self, command: bytes) -> None:
        control_pipe = self._supervisor.stdin
        if control_pipe is not None and self.running:
            with contextlib.suppress(ConnectionError, RuntimeError):
                control_pipe.write(command)

    async def _read(self) -> None:
        """Read the output continuously, so that a verbose program neither blocks nor fills memory."""
        output = self._supervisor.stdout
        while output is not None and (chunk := await output.read(CHUNK_BYTES)):
            self._output += chunk
            del self._output[:-KEPT_BYTES]


async def _abandon(starting: asyncio.Task[asyncio.subprocess.Process]) -> None:
    """End a supervisor that no Program owns: when its control pipe closes, it ends all that it started."""
    try:
        supervisor = await starting
    except (OSError, ValueError):
        return
    if supervisor.stdin is not None:
        supervisor.stdin.close()
    try:
        async with asyncio.timeout(START_SECONDS):
            await supervisor.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            supervisor.kill()
