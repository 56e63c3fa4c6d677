"""Inspector of a Redis server: it searches every key of every database, and reads the figures."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from typing import Any

from gate.ports import StoreView
from gate.stores.findings import Findings
from gate.stores.places import Place
from gate.stores.redis.connection import OwnCommands, RedisConnection
from gate.stores.redis.contents import Key, contents, describe
from gate.stores.redis.figures import counters, databases, expires, keys_of, read_information, read_settings

SCAN_COUNT = 500
SMALL_STORE_BYTES = 16 * 1024 * 1024
"""A store with less data is read without a request for the size of each key."""
MAX_BYTES = 64 * 1024 * 1024
"""The most data that one look reads, in a minute at worst. Further keys count as unreadable."""
MAX_KEYS = 1_000_000
"""The most keys that one look reads, for the same reason."""


class RedisInspector:
    """An inspector of one server, in which it changes only the statistics."""

    def __init__(
        self, host: str, port: int, own: OwnCommands, *, persistence: str, ttl: float | None
    ) -> None:
        """`own` counts all commands that the gate sends to this server, here and elsewhere.

        `persistence` and `ttl` are the settings.
        """
        self._host = host
        self._port = port
        self._own = own
        self._persistence = persistence
        self._ttl = ttl

    async def look(self, values: Collection[str]) -> StoreView:
        """Return which of `values` the store holds, and its figures. Raises StoreError.

        The figure `commands` excludes the gate's own commands. That is exact, because the gate sends one
        command at a time. It is None if the bot reset the counters, or the server hides them.
        """
        findings = Findings(values)
        async with self._connection() as redis:
            information = await read_information(redis)
            counted = counters(information, self._own)
            settings = await read_settings(redis, information)
        small = int(information.get("used_memory_dataset", MAX_BYTES)) <= SMALL_STORE_BYTES
        for number in databases(information):
            async with self._connection(number) as redis:
                expiring = expires(information, number)
                async for names in _pages(redis, findings):
                    keys = await describe(redis, names, expiring=expiring, sized=not small)
                    await _read(redis, keys, findings)
        # Keys beyond the limits of the look are not in `findings`.
        beyond = max(0, keys_of(information) - findings.keys) if findings.keys >= MAX_KEYS else 0
        return findings.view(
            unread=beyond,
            declared_ttl=self._ttl,
            persistence=self._persistence,
            settings=settings,
            **counted,
        )

    def _connection(self, database: int = 0) -> RedisConnection:
        return RedisConnection(self._host, self._port, self._own, database=database)


async def _pages(redis: RedisConnection, findings: Findings) -> AsyncIterator[list[bytes]]:
    """Yield the names of all keys of a database, each once, although a scan may return a key twice."""
    seen: set[bytes] = set()
    cursor: Any = None
    while cursor != 0 and findings.keys < MAX_KEYS:
        answer = await redis.ask("SCAN", cursor or 0, "COUNT", SCAN_COUNT)
        cursor = int(answer[0])
        names = [name for name in dict.fromkeys(answer[1]) if name not in seen]
        seen.update(names)
        yield names


async def _read(redis: RedisConnection, keys: Sequence[Key], findings: Findings) -> None:
    for key in keys:
        findings.add_place(key)
    unread: dict[Place, Key] = {key: key for key in keys}
    if findings.bytes <= MAX_BYTES:
        async for parts in contents(redis, keys):
            findings.add(parts)
            if findings.bytes > MAX_BYTES:
                break
            for part in parts:
                unread.pop(part.place, None)
        else:
            unread.clear()
    for key in unread.values():
        findings.add_unreadable(key)
        findings.bytes += key.size or 0
    findings.end_page()
