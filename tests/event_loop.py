"""What asynchronous tests need: an event loop of their own, and waiting for a condition."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec

PATIENCE_SECONDS = 60.0
"""No test is slower for it: it ends the wait for what will never happen."""
POLL_SECONDS = 0.02

Arguments = ParamSpec("Arguments")


def in_event_loop(test: Callable[Arguments, Coroutine[Any, Any, None]]) -> Callable[Arguments, None]:
    """Lets pytest call a coroutine function."""

    @functools.wraps(test)
    def run(*arguments: Arguments.args, **named: Arguments.kwargs) -> None:
        asyncio.run(test(*arguments, **named))

    return run


async def until(condition: Callable[[], object], what: str) -> None:
    """Returns once `condition` holds. Fails, saying `what` never came, when it does not."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not condition():
                await asyncio.sleep(POLL_SECONDS)
    except TimeoutError:
        raise AssertionError(f"waited {PATIENCE_SECONDS:g} s in vain: {what}") from None
