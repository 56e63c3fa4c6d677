"""Real servers for the tests, started with the gate's own arguments."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import ResponseError

from gate.core.specification import StoreSpecification
from gate.ports import StoreView
from gate.runtimes.process.ports import Ports
from gate.stores.redis.server import RedisServer
from tests.embedded_store import EmbeddedRedis

LOCALHOST = "127.0.0.1"
STORE = EmbeddedRedis(StoreSpecification())


PORTS = Ports()
"""Source of ports that no outgoing connection can take before the server."""


@contextlib.contextmanager
def dead_port() -> Iterator[int]:
    """Yield a port that refuses every connection: it is bound, but not listened on."""
    with socket.socket() as taken:
        taken.bind((LOCALHOST, 0))
        yield int(taken.getsockname()[1])


@dataclass(kw_only=True)
class Server:
    """A running server, and the gate's `Store` for it."""

    port: int
    host: str = LOCALHOST
    store: RedisServer = field(default_factory=lambda: EmbeddedRedis(StoreSpecification()))

    def look(self, *values: str) -> StoreView:
        """Look for `values` once."""
        return asyncio.run(self.store.inspector(self.host, self.port).look(values))

    def client(self) -> Redis:
        """Return a client like the bot's, which sends no commands on connecting."""
        named: dict[str, Any] = {"protocol": 2, "driver_info": None}
        return Redis(host=self.host, port=self.port, **named)


@contextlib.contextmanager
def running(
    folder: Path,
    *options: str,
    port: int | None = None,
    store: RedisServer | None = None,
    **specification: Any,
) -> Iterator[Server]:
    """Run a server with further options in `folder` until the block ends."""
    port = port or PORTS.take()
    store = store or EmbeddedRedis(StoreSpecification(**specification))
    process = subprocess.Popen(
        (*store.local_command(folder, LOCALHOST, port), *options),
        cwd=folder,
        stdout=subprocess.DEVNULL,
    )
    try:
        asyncio.run(store.wait_until_ready(LOCALHOST, port, 60))
        yield Server(port=port, store=store)
    finally:
        process.kill()
        process.wait()


def looks_between_commands(server: Server) -> tuple[StoreView, ...]:
    """Look three times, and check that each look counts only the commands of a bot."""
    with server.client() as redis:
        assert server.look("Lisbon").commands == 0
        redis.rpush("one", "Lisbon", "Oslo")
        redis.rpush("two", "Lisbon", "Oslo")
        redis.set("three", "Oslo", ex=1_000)
        first = server.look("Lisbon")
        second = server.look("Lisbon")
        asyncio.run(server.store.identity(server.host, server.port))
        with pytest.raises(ResponseError):
            redis.get("one")
        third = server.look("Lisbon")
    assert (first.commands, second.commands, third.commands) == (3, 3, 4)
    assert first.life == third.life != ""
    return first, second, third
