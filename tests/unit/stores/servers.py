"""Real servers for the tests, started with what the gate starts them with."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from redis import Redis

from gate.core.specification import StoreSpecification
from gate.interfaces import StoreView
from gate.runtimes.processes.ports import Ports
from gate.stores.redis.server import RedisServer

LOCALHOST = "127.0.0.1"
STORE = RedisServer(StoreSpecification())


PORTS = Ports()
"""None of them is one that a connection to anywhere could take before the server has it."""


@contextlib.contextmanager
def dead_port() -> Iterator[int]:
    """A port that refuses every connection: it is taken, and nobody listens on it."""
    with socket.socket() as taken:
        taken.bind((LOCALHOST, 0))
        yield int(taken.getsockname()[1])


@dataclass(kw_only=True)
class Server:
    """A server, and the store by which the gate knows it."""

    port: int
    store: RedisServer = field(default_factory=lambda: RedisServer(StoreSpecification()))

    def look(self, *values: str) -> StoreView:
        """One look for `values`."""
        return asyncio.run(self.store.inspector(LOCALHOST, self.port).look(values))

    def client(self) -> Redis:
        """What the bot would have; nothing is said on connecting."""
        named: dict[str, Any] = {"protocol": 2, "driver_info": None}
        return Redis(host=LOCALHOST, port=self.port, **named)


@contextlib.contextmanager
def running(
    folder: Path,
    *options: str,
    port: int | None = None,
    store: RedisServer | None = None,
    **specification: Any,
) -> Iterator[Server]:
    """A server with those further options, in `folder`, until the block ends."""
    port = port or PORTS.take()
    store = store or RedisServer(StoreSpecification(**specification))
    place = ("--bind", LOCALHOST, "--port", str(port), "--dir", str(folder))
    process = subprocess.Popen(
        (store.local_server(), *store.arguments, *place, *options),
        cwd=folder,
        stdout=subprocess.DEVNULL,
    )
    try:
        asyncio.run(store.wait_until_ready(LOCALHOST, port, 60))
        yield Server(port=port, store=store)
    finally:
        process.kill()
        process.wait()
