"""Advice about a Redis server: settings that may lose conversations later. Advice never blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from gate.analysis.formatting import plural
from gate.core.store_findings import Owner, StoreEvidence, StoreFinding, Topic
from gate.core.transcript import StoreSeen
from gate.stores.redis.ownership import (
    keeps_nothing,
    keeps_snapshots_only,
    limited,
    owner_of,
    said_limit,
    said_owner,
)

HANDSHAKE_COMMANDS = 3
"""Commands unknown to an older server that a client library may send on each connection."""

EVERY_SECOND = (
    "appendfsync everysec: a power cut may lose what was acknowledged in the last second; no disruption of"
    " this gate tests that, as what ends a process leaves the operating system's cache alone"
)

_MODULES: Mapping[str, tuple[str, ...]] = {
    "FT": ("search",),
    "JSON": ("ReJSON", "json"),
    "TS": ("timeseries",),
    "BF": ("bf",),
    "CF": ("bf",),
    "CMS": ("bf",),
    "TOPK": ("bf",),
    "TDIGEST": ("bf",),
}
"""Prefix of a module's commands → names that the module may be loaded under."""
_UNKNOWN_COMMAND = re.compile(
    rf"unknown command\W{{0,10}}((?:{'|'.join(_MODULES)})\.[A-Z_.]{{1,30}})", re.IGNORECASE
)


def advice(evidence: StoreEvidence) -> Iterator[StoreFinding]:
    """Yield findings, each of which names the setting and its owner."""
    yield from _about_modules(evidence)
    if evidence.looks:
        last = evidence.looks[-1]
        yield from _about_persistence(last)
        yield from _about_memory(last)
        yield from _about_counters(last)
        yield from _about_failed_writes(last)
        yield from _about_unknown_commands(last)
        yield from _about_sync(evidence.looks[0])


def _about_modules(evidence: StoreEvidence) -> Iterator[StoreFinding]:
    """Yield modules that are missing according to the bot's error messages.

    The server itself does not record the names of unknown commands.
    """
    loaded = {name for seen in evidence.looks for name in seen.modules or ()}
    commands = dict.fromkeys(
        found.group(1).upper() for text in evidence.said for found in _UNKNOWN_COMMAND.finditer(text)
    )
    for command in commands:
        names = _MODULES[command.partition(".")[0]]
        if not loaded.intersection(names):
            yield _setting(
                command,
                f"the bot gave the store the command {command}, which it does not know: the module {names[0]}"
                " is not loaded; name an image that has it under store: {image: …}",
            )


def _about_persistence(seen: StoreSeen) -> Iterator[StoreFinding]:
    if keeps_nothing(seen):
        setting = "save" if owner_of("save", seen) is not Owner.GATE else "appendonly"
        sentence = 'the store keeps nothing over its own restart (save "", appendonly no)'
    elif keeps_snapshots_only(seen):
        setting = "appendonly"
        sentence = (
            "the store keeps no more than its last snapshot"
            f" (save {seen.settings['save']}, appendonly no): killed, it loses what was written since"
        )
    elif seen.settings.get("appendfsync") == "no" and owner_of("appendfsync", seen) is not Owner.GATE:
        setting = "appendfsync"
        sentence = f"appendfsync is {seen.settings['appendfsync']}, not everysec"
    else:
        return
    yield _setting(setting, f"{sentence}{said_owner(setting, seen)}", owner_of(setting, seen))


def _about_memory(seen: StoreSeen) -> Iterator[StoreFinding]:
    policy = seen.settings.get("maxmemory-policy", "")
    if not limited(seen):
        return
    if policy.startswith("allkeys-"):
        dropped = "conversations"
    elif policy.startswith("volatile-") and seen.expiring_keys:
        dropped = "conversations before their TTL is over"
    else:
        return
    yield _setting(
        "maxmemory-policy",
        f"the store drops {dropped} when it is full ({said_limit(seen)}){said_owner('maxmemory', seen)}",
        owner_of("maxmemory", seen),
    )


def _about_counters(seen: StoreSeen) -> Iterator[StoreFinding]:
    if seen.evicted_keys:
        yield _event(
            "maxmemory-policy", f"the store evicted {plural(seen.evicted_keys, 'key')} ({said_limit(seen)})"
        )
    if seen.expired_keys:
        keys = plural(seen.expired_keys, "key")
        yield _event("TTL", f"{keys} of the store ran out of TTL, which the bot sets")


def _about_failed_writes(seen: StoreSeen) -> Iterator[StoreFinding]:
    if seen.snapshot_failed:
        value = seen.settings.get("save", "unknown")
        yield _event("save", f"the store's last snapshot failed (save {value}){_said_misconf(seen)}")
    if seen.append_failed:
        value = seen.settings.get("appendonly", "unknown")
        yield _event(
            "appendonly",
            f"the store's last write to its file failed (appendonly {value}){_said_misconf(seen)}",
        )
    if seen.errors.get("OOM"):
        refused = plural(seen.errors["OOM"], "command")
        yield _event("maxmemory", f"the store refused {refused} with OOM ({said_limit(seen)})")


def _about_unknown_commands(seen: StoreSeen) -> Iterator[StoreFinding]:
    connections, unknown = seen.connections, seen.unknown_commands
    if connections is not None and unknown is not None and unknown > HANDSHAKE_COMMANDS * connections:
        loaded = ", ".join(seen.modules or ()) or "none"
        commands = plural(unknown, "command")
        yield _event(
            "modules", f"the bot gave the store {commands} that it does not know; modules loaded: {loaded}"
        )


def _about_sync(seen: StoreSeen) -> Iterator[StoreFinding]:
    if (seen.settings.get("appendonly"), seen.settings.get("appendfsync")) == ("yes", "everysec"):
        yield StoreFinding(topic=Topic.USE, setting="appendfsync", sentence=EVERY_SECOND)


def _said_misconf(seen: StoreSeen) -> str:
    refused = seen.errors.get("MISCONF")
    return f"; it refused {plural(refused, 'command')} with MISCONF" if refused else ""


def _setting(setting: str, sentence: str, owner: Owner | None = None) -> StoreFinding:
    return StoreFinding(topic=Topic.SETTING, setting=setting, sentence=sentence, owner=owner)


def _event(setting: str, sentence: str) -> StoreFinding:
    return StoreFinding(topic=Topic.EVENT, setting=setting, sentence=sentence)
