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


def prove_new_life(
    before: Instance,
    after: Instance,
    exit_code: int | None,
    *,
    persistence: str,
    verb: str,
    replaced: bool = False,
    expected_exit: int | None = None,
) -> Evidence:
    """Evidence that the server of the store ended and another life of it answers."""
    moved = before.identity != after.identity
    started_anew = bool(after.started) and before.started != after.started
    if moved and not replaced:
        sentence = (
            f"the store {short(before.identity)} became {short(after.identity)}: it was replaced, not {verb}"
        )
    elif replaced and not moved:
        sentence = f"the store {short(after.identity)} is still the same instance"
    elif not started_anew:
        sentence = f"the store {short(after.identity)} shows no new start"
    elif expected_exit is not None and exit_code != expected_exit:
        sentence = f"the store ended with exit code {exit_code}, not {expected_exit}"
    else:
        names = f"{short(before.identity)} → {short(after.identity)}" if replaced else short(after.identity)
        sentence = f"the store {names} {verb}, {after.keys} of {before.keys} keys after it"
    return Evidence(
        took_effect=moved == replaced
        and started_anew
        and after.running
        and (expected_exit is None or exit_code == expected_exit),
        sentence=sentence,
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
