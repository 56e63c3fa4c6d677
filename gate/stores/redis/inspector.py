"""Looks for facts in every key of every database, and counts what the bot made of the store."""

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
"""A store with less data than this is read without asking for the size of each key first."""
MAX_BYTES = 64 * 1024 * 1024
"""So much is read in one look, a minute at worst. Keys beyond that are counted, and unreadable."""
MAX_KEYS = 1_000_000
"""So many keys are looked at, for the same reason."""


class RedisInspector:
    """Looks into a server. Changes nothing in it but its statistics."""

    def __init__(
        self, host: str, port: int, own: OwnCommands, *, persistence: str, ttl: float | None
    ) -> None:
        """`own` keeps account of all that the gate asks of this server, here and elsewhere.

        `persistence` and `ttl` are what the settings say.
        """
        self._host = host
        self._port = port
        self._own = own
        self._persistence = persistence
        self._ttl = ttl

    async def look(self, values: Collection[str]) -> StoreView:
        """Which of `values` stand in the store, and what it counted. Raises StoreError.

        `commands` are those of others only: what the gate gave is subtracted, and as it asks one thing at
        a time that is exact. A bot that sets the counters back, or a server that hides them, leaves None.
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
        # Keys that were beyond the bounds of the look were never counted.
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
    """The names of all keys of a database, each once though a scan may name a key twice."""
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
