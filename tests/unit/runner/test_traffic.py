"""Users who talk on while something happens: what they were promised is asked for, and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import replace

import pytest

from gate.analysis import analyse
from gate.core.report import Report, Verdict
from gate.core.transcript import (
    ACKNOWLEDGED,
    INDETERMINATE,
    MEANWHILE,
    REFUSED,
    RunEnded,
    RunStarted,
    TurnEnded,
    TurnStarted,
)
from gate.disruptions import DISRUPTIONS
from gate.errors import BotNotReady, TurnIndeterminate, TurnRefused
from gate.ports import Deployment, Evidence, Traffic
from gate.runner.background_sessions import CHECKING_IN, MOST_FACTS, READS, SESSIONS
from gate.runner.planner import plan_run
from gate.runner.play import play
from tests.unit.runner.doubles import FakeDeployment, FakeDisruption, FakeRuntime, FakeStage, MemoryBot
from tests.unit.runner.scripts import follow_up


class Sending(FakeDisruption):
    """Has turns sent, `harm` done before them and `heal` after them."""

    def __init__(
        self,
        name: str,
        sends: int = 1,
        harm: Callable[[MemoryBot], None] = lambda bot: None,
        heal: Callable[[MemoryBot], None] = lambda bot: None,
    ) -> None:
        super().__init__(name)
        self.sends, self.bot_harm, self.bot_heal = sends, harm, heal

    async def inject(self, deployment: Deployment, traffic: Traffic) -> Evidence:
        assert isinstance(deployment, FakeDeployment)
        self.bot_harm(deployment.bot)
        for _ in range(self.sends):
            await traffic.send()
        self.bot_heal(deployment.bot)
        return await super().inject(deployment, traffic)


class InFlight(FakeDisruption):
    """Does its harm while turns are in flight."""

    def __init__(self, name: str, harm: Callable[[MemoryBot], None] = lambda bot: None) -> None:
        super().__init__(name)
        self.bot_harm = harm
        self.asked: list[bool] = []

    async def inject(self, deployment: Deployment, traffic: Traffic) -> Evidence:
        assert isinstance(deployment, FakeDeployment)
        async with traffic.in_flight() as asked:
            self.asked.append(asked)
            self.bot_harm(deployment.bot)
        return await super().inject(deployment, traffic)


class ModelledBot(MemoryBot):
    """Asks a model before it answers, which may hold the answer back."""

    def __init__(self, places: int = 100) -> None:
        super().__init__()
        self.held: Collection[str] = ()
        self.waiting = asyncio.Event()
        self.released = asyncio.Event()
        self.places = asyncio.Semaphore(places)
        self.dead = False

    async def say(self, session: str, text: str) -> str:
        async with self.places:
            if text in self.held:
                self.waiting.set()
                await self.released.wait()
                if self.dead:
                    raise TurnIndeterminate("the connection was reset")
            return await super().say(session, text)


class FakeHold:
    """Holds the answers of a ModelledBot."""

    def __init__(self, bot: ModelledBot, texts: Collection[str]) -> None:
        self.bot = bot
        bot.held = texts

    async def wait_until_asked(self) -> None:
        await self.bot.waiting.wait()

    def release(self) -> None:
        self.bot.released.set()


def run(stage: FakeStage, disruption: FakeDisruption, *, hold: ModelledBot | None = None) -> Report:
    """Plays one scenario under the disruption and judges it."""
    stage.disruptions = {disruption.name: disruption}
    plan = plan_run([follow_up("a")], [disruption.name], 1, 7)
    real = stage.real()
    if hold is not None:
        real = replace(real, hold=lambda deployment, texts: FakeHold(hold, texts))
    asyncio.run(play(plan, real))
    started = RunStarted(
        at=0.0,
        version="0",
        seed=7,
        bot="b",
        runtime="process",
        disruptions=[disruption.name],
        trials=1,
        model="reader",
        policy={},
    )
    return analyse([started, *stage.events, RunEnded(at=9.0)])


def during(stage: FakeStage, status: str) -> list[TurnStarted]:
    """The turns of background sessions that ended so."""
    ended = {one.turn for one in stage.of(TurnEnded) if one.status == status}
    return [one for one in stage.of(TurnStarted) if one.turn in ended and "parcel" in " ".join(one.tells)]


@pytest.mark.parametrize("name", [name for name, one in DISRUPTIONS.items() if one.traits.sends_turns])
def test_what_an_honest_bot_acknowledges_it_knows_afterwards(name: str) -> None:
    stage = FakeStage()
    report = run(stage, Sending(name, sends=3))
    assert report.verdict is Verdict.PASSED, report.reasons
    [result] = report.disruptions
    assert result.meanwhile.remembered == result.meanwhile.scored == SESSIONS * 4
    assert (result.availability.acknowledged, result.availability.failed) == (SESSIONS * 3, 0)


def test_those_who_talk_on_move_no_figure_of_the_scenarios() -> None:
    loud, quiet = run(FakeStage(), Sending("kill", sends=3)), run(FakeStage(), FakeDisruption("restart"))
    assert (loud.accuracy, loud.accuracy_before, loud.retention) == (
        quiet.accuracy,
        quiet.accuracy_before,
        quiet.retention,
    )
    assert loud.disruptions[0].after == quiet.disruptions[0].after
    assert not quiet.disruptions[0].meanwhile.scored


def refusing(bot: MemoryBot) -> None:
    def refuse(session: str, text: str) -> None:
        raise TurnRefused("the bot answered 503")

    bot.before_answering = refuse


def willing(bot: MemoryBot) -> None:
    bot.before_answering = lambda session, text: None


def test_what_is_refused_was_never_promised() -> None:
    stage = FakeStage()
    report = run(stage, Sending("store-pause", sends=2, harm=refusing, heal=willing))
    assert report.verdict is Verdict.PASSED, report.reasons
    assert len(during(stage, REFUSED)) == SESSIONS * 2
    [result] = report.disruptions
    assert (result.availability.refused, result.availability.acknowledged) == (SESSIONS * 2, 0)
    assert result.availability.seconds > 0
    # Only what was told before is asked for.
    assert result.meanwhile.scored == SESSIONS


def test_what_is_acknowledged_without_a_store_and_then_gone_is_split_memory() -> None:
    remembered: dict[str, list[str]] = {}

    def cut(bot: MemoryBot) -> None:
        remembered.update({session: list(texts) for session, texts in bot.memory.items()})

    def heal(bot: MemoryBot) -> None:
        bot.memory.clear()
        bot.memory.update(remembered)

    report = run(FakeStage(), Sending("partition", sends=2, harm=cut, heal=heal))
    assert report.verdict is Verdict.FAILED
    [reason] = report.reasons
    assert reason.startswith("of what it was told around partition by those who went on talking,")
    anomalies = {one.anomaly for one in report.probes if one.arm == MEANWHILE}
    assert anomalies == {None, "split memory"}
    assert report.accuracy == 1.0


def test_turns_beyond_the_facts_are_filler() -> None:
    stage = FakeStage()
    report = run(stage, Sending("rolling", sends=MOST_FACTS + 3))
    assert report.verdict is Verdict.PASSED
    idle = [one.turn for one in stage.of(TurnStarted) if one.text == CHECKING_IN]
    assert len(idle) == len(set(idle)) == SESSIONS * 3


@pytest.mark.parametrize("name", ["replica-hop", "rolling", "scale-in"])
def test_several_replicas_are_read_often(name: str) -> None:
    stage = FakeStage()
    run(stage, Sending(name, sends=2))
    repeats = [one for one in stage.of(TurnStarted) if one.repeats]
    assert len(repeats) == SESSIONS * 2 * (READS - 1)
    assert {one.asks[0] for one in repeats} == {"parcel 0", "parcel 2"}


def test_one_replica_is_read_once() -> None:
    stage = FakeStage()
    run(stage, Sending("kill", sends=2))
    assert [one for one in stage.of(TurnStarted) if one.repeats] == []


def played_in_flight(
    bot: ModelledBot, disruption: InFlight, concurrency: int = 32
) -> tuple[FakeStage, Report]:
    stage = FakeStage(runtime=FakeRuntime(lambda: bot), concurrency=concurrency)
    return stage, run(stage, disruption, hold=bot)


def test_a_turn_in_flight_that_is_cut_off_is_asked_for_by_nobody() -> None:
    async def build() -> ModelledBot:
        return ModelledBot()

    bot = asyncio.run(build())

    def kill(patient: MemoryBot) -> None:
        bot.dead = True

    disruption = InFlight("kill-mid-turn", kill)
    stage, report = played_in_flight(bot, disruption)
    assert disruption.asked == [True]
    assert len(during(stage, INDETERMINATE)) == SESSIONS
    assert report.verdict is Verdict.PASSED, report.reasons
    assert report.disruptions[0].availability.indeterminate == SESSIONS
    asked = {one.asks[0] for one in stage.of(TurnStarted) if one.checks and "parcel" in one.asks[0]}
    assert asked == {"parcel 0"}


def test_who_had_no_answer_meanwhile_is_asked_again_like_anybody() -> None:
    """A turn that was cut off says nothing of what comes after the disruption."""
    bot = ModelledBot()
    stage = FakeStage(
        runtime=FakeRuntime(lambda: bot),
        # As when an answer comes from a replica that has not heard of it yet.
        missed=lambda turn, reply: "parcel 0" in turn.asks,
    )

    def kill(patient: MemoryBot) -> None:
        bot.dead = True

    run(stage, InFlight("kill-mid-turn", kill), hold=bot)
    assert len(during(stage, INDETERMINATE)) == SESSIONS
    repeats = [one for one in stage.of(TurnStarted) if one.repeats and "parcel 0" in one.asks]
    assert len(repeats) == SESSIONS * stage.real().reasks


@pytest.mark.parametrize(("concurrency", "places"), [(1, 100), (32, 1)])
def test_one_turn_at_a_time_is_enough(concurrency: int, places: int) -> None:
    """A gate or a bot that takes one turn at a time does not wait for itself."""
    bot = ModelledBot(places)
    disruption = InFlight("blue-green")
    stage, report = played_in_flight(bot, disruption, concurrency)
    assert disruption.asked == [True]
    # No answer is waited for that cannot be asked for before another one is there.
    assert len(bot.held) == min(SESSIONS, concurrency)
    assert report.verdict is Verdict.PASSED, report.reasons
    assert len(during(stage, ACKNOWLEDGED)) >= SESSIONS + 1


def test_without_a_model_of_the_gates_nothing_can_be_shown_to_be_in_flight() -> None:
    disruption = InFlight("kill-mid-turn")
    stage = FakeStage()
    run(stage, disruption)
    assert disruption.asked == [False]
    assert len(during(stage, ACKNOWLEDGED)) == SESSIONS * 2


def test_nobody_waits_for_turns_in_flight_when_the_disruption_fails() -> None:
    """The bot is gone for good, and its last turns might hang for ever: the run goes on at once."""
    bot = ModelledBot()

    async def hang(session: str, text: str) -> str:
        if text in bot.held:
            bot.waiting.set()
            await asyncio.Event().wait()
        return await MemoryBot.say(bot, session, text)

    bot.say = hang  # type: ignore[method-assign]
    disruption = InFlight("kill-mid-turn")

    def fail(patient: MemoryBot) -> None:
        raise BotNotReady("the bot did not come back")

    disruption.bot_harm = fail
    _, report = played_in_flight(bot, disruption)
    assert disruption.asked == [True]
    assert report.verdict is Verdict.FAILED
    assert any("did not come back" in reason for reason in report.reasons), report.reasons


def test_turns_in_flight_are_over_when_the_block_is_left_by_a_failure() -> None:
    """What a turn holds, its place above all, is free again for whatever is done next."""
    bot = ModelledBot()
    left: list[str] = []

    async def hang(session: str, text: str) -> str:
        if text not in bot.held:
            return await MemoryBot.say(bot, session, text)
        bot.waiting.set()
        try:
            await asyncio.Event().wait()
        finally:
            left.append(text)
        raise AssertionError

    bot.say = hang  # type: ignore[method-assign]
    disruption = InFlight("kill-mid-turn")
    seen: list[list[str]] = []

    async def inject(deployment: Deployment, traffic: Traffic) -> Evidence:
        with pytest.raises(BotNotReady):
            async with traffic.in_flight():
                raise BotNotReady("the bot did not come back")
        seen.append(sorted(left))
        return Evidence(took_effect=True, sentence="done")

    disruption.inject = inject  # type: ignore[method-assign]
    played_in_flight(bot, disruption)
    assert seen == [sorted(bot.held)]
    assert len(bot.held) == SESSIONS


def test_a_bot_that_refuses_never_asks_its_model() -> None:
    bot = ModelledBot()
    stage = FakeStage(runtime=FakeRuntime(lambda: bot))
    disruption = InFlight("kill-mid-turn")

    @contextlib.asynccontextmanager
    async def refused(traffic: Traffic) -> AsyncIterator[bool]:
        refusing(bot)
        async with traffic.in_flight() as asked:
            yield asked
        willing(bot)

    async def inject(deployment: Deployment, traffic: Traffic) -> Evidence:
        async with refused(traffic) as asked:
            disruption.asked.append(asked)
            known.append(len(given_up))
        return Evidence(took_effect=True, sentence="done")

    disruption.inject = inject  # type: ignore[method-assign]
    stage.disruptions = {disruption.name: disruption}
    plan = plan_run([follow_up("a")], [disruption.name], 1, 7)

    given_up: list[bool] = []
    known: list[int] = []

    class Unasked(FakeHold):
        async def wait_until_asked(self) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                # Nobody goes on waiting for what will not come.
                given_up.append(True)

    asyncio.run(play(plan, replace(stage.real(), hold=lambda deployment, texts: Unasked(bot, ()))))
    assert disruption.asked == [False]
    assert known == [1]
    assert len(during(stage, REFUSED)) == SESSIONS
