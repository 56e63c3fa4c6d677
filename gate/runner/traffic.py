"""Plays the background sessions of a wave during a disruption, and their questions afterwards."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine, Sequence
from dataclasses import replace
from typing import Any

from gate.disruptions import traits_of
from gate.runner.background_sessions import READS
from gate.runner.plan import PlannedConversation, Turn, Wave
from gate.runner.run_context import RunContext
from gate.runner.turns import TurnPlayer

DURING, AFTERWARDS = 1, 2
"""Segments of a background session's script."""


class BackgroundSessions:
    """The background sessions of one wave. Implements `gate.ports.Traffic`."""

    def __init__(self, wave: Wave, turns: TurnPlayer, context: RunContext) -> None:
        self._deployment = wave.name
        self._sessions = wave.background_sessions
        self._turns = turns
        self._context = context
        self._sent = 0
        # Facts that the bot acknowledged, by conversation.
        self._acknowledged: dict[str, set[str]] = {}

    async def open(self) -> None:
        """Send the first turn of every session."""
        await self._put([(session, session.segments[0][0]) for session in self._sessions])

    async def send(self) -> None:
        """Send one turn of every session, and wait for the outcome of each."""
        await self._put(self._next_turns())

    @contextlib.asynccontextmanager
    async def in_flight(self) -> AsyncIterator[bool]:
        """Hold back the model's answers to one turn of every session until the block is left.

        Yields whether the bot has asked its model.
        """
        # No more turns than may be in flight at once: the others would wait for the held ones.
        turns = self._next_turns()[: self._context.concurrency]
        texts = [turn.text for _, turn in turns]
        hold = self._context.hold(self._deployment, texts) if self._context.hold else None
        talking = asyncio.create_task(self._put(turns))
        try:
            try:
                yield hold is not None and await _is_first(hold.wait_until_asked(), talking)
            finally:
                if hold is not None:
                    hold.release()
            await talking
        finally:
            # When the block fails or the run ends, do not wait for answers that may never come.
            talking.cancel()
            await asyncio.gather(talking, return_exceptions=True)

    async def ask(self, kinds: Sequence[str]) -> None:
        """Ask every session for its acknowledged facts, several times where several replicas may answer."""
        known = self._context.disruptions
        reads = READS if any(traits_of(kind, known).asks_often for kind in kinds) else 1
        async with asyncio.TaskGroup() as group:
            for session in self._sessions:
                group.create_task(self._ask(session, reads))

    async def _ask(self, conversation: PlannedConversation, reads: int) -> None:
        known = self._acknowledged.get(conversation.identifier, set())
        questions = [turn for turn in conversation.segments[AFTERWARDS] if known.issuperset(turn.asks)]
        for turn in questions:
            # The first and the last fact: told before and after anything that only one replica holds.
            often = turn is questions[0] or turn is questions[-1]
            await self._turns.ask(conversation, turn, reads=reads if often else 1)

    async def _put(self, turns: Sequence[tuple[PlannedConversation, Turn]]) -> None:
        async with asyncio.TaskGroup() as group:
            for conversation, turn in turns:
                group.create_task(self._say(conversation, turn))

    async def _say(self, conversation: PlannedConversation, turn: Turn) -> None:
        reply = await self._turns.say(conversation, turn)
        if reply is not None:
            self._acknowledged.setdefault(conversation.identifier, set()).update(turn.tells)

    def _next_turns(self) -> list[tuple[PlannedConversation, Turn]]:
        number, self._sent = self._sent, self._sent + 1
        return [(session, _turn_of(session, number)) for session in self._sessions]


async def _is_first(asked: Coroutine[Any, Any, None], talking: asyncio.Task[None]) -> bool:
    """Whether the bot asks its model before the turns end. A bot that refuses them never asks."""
    waiting = asyncio.create_task(asked)
    try:
        await asyncio.wait({waiting, talking}, return_when=asyncio.FIRST_COMPLETED)
        return waiting.done()
    finally:
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)


def _turn_of(conversation: PlannedConversation, number: int) -> Turn:
    *telling, idle = conversation.segments[DURING]
    if number < len(telling):
        return telling[number]
    return replace(idle, identifier=f"{idle.identifier}.{number}")
