"""Advice about the store: what would lose conversations one day, though it blocks nothing now."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from gate.core.transcript import StoreSeen
from gate.judging.history import History, Performance
from gate.judging.sentences import lasting, plural, subject
from gate.judging.store_faults import early_expiries, store_fault
from gate.judging.store_settings import (
    Owner,
    keeps_nothing,
    keeps_snapshots_only,
    limited,
    owner_of,
    said_limit,
    said_owner,
)

HANDSHAKE_COMMANDS = 3
"""So many commands that an older server does not know may a client library give on each connection."""

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
"""What the commands of a module begin with → the names it may be loaded under."""
_UNKNOWN_COMMAND = re.compile(
    rf"unknown command\W{{0,10}}((?:{'|'.join(_MODULES)})\.[A-Z_.]{{1,30}})", re.IGNORECASE
)


def store_advice(history: History) -> tuple[str, ...]:
    """One sentence for each thing worth knowing, each once; it names the setting and whose it is."""
    names = {one.deployment: subject(one.disruption) for one in history.conversations.values()}
    found: dict[str, None] = {}
    for deployment, name in names.items():
        performance = history.performances[deployment]
        # Settings are the same sentence for every disruption; what happened is told for each.
        found.update(dict.fromkeys(_about_modules(history, deployment)))
        if performance.sightings:
            seen = performance.sightings[-1].seen
            found.update(dict.fromkeys(_about_settings(seen)))
            found.update(dict.fromkeys(f"{name}: {one}" for one in _about_events(seen)))
        found.update(dict.fromkeys(f"{name}: {one}" for one in _about_facts(history, deployment)))
    return tuple(found)


def _about_settings(seen: StoreSeen) -> Iterator[str]:
    if keeps_nothing(seen):
        owner = said_owner("save" if owner_of("save", seen) is not Owner.GATE else "appendonly", seen)
        yield f'the store keeps nothing over its own restart (save "", appendonly no){owner}'
    elif keeps_snapshots_only(seen):
        yield (
            "the store keeps no more than its last snapshot"
            f" (save {seen.settings['save']}, appendonly no): killed, it loses what was written since"
            f"{said_owner('appendonly', seen)}"
        )
    elif seen.settings.get("appendfsync") == "no" and owner_of("appendfsync", seen) is not Owner.GATE:
        yield (
            f"appendfsync is {seen.settings['appendfsync']}, not everysec{said_owner('appendfsync', seen)}"
        )
    policy = seen.settings.get("maxmemory-policy", "")
    limit = f"({said_limit(seen)}){said_owner('maxmemory', seen)}"
    if limited(seen) and policy.startswith("allkeys-"):
        yield f"the store drops conversations when it is full {limit}"
    elif limited(seen) and policy.startswith("volatile-") and seen.expiring_keys:
        yield f"the store drops conversations before their TTL is over when it is full {limit}"


def _about_events(seen: StoreSeen) -> Iterator[str]:
    if seen.evicted_keys:
        yield f"the store evicted {plural(seen.evicted_keys, 'key')} ({said_limit(seen)})"
    if seen.expired_keys:
        yield f"{plural(seen.expired_keys, 'key')} of the store ran out of TTL, which the bot sets"
    if seen.snapshot_failed:
        yield f"the store's last snapshot failed (save {_setting('save', seen)}){_said_misconf(seen)}"
    if seen.append_failed:
        value = _setting("appendonly", seen)
        yield f"the store's last write to its file failed (appendonly {value}){_said_misconf(seen)}"
    if seen.errors.get("OOM"):
        yield f"the store refused {plural(seen.errors['OOM'], 'command')} with OOM ({said_limit(seen)})"
    connections, unknown = seen.connections, seen.unknown_commands
    if connections is not None and unknown is not None and unknown > HANDSHAKE_COMMANDS * connections:
        loaded = ", ".join(seen.modules or ()) or "none"
        commands = plural(unknown, "command")
        yield f"the bot gave the store {commands} that it does not know; modules loaded: {loaded}"


def _setting(name: str, seen: StoreSeen) -> str:
    return seen.settings.get(name, "unknown")


def _said_misconf(seen: StoreSeen) -> str:
    refused = seen.errors.get("MISCONF")
    return f"; it refused {plural(refused, 'command')} with MISCONF" if refused else ""


def _about_facts(history: History, deployment: str) -> Iterator[str]:
    early = early_expiries(history, deployment)
    if early:
        shortest = min(one.ttl for one in early)
        yield (
            f"{plural(len(early), 'told fact')} in keys whose TTL is at most {lasting(shortest)};"
            f" store: {{ttl: …}} declares {lasting(early[0].declared)}"
        )
    fault = store_fault(history, deployment)
    if fault is not None:
        yield fault.sentence


def _about_modules(history: History, deployment: str) -> Iterator[str]:
    """From what the bot itself said of it; a server counts commands it does not know without their names."""
    performance = history.performances[deployment]
    loaded = {name for one in performance.sightings for name in one.seen.modules or ()}
    commands = dict.fromkeys(
        found.group(1).upper()
        for text in _said(history, deployment, performance)
        for found in _UNKNOWN_COMMAND.finditer(text)
    )
    for command in commands:
        names = _MODULES[command.partition(".")[0]]
        if not loaded.intersection(names):
            yield (
                f"the bot gave the store the command {command}, which it does not know: the module {names[0]}"
                " is not loaded; name an image that has it under store: {image: …}"
            )


def _said(history: History, deployment: str, performance: Performance) -> Iterator[str]:
    if performance.failed is not None:
        yield from performance.failed.log
        yield performance.failed.sentence
    for one in performance.disturbances:
        yield from one.ended.log
    for planned in history.conversations.values():
        if planned.deployment == deployment:
            for turn in history.turns_of(planned.conversation):
                if turn.ended is not None and turn.ended.error:
                    yield turn.ended.error
