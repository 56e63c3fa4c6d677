"""Figures of a look into a real server: keys, bytes, TTLs, the bot's commands, settings, errors."""

from __future__ import annotations

from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import ResponseError

from tests.unit.stores.servers import Server, looks_between_commands, running


def test_every_database_is_looked_into(redis: Redis, server: Server) -> None:
    """Some frameworks keep their memory in a database of its own."""
    redis.set("same", "Lisbon")
    for database, value in ((3, "Oslo"), (15, "Kyoto")):
        redis.execute_command("SELECT", database)
        redis.set("same", value)
    redis.execute_command("SELECT", 0)
    view = server.look("Lisbon", "Oslo", "Kyoto", "Quito")
    assert view.values == {"Lisbon", "Oslo", "Kyoto"}
    assert (view.keys, view.bytes) == (3, len("sameLisbonsameOslosameKyoto"))


def test_bytes_are_those_of_names_and_contents(redis: Redis, server: Server) -> None:
    """In every type, and in every internal encoding of the server."""
    redis.rpush("list", "é", b"\xff\xfe\xfd")
    redis.hset("hash", "field", "value")
    assert server.look().bytes == len("list") + 2 + 3 + len("hashfieldvalue")


def test_the_ttls_of_keys_and_of_the_values_in_them(redis: Redis, server: Server) -> None:
    """A value expires when the last key that holds it does, and never while one holds it for good."""
    redis.set("short", "Lisbon and Oslo", ex=1_000)
    redis.set("long", "Lisbon and Kyoto", ex=5_000)
    redis.rpush("kept", "Kyoto", "Quito")
    view = server.look("Lisbon", "Oslo", "Kyoto", "Quito", "Rome")
    assert view.values == {"Lisbon", "Oslo", "Kyoto", "Quito"}
    assert view.expiring_keys == 2
    assert view.shortest_ttl is not None
    assert 900 < view.shortest_ttl <= 1_000
    assert {value: round(ttl, -3) for value, ttl in view.first_expiry.items()} == {
        "Lisbon": 1_000,
        "Oslo": 1_000,
        "Kyoto": 5_000,
    }
    assert {value: round(ttl, -3) for value, ttl in view.last_expiry.items()} == {
        "Lisbon": 5_000,
        "Oslo": 1_000,
    }


def test_a_key_that_does_not_expire_has_no_ttl(redis: Redis, server: Server) -> None:
    """SET takes a TTL away."""
    redis.set("one", "Lisbon", ex=1_000)
    redis.set("one", "Lisbon")
    view = server.look("Lisbon")
    assert (view.expiring_keys, view.shortest_ttl, view.first_expiry, view.last_expiry) == (0, None, {}, {})


def test_expired_keys_are_counted(redis: Redis, server: Server) -> None:
    """A TTL that is over leaves nothing but a number."""
    before = server.look("Lisbon")
    redis.set("one", "Lisbon", px=1)
    while redis.exists("one"):
        pass
    after = server.look("Lisbon")
    assert after.values == frozenset()
    assert before.expired_keys is not None
    assert after.expired_keys == before.expired_keys + 1


def test_the_gates_own_commands_are_left_out(tmp_path: Path) -> None:
    """Exactly: what a bot gave is counted to the command, whatever the gate asked in between.

    A Redis of upstream's counts otherwise as it starts; tests/docker/test_redis.py asks one.
    """
    with running(tmp_path) as server:
        views = looks_between_commands(server)
    assert all(view.version.startswith("Valkey") for view in views)


def test_the_count_begins_anew_with_the_servers_life(tmp_path: Path) -> None:
    """Commands to an earlier incarnation are not subtracted from the next one's."""
    with running(tmp_path) as server, server.client() as redis:
        redis.set("one", "Lisbon")
        before = server.look("Lisbon")
        before = server.look("Lisbon")
    with running(tmp_path, port=server.port, store=server.store) as again, again.client() as redis:
        redis.set("two", "Oslo")
        redis.set("three", "Oslo")
        after = again.look("Lisbon")
    assert after.life != before.life
    assert (before.commands, after.commands) == (1, 2)
    assert after.values == {"Lisbon"}


def test_counters_that_were_set_back_say_nothing(redis: Redis, server: Server) -> None:
    """None is better than a number that is too small."""
    server.look()
    redis.config_resetstat()
    assert server.look().commands is None


@pytest.mark.parametrize(
    ("persistence", "expected"),
    [
        ("aof", {"appendonly": "yes", "appendfsync": "everysec"}),
        ("rdb", {"appendonly": "no", "save": "3600 1 300 100 60 10000"}),
        ("none", {"appendonly": "no", "save": ""}),
    ],
)
def test_the_settings_are_the_servers(tmp_path: Path, persistence: str, expected: dict[str, str]) -> None:
    """As the server has them, beside what the gate chose."""
    with running(tmp_path, persistence=persistence) as server:
        view = server.look()
    assert view.persistence == persistence
    assert expected.items() <= view.settings.items()
    assert (view.settings["maxmemory"], view.settings["maxmemory-policy"]) == ("0", "noeviction")
    assert (view.snapshot_failed, view.append_failed) == (False, False)
    assert view.modules is not None


def test_a_server_that_refuses_config_leaves_it_unknown(tmp_path: Path) -> None:
    """Managed servers do. INFO tells a part of it, and the refusals are not taken for the bot's."""
    with running(tmp_path, "--rename-command", "CONFIG", "") as server:
        server.look()
        view = server.look()
    assert view.settings == {"appendonly": "yes", "maxmemory": "0", "maxmemory-policy": "noeviction"}
    assert (view.commands, view.unknown_commands) == (0, 0)


def test_a_server_that_refuses_everything_but_reading_is_looked_into(redis: Redis, server: Server) -> None:
    """INFO and CONFIG may be forbidden to the gate's user; the facts are there all the same."""
    redis.set("one", "Lisbon", ex=1_000)
    redis.execute_command("ACL", "SETUSER", "default", "-config", "-info", "-memory")
    try:
        view = server.look("Lisbon")
    finally:
        redis.execute_command("ACL", "SETUSER", "default", "+@all")
    assert view.values == {"Lisbon"}
    assert view.last_expiry.keys() == {"Lisbon"}
    assert (view.commands, view.evicted_keys, view.modules, view.life) == (None, None, None, "")
    assert (view.settings, view.errors, view.calls) == ({}, {}, {})


def test_evictions_and_what_the_bot_set_are_counted(redis: Redis, server: Server) -> None:
    """The gate itself never sets anything."""
    redis.config_set("maxmemory-policy", "allkeys-random")
    redis.set("one", "x" * 1_000)
    redis.config_set("maxmemory", "1")
    try:
        with pytest.raises(ResponseError, match="maxmemory"):
            redis.set("two", "y")
        view = server.look()
    finally:
        redis.config_set("maxmemory", "0")
        redis.config_set("maxmemory-policy", "noeviction")
    assert view.evicted_keys == 1
    assert view.errors == {"OOM": 1}
    assert view.calls["config|set"] == 2
    assert (view.settings["maxmemory"], view.settings["maxmemory-policy"]) == ("1", "allkeys-random")


def test_a_failed_snapshot_and_the_writes_it_refuses_are_seen(tmp_path: Path) -> None:
    """MISCONF, as on a full disk."""
    with running(tmp_path, persistence="rdb") as server, server.client() as redis:
        (tmp_path / "dump.rdb").mkdir()
        redis.set("one", "Lisbon")
        redis.bgsave()
        while redis.info("persistence")["rdb_bgsave_in_progress"]:
            pass
        with pytest.raises(ResponseError, match="MISCONF"):
            redis.set("two", "Oslo")
        view = server.look("Lisbon", "Oslo")
    assert view.values == {"Lisbon"}
    assert view.snapshot_failed
    assert view.errors == {"MISCONF": 1}


def test_commands_that_the_server_does_not_know_are_counted(redis: Redis, server: Server) -> None:
    """Those of modules that are not loaded among them; errors of commands that it knows are not."""
    before = server.look().unknown_commands
    for command in (["FT.SEARCH", "index", "*"], ["JSON.SET", "one", "$", "{}"]):
        with pytest.raises(ResponseError, match="unknown command"):
            redis.execute_command(*command)
    redis.rpush("list", "one")
    with pytest.raises(ResponseError, match="WRONGTYPE"):
        redis.get("list")
    with pytest.raises(ResponseError, match="wrong number"):
        redis.execute_command("GET")
    assert before is not None
    assert server.look().unknown_commands == before + 2


def test_a_flush_is_counted(redis: Redis, server: Server) -> None:
    """Who empties the store empties it by a command."""
    before = server.look().calls.get("flushdb", 0)
    redis.flushdb()
    assert server.look().calls["flushdb"] == before + 1
