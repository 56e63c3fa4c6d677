"""One handle a session, to the end of its deployment; and replies that are bounded."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from gate.core.quota import Quota
from gate.core.transcript import REFUSED, TurnEnded, TurnStarted
from gate.errors import TurnRefused
from gate.runner.conversation_handles import ConversationHandles
from gate.runner.planner import plan_run
from tests.event_loop import in_event_loop
from tests.unit.protocols.servers import replies, served
from tests.unit.runner.doubles import FakeStage, MemoryBot
from tests.unit.runner.scripts import follow_up


@in_event_loop
async def test_a_session_is_opened_once_even_by_turns_at_one_moment() -> None:
    bot = MemoryBot()
    handles = ConversationHandles(bot, Quota.for_turns(10))
    await asyncio.gather(handles.say("anna-1", "One."), handles.say("anna-1", "Two."))
    await handles.say("ben-2", "One.")
    await handles.say("anna-1", "Three.")
    assert bot.opened == ["anna-1", "ben-2"]
    assert bot.asked[-1] == ("anna-1", "Three.")


def test_handles_outlive_what_happens_to_the_deployment() -> None:
    """Those of background sessions, too: every session of the run is opened exactly once."""
    stage = FakeStage()
    stage.play(plan_run([follow_up()], ["restart", "kill"], 2, 7))
    bots = [deployment.bot for deployment in stage.runtime.deployments]
    opened = Counter(session for bot in bots for session in bot.opened)
    assert set(opened.values()) == {1}
    assert set(opened) == {event.session for event in stage.of(TurnStarted)}
    assert [bot.closed for bot in bots] == [1] * len(bots)


@in_event_loop
async def test_a_reply_beyond_what_is_kept_is_a_refused_turn() -> None:
    """Of whichever bot of the run; smaller ones are taken as long as they fit."""
    quota = Quota(entries=10, characters=1000)
    async with served(replies("x" * 600)) as (_, one), served(replies("y" * 400)) as (_, other):
        large, small = ConversationHandles(one, quota), ConversationHandles(other, quota)
        assert len(await large.say("anna-1", "Hello")) == 600
        with pytest.raises(TurnRefused, match="too large to be kept"):
            await large.say("ben-1", "Hello")
        assert len(await small.say("anna-1", "Hello")) == 400


def test_the_quota_is_one_for_all_deployments_of_a_run() -> None:
    stage = FakeStage(reply_quota=Quota(entries=3, characters=1000))
    stage.play(plan_run([follow_up()], ["restart", "recreate"], 1, 7))
    ended = stage.of(TurnEnded)
    assert len(ended) > 6
    assert sum(event.status != REFUSED for event in ended) == 3
    assert "too large to be kept" in ended[-1].error
