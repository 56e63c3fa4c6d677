"""Reasons why facts are gone from a Redis server, or never reached it. Pure functions of the looks."""

from __future__ import annotations

from collections.abc import Iterator

from gate.analysis.formatting import lasting, plural
from gate.core.store_findings import Owner, StoreEvidence, StoreFinding, Topic
from gate.core.transcript import StoreSeen
from gate.stores.redis.advice import advice
from gate.stores.redis.ownership import (
    keeps_nothing,
    keeps_snapshots_only,
    owner_of,
    said_limit,
    said_owner,
)

CLOCK_SECONDS = 1.0
"""Tolerance for TTLs, which are read before the look ends."""


def diagnose(evidence: StoreEvidence) -> Iterator[StoreFinding]:
    """Yield findings from the looks.

    Only certain reasons are given. For values that only the earlier of two looks found, these are events that
    the server counted in between. For values that were never stored, these are the writes that it refused.
    """
    yield from advice(evidence)
    for earlier, later, gone in evidence.losses():
        yield from _reasons(earlier, later, gone)
    yield from _refusals(evidence)


def _reasons(earlier: StoreSeen, later: StoreSeen, gone: frozenset[str]) -> Iterator[StoreFinding]:
    """Yield why the values `gone` are missing in the later look, the most certain reason first."""
    restarted = earlier.life != later.life and bool(earlier.life and later.life)
    yield from _evicted(earlier, later, gone, restarted=restarted)
    if restarted:
        yield from _not_kept(earlier, gone)
    yield from _emptied(earlier, later, gone, restarted=restarted)
    yield from _expired(earlier, later, gone, restarted=restarted)


def _evicted(
    earlier: StoreSeen, later: StoreSeen, gone: frozenset[str], *, restarted: bool
) -> Iterator[StoreFinding]:
    evicted = _increase(earlier.evicted_keys, later.evicted_keys, restarted=restarted)
    if evicted:
        yield StoreFinding(
            topic=Topic.LOSS,
            setting="maxmemory-policy",
            owner=owner_of("maxmemory", later),
            sentence=f"{_vanished(gone)} while it evicted {plural(evicted, 'key')}"
            f" ({said_limit(later)}){said_owner('maxmemory', later)}",
            values=gone,
            gives_up=True,
        )


def _not_kept(earlier: StoreSeen, gone: frozenset[str]) -> Iterator[StoreFinding]:
    """Yield the persistence setting that lost the values when the server restarted."""
    if keeps_nothing(earlier):
        yield StoreFinding(
            topic=Topic.LOSS,
            setting="save",
            owner=owner_of("save", earlier),
            sentence=f'{_vanished(gone)} as it restarted without persistence (save "",'
            f" appendonly no){said_owner('save', earlier)}",
            values=gone,
        )
    if keeps_snapshots_only(earlier):
        yield StoreFinding(
            topic=Topic.LOSS,
            setting="appendonly",
            owner=owner_of("appendonly", earlier),
            sentence=f"{_vanished(gone)} as it restarted with no more than its last snapshot"
            f" (save {earlier.settings['save']}, appendonly no){said_owner('appendonly', earlier)}",
            values=gone,
        )


def _emptied(
    earlier: StoreSeen, later: StoreSeen, gone: frozenset[str], *, restarted: bool
) -> Iterator[StoreFinding]:
    for command in ("flushall", "flushdb"):
        if later.calls.get(command, 0) > (0 if restarted else earlier.calls.get(command, 0)):
            yield StoreFinding(
                topic=Topic.LOSS,
                setting=command.upper(),
                owner=Owner.BOT,
                sentence=f"{_vanished(gone)} as it was emptied with {command.upper()},"
                " which the gate never gives",
                values=gone,
            )


def _expired(
    earlier: StoreSeen, later: StoreSeen, gone: frozenset[str], *, restarted: bool
) -> Iterator[StoreFinding]:
    passed = later.at - earlier.at + CLOCK_SECONDS
    expired = frozenset(value for value in gone if earlier.last_expiry.get(value, passed + 1) <= passed)
    if expired and _increase(earlier.expired_keys, later.expired_keys, restarted=restarted):
        longest = max(earlier.last_expiry[value] for value in expired)
        yield StoreFinding(
            topic=Topic.LOSS,
            setting="TTL",
            owner=Owner.BOT,
            sentence=f"{_vanished(expired)} as the TTL of their keys ran"
            f" out: {lasting(longest)} of it were left; the bot sets it",
            values=expired,
            gives_up=True,
        )


def _vanished(values: frozenset[str]) -> str:
    return f"{plural(len(values), 'fact')} vanished from the store"


def _increase(earlier: int | None, later: int | None, *, restarted: bool) -> int:
    """Return the increase of a counter. A server that restarted counts from zero."""
    if later is None or (earlier is None and not restarted):
        return 0
    return max(0, later - (0 if restarted else earlier or 0))


def _refusals(evidence: StoreEvidence) -> Iterator[StoreFinding]:
    """Yield why values were never stored, if the server counted writes that it refused."""
    if not evidence.looks or not evidence.never_stored:
        return
    seen, missing = evidence.looks[-1], evidence.never_stored
    facts = f"{plural(len(missing), 'fact')} never reached the store, which refused"
    if seen.errors.get("MISCONF"):
        failed = "write to its append-only file" if seen.append_failed else "snapshot"
        setting = "appendonly" if seen.append_failed else "save"
        yield StoreFinding(
            topic=Topic.LOSS,
            setting=setting,
            owner=owner_of(setting, seen),
            sentence=f"{facts} {plural(seen.errors['MISCONF'], 'command')} with MISCONF"
            f" because its last {failed} failed",
            values=missing,
        )
    elif seen.errors.get("OOM"):
        yield StoreFinding(
            topic=Topic.LOSS,
            setting="maxmemory",
            owner=owner_of("maxmemory", seen),
            sentence=f"{facts} {plural(seen.errors['OOM'], 'command')} with OOM ({said_limit(seen)})"
            f"{said_owner('maxmemory', seen)}",
            values=missing,
        )
