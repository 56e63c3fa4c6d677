"""Helpers shared by disruptions of the store: the proof, and turns while the store is away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from gate.core.observations import Observations, StoreRestart
from gate.disruptions.proof import short
from gate.ports import Evidence, Instance, Traffic

OUTAGE_SECONDS = 5.0
"""Time limit of an outage, since a bot without a time-out waits for its store for ever."""

Seen = TypeVar("Seen")


async def send_during_outage(
    traffic: Traffic,
    *,
    cut: Callable[[], Awaitable[None]],
    look: Callable[[], Awaitable[Seen]],
    heal: Callable[[], Awaitable[None]],
) -> tuple[Seen, bool]:
    """Send turns between `cut` and `heal`, which follows when all have ended or after OUTAGE_SECONDS.

    Return what `look` saw in between, and whether turns were still waiting at `heal`. All of them have
    ended when this returns.
    """
    sending: asyncio.Task[None] | None = None
    try:
        await cut()
        try:
            seen = await look()
            sending = asyncio.create_task(traffic.send())
            done, _ = await asyncio.wait({sending}, timeout=OUTAGE_SECONDS)
        finally:
            await heal()
        await sending
    finally:
        if sending is not None:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
    return seen, not done


def prove_store_restarted(
    before: Instance,
    after: Instance,
    exit_code: int | None,
    *,
    persistence: str,
    verb: str,
    replaced: bool = False,
    expected_exit: int | None = None,
) -> Evidence:
    """Compare two looks at the store's server: one must have ended, and another start of it must answer.

    `verb` is for people; `replaced` expects another instance; `expected_exit` None accepts any exit code.
    """
    fault = _find_fault(before, after, exit_code, verb=verb, replaced=replaced, expected_exit=expected_exit)
    names = f"{short(before.identity)} → {short(after.identity)}" if replaced else short(after.identity)
    return Evidence(
        took_effect=fault is None and after.running,
        sentence=fault or f"the store {names} {verb}, {after.keys} of {before.keys} keys after it",
        observed=Observations(
            store_restart=StoreRestart(
                identity_before=before.identity,
                identity_after=after.identity,
                server_before=before.started,
                server_after=after.started,
                keys_before=before.keys,
                keys_after=after.keys,
                persistence=persistence,
                exit_code=exit_code,
            )
        ),
    )


def _find_fault(
    before: Instance,
    after: Instance,
    exit_code: int | None,
    *,
    verb: str,
    replaced: bool,
    expected_exit: int | None,
) -> str | None:
    """Return why the two looks do not show the restart that was asked for; None when they do."""
    moved = before.identity != after.identity
    if moved and not replaced:
        return (
            f"the store {short(before.identity)} became {short(after.identity)}: it was replaced, not {verb}"
        )
    if replaced and not moved:
        return f"the store {short(after.identity)} is still the same instance"
    if not after.started or before.started == after.started:
        return f"the store {short(after.identity)} shows no new start"
    if expected_exit is not None and exit_code != expected_exit:
        return f"the store ended with exit code {exit_code}, not {expected_exit}"
    return None
