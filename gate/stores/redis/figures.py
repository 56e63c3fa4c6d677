"""Figures that a Redis server reports: counters, settings, modules. Those that it refuses stay unknown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from redis.exceptions import ResponseError

from gate.stores.redis.connection import OwnCommands, RedisConnection

SETTINGS = ("save", "appendonly", "appendfsync", "maxmemory", "maxmemory-policy")
ERRORS = ("MISCONF", "OOM", "READONLY")
CALLS = ("config|set", "flushall", "flushdb")
MAX_TEXT = 200
"""Length limit of a setting or a name, which the bot may have set."""
MAX_MODULES = 50


async def read_information(redis: RedisConnection) -> Mapping[str, Any]:
    """Return all of INFO; empty when the server refuses it."""
    try:
        return await redis.information("everything")
    except ResponseError:
        return {}


async def read_settings(redis: RedisConnection, information: Mapping[str, Any]) -> dict[str, str]:
    """Return the settings by name, from INFO where CONFIG is refused."""
    settings: dict[str, str] = {}
    if "aof_enabled" in information:
        settings["appendonly"] = "yes" if information["aof_enabled"] else "no"
    for name in ("maxmemory", "maxmemory-policy"):
        found = information.get(name.replace("-", "_"))
        if found is not None:
            settings[name] = _text(found)
    for name in SETTINGS:
        answer = await redis.ask_if_allowed("CONFIG", "GET", name)
        if answer is None:
            break
        settings.update({_text(key): _text(value) for key, value in _pairs(answer).items()})
    return {name: settings[name] for name in SETTINGS if name in settings}


def counters(information: Mapping[str, Any], own: OwnCommands) -> dict[str, Any]:
    """Return the counters as fields of StoreFigures. `own` are the gate's own commands."""
    total = _number(information, "total_commands_processed")
    return {
        "life": str(information.get("run_id", "")),
        "version": _version(information),
        "commands": None if total is None else own.count_others(total),
        "connections": _number(information, "total_connections_received"),
        "unknown_commands": _unknown_commands(information, own),
        "evicted_keys": _number(information, "evicted_keys"),
        "expired_keys": _number(information, "expired_keys"),
        "errors": _counted(information, {f"errorstat_{name}": name for name in ERRORS}, "count"),
        "calls": _counted(information, {f"cmdstat_{name}": name for name in CALLS}, "calls"),
        "modules": _modules(information),
        "snapshot_failed": _failed(information, "rdb_last_bgsave_status"),
        "append_failed": _failed(information, "aof_last_write_status"),
    }


def databases(information: Mapping[str, Any]) -> list[int]:
    """Return the numbers of the databases with keys; the first one if the server reports nothing."""
    if not information:
        return [0]
    return sorted(int(name[2:]) for name in information if name.startswith("db") and name[2:].isdigit())


def expires(information: Mapping[str, Any], database: int) -> bool:
    """Whether any key of a database has a TTL; True if the server does not report it."""
    counts = information.get(f"db{database}")
    return not isinstance(counts, Mapping) or bool(counts.get("expires", True))


def keys_of(information: Mapping[str, Any]) -> int:
    """Return the number of keys that the server reports, including expired ones not removed yet."""
    return sum(int(information[f"db{number}"]["keys"]) for number in databases(information) if information)


def _unknown_commands(information: Mapping[str, Any], own: OwnCommands) -> int | None:
    """Return the number of error replies that belong to no known command."""
    replies = _number(information, "total_error_replies")
    if replies is None:
        return None
    accounted = sum(
        int(counts.get("rejected_calls", 0)) + int(counts.get("failed_calls", 0))
        for name, counts in information.items()
        if name.startswith("cmdstat_") and isinstance(counts, Mapping)
    )
    return max(0, replies - accounted - own.unknown)


def _counted(information: Mapping[str, Any], names: Mapping[str, str], what: str) -> dict[str, int]:
    found = {name: information.get(field) for field, name in names.items()}
    return {
        name: int(counts[what])
        for name, counts in found.items()
        if isinstance(counts, Mapping) and counts[what]
    }


def _modules(information: Mapping[str, Any]) -> tuple[str, ...] | None:
    if not information:
        return None
    found = information.get("modules", ())
    return tuple(_text(module.get("name", "")) for module in found if isinstance(module, Mapping))[
        :MAX_MODULES
    ]


def _version(information: Mapping[str, Any]) -> str:
    for name, field in (("Valkey", "valkey_version"), ("Redis", "redis_version")):
        if field in information:
            return f"{name} {_text(information[field])}"
    return ""


def _failed(information: Mapping[str, Any], field: str) -> bool | None:
    return None if field not in information else information[field] != "ok"


def _number(information: Mapping[str, Any], field: str) -> int | None:
    found = information.get(field)
    return found if isinstance(found, int) else None


def _pairs(answer: Any) -> Mapping[Any, Any]:
    if isinstance(answer, Mapping):
        return answer
    return dict(zip(answer[::2], answer[1::2], strict=False))


def _text(found: object) -> str:
    text = found.decode("utf-8", "replace") if isinstance(found, bytes) else str(found)
    return text[:MAX_TEXT]
