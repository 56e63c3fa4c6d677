"""Store server of a deployment as a local process, with its data in a folder."""

from __future__ import annotations

import secrets

from gate.errors import EngineError, StoreError
from gate.ports import Instance, Store
from gate.runtimes.process.ports import Ports
from gate.runtimes.process.program import Program
from gate.runtimes.process.scratch import LOCALHOST, Scratch
from gate.runtimes.readiness import count_keys, identity_once_loaded, wait_for_store, why_silent

STORE_SECONDS = 60.0
STOP_SECONDS = 30.0
"""Grace period, in which a server can write its data out."""
PORT_TRIES = 5


class ProcessStore:
    """A store's server. A restart counts as a fault, unless `wait_until_ready` was called after it."""

    def __init__(self, store: Store, scratch: Scratch, ports: Ports) -> None:
        self._store = store
        self._scratch = scratch
        self._ports = ports
        self._data = scratch.folder / f"store-{secrets.token_hex(3)}"
        self._program: Program | None = None
        self._server = ""
        self._paused = False
        self.port = 0

    @property
    def persistence(self) -> str:
        """How the server keeps its data when it restarts, as the settings name it."""
        return self._store.persistence

    async def create(self) -> None:
        """Create a data folder, and return when a server on it is ready. Raises StoreError, EngineError."""
        for attempt in range(1, PORT_TRIES + 1):
            self.port = self._ports.take()
            await self.start()
            try:
                await self.wait_until_ready()
                return
            except StoreError:
                # Another program may have taken the port.
                if attempt == PORT_TRIES or self._require_program().running:
                    raise

    async def instance(self) -> Instance:
        """Return the state of the process, with the server's identity and keys while it answers."""
        program = self._require_program()
        answers = program.running and not self._paused
        return Instance(
            identity=self._data.name,
            started=await self._store.identity(LOCALHOST, self.port) if answers else "",
            running=program.running,
            exit_code=program.exit_code,
            image=self._store.local_server(),
            paused=program.running and program.halted,
            keys=await count_keys(self._store.inspector(LOCALHOST, self.port)) if answers else None,
        )

    async def wait_until_ready(self) -> None:
        """Wait until the server has loaded all data, and remember its identity for `fault`."""
        program, store = self._require_program(), self._store
        identity = await wait_for_store(
            identity_once_loaded(store, LOCALHOST, self.port, STORE_SECONDS), program.why_ended
        )
        if identity is None:
            raise StoreError(
                "the store stopped as it was started",
                why=f"exit code {program.exit_code}",
                log=program.log_tail(),
            )
        self._server = identity

    async def fault(self) -> str | None:
        """Return a sentence if the server has ended or was restarted unasked, else None."""
        if self._program is None:
            return None
        died = await self._why_died()
        if died:
            return died
        try:
            identity = await self._store.identity(LOCALHOST, self.port)
        except StoreError as error:
            return await why_silent(error, self._why_died)
        return None if identity == self._server else "the store was restarted by someone else"

    async def _why_died(self) -> str | None:
        ended = await self._require_program().why_ended()
        return f"the store died during the run ({ended})" if ended else None

    async def start(self) -> None:
        """Start the server on its data."""
        command = self._store.local_command(self._data, LOCALHOST, self.port)
        async with self._scratch.still_open():
            self._data.mkdir(exist_ok=True)
            self._program = await self._scratch.start_program(
                command, folder=self._data, environment=self._store.environment
            )

    async def stop(self) -> int | None:
        """Send the kind's stop signal, then SIGKILL after the grace period. Return the exit code."""
        program = self._require_program()
        program.ask_to_stop(self._store.stop_signal)
        return await program.wait_or_kill(STOP_SECONDS)

    async def kill(self) -> int | None:
        """Send SIGKILL. Return the exit code."""
        return await self._require_program().kill()

    async def pause(self) -> None:
        """Halt it with SIGSTOP."""
        self._paused = True
        await self._require_program().halt()

    async def resume(self) -> None:
        """Let it continue with SIGCONT."""
        self._require_program().resume()
        self._paused = False

    async def close(self) -> None:
        """End it. Its data is removed with the scratch folder."""
        if self._program is not None:
            await self._program.kill()

    def _require_program(self) -> Program:
        if self._program is None:
            raise EngineError("the store was never started")
        return self._program
