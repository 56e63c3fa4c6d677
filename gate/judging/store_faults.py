"""Why facts are gone from the store, or never got into it, where the store itself shows why.

Before a bot is blamed for a fact that is not stored, ask `store_fault`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from gate.core.transcript import ACKNOWLEDGED, StoreSeen
from gate.judging.history import History, Performance, Sighting
from gate.judging.sentences import lasting, plural
from gate.judging.store_settings import (
    Owner,
    keeps_nothing,
    keeps_snapshots_only,
    owner_of,
    said_limit,
    said_owner,
)

CLOCK_SECONDS = 1.0
"""How far a TTL may seem to fall short because it was read before the look was over."""


@dataclass(frozen=True, kw_only=True)
class StoreFault:
    """What made values vanish from the store, or kept them out."""

    setting: str
    """The setting by its name in the store, or the command: maxmemory-policy, save, TTL, FLUSHDB."""
    owner: Owner | None
    """Who answers for it. Only `Owner.BOT` may be held against the bot; None is not known."""
    sentence: str
    values: frozenset[str]
    """The values that it explains, spelt as they were told."""


@dataclass(frozen=True, kw_only=True)
class EarlyExpiry:
    """A fact that stands in a key whose TTL is certainly shorter than `store: {ttl: …}` declares."""

    value: str
    ttl: float
    """Seconds: the longest that the TTL can have been when it was set."""
    declared: float
    order: int
    """Position in the transcript of the look that shows it."""


def store_fault(history: History, deployment: str) -> StoreFault | None:
    """Why values that were told in `deployment` are not in its store; None where the store shows no reason.

    Only certain reasons count: what the store counted between the two looks of which only the first
    found the values, or the refusals that it counted when they should have been written.
    """
    performance = history.performances[deployment]
    for earlier, later in pairwise(performance.sightings):
        gone = frozenset(earlier.seen.values) - frozenset(later.seen.values)
        # What now stands packed in an unreadable key is not gone for certain.
        if gone and later.seen.unreadable_keys <= earlier.seen.unreadable_keys:
            fault = next(_reasons(earlier.seen, later.seen, gone), None)
            if fault is not None:
                return fault
    return _refused(history, deployment, performance)


def early_expiries(history: History, deployment: str) -> tuple[EarlyExpiry, ...]:
    """The told facts that the bot lets expire before their time, each once.

    A TTL runs since it was set, and no fact was told before the deployment was started: what is left of
    it, and the time since then, is the longest that it can have been.
    """
    performance = history.performances[deployment]
    if performance.started is None:
        return ()
    found: dict[str, EarlyExpiry] = {}
    for sighting in performance.sightings:
        declared = sighting.seen.declared_ttl
        if declared is None:
            continue
        for value, left in sighting.seen.first_expiry.items():
            ttl = left + max(0.0, sighting.seen.at - performance.started.at)
            if ttl + CLOCK_SECONDS < declared:
                early = EarlyExpiry(value=value, ttl=ttl, declared=declared, order=sighting.order)
                found.setdefault(value, early)
    return tuple(found.values())


def _reasons(earlier: StoreSeen, later: StoreSeen, gone: frozenset[str]) -> Iterator[StoreFault]:
    facts = plural(len(gone), "fact")
    restarted = earlier.life != later.life and bool(earlier.life and later.life)
    evicted = _risen(earlier.evicted_keys, later.evicted_keys, restarted)
    if evicted:
        yield StoreFault(
            setting="maxmemory-policy",
            owner=owner_of("maxmemory", later),
            sentence=f"{facts} vanished from the store while it evicted {plural(evicted, 'key')}"
            f" ({said_limit(later)}){said_owner('maxmemory', later)}",
            values=gone,
        )
    if restarted and keeps_nothing(earlier):
        yield StoreFault(
            setting="save",
            owner=owner_of("save", earlier),
            sentence=f'{facts} vanished from the store as it restarted without persistence (save "",'
            f" appendonly no){said_owner('save', earlier)}",
            values=gone,
        )
    if restarted and keeps_snapshots_only(earlier):
        yield StoreFault(
            setting="appendonly",
            owner=owner_of("appendonly", earlier),
            sentence=f"{facts} vanished from the store as it restarted with no more than its last snapshot"
            f" (save {earlier.settings['save']}, appendonly no){said_owner('appendonly', earlier)}",
            values=gone,
        )
    for command in ("flushall", "flushdb"):
        if later.calls.get(command, 0) > (0 if restarted else earlier.calls.get(command, 0)):
            yield StoreFault(
                setting=command.upper(),
                owner=Owner.BOT,
                sentence=f"{facts} vanished from the store as it was emptied with {command.upper()},"
                " which the gate never gives",
                values=gone,
            )
    passed = later.at - earlier.at + CLOCK_SECONDS
    expired = frozenset(value for value in gone if earlier.last_expiry.get(value, passed + 1) <= passed)
    if expired and _risen(earlier.expired_keys, later.expired_keys, restarted):
        longest = max(earlier.last_expiry[value] for value in expired)
        yield StoreFault(
            setting="TTL",
            owner=Owner.BOT,
            sentence=f"{plural(len(expired), 'fact')} vanished from the store as the TTL of their keys ran"
            f" out: {lasting(longest)} of it were left; the bot sets it",
            values=expired,
        )


def _risen(earlier: int | None, later: int | None, restarted: bool) -> int:
    """By how much a counter has risen; a server that restarted counts from nothing."""
    if later is None or (earlier is None and not restarted):
        return 0
    return max(0, later - (0 if restarted else earlier or 0))


def _refused(history: History, deployment: str, performance: Performance) -> StoreFault | None:
    if not performance.sightings:
        return None
    last = performance.sightings[-1]
    seen = last.seen
    if seen.unreadable_keys or not (seen.errors.get("MISCONF") or seen.errors.get("OOM")):
        return None
    missing = _told(history, deployment, last) - {
        value for one in performance.sightings for value in one.seen.values
    }
    if not missing:
        return None
    facts = f"{plural(len(missing), 'fact')} never reached the store, which refused"
    if seen.errors.get("MISCONF"):
        failed = "write to its append-only file" if seen.append_failed else "snapshot"
        setting = "appendonly" if seen.append_failed else "save"
        refused = plural(seen.errors["MISCONF"], "command")
        return StoreFault(
            setting=setting,
            owner=owner_of(setting, seen),
            sentence=f"{facts} {refused} with MISCONF because its last {failed} failed",
            values=missing,
        )
    if seen.errors.get("OOM"):
        return StoreFault(
            setting="maxmemory",
            owner=owner_of("maxmemory", seen),
            sentence=f"{facts} {plural(seen.errors['OOM'], 'command')} with OOM ({said_limit(seen)})"
            f"{said_owner('maxmemory', seen)}",
            values=missing,
        )
    return None


def _told(history: History, deployment: str, look: Sighting) -> frozenset[str]:
    """The values that were acknowledged before the look."""
    return frozenset(
        planned.facts[fact]
        for planned in history.conversations.values()
        if planned.deployment == deployment
        for turn in history.turns_of(planned.conversation)
        if turn.status == ACKNOWLEDGED and turn.ended_order < look.order
        for fact in turn.tells
    )
