"""Limits of the endpoint: open connections, and the bytes of all request bodies together."""

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
"""For a request body to arrive, the wait for free bytes included."""


def limit_connections(server: web.Server, most: int = MAX_CONNECTIONS) -> Callable[[], asyncio.Protocol]:
    """Return a protocol factory that hangs up on connections beyond `most`."""
    return lambda: server() if len(server.connections) < most else _HangUp()


class _HangUp(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast(asyncio.Transport, transport).abort()


class ByteLimiter:
    """A number of bytes that requests share. A request waits while too few of them are free."""

    def __init__(self, size: int = BODY_BYTES) -> None:
        self._free = size
        self._freed = asyncio.Event()

    @contextlib.asynccontextmanager
    async def lease(self, size: int) -> AsyncIterator[Lease]:
        """Lease `size` bytes until the block ends. A `size` above the total waits for ever."""
        while self._free < size:
            self._freed.clear()
            await self._freed.wait()
        self._free -= size
        lease = Lease(self, size)
        try:
            yield lease
        finally:
            lease.shrink(0)

    def give_back(self, size: int) -> None:
        """Free `size` bytes."""
        self._free += size
        self._freed.set()


class Lease:
    """Bytes that one request holds."""

    def __init__(self, limiter: ByteLimiter, size: int) -> None:
        self._limiter = limiter
        self._size = size

    def shrink(self, size: int) -> None:
        """Give back the bytes beyond `size`."""
        if size < self._size:
            self._limiter.give_back(self._size - size)
            self._size = size
