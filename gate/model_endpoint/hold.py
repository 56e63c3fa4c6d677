"""Holds model answers back until they are released."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

SETTLING_SECONDS = 1.0
"""A bot that takes one turn at a time sends the next request only after the answer to the last."""


class HeldAnswers:
    """The held answers to the turns with these texts. Implements `gate.ports.Hold`."""

    def __init__(self, texts: Collection[str]) -> None:
        self._missing = set(texts)
        self._any = asyncio.Event()
        self._all = asyncio.Event()
        self._released = asyncio.Event()
        self._texts = frozenset(texts)

    async def wait_until_asked(self) -> None:
        """Wait until the model was asked for all turns, or for one and for no other within a second."""
        await self._any.wait()
        try:
            async with asyncio.timeout(SETTLING_SECONDS):
                await self._all.wait()
        except TimeoutError:
            return

    def release(self) -> None:
        """Release all answers, those to later requests included."""
        self._released.set()

    async def wait_while_held(self, text: str) -> None:
        """Wait until release if the turn with this `text` is held. Must be called for every request."""
        if text not in self._texts or self._released.is_set():
            return
        self._missing.discard(text)
        self._any.set()
        if not self._missing:
            self._all.set()
        await self._released.wait()
