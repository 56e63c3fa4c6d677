"""Traffic when nobody talks."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator


class NoTraffic:
    """No session is open: nothing is sent, and nothing can be shown to be in flight."""

    async def send(self) -> None:
        """Sends nothing."""

    @contextlib.asynccontextmanager
    async def in_flight(self) -> AsyncIterator[bool]:
        """Gives False."""
        yield False
