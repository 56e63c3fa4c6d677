"""How the gate starts a server, waits for it and tells it from another."""

from __future__ import annotations

import asyncio
import os
import subprocess
from pathlib import Path

import pytest
from redis import Redis

from gate.core.specification import StoreSpecification
from gate.errors import StoreError
from gate.stores.redis.server import RedisServer
from tests.embedded_store import EmbeddedRedis
from tests.event_loop import in_event_loop, until
from tests.unit.stores.servers import LOCALHOST, PORTS, STORE, dead_port


@in_event_loop
async def test_the_identity_is_the_servers_and_changes_with_it(tmp_path: Path) -> None:
    """It stays while the server runs, and changes with each start."""
    seen = []
    port = PORTS.take()
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
    with dead_port() as port:
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
    port = PORTS.take()
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
    """The user chooses the persistence of the store."""
    port = PORTS.take()
    store = EmbeddedRedis(StoreSpecification(persistence=persistence))
    command = store.local_command(tmp_path, LOCALHOST, port)
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


INSTALLED = RedisServer(StoreSpecification())
"""As users have it: what is on PATH comes first."""


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
    assert INSTALLED.local_server() == str(valkey)
    redis = executable(tmp_path, "redis-server")
    assert INSTALLED.local_server() == str(redis)


def test_the_wheels_server_is_found_and_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine without Redis, the wheel of the `embedded` extra is enough."""
    monkeypatch.setenv("PATH", "")
    server = INSTALLED.local_server()
    assert Path(server).name == "valkey-server"
    assert subprocess.run((server, "--version"), capture_output=True, check=True).stdout


def test_the_wheels_server_runs_from_a_folder_that_is_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Packages often belong to another user; a program that has its run bit needs no change."""

    def refuse(*_arguments: object, **_named: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setenv("PATH", "")
    server = INSTALLED.local_server()
    assert os.access(server, os.X_OK)
    monkeypatch.setattr(Path, "chmod", refuse)
    assert INSTALLED.local_server() == server


def test_no_server_at_all_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """One way with, one without an installation."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(StoreError, match="no Redis server") as caught:
        INSTALLED.local_server()
    assert "memory-gate[embedded]" in caught.value.remedy
