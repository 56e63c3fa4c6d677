"""Stop a server of the event loop without losing a connection that it is just taking."""

from __future__ import annotations

import asyncio

ROUNDS = 3
"""Rounds of the event loop in which a taken connection is announced to its protocol; it needs two."""


async def stop_listening(server: asyncio.Server) -> None:
    """Take no further connection, let those taken be announced, then close the server.

    A server that is closed in between drops the connection without closing it. The peer then waits for it,
    and Python 3.13 prints a traceback when it is collected.
    """
    loop = asyncio.get_running_loop()
    for listening in server.sockets:
        loop.remove_reader(listening)
    for _ in range(ROUNDS):
        await asyncio.sleep(0)
    server.close()
