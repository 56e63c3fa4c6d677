"""Contents of keys of any type, read in parts that fit into a small memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from redis.exceptions import ResponseError

from gate.stores.places import Content, Place
from gate.stores.redis.connection import RedisConnection

WINDOW_BYTES = 4 * 1024 * 1024
"""About as much is requested at once."""
OVERLAP_BYTES = 256 * 1024
"""Overlap of the windows of a long text, so that every value is complete in one of them."""
MAX_WHOLE_BYTES = 64 * 1024 * 1024
"""Size limit of an element that cannot be read in parts. A larger one is not read."""
NO_TTL = -1


@dataclass(frozen=True, kw_only=True)
class Key(Place):
    """A key of one database."""

    kind: str
    """The server's name of its type."""
    size: int | None = None
    """Bytes that it occupies in the server; None if not requested, because the whole store is small."""


async def describe(
    redis: RedisConnection, names: Sequence[bytes], *, expiring: bool, sized: bool
) -> list[Key]:
    """Return the keys that exist, with TTLs if any of them is `expiring`, and with sizes if `sized`."""
    questions = ("TYPE", *(("PTTL",) if expiring else ()), *(("MEMORY",) if sized else ()))
    commands: list[tuple[Any, ...]] = [
        ("MEMORY", "USAGE", name, "SAMPLES", 0) if question == "MEMORY" else (question, name)
        for name in names
        for question in questions
    ]
    answers = await redis.ask_all(commands)
    _raise_faults(answers)
    keys = []
    for number, name in enumerate(names):
        found = dict(
            zip(questions, answers[number * len(questions) : (number + 1) * len(questions)], strict=False)
        )
        kind, ttl, size = found["TYPE"], found.get("PTTL"), found.get("MEMORY")
        word = kind.decode() if isinstance(kind, bytes) else str(kind)
        if word == "none":
            continue
        # If the server refuses to report a size, the key is read in parts.
        told_size = size if isinstance(size, int) else MAX_WHOLE_BYTES
        keys.append(
            Key(
                name=name,
                kind=word,
                ttl=ttl / 1000 if isinstance(ttl, int) and ttl > NO_TTL else None,
                size=told_size if sized else None,
            )
        )
    return keys


async def contents(redis: RedisConnection, keys: Sequence[Key]) -> AsyncIterator[list[Content]]:
    """Yield the contents of the keys: many small ones at a time, large ones in parts."""
    for group in _grouped([key for key in keys if (key.size or 0) <= WINDOW_BYTES]):
        yield await _read_whole(redis, group)
    for key in keys:
        if (key.size or 0) > WINDOW_BYTES:
            async for part in _read_in_parts(redis, key):
                yield [part]


def _grouped(keys: Iterable[Key]) -> Iterator[list[Key]]:
    group: list[Key] = []
    size = 0
    for key in keys:
        size += key.size or 0
        if group and size > WINDOW_BYTES:
            yield group
            group, size = [], key.size or 0
        group.append(key)
    if group:
        yield group


async def _read_whole(redis: RedisConnection, keys: Sequence[Key]) -> list[Content]:
    readable = [key for key in keys if key.kind in _WHOLE]
    answers = await redis.ask_all([_WHOLE[key.kind](key.name) for key in readable])
    _raise_faults(answers)
    found = [
        # The bot may have changed the key since its type was read, which gives an error.
        Content(place=key, elements=() if isinstance(answer, Exception) else tuple(_flatten(answer)))
        for key, answer in zip(readable, answers, strict=True)
    ]
    unknown = [Content(place=key, whole=False) for key in keys if key.kind not in _WHOLE]
    return found + unknown


async def _read_in_parts(redis: RedisConnection, key: Key) -> AsyncIterator[Content]:
    if key.kind == "string":
        async for part in _read_text(redis, key):
            yield part
        return
    count = await redis.ask_if_allowed(_LENGTHS[key.kind], key.name) if key.kind in _LENGTHS else None
    mean = (key.size or 0) // count if isinstance(count, int) and count else key.size or 0
    if mean > MAX_WHOLE_BYTES or key.kind not in _WHOLE:
        yield Content(place=key, whole=False)
    elif isinstance(count, int):
        async for answer in _PARTS[key.kind](redis, key.name, max(1, WINDOW_BYTES // max(1, mean))):
            yield Content(place=key, elements=tuple(_flatten(answer)))
    else:
        yield Content(
            place=key, elements=tuple(_flatten(await redis.ask_if_allowed(*_WHOLE[key.kind](key.name))))
        )


async def _read_text(redis: RedisConnection, key: Key) -> AsyncIterator[Content]:
    start = 0
    while True:
        data = await redis.ask_if_allowed("GETRANGE", key.name, start, start + WINDOW_BYTES - 1)
        if not data:
            return
        more = len(data) == WINDOW_BYTES
        yield Content(
            place=key,
            elements=(data,),
            cut_before=start > 0,
            cut_after=more,
            repeated=min(OVERLAP_BYTES, len(data)) if start else 0,
        )
        if not more:
            return
        start += WINDOW_BYTES - OVERLAP_BYTES


async def _read_list(redis: RedisConnection, name: bytes, count: int) -> AsyncIterator[object]:
    start = 0
    while found := await redis.ask_if_allowed("LRANGE", name, start, start + count - 1):
        yield found
        start += count


async def _read_stream(redis: RedisConnection, name: bytes, count: int) -> AsyncIterator[object]:
    start = b"-"
    while found := await redis.ask_if_allowed("XRANGE", name, start, "+", "COUNT", count):
        yield found
        start = b"(" + found[-1][0]


def _scanning(command: str) -> Callable[[RedisConnection, bytes, int], AsyncIterator[object]]:
    async def scan(redis: RedisConnection, name: bytes, count: int) -> AsyncIterator[object]:
        cursor = 0
        while True:
            answer = await redis.ask_if_allowed(command, name, cursor, "COUNT", count)
            if answer is None:
                return
            cursor, found = int(answer[0]), answer[1]
            yield found
            if cursor == 0:
                return

    return scan


_WHOLE: Mapping[str, Callable[[bytes], tuple[Any, ...]]] = {
    "string": lambda name: ("GET", name),
    "list": lambda name: ("LRANGE", name, 0, -1),
    "hash": lambda name: ("HGETALL", name),
    "set": lambda name: ("SMEMBERS", name),
    "zset": lambda name: ("ZRANGE", name, 0, -1),
    "stream": lambda name: ("XRANGE", name, "-", "+"),
    "ReJSON-RL": lambda name: ("JSON.GET", name),
}
_LENGTHS = {"list": "LLEN", "hash": "HLEN", "set": "SCARD", "zset": "ZCARD", "stream": "XLEN"}
_PARTS = {
    "list": _read_list,
    "hash": _scanning("HSCAN"),
    "set": _scanning("SSCAN"),
    "zset": _scanning("ZSCAN"),
    "stream": _read_stream,
}


def _flatten(found: object) -> Iterator[bytes]:
    """Yield all texts in an answer; other values are converted to text."""
    if isinstance(found, Mapping):
        for pair in found.items():
            yield from _flatten(pair)
    elif isinstance(found, (list, tuple, set, frozenset)):
        for element in found:
            yield from _flatten(element)
    elif isinstance(found, bytes):
        yield found
    elif found is not None:
        yield str(found).encode()


def _raise_faults(answers: Iterable[object]) -> None:
    """Raise errors that are not the server's answer to one command, such as a lost connection."""
    for answer in answers:
        if isinstance(answer, Exception) and not isinstance(answer, ResponseError):
            raise answer
