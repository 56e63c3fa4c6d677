"""Answers of the model that are held back until somebody lets them go."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

SETTLING_SECONDS = 1.0
"""A bot that takes one turn at a time asks for the next one only when it has its answer."""


class HeldAnswers:
    """The answers to the turns with these texts. Implements `gate.ports.Hold`."""

    def __init__(self, texts: Collection[str]) -> None:
        self._missing = set(texts)
        self._any = asyncio.Event()
        self._all = asyncio.Event()
        self._released = asyncio.Event()
        self._texts = frozenset(texts)

    async def asked(self) -> None:
        """Returns when the model was asked for each turn, or for one and then for no other in a while."""
        await self._any.wait()
        try:
            async with asyncio.timeout(SETTLING_SECONDS):
                await self._all.wait()
        except TimeoutError:
            return

    def release(self) -> None:
        """Lets all answers go, also to those who ask later."""
        self._released.set()

    async def pass_by(self, text: str) -> None:
        """Called for every request, with the turn that it is about: waits where that is held."""
        if text not in self._texts or self._released.is_set():
            return
        self._missing.discard(text)
        self._any.set()
        if not self._missing:
            self._all.set()
        await self._released.wait()
