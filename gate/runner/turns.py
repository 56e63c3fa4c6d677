"""Puts the turns of a wave to the bot: parallel turns at once, and questions again when a reply missed.

Records the outcome of each turn, and the facts that the bot stated in its reply.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

from gate.core.facts import Pattern
from gate.core.guarantees import GUARANTEES
from gate.core.transcript import (
    ACKNOWLEDGED,
    INDETERMINATE,
    MEANWHILE,
    REFUSED,
    SKIPPED,
    FactStated,
    TurnEnded,
    TurnStarted,
    Waited,
)
from gate.core.words import contains
from gate.errors import TurnIndeterminate, TurnRefused
from gate.runner.conversation_handles import ConversationHandles
from gate.runner.plan import Pause, PlannedConversation, Turn
from gate.runner.run_context import RunContext
from gate.scorers.checks import forbids_only


class TurnSlots:
    """Limits how many turns of a run are in flight at once, over all deployments."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._slots = asyncio.Semaphore(size)
        self._gathering = asyncio.Lock()

    async def take(self, count: int, held: AsyncExitStack) -> None:
        """Wait for `count` slots at once, or for all slots. They are released when `held` is closed."""
        # One caller at a time: two that held half of their slots each would wait for each other.
        async with self._gathering:
            for _ in range(min(count, self._size)):
                await held.enter_async_context(self._slots)


class TurnPlayer:
    """Plays the turns of the conversations of one wave."""

    def __init__(
        self,
        conversations: Sequence[PlannedConversation],
        handles: ConversationHandles,
        context: RunContext,
        slots: TurnSlots,
    ) -> None:
        self._handles = handles
        self._context = context
        self._slots = slots
        # Equal texts are never in flight at once: a model request is matched to its turn by its text.
        # Other deployments do not matter, because each has a key of its own.
        self._texts: dict[str, asyncio.Lock] = {}
        self._muted: dict[str, str] = {}
        # The facts of each conversation, with the values that the bot has stated.
        self._facts = {conversation.identifier: dict(conversation.facts) for conversation in conversations}

    @property
    def values(self) -> Collection[str]:
        """The current values of the facts of all conversations."""
        return {value for facts in self._facts.values() for value in facts.values()}

    async def converse(self, conversation: PlannedConversation, point: int) -> None:
        """Play the moments after disruption number `point`, one by one."""
        for moment in conversation.moments(point):
            muted = self._muted.get(conversation.identifier)
            if isinstance(moment, Pause):
                if not muted:
                    await self._wait(conversation, moment.seconds)
                continue
            turns = [self._with_stated_values(conversation, turn) for turn in moment]
            if muted:
                for turn in turns:
                    self._skip(conversation, turn, muted)
                continue
            replies = await self._say_together(conversation, turns)
            for turn, reply in zip(turns, replies, strict=True):
                await self._ask_again(conversation, turn, reply)

    async def _wait(self, conversation: PlannedConversation, seconds: float) -> None:
        began = self._context.clock()
        await self._context.sleep(seconds)
        now = self._context.clock()
        self._context.record(Waited(at=now, conversation=conversation.identifier, seconds=now - began))

    def _with_stated_values(self, conversation: PlannedConversation, turn: Turn) -> Turn:
        """Return the turn with the values that the bot has stated in place of the planned ones."""
        facts = self._facts[conversation.identifier]
        return turn if facts == conversation.facts else turn.render(facts)

    async def _say_together(
        self, conversation: PlannedConversation, turns: Sequence[Turn]
    ) -> list[str | None]:
        """Put the turns to the bot at the same moment. Return the reply to each, None for no reply."""
        async with self._claim_slots(turns), asyncio.TaskGroup() as group:
            saying = [group.create_task(self._say(conversation, turn)) for turn in turns]
        return [task.result() for task in saying]

    @asynccontextmanager
    async def _claim_slots(self, turns: Sequence[Turn]) -> AsyncIterator[None]:
        """Wait until none of the texts is in flight and there are slots for all turns at once."""
        async with AsyncExitStack() as held:
            # In the same order for every caller, so that no two of them wait for each other.
            for text in sorted({turn.text for turn in turns}):
                await held.enter_async_context(self._texts.setdefault(text, asyncio.Lock()))
            await self._slots.take(len(turns), held)
            yield

    async def say(self, conversation: PlannedConversation, turn: Turn) -> str | None:
        """Put one turn to the bot. Return the reply, None for no reply."""
        [reply] = await self._say_together(conversation, [turn])
        return reply

    async def ask(self, conversation: PlannedConversation, turn: Turn, *, reads: int) -> None:
        """Ask a question `reads` times. Ask a single one again when the reply misses."""
        reply = await self.say(conversation, turn)
        if reads == 1:
            await self._ask_again(conversation, turn, reply)
        for count in range(1, reads):
            await self._repeat(conversation, turn, count)

    async def _ask_again(self, conversation: PlannedConversation, turn: Turn, reply: str | None) -> None:
        """Repeat a question while its replies miss: a fact that comes and goes is not lost."""
        if turn.expectation is None or not GUARANTEES[turn.guarantee].recall:
            return
        if forbids_only(turn.expectation.checks):
            return
        for count in range(1, self._context.reasks + 1):
            heard = conversation.identifier not in self._muted
            if reply is None or not heard or not self._context.missed(turn, reply):
                return
            reply = await self._repeat(conversation, turn, count)

    async def _repeat(self, conversation: PlannedConversation, turn: Turn, count: int) -> str | None:
        again = replace(turn, identifier=f"{turn.identifier}.r{count}", moment=0)
        async with self._claim_slots([again]):
            return await self._say(conversation, again, repeats=turn.identifier)

    async def _say(self, conversation: PlannedConversation, turn: Turn, *, repeats: str = "") -> str | None:
        """Put a turn to the bot and record its outcome. Return the reply, None for no reply."""
        self._start(conversation, turn, repeats=repeats)
        began = self._context.clock()
        status, reply, error = ACKNOWLEDGED, "", ""
        try:
            reply = await self._handles.say(turn.session, turn.text)
        except TurnRefused as refusal:
            status, error = REFUSED, refusal.sentence
        except TurnIndeterminate as silence:
            status, error = INDETERMINATE, silence.sentence
            if conversation.arm != MEANWHILE:
                # A bot that left one turn unanswered may leave all of them: do not wait for each time-out.
                self._muted[conversation.identifier] = (
                    "not asked: the bot left an earlier turn of this conversation without an answer"
                )
        now = self._context.clock()
        self._context.record(
            TurnEnded(
                at=now, turn=turn.identifier, status=status, reply=reply, error=error, seconds=now - began
            )
        )
        if status != ACKNOWLEDGED:
            return None
        self._record_stated_facts(conversation, turn, reply)
        return reply

    def _record_stated_facts(self, conversation: PlannedConversation, turn: Turn, reply: str) -> None:
        facts = self._facts[conversation.identifier]
        for name in turn.states:
            value = self._stated(conversation, name, reply)
            if value is not None:
                facts[name] = value
                self._context.record(
                    FactStated(
                        at=self._context.clock(),
                        conversation=conversation.identifier,
                        turn=turn.identifier,
                        fact=name,
                        value=value,
                    )
                )

    def _stated(self, conversation: PlannedConversation, name: str, reply: str) -> str | None:
        """Return the value of the fact that the reply states; None when it states none."""
        planned = conversation.facts[name]
        if contains(reply, planned):
            return planned
        fact = next(fact for fact in conversation.scenario.facts if fact.name == name)
        if not self._context.captures or not isinstance(fact, Pattern):
            return None
        facts = self._facts[conversation.identifier]
        return fact.find(reply, {value for other, value in facts.items() if other != name})

    def skip(self, conversation: PlannedConversation, point: int, reason: str) -> None:
        """Record the turns after disruption number `point` as skipped."""
        for moment in conversation.moments(point):
            for turn in () if isinstance(moment, Pause) else moment:
                self._skip(conversation, self._with_stated_values(conversation, turn), reason)

    def _skip(self, conversation: PlannedConversation, turn: Turn, reason: str) -> None:
        self._start(conversation, turn)
        self._context.record(
            TurnEnded(at=self._context.clock(), turn=turn.identifier, status=SKIPPED, error=reason)
        )

    def _start(self, conversation: PlannedConversation, turn: Turn, *, repeats: str = "") -> None:
        self._context.record(
            TurnStarted(
                at=self._context.clock(),
                turn=turn.identifier,
                conversation=conversation.identifier,
                speaker=turn.speaker,
                session=turn.session,
                text=turn.text,
                line=turn.position.line,
                column=turn.position.column,
                tells=turn.tells,
                checks=turn.expectation.checks if turn.expectation else None,
                asks=turn.asks,
                guarantee=turn.guarantee,
                states=turn.states,
                moment=turn.moment,
                repeats=repeats,
            )
        )
