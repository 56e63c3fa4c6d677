"""What the disruptions of the store share: the proof, and turns while it cannot be reached."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from gate.core.observations import Observations, StoreRestart
from gate.disruptions.proof import short
from gate.ports import Evidence, Instance, Traffic

OUTAGE_SECONDS = 5.0
"""A bot without a time-out waits for its store for ever; so the outage ends, as outages do."""


Seen = TypeVar("Seen")


async def talk_through_outage(
    traffic: Traffic,
    *,
    cut: Callable[[], Awaitable[None]],
    look: Callable[[], Awaitable[Seen]],
    heal: Callable[[], Awaitable[None]],
) -> tuple[Seen, bool]:
    """Sends turns between `cut` and `heal`, which comes when all have ended or the outage was long enough.

    What `look` saw in between, and whether turns were still waiting when it was healed; they have all
    ended when this returns.
    """
    talking: asyncio.Task[None] | None = None
    try:
        await cut()
        try:
            seen = await look()
            talking = asyncio.create_task(traffic.send())
            done, _ = await asyncio.wait({talking}, timeout=OUTAGE_SECONDS)
        finally:
            await heal()
        await talking
    finally:
        if talking is not None:
            talking.cancel()
            await asyncio.gather(talking, return_exceptions=True)
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
