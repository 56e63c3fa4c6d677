"""Null object for Traffic."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator


class NoTraffic:
    """Traffic without open sessions: nothing is sent, and no turn is ever in flight."""

    async def send(self) -> None:
        """Send nothing."""

    @contextlib.asynccontextmanager
    async def in_flight(self) -> AsyncIterator[bool]:
        """Yield False."""
        yield False
