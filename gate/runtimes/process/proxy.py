"""Proxy between the local bot and its store, which can cut the connection."""

from __future__ import annotations

import asyncio
import contextlib

from gate.core.listening import stop_listening
from gate.errors import EngineError
from gate.runtimes.process.scratch import LOCALHOST

CHUNK_BYTES = 64 * 1024


class StoreProxy:
    """A TCP proxy that forwards bytes in both directions, whatever the protocol.

    While it is cut, open connections forward nothing and new ones are refused, as in a network partition.
    When it is healed, the bytes that were held back are delivered.
    """

    def __init__(self, port: int, store_port: int) -> None:
        """Listen on `port` for the bot, and connect to `store_port`, both on this machine."""
        self.port = port
        self._store_port = store_port
        self._server: asyncio.Server | None = None
        self._intact = asyncio.Event()
        self._connections: set[asyncio.Task[None]] = set()

    async def heal(self) -> None:
        """Open or restore the connection. Raises EngineError when another program has taken the port."""
        if self._server is None:
            try:
                self._server = await asyncio.start_server(self._accept, LOCALHOST, self.port)
            except OSError as error:
                raise EngineError(
                    "the way from the bot to its store cannot be opened", why=str(error)
                ) from error
        self._intact.set()

    async def cut(self) -> None:
        """Cut the connection."""
        self._intact.clear()
        if self._server is not None:
            server, self._server = self._server, None
            await stop_listening(server)

    @property
    def connections(self) -> int:
        """The number of open connections of the bot."""
        return len(self._connections)

    async def connected(self) -> bool:
        """Whether the port that the bot uses accepts connections."""
        try:
            _, writer = await asyncio.open_connection(LOCALHOST, self.port)
        except OSError:
            return False
        writer.close()
        return True

    async def close(self) -> None:
        """End every connection."""
        await self.cut()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        # Aborted connections end in the next round of the event loop, which may be its last one.
        await asyncio.sleep(0)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)
        # A task that is cancelled before it starts runs no `finally`.
        task.add_done_callback(lambda _task: writer.transport.abort())

    async def _serve(self, bot_reader: asyncio.StreamReader, bot_writer: asyncio.StreamWriter) -> None:
        writers = [bot_writer]
        # When the store is down, or a peer hangs up, the connection ends for both.
        with contextlib.suppress(OSError):
            try:
                reader, writer = await asyncio.open_connection(LOCALHOST, self._store_port)
                writers.append(writer)
                await asyncio.gather(self._forward(bot_reader, writer), self._forward(reader, bot_writer))
            finally:
                for open_writer in writers:
                    open_writer.transport.abort()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(CHUNK_BYTES):
            await self._intact.wait()
            writer.write(chunk)
            await writer.drain()
        await self._intact.wait()
        writer.write_eof()
