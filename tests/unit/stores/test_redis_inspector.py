"""Looking for facts in a real server, whatever the bot's framework makes of them."""

from __future__ import annotations

import asyncio
import json
import pickle

import pytest
from redis import Redis

from tests.unit.stores.servers import LOCALHOST, STORE, Server


def test_an_empty_store_holds_nothing(redis: Redis, server: Server) -> None:
    """Neither values nor keys nor bytes."""
    view = server.look("Lisbon")
    assert (view.values, view.keys, view.bytes) == (frozenset(), 0, 0)
    assert (view.expiring_keys, view.shortest_ttl, view.unreadable_keys) == (0, None, 0)


def test_nothing_is_looked_for_when_there_are_no_values(redis: Redis, server: Server) -> None:
    """The size is told all the same."""
    redis.set("one", "12345")
    view = server.look()
    assert (view.values, view.keys, view.bytes) == (frozenset(), 1, len("one12345"))


def test_values_are_found_in_every_type(redis: Redis, server: Server) -> None:
    """Frameworks use strings, lists, hashes, sets, sorted sets and streams."""
    redis.set("a", "the order is ORD-100001")
    redis.rpush("b", "first", "the order is ORD-100002")
    redis.hset("c", mapping={"plain": "ORD-100003", "ORD-100004": "as a field"})
    redis.sadd("d", "ORD-100005", "other")
    redis.zadd("e", {"ORD-100006": 1.5, "other": 2})
    redis.xadd("f", {"text": "ORD-100007", "ORD-100008": "as a field"})
    redis.set("ORD-100009", "as a key")
    everything = [f"ORD-10000{number}" for number in range(1, 10)]
    view = server.look(*everything, "ORD-100000")
    assert view.values == set(everything)
    assert view.keys == 7


def test_a_type_that_nobody_knows_does_not_spoil_the_look(redis: Redis, server: Server) -> None:
    """A HyperLogLog is a string to Redis; what cannot be read as text is passed over."""
    redis.pfadd("sketch", "a", "b")
    redis.setbit("bits", 70, 1)
    redis.set("one", "Lisbon")
    assert server.look("Lisbon").values == {"Lisbon"}


def test_values_are_found_as_whole_words_only(redis: Redis, server: Server) -> None:
    """Rex is not in complex, 5000 not in 50000, and letter case does not matter."""
    redis.set("one", "a complex budget of 50000 and 5000.50, said by LISBON")
    assert server.look("Rex", "5000", "Lisbon").values == {"Lisbon"}


@pytest.mark.parametrize(
    "value", ["São Tomé", "東京", "🦊 Rex", 'say "hi"', "C:\\temp\\new", "two\nlines", "tab\there", "a/b"]
)
def test_values_are_found_under_jsons_escapes(redis: Redis, server: Server, value: str) -> None:
    """As text, as JSON in ASCII, as JSON inside JSON, and with PHP's escaped slashes."""
    record = json.dumps({"content": f"it is {value}, yes"})
    for stored in (
        f"it is {value}, yes",
        record,
        json.dumps({"content": f"it is {value}, yes"}, ensure_ascii=False),
        json.dumps({"messages": [record]}),
        record.replace("/", "\\/"),
    ):
        redis.flushall()
        redis.rpush("memory:anna", stored)
        assert server.look(value).values == {value}, stored


def test_values_are_found_in_records_that_are_not_text(redis: Redis, server: Server) -> None:
    """Some frameworks pickle their messages."""
    redis.set("one", pickle.dumps({"content": "I live in Lisbon now"}))
    redis.hset("two", mapping={b"\xff\xfe": b"\x80\x81 Oslo \xff"})
    assert server.look("Lisbon", "Oslo", "Kyoto").values == {"Lisbon", "Oslo"}


def test_values_are_found_under_keys_that_are_not_text(redis: Redis, server: Server) -> None:
    """A key may be any bytes."""
    redis.set(b"\xff\xfe\x80", "Lisbon")
    redis.rpush(b"checkpoint\xc3\x28", "Oslo")
    view = server.look("Lisbon", "Oslo")
    assert view.values == {"Lisbon", "Oslo"}
    assert view.keys == 2


def test_every_one_of_many_keys_is_looked_into(redis: Redis, server: Server) -> None:
    """More than one page of a scan."""
    with redis.pipeline() as pipeline:
        for number in range(5_000):
            pipeline.set(f"key:{number}", f"ORD-{number:06}")
        pipeline.execute()
    view = server.look("ORD-000000", "ORD-002500", "ORD-004999", "ORD-005000")
    assert view.values == {"ORD-000000", "ORD-002500", "ORD-004999"}
    assert view.keys == 5_000


def test_a_bot_that_writes_while_it_is_looked_at_does_not_break_the_look(
    redis: Redis, server: Server
) -> None:
    """A key may change its type, or go, between two questions about it."""
    stop = False

    async def rewrite(client: Redis) -> None:
        flip = False
        while not stop:
            flip = not flip
            client.delete("restless")
            if flip:
                client.rpush("restless", "Oslo")
            else:
                client.set("restless", "Oslo")
            await asyncio.sleep(0)

    async def both() -> None:
        nonlocal stop
        writing = asyncio.create_task(rewrite(redis))
        for _ in range(30):
            assert "Lisbon" in (await STORE.inspector(LOCALHOST, server.port).look(["Lisbon"])).values
        stop = True
        await writing

    redis.set("steady", "Lisbon")
    asyncio.run(both())
