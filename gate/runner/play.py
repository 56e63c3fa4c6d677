"""Plays a plan: all conversations of a wave at once, one disruption for all of them.

The control arm plays its whole script before the disruption; the treated arm stops at its `disrupt`
line and goes on afterwards. What happened goes to the recorder; nothing is judged here.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

from gate.core.facts import Pattern
from gate.core.guarantees import GUARANTEES
from gate.core.transcript import (
    ACKNOWLEDGED,
    AFTER,
    BEFORE,
    INDETERMINATE,
    REFUSED,
    UNASKED,
    DeploymentClosed,
    DeploymentFailed,
    DeploymentStarted,
    DisruptionEnded,
    DisruptionStarted,
    FactStated,
    FaultSeen,
    StoreSeen,
    TurnEnded,
    TurnStarted,
)
from gate.core.words import contains
from gate.errors import (
    BotNotReady,
    EngineError,
    GateError,
    InputError,
    StoreError,
    TurnIndeterminate,
    TurnRefused,
    Unsupported,
)
from gate.interfaces import Bot, Deployment, Disruption, Recorder, Runtime
from gate.runner.plan import Conversation, Pause, Plan, Turn, Wave


def never_missed(_turn: Turn, _reply: str) -> bool:
    """Takes every reply for a hit."""
    return False


@dataclass(frozen=True, kw_only=True)
class Stage:
    """All that a plan is played with. `clock` gives seconds since the run began."""

    runtime: Runtime
    connect: Callable[[Deployment], Bot]
    disruptions: Mapping[str, Disruption]
    environment: Mapping[str, str]
    """What the bot is told about its model."""
    record: Recorder
    clock: Callable[[], float]
    concurrency: int
    """Turns under way at once. A parallel block with more than that is under way alone."""
    captures: bool = False
    """Whether a fact that the bot is to state is whatever value of its shape the reply holds.

    Else it is the planned value or none: the model is the gate's own and states that one.
    """
    missed: Callable[[Turn, str], bool] = never_missed
    """Whether a reply to a recall probe misses; the question is then asked again."""
    reasks: int = 2
    """How often a question is asked again at most."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


async def play(plan: Plan, stage: Stage) -> None:
    """Plays every wave. Raises InputError; every other fault is recorded and ends its wave alone."""
    for conversation in plan.conversations:
        stage.record(conversation.planned(stage.clock()))
    for wave in plan.waves:
        await _WavePlayer(wave, stage).play()


class _WavePlayer:
    def __init__(self, wave: Wave, stage: Stage) -> None:
        self._wave = wave
        self._stage = stage
        self._places = asyncio.Semaphore(stage.concurrency)
        self._gathering = asyncio.Lock()
        # Equal texts are never under way at once: a model request is tied to its turn by its text.
        self._texts: dict[str, asyncio.Lock] = {}
        self._unheard: dict[str, str] = {}
        # The facts of each conversation, those that the bot has stated included.
        self._facts = {one.identifier: dict(one.facts) for one in wave.conversations}

    async def play(self) -> None:
        began = self._stage.clock()
        deployment = await self._deploy()
        if deployment is None:
            return
        try:
            self._stage.record(
                DeploymentStarted(
                    at=self._stage.clock(),
                    deployment=self._wave.name,
                    seconds=self._stage.clock() - began,
                    images=deployment.images(),
                )
            )
            await self._perform(deployment)
        except Exception as error:
            self._record_fault(error)
        finally:
            await self._close(deployment)

    async def _deploy(self) -> Deployment | None:
        try:
            return await self._stage.runtime.deploy(self._wave.name, self._stage.environment)
        except InputError:
            raise
        except Exception as error:
            self._stage.record(
                DeploymentFailed(
                    at=self._stage.clock(),
                    deployment=self._wave.name,
                    cause=_cause(error),
                    sentence=_sentence(error),
                    log=list(error.log) if isinstance(error, GateError) else [],
                )
            )
            return None

    def _record_fault(self, error: Exception) -> None:
        """Puts on record what ended the wave. Raises it when it is the user's to mend."""
        parts = _parts(error)
        mistake = next((one for one in parts if isinstance(one, InputError)), None)
        if mistake is not None:
            raise mistake
        self._stage.record(
            FaultSeen(
                at=self._stage.clock(),
                deployment=self._wave.name,
                cause=_cause(parts[0]),
                sentence=_sentence(parts[0]),
            )
        )

    async def _close(self, deployment: Deployment) -> None:
        try:
            await deployment.close()
        except Exception:
            # What stays behind is the runtime's to remove at the end; what was seen here stays true.
            return
        self._stage.record(DeploymentClosed(at=self._stage.clock(), deployment=self._wave.name))

    async def _perform(self, deployment: Deployment) -> None:
        bot = self._stage.connect(deployment)
        try:
            await self._play_together(bot, 0)
            for point, kind in enumerate(self._wave.kinds, start=1):
                await self._check_store(deployment)
                await self._look_into_store(deployment, BEFORE)
                recovered = await self._disrupt(deployment, kind, point)
                if not recovered:
                    # A bot cannot come back without its store.
                    await self._check_store(deployment)
                    self._decline_rest(point, f"the bot did not come back after {kind}")
                    return
                await self._check_store(deployment)
                await self._look_into_store(deployment, AFTER)
                await self._play_together(bot, point)
            await self._check_store(deployment)
        finally:
            await bot.close()

    async def _play_together(self, bot: Bot, point: int) -> None:
        """Plays the segment number `point` of every conversation; all of a control conversation at 0."""
        async with asyncio.TaskGroup() as group:
            for conversation in self._wave.conversations:
                if conversation.moments(point):
                    group.create_task(self._converse(bot, conversation, point))

    async def _converse(self, bot: Bot, conversation: Conversation, point: int) -> None:
        for moment in conversation.moments(point):
            unheard = self._unheard.get(conversation.identifier)
            if isinstance(moment, Pause):
                if not unheard:
                    await self._stage.sleep(moment.seconds)
                continue
            turns = [self._up_to_date(conversation, turn) for turn in moment]
            if unheard:
                for turn in turns:
                    self._decline(conversation, turn, unheard)
                continue
            replies = await self._say_together(bot, conversation, turns)
            for turn, reply in zip(turns, replies, strict=True):
                await self._ask_again(bot, conversation, turn, reply)

    def _up_to_date(self, conversation: Conversation, turn: Turn) -> Turn:
        """The turn with the values that the bot has stated in the place of the planned ones."""
        facts = self._facts[conversation.identifier]
        return turn if facts == conversation.facts else turn.render(facts)

    async def _say_together(
        self, bot: Bot, conversation: Conversation, turns: Sequence[Turn]
    ) -> list[str | None]:
        """Puts the turns to the bot at the same moment. The reply to each, None where there is none."""
        async with self._turn_to_speak(turns), asyncio.TaskGroup() as group:
            saying = [group.create_task(self._say(bot, conversation, turn)) for turn in turns]
        return [task.result() for task in saying]

    @asynccontextmanager
    async def _turn_to_speak(self, turns: Sequence[Turn]) -> AsyncIterator[None]:
        """Waits until none of the texts is under way and there is room for all turns at once."""
        async with AsyncExitStack() as held:
            # In one order for everybody, so that no two blocks wait for each other.
            for text in sorted({turn.text for turn in turns}):
                await held.enter_async_context(self._texts.setdefault(text, asyncio.Lock()))
            async with self._gathering:
                for _ in range(min(len(turns), self._stage.concurrency)):
                    await held.enter_async_context(self._places)
            yield

    async def _ask_again(self, bot: Bot, conversation: Conversation, turn: Turn, reply: str | None) -> None:
        """Repeats a question while the replies to it miss: a fact that comes and goes is not lost."""
        if turn.expectation is None or not GUARANTEES[turn.guarantee].recall:
            return
        for count in range(1, self._stage.reasks + 1):
            heard = conversation.identifier not in self._unheard
            if reply is None or not heard or not self._stage.missed(turn, reply):
                return
            again = replace(turn, identifier=f"{turn.identifier}.r{count}", moment=0)
            async with self._turn_to_speak([again]):
                reply = await self._say(bot, conversation, again, repeats=turn.identifier)

    async def _say(
        self, bot: Bot, conversation: Conversation, turn: Turn, *, repeats: str = ""
    ) -> str | None:
        """The reply, None without one. What came of the turn is on record then."""
        self._start(conversation, turn, repeats=repeats)
        began = self._stage.clock()
        status, reply, error = ACKNOWLEDGED, "", ""
        try:
            reply = await bot.say(turn.session, turn.text)
        except TurnRefused as refusal:
            status, error = REFUSED, refusal.sentence
        except TurnIndeterminate as silence:
            status, error = INDETERMINATE, silence.sentence
            # A bot that lets one turn hang would let each of them hang: do not wait for them all.
            self._unheard[conversation.identifier] = (
                "not asked: the bot left an earlier turn of this conversation without an answer"
            )
        now = self._stage.clock()
        self._stage.record(
            TurnEnded(
                at=now, turn=turn.identifier, status=status, reply=reply, error=error, seconds=now - began
            )
        )
        if status != ACKNOWLEDGED:
            return None
        self._take_down_what_is_stated(conversation, turn, reply)
        return reply

    def _take_down_what_is_stated(self, conversation: Conversation, turn: Turn, reply: str) -> None:
        facts = self._facts[conversation.identifier]
        for name in turn.states:
            value = self._stated(conversation, name, reply)
            if value is not None:
                facts[name] = value
                self._stage.record(
                    FactStated(
                        at=self._stage.clock(),
                        conversation=conversation.identifier,
                        turn=turn.identifier,
                        fact=name,
                        value=value,
                    )
                )

    def _stated(self, conversation: Conversation, name: str, reply: str) -> str | None:
        """The value of the fact that the reply states."""
        planned = conversation.facts[name]
        if contains(reply, planned):
            return planned
        fact = next(one for one in conversation.scenario.facts if one.name == name)
        if not self._stage.captures or not isinstance(fact, Pattern):
            return None
        facts = self._facts[conversation.identifier]
        return fact.find(reply, {value for other, value in facts.items() if other != name})

    async def _disrupt(self, deployment: Deployment, kind: str, point: int) -> bool:
        waiting = [one for one in self._wave.conversations if one.moments(point)]
        self._stage.record(
            DisruptionStarted(
                at=self._stage.clock(),
                deployment=self._wave.name,
                disruption=kind,
                conversations=len(waiting),
            )
        )
        began = self._stage.clock()
        try:
            evidence = await self._stage.disruptions[kind].inflict(deployment)
        except BotNotReady as error:
            self._stage.record(
                DisruptionEnded(
                    at=self._stage.clock(),
                    deployment=self._wave.name,
                    disruption=kind,
                    took_effect=True,
                    recovered=False,
                    sentence=error.sentence,
                    seconds=self._stage.clock() - began,
                    log=list(error.log),
                )
            )
            return False
        self._stage.record(
            DisruptionEnded(
                at=self._stage.clock(),
                deployment=self._wave.name,
                disruption=kind,
                took_effect=evidence.took_effect,
                recovered=True,
                sentence=evidence.sentence,
                seconds=self._stage.clock() - began,
                details=evidence.details,
            )
        )
        return True

    async def _check_store(self, deployment: Deployment) -> None:
        fault = await deployment.store_fault()
        if fault:
            raise StoreError(fault)

    async def _look_into_store(self, deployment: Deployment, moment: str) -> None:
        inspector = self._stage.runtime.inspector(deployment)
        if inspector is None:
            return
        values = {value for facts in self._facts.values() for value in facts.values()}
        view = await inspector.look(values)
        self._stage.record(
            StoreSeen(
                at=self._stage.clock(),
                deployment=self._wave.name,
                moment=moment,
                values=sorted(view.values),
                keys=view.keys,
                bytes=view.bytes,
            )
        )

    def _decline_rest(self, point: int, reason: str) -> None:
        for conversation in self._wave.conversations:
            for later in range(point, len(self._wave.kinds) + 1):
                for moment in conversation.moments(later):
                    for turn in () if isinstance(moment, Pause) else moment:
                        told = self._up_to_date(conversation, turn)
                        self._decline(conversation, told, f"not asked: {reason}")

    def _decline(self, conversation: Conversation, turn: Turn, reason: str) -> None:
        self._start(conversation, turn)
        self._stage.record(
            TurnEnded(at=self._stage.clock(), turn=turn.identifier, status=UNASKED, error=reason)
        )

    def _start(self, conversation: Conversation, turn: Turn, *, repeats: str = "") -> None:
        self._stage.record(
            TurnStarted(
                at=self._stage.clock(),
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


def _parts(error: Exception) -> list[Exception]:
    """The exceptions that a task group gathered, or the one that came alone."""
    if isinstance(error, ExceptionGroup):
        return [part for inner in error.exceptions for part in _parts(inner)]
    return [error]


def _cause(error: Exception) -> str:
    kinds = {BotNotReady: "bot", StoreError: "store", EngineError: "engine", Unsupported: "runtime"}
    return next((cause for kind, cause in kinds.items() if isinstance(error, kind)), "harness")


def _sentence(error: Exception) -> str:
    return error.sentence if isinstance(error, GateError) else f"the gate itself failed: {error!r}"
