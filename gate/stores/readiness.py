"""Wait for a store's server to answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from gate.errors import StoreError

POLL_SECONDS = 0.02


async def first_identity(identity: Callable[[], Awaitable[str]], seconds: float) -> str:
    """Return the result of `identity` once it raises no StoreError. Raises StoreError after `seconds`."""
    try:
        async with asyncio.timeout(seconds):
            while True:
                try:
                    return await identity()
                except StoreError:
                    await asyncio.sleep(POLL_SECONDS)
    except TimeoutError as error:
        raise StoreError(f"the store did not answer within {seconds:g} s") from error
