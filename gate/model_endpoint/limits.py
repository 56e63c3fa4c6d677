"""What the endpoint bears at once: connections, and the bytes of the requests it is reading."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import cast

from aiohttp import web

MAX_CONNECTIONS = 512
"""Each takes one of the gate's file descriptors, of which it needs some to talk to the bot."""
BODY_BYTES = 64 * 1024 * 1024
"""Of all requests that are being read and answered."""
BODY_SECONDS = 30.0
"""In which a request has to be there, the wait for room included."""


def few_connections(server: web.Server, most: int = MAX_CONNECTIONS) -> Callable[[], asyncio.Protocol]:
    """Makes what serves a connection; hangs up on those beyond `most`."""
    return lambda: server() if len(server.connections) < most else _HangUp()


class _HangUp(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast(asyncio.Transport, transport).abort()


class ByteLimiter:
    """A number of bytes that requests take up; who finds too few of them free waits."""

    def __init__(self, size: int = BODY_BYTES) -> None:
        self._free = size
        self._freed = asyncio.Event()

    @contextlib.asynccontextmanager
    async def taken(self, size: int) -> AsyncIterator[Taken]:
        """So many bytes until the block is left. No more than there are in all can be asked for."""
        while self._free < size:
            self._freed.clear()
            await self._freed.wait()
        self._free -= size
        taken = Taken(self, size)
        try:
            yield taken
        finally:
            taken.shrink(0)

    def give_back(self, size: int) -> None:
        """So many bytes are free again."""
        self._free += size
        self._freed.set()


class Taken:
    """Bytes of a room."""

    def __init__(self, room: ByteLimiter, size: int) -> None:
        self._room = room
        self._size = size

    def shrink(self, size: int) -> None:
        """Gives back what is more than `size`."""
        if size < self._size:
            self._room.give_back(self._size - size)
            self._size = size
