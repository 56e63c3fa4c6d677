"""The way from the local bot to its store: a proxy of the gate's own, which can be cut."""

from __future__ import annotations

import asyncio
import contextlib

from gate.errors import EngineError
from gate.runtimes.process.scratch import LOCALHOST

CHUNK_BYTES = 64 * 1024


class StoreProxy:
    """Passes on what is said between the bot and the store, whatever it is.

    While it is cut, connections that stand pass nothing and new ones are refused, as when a network
    falls apart; healed, it goes on with what was on its way.
    """

    def __init__(self, port: int, store_port: int) -> None:
        """The bot connects to `port`, the store listens on `store_port`, both on this machine."""
        self.port = port
        self._store_port = store_port
        self._server: asyncio.Server | None = None
        self._whole = asyncio.Event()
        self._connections: set[asyncio.Task[None]] = set()

    async def heal(self) -> None:
        """Opens the way. Raises EngineError when somebody else has taken the port."""
        if self._server is None:
            try:
                self._server = await asyncio.start_server(self._accept, LOCALHOST, self.port)
            except OSError as error:
                raise EngineError(
                    "the way from the bot to its store cannot be opened", why=str(error)
                ) from error
        self._whole.set()

    async def cut(self) -> None:
        """Closes the way."""
        self._whole.clear()
        if self._server is not None:
            self._server.close()
            self._server = None

    async def connected(self) -> bool:
        """Whether a connection is taken where the bot makes its own."""
        try:
            _, writer = await asyncio.open_connection(LOCALHOST, self.port)
        except OSError:
            return False
        writer.close()
        return True

    async def close(self) -> None:
        """Ends every connection."""
        await self.cut()
        for one in self._connections:
            one.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _serve(self, bot_reader: asyncio.StreamReader, bot_writer: asyncio.StreamWriter) -> None:
        writers = [bot_writer]
        # A store that is down, or a peer that hangs up, ends the connection for both.
        with contextlib.suppress(OSError):
            try:
                reader, writer = await asyncio.open_connection(LOCALHOST, self._store_port)
                writers.append(writer)
                await asyncio.gather(self._pass_on(bot_reader, writer), self._pass_on(reader, bot_writer))
            finally:
                for one in writers:
                    one.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(CHUNK_BYTES):
            await self._whole.wait()
            writer.write(chunk)
            await writer.drain()
        await self._whole.wait()
        writer.write_eof()
