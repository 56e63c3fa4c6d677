"""Settings of a Redis server: the owner of each, and those that lose data."""

from __future__ import annotations

from collections.abc import Mapping

from gate.core.store_figures import StoreFigures
from gate.core.store_findings import Owner

STARTED_WITH: Mapping[str, Mapping[str, str]] = {
    "aof": {"appendonly": "yes", "appendfsync": "everysec"},
    "rdb": {},
    "none": {"save": "", "appendonly": "no"},
}
"""`store: {persistence: …}` → the settings that the gate passes. All others are the server's defaults."""

_DEFAULTS: Mapping[str, str] = {
    "appendonly": "no",
    "appendfsync": "everysec",
    "maxmemory": "0",
    "maxmemory-policy": "noeviction",
}


def owner_of(setting: str, seen: StoreFigures) -> Owner | None:
    """Return who chose a setting's value; None if the value, or the intended one, is unknown."""
    if setting not in seen.settings or seen.persistence not in STARTED_WITH:
        return None
    value = seen.settings[setting]
    if setting == "save" and "save" not in STARTED_WITH[seen.persistence]:
        as_started = bool(value)
    else:
        as_started = value == STARTED_WITH[seen.persistence].get(setting, _DEFAULTS.get(setting))
    if as_started:
        return Owner.GATE
    if seen.calls.get("config|set"):
        return Owner.BOT
    return Owner.IMAGE if _counts_settings(seen) else None


def _counts_settings(seen: StoreFigures) -> bool:
    """Whether the server counts CONFIG SET: since version 7, unless its counters were reset."""
    major = seen.version.rpartition(" ")[2].partition(".")[0]
    return seen.commands is not None and major.isdecimal() and int(major) >= 7


def said_owner(setting: str, seen: StoreFigures) -> str:
    """Return the end of a sentence about a setting, which names its owner; "" if unknown."""
    match owner_of(setting, seen):
        case Owner.GATE:
            return f"; that is the gate's own setting, by store: {{persistence: {seen.persistence}}}"
        case Owner.BOT:
            return "; the gate did not set that: it was changed with CONFIG SET while the bot ran"
        case Owner.IMAGE:
            return "; the gate did not set that: the store's image brings it along"
        case _:
            return ""


def keeps_nothing(seen: StoreFigures) -> bool:
    """Whether a restart of the store is known to lose everything."""
    return seen.settings.get("appendonly") == "no" and seen.settings.get("save") == ""


def keeps_snapshots_only(seen: StoreFigures) -> bool:
    """Whether a killed store is known to lose what was written since its last snapshot."""
    return seen.settings.get("appendonly") == "no" and bool(seen.settings.get("save"))


def limited(seen: StoreFigures) -> bool:
    """Whether the store is known to have a memory limit."""
    return seen.settings.get("maxmemory", "0") != "0"


def said_limit(seen: StoreFigures) -> str:
    """Return the memory limit and the policy at the limit, by the names of the settings."""
    policy = seen.settings.get("maxmemory-policy", "unknown")
    return f"maxmemory {seen.settings.get('maxmemory', 'unknown')}, maxmemory-policy {policy}"
