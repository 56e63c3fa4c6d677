"""Teardown of a run. It always completes, despite signals and faults of single parts."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

from gate.errors import GateError

Result = TypeVar("Result")


class Part(Protocol):
    """Something that a run made and must remove."""

    async def close(self) -> None:
        """Remove it. Safe to call twice."""
        ...


PartType = TypeVar("PartType", bound=Part)


class Teardown:
    """Closes all parts at once at the end of the `async with` block. A cancellation waits until then."""

    def __init__(self) -> None:
        self._parts: list[Part] = []
        self.left_behind = ""
        """The parts that could not be removed, and what to do about them; "" when nothing was left."""

    def add(self, part: PartType) -> PartType:
        """Add a part to close at the end, and return it."""
        self._parts.append(part)
        return part

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await uninterrupted(self._close())

    async def _close(self) -> None:
        # Stored instead of returned, because a cancellation would lose a return value.
        self.left_behind = await close_all(self._parts)


async def close_all(parts: Sequence[Part]) -> str:
    """Close all parts. Return the faults in one sentence, "" for none. They say nothing about the bot."""
    outcomes = await asyncio.gather(*(part.close() for part in parts), return_exceptions=True)
    return "; ".join(_sentence(outcome) for outcome in outcomes if isinstance(outcome, Exception))


async def uninterrupted(work: Coroutine[Any, Any, Result]) -> Result:
    """Return the result of `work`; a cancellation takes effect when the work is done."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            cancelled = error
        except Exception:
            break  # `task.result()` raises it
    if cancelled is not None and not task.cancelled():
        task.exception()  # marks it as retrieved, so that asyncio does not log it
        raise cancelled
    return task.result()


def _sentence(error: Exception) -> str:
    if isinstance(error, GateError):
        return f"{error.sentence}; {error.remedy}"
    return f"not all was removed: {error!r}"
