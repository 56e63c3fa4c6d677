"""Looking for facts in a real server, whatever the bot's framework makes of them."""

from __future__ import annotations

import asyncio
import json
import os
import pickle
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from gate.core.specification import StoreSpecification
from gate.errors import StoreError
from gate.interfaces import StoreView
from gate.stores.redis_server import RedisServer
from tests.event_loop import in_event_loop, until

LOCALHOST = "127.0.0.1"
STORE = RedisServer(StoreSpecification())


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((LOCALHOST, 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a server, started with what the gate starts it with."""
    found = free_port()
    command = (STORE.local_server(), *STORE.arguments, "--bind", LOCALHOST, "--port", str(found))
    folder = tmp_path_factory.mktemp("redis")
    server = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    asyncio.run(STORE.wait_until_ready(LOCALHOST, found, 60))
    yield found
    server.kill()
    server.wait()


@pytest.fixture
def redis(port: int) -> Iterator[Redis]:
    """A client of the server, which is empty."""
    with Redis(host=LOCALHOST, port=port) as client:
        client.flushall()
        yield client


def look(port: int, *values: str) -> StoreView:
    """One look for `values`."""
    return asyncio.run(STORE.inspector(LOCALHOST, port).look(values))


def test_an_empty_store_holds_nothing(redis: Redis, port: int) -> None:
    """Neither values nor keys nor bytes."""
    assert look(port, "Lisbon") == StoreView(values=frozenset(), keys=0, bytes=0)


def test_nothing_is_looked_for_when_there_are_no_values(redis: Redis, port: int) -> None:
    """The size is told all the same."""
    redis.set("one", "12345")
    assert look(port) == StoreView(values=frozenset(), keys=1, bytes=len("one\n12345"))


def test_values_are_found_in_every_type(redis: Redis, port: int) -> None:
    """Frameworks use strings, lists, hashes, sets, sorted sets and streams."""
    redis.set("a", "the order is ORD-100001")
    redis.rpush("b", "first", "the order is ORD-100002")
    redis.hset("c", mapping={"plain": "ORD-100003", "ORD-100004": "as a field"})
    redis.sadd("d", "ORD-100005", "other")
    redis.zadd("e", {"ORD-100006": 1.5, "other": 2})
    redis.xadd("f", {"text": "ORD-100007", "ORD-100008": "as a field"})
    redis.set("ORD-100009", "as a key")
    everything = [f"ORD-10000{number}" for number in range(1, 10)]
    view = look(port, *everything, "ORD-100000")
    assert view.values == set(everything)
    assert view.keys == 7


def test_a_type_that_nobody_knows_does_not_spoil_the_look(redis: Redis, port: int) -> None:
    """A HyperLogLog is a string to Redis; what cannot be read as text is passed over."""
    redis.pfadd("sketch", "a", "b")
    redis.setbit("bits", 70, 1)
    redis.set("one", "Lisbon")
    assert look(port, "Lisbon").values == {"Lisbon"}


def test_values_are_found_as_whole_words_only(redis: Redis, port: int) -> None:
    """Rex is not in complex, 5000 not in 50000, and letter case does not matter."""
    redis.set("one", "a complex budget of 50000 and 5000.50, said by LISBON")
    assert look(port, "Rex", "5000", "Lisbon").values == {"Lisbon"}


@pytest.mark.parametrize(
    "value", ["São Tomé", "東京", "🦊 Rex", 'say "hi"', "C:\\temp\\new", "two\nlines", "tab\there", "a/b"]
)
def test_values_are_found_under_jsons_escapes(redis: Redis, port: int, value: str) -> None:
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
        assert look(port, value).values == {value}, stored


def test_values_are_found_in_records_that_are_not_text(redis: Redis, port: int) -> None:
    """Some frameworks pickle their messages."""
    redis.set("one", pickle.dumps({"content": "I live in Lisbon now"}))
    redis.hset("two", mapping={b"\xff\xfe": b"\x80\x81 Oslo \xff"})
    assert look(port, "Lisbon", "Oslo", "Kyoto").values == {"Lisbon", "Oslo"}


def test_values_are_found_under_keys_that_are_not_text(redis: Redis, port: int) -> None:
    """A key may be any bytes."""
    redis.set(b"\xff\xfe\x80", "Lisbon")
    redis.rpush(b"checkpoint\xc3\x28", "Oslo")
    view = look(port, "Lisbon", "Oslo")
    assert view.values == {"Lisbon", "Oslo"}
    assert view.keys == 2


def test_every_one_of_many_keys_is_looked_into(redis: Redis, port: int) -> None:
    """More than one page of a scan."""
    with redis.pipeline() as pipeline:
        for number in range(5_000):
            pipeline.set(f"key:{number}", f"ORD-{number:06}")
        pipeline.execute()
    view = look(port, "ORD-000000", "ORD-002500", "ORD-004999", "ORD-005000")
    assert view.values == {"ORD-000000", "ORD-002500", "ORD-004999"}
    assert view.keys == 5_000


def test_a_bot_that_writes_while_it_is_looked_at_does_not_break_the_look(redis: Redis, port: int) -> None:
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
            assert "Lisbon" in (await STORE.inspector(LOCALHOST, port).look(["Lisbon"])).values
        stop = True
        await writing

    redis.set("steady", "Lisbon")
    asyncio.run(both())


@in_event_loop
async def test_the_identity_is_the_servers_and_changes_with_it(tmp_path: Path) -> None:
    """It stays while the server lives, and another life has another."""
    seen = []
    port = free_port()
    for _ in range(2):
        server = subprocess.Popen(
            (STORE.local_server(), "--bind", LOCALHOST, "--port", str(port)),
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
        )
        seen.append(await STORE.wait_until_ready(LOCALHOST, port, 60))
        assert await STORE.identity(LOCALHOST, port) == seen[-1]
        server.kill()
        server.wait()
    assert seen[0] != seen[1]


@in_event_loop
async def test_a_dead_store_is_a_store_error() -> None:
    """Whatever is asked of it."""
    port = free_port()
    with pytest.raises(StoreError, match="does not answer"):
        await STORE.identity(LOCALHOST, port)
    with pytest.raises(StoreError, match="does not answer"):
        await STORE.inspector(LOCALHOST, port).look(["Lisbon"])
    with pytest.raises(StoreError, match="did not answer within"):
        await STORE.wait_until_ready(LOCALHOST, port, 0.1)


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\n\r\nhello", b"-NOAUTH no\r\n", b"$5\r\n"])
@in_event_loop
async def test_a_server_that_is_no_store_is_a_store_error_after_one_try(answer: bytes) -> None:
    """The wait for readiness has its own pace; no retries of the client are hidden below it."""
    connections = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        if answer:
            await reader.read(1)
        writer.write(answer * 10)
        writer.close()

    server = await asyncio.start_server(serve, LOCALHOST, 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(StoreError):
        await STORE.identity(LOCALHOST, port)
    assert connections == 1
    server.close()
    await server.wait_closed()


@in_event_loop
async def test_the_wait_ends_as_soon_as_the_server_answers(tmp_path: Path) -> None:
    """Connections that are refused are tried again."""
    port = free_port()
    waiting = asyncio.create_task(STORE.wait_until_ready(LOCALHOST, port, 60))
    await asyncio.sleep(0)
    command = (STORE.local_server(), "--bind", LOCALHOST, "--port", str(port))
    server = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL)
    await until(waiting.done, "the store answers")
    assert await STORE.identity(LOCALHOST, port) == waiting.result()
    server.kill()
    server.wait()


@pytest.mark.parametrize("persistence", ["aof", "rdb", "none"])
@in_event_loop
async def test_the_persistence_that_was_asked_for_is_the_servers(tmp_path: Path, persistence: str) -> None:
    """What the store keeps over its own restart is the user's choice."""
    port = free_port()
    store = RedisServer(StoreSpecification(persistence=persistence))
    command = (store.local_server(), *store.arguments, "--bind", LOCALHOST, "--port", str(port))
    server = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL)
    await store.wait_until_ready(LOCALHOST, port, 60)
    with Redis(host=LOCALHOST, port=port, decode_responses=True) as client:
        settings = client.config_get("appendonly", "save")
    server.kill()
    server.wait()
    assert settings["appendonly"] == ("yes" if persistence == "aof" else "no")
    assert bool(settings["save"]) is (persistence != "none")


def test_the_url_is_what_clients_take() -> None:
    """With the database, as some clients insist."""
    assert STORE.url("store", 6379) == "redis://store:6379/0"


def executable(folder: Path, name: str) -> Path:
    """A program that does nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    found = folder / name
    found.write_text("#!/bin/sh\n")
    found.chmod(0o755)
    return found


def test_a_redis_on_the_path_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then a Valkey, then the wheel."""
    monkeypatch.setenv("PATH", str(tmp_path))
    valkey = executable(tmp_path, "valkey-server")
    assert STORE.local_server() == str(valkey)
    redis = executable(tmp_path, "redis-server")
    assert STORE.local_server() == str(redis)


def test_the_wheels_server_is_found_and_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine without Redis, the wheel of the `embedded` extra is enough."""
    monkeypatch.setenv("PATH", "")
    server = STORE.local_server()
    assert Path(server).name == "valkey-server"
    assert subprocess.run((server, "--version"), capture_output=True, check=True).stdout


def test_the_wheels_server_runs_from_a_folder_that_is_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Packages often belong to another user; a program that has its run bit needs no change."""

    def refuse(*_arguments: object, **_named: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setenv("PATH", "")
    server = STORE.local_server()
    assert os.access(server, os.X_OK)
    monkeypatch.setattr(Path, "chmod", refuse)
    assert STORE.local_server() == server


def test_no_server_at_all_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """One way with, one without an installation."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(StoreError, match="no Redis server") as caught:
        STORE.local_server()
    assert "memory-gate[embedded]" in caught.value.remedy
