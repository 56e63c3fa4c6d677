"""Plays a plan: waves side by side, and all conversations of a wave at once, with one disruption for all.

The control arm plays its whole script before the disruption. The treated arm stops at its `disrupt` line
and goes on afterwards. All events go to the recorder; nothing is judged here.
"""

from __future__ import annotations

import asyncio
import dataclasses
from dataclasses import fields

from gate.core.store_figures import StoreFigures
from gate.core.transcript import (
    AFTER,
    BEFORE,
    DeploymentClosed,
    DeploymentFailed,
    DeploymentStarted,
    DisruptionEnded,
    DisruptionStarted,
    FaultSeen,
    StoreSeen,
)
from gate.disruptions import kind_and_times, traits_of
from gate.errors import (
    BotNotReady,
    EngineError,
    GateError,
    InputError,
    StoreError,
    Unsupported,
)
from gate.ports import CANDIDATE, Contained, Deployment, Traffic
from gate.runner.conversation_handles import ConversationHandles
from gate.runner.plan import Plan, Wave
from gate.runner.run_context import RunContext, never_missed
from gate.runner.traffic import BackgroundSessions
from gate.runner.turns import TurnPlayer, TurnSlots

__all__ = ["RunContext", "never_missed", "play"]


async def play(plan: Plan, context: RunContext) -> None:
    """Play every wave in order, `context.jobs` of them at once.

    Raises InputError, which ends all waves. Every other fault is recorded and ends its own wave only.
    """
    for conversation in plan.conversations:
        context.record(conversation.planned(context.clock()))
    slots = TurnSlots(context.concurrency)
    waves = iter(plan.waves)

    async def play_one_after_the_other() -> None:
        for wave in waves:
            await _WavePlayer(wave, context, slots).play()

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(context.jobs, len(plan.waves))):
                group.create_task(play_one_after_the_other())
    except ExceptionGroup as errors:
        raise _parts(errors)[0] from errors


class _WavePlayer:
    def __init__(self, wave: Wave, context: RunContext, slots: TurnSlots) -> None:
        self._wave = wave
        self._context = context
        self._slots = slots

    async def play(self) -> None:
        began = self._context.clock()
        deployment = await self._deploy(began)
        if deployment is None:
            return
        try:
            self._context.record(
                DeploymentStarted(
                    at=self._context.clock(),
                    deployment=self._wave.name,
                    seconds=self._context.clock() - began,
                    images=deployment.images(),
                )
            )
            await self._play_scripts(deployment)
        except Exception as error:
            self._record_fault(error)
        finally:
            await self._close(deployment)

    async def _deploy(self, began: float) -> Deployment | None:
        name = self._wave.name
        try:
            return await self._context.runtime.deploy(
                name, self._context.environment(name), self._first_version()
            )
        except InputError:
            raise
        except Exception as error:
            self._context.record(
                DeploymentFailed(
                    at=self._context.clock(),
                    deployment=name,
                    cause=_cause(error),
                    sentence=_sentence(error),
                    remedy=error.remedy if isinstance(error, GateError) else "",
                    log=list(error.log) if isinstance(error, GateError) else [],
                    seconds=self._context.clock() - began,
                )
            )
            return None

    def _first_version(self) -> str:
        """Return the version that the first disruption with a requirement begins with."""
        # An unknown disruption is a fault when its turn comes.
        known = self._context.disruptions
        wanted = (traits_of(kind, known).begins_with for kind in self._wave.kinds)
        return next((version for version in wanted if version is not None), CANDIDATE)

    def _record_fault(self, error: Exception) -> None:
        """Record the fault that ended the wave. Raises it when it is an InputError."""
        parts = _parts(error)
        mistake = next((part for part in parts if isinstance(part, InputError)), None)
        if mistake is not None:
            raise mistake
        self._context.record(
            FaultSeen(
                at=self._context.clock(),
                deployment=self._wave.name,
                cause=_cause(parts[0]),
                sentence=_sentence(parts[0]),
            )
        )

    async def _close(self, deployment: Deployment) -> None:
        began = self._context.clock()
        try:
            await deployment.close()
        except Exception:
            # The runtime removes the rest at the end of the run. What was recorded here stays valid.
            return
        now = self._context.clock()
        self._context.record(DeploymentClosed(at=now, deployment=self._wave.name, seconds=now - began))

    async def _play_scripts(self, deployment: Deployment) -> None:
        bot = self._context.connect(deployment)
        turns = TurnPlayer(
            [*self._wave.conversations, *self._wave.background_sessions],
            ConversationHandles(bot, self._context.reply_quota),
            self._context,
            self._slots,
        )
        sessions = BackgroundSessions(self._wave, turns, self._context)
        try:
            await self._play_together(turns, 0)
            await sessions.open()
            for point, kind in enumerate(self._wave.kinds, start=1):
                await self._check_limits(deployment)
                await self._check_store(deployment)
                await self._look_into_store(deployment, turns, BEFORE)
                recovered = await self._disrupt(deployment, kind, point, sessions)
                if not recovered:
                    # A missing store or a memory shortage explains why the bot did not come back.
                    await self._check_store(deployment)
                    await self._check_limits(deployment)
                    self._skip_rest(turns, point, f"the bot did not come back after {kind}")
                    return
                await self._check_store(deployment)
                await self._look_into_store(deployment, turns, AFTER)
                await self._play_together(turns, point)
            await sessions.ask(self._wave.kinds)
            await self._check_limits(deployment)
            await self._check_store(deployment)
            # For facts told after the last disruption.
            await self._look_into_store(deployment, turns, AFTER)
        finally:
            await bot.close()

    async def _play_together(self, turns: TurnPlayer, point: int) -> None:
        """Play segment number `point` of every conversation; control conversations play fully at 0."""
        async with asyncio.TaskGroup() as group:
            for conversation in self._wave.conversations:
                if conversation.moments(point):
                    group.create_task(turns.converse(conversation, point))

    async def _disrupt(self, deployment: Deployment, kind: str, point: int, traffic: Traffic) -> bool:
        waiting = [conversation for conversation in self._wave.conversations if conversation.moments(point)]
        single, times = kind_and_times(self._context.disruptions[kind])
        self._context.record(
            DisruptionStarted(
                at=self._context.clock(),
                deployment=self._wave.name,
                disruption=kind,
                kind=single,
                times=times,
                conversations=len(waiting),
                traits=traits_of(kind, self._context.disruptions),
            )
        )
        ended = await self._inject(deployment, kind, traffic)
        self._context.record(dataclasses.replace(ended, kind=single, times=times))
        return ended.recovered

    async def _inject(self, deployment: Deployment, kind: str, traffic: Traffic) -> DisruptionEnded:
        began = self._context.clock()
        try:
            evidence = await self._context.disruptions[kind].inject(deployment, traffic)
        except BotNotReady as error:
            return DisruptionEnded(
                at=self._context.clock(),
                deployment=self._wave.name,
                disruption=kind,
                took_effect=True,
                recovered=False,
                sentence=error.sentence,
                seconds=self._context.clock() - began,
                log=list(error.log),
            )
        return DisruptionEnded(
            at=self._context.clock(),
            deployment=self._wave.name,
            disruption=kind,
            took_effect=evidence.took_effect,
            recovered=True,
            sentence=evidence.sentence,
            seconds=self._context.clock() - began,
            observed=evidence.observed,
        )

    async def _check_limits(self, deployment: Deployment) -> None:
        """Raise EngineError when a limit of the gate ended the bot, because that is no forgetting."""
        fault = await deployment.limit_fault() if isinstance(deployment, Contained) else None
        if fault:
            raise EngineError(fault)

    async def _check_store(self, deployment: Deployment) -> None:
        fault = await deployment.store_fault()
        if fault:
            raise StoreError(fault)

    async def _look_into_store(self, deployment: Deployment, turns: TurnPlayer, moment: str) -> None:
        inspector = self._context.runtime.inspector(deployment)
        if inspector is None:
            return
        view = await inspector.look(turns.values)
        self._context.record(
            StoreSeen(
                at=self._context.clock(),
                deployment=self._wave.name,
                moment=moment,
                values=sorted(view.values),
                **{figure.name: getattr(view, figure.name) for figure in fields(StoreFigures)},
            )
        )

    def _skip_rest(self, turns: TurnPlayer, point: int, reason: str) -> None:
        for conversation in self._wave.conversations:
            for later in range(point, len(self._wave.kinds) + 1):
                turns.skip(conversation, later, f"not asked: {reason}")


def _parts(error: Exception) -> list[Exception]:
    """Return the exceptions in a group, or the single exception."""
    if isinstance(error, ExceptionGroup):
        return [part for inner in error.exceptions for part in _parts(inner)]
    return [error]


def _cause(error: Exception) -> str:
    kinds = {BotNotReady: "bot", StoreError: "store", EngineError: "engine", Unsupported: "runtime"}
    return next((cause for kind, cause in kinds.items() if isinstance(error, kind)), "harness")


def _sentence(error: Exception) -> str:
    return error.sentence if isinstance(error, GateError) else f"the gate itself failed: {error!r}"
