"""A wave is one deployment: all conversations up to their disruption, the disruption once, then the rest."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.transcript import (
    ACKNOWLEDGED,
    CONTROL,
    TREATED,
    ConversationPlanned,
    DeploymentClosed,
    DeploymentStarted,
    DisruptionEnded,
    DisruptionStarted,
    FaultSeen,
    StoreSeen,
    TurnEnded,
    TurnStarted,
)
from gate.runner.play import play
from tests.event_loop import in_event_loop, until
from tests.unit.core.laws import costly_law
from tests.unit.runner.doubles import (
    FakeDisruption,
    FakeRuntime,
    FakeStage,
    forget,
)
from tests.unit.runner.played import WaitingBot, arm_of, plan, replies, statuses
from tests.unit.runner.scripts import ASK, TELL, ask, disrupt, filler, follow_up, scenario

# --- what is played -----------------------------------------------------------------------------------


def test_one_disruption_serves_twelve_scenarios() -> None:
    stage = FakeStage()
    played = plan(*(follow_up(f"s{index}") for index in range(12)), trials=2)
    stage.play(played)
    assert stage.disruptions["restart"].injected == ["restart"]
    assert len(stage.runtime.deployments) == 1
    assert len(stage.of(TurnStarted)) == sum(len(one.turns) for one in played.scripted)


def test_every_planned_turn_is_said_once_and_in_order() -> None:
    stage = FakeStage()
    played = plan(follow_up("a"), follow_up("b"), disruptions=("restart", "kill"))
    stage.play(played)
    said = {
        conversation.identifier: [
            event.turn for event in stage.of(TurnStarted) if event.conversation == conversation.identifier
        ]
        for conversation in played.scripted
    }
    assert said == {one.identifier: [turn.identifier for turn in one.turns] for one in played.scripted}
    ended = [event.turn for event in stage.of(TurnEnded)]
    assert sorted(ended) == sorted(event.turn for event in stage.of(TurnStarted))
    assert {turn for turns in said.values() for turn in turns} <= set(ended)


def test_the_plan_is_on_record_before_anything_happens() -> None:
    stage = FakeStage()
    played = plan(disruptions=("restart", "kill"))
    events = stage.play(played)
    count = len(played.conversations)
    assert all(isinstance(event, ConversationPlanned) for event in events[:count])
    assert isinstance(events[count], DeploymentStarted)


@costly_law
@given(count=st.integers(1, 6), fillers=st.integers(1, 4), concurrency=st.integers(1, 9))
def test_control_ends_before_the_disruption_and_treated_probes_begin_after_it(
    count: int, fillers: int, concurrency: int
) -> None:
    stage = FakeStage(concurrency=concurrency)
    scenarios = [
        scenario(TELL, filler(fillers), disrupt(), ASK, name=f"s{index}", file=f"{index}.yml")
        for index in range(count)
    ]
    events = stage.play(plan(*scenarios))
    began, ended = stage.first(DisruptionStarted), stage.first(DisruptionEnded)
    arms = arm_of(stage)
    started = {event.turn: event for event in stage.of(TurnStarted)}
    for index, event in enumerate(events):
        if isinstance(event, TurnStarted) and event.checks is not None:
            assert (index < began) if arms[event.conversation] == CONTROL else (index > ended)
        if isinstance(event, TurnEnded):
            arm = arms[started[event.turn].conversation]
            assert index < began or (index > ended and arm == TREATED)


@costly_law
@given(count=st.integers(1, 6), concurrency=st.integers(1, 9))
def test_equal_texts_are_never_under_way_at_once(count: int, concurrency: int) -> None:
    """A model request is tied to its turn by its text."""
    stage = FakeStage(concurrency=concurrency)
    stage.play(plan(*(follow_up(f"s{index}") for index in range(count)), trials=2))
    [deployment] = stage.runtime.deployments
    assert deployment.bot.texts_met_twice == []


@costly_law
@given(count=st.integers(2, 8), concurrency=st.integers(1, 9))
def test_no_more_turns_are_under_way_than_allowed_and_no_fewer_than_possible(
    count: int, concurrency: int
) -> None:
    stage = FakeStage(concurrency=concurrency)
    stage.play(plan(*(follow_up(f"s{index}") for index in range(count))))
    [deployment] = stage.runtime.deployments
    # All tellings differ, so they can overlap; there is one in either arm of each scenario.
    assert deployment.bot.most_under_way == min(concurrency, 2 * count)


def test_each_conversation_is_held_in_its_own_sessions() -> None:
    stage = FakeStage()
    played = plan(follow_up("a"), follow_up("b"))
    stage.play(played)
    [deployment] = stage.runtime.deployments
    expected = [
        (turn.session, turn.text) for conversation in played.conversations for turn in conversation.turns
    ]
    assert sorted(deployment.bot.asked) == sorted(expected)


def test_a_bot_that_remembers_answers_both_arms() -> None:
    stage = FakeStage()
    played = plan()
    stage.play(played)
    control, treated = played.conversations
    assert control.facts["order"] in replies(stage, CONTROL)[0]
    assert treated.facts["order"] in replies(stage, TREATED)[0]


def test_a_bot_that_forgets_answers_the_control_arm_only() -> None:
    stage = FakeStage()
    stage.disruptions["restart"] = FakeDisruption("restart", forget)
    played = plan()
    stage.play(played)
    control, treated = played.conversations
    assert control.facts["order"] in replies(stage, CONTROL)[0]
    assert treated.facts["order"] not in replies(stage, TREATED)[0]


def test_disruptions_of_a_longer_script_happen_in_order_and_the_shorter_one_plays_along() -> None:
    stage = FakeStage()
    twice = scenario(TELL, disrupt(), ASK, disrupt("kill"), ask("alice", "Again?", contains="{order}"))
    events = stage.play(plan(follow_up("short"), twice))
    assert [event.disruption for event in stage.of(DisruptionEnded)] == ["restart", "kill"]
    assert [(event.kind, event.times) for event in stage.of(DisruptionEnded)] == [("restart", 1), ("kill", 1)]
    again = [
        index
        for index, event in enumerate(events)
        if isinstance(event, TurnStarted) and event.text == "Again?"
    ]
    second_end = max(index for index, event in enumerate(events) if isinstance(event, DisruptionEnded))
    assert again[0] < stage.first(DisruptionStarted)
    assert again[1] > second_end
    assert [event.conversations for event in stage.of(DisruptionStarted)] == [2, 1]


def test_waves_come_one_after_the_other_each_with_a_deployment_of_its_own() -> None:
    stage = FakeStage()
    stage.play(plan(disruptions=("restart", "kill", "none")))
    lives = [
        (type(event).__name__, event.deployment)
        for event in stage.events
        if isinstance(event, (DeploymentStarted, DeploymentClosed))
    ]
    assert lives == [
        (name, wave)
        for wave in ("restart", "kill", "none")
        for name in ("DeploymentStarted", "DeploymentClosed")
    ]


def test_the_store_is_looked_into_before_and_after_and_at_the_end() -> None:
    stage = FakeStage()
    stage.disruptions["restart"] = FakeDisruption("restart", forget)
    played = plan()
    stage.play(played)
    before, after, end = stage.of(StoreSeen)
    assert (before.moment, after.moment, end.moment) == ("before", "after", "after")
    assert set(before.values) == {one.facts["order"] for one in played.conversations}
    assert after.values == end.values == []


def test_what_is_told_after_the_disruption_is_looked_for_in_the_store() -> None:
    """Else nobody could say that it was lost on its way there."""
    stage = FakeStage()
    played = plan(scenario(disrupt(), TELL, ASK, name="late"))
    stage.play(played)
    told = {one.arm: one.facts["order"] for one in played.conversations}
    *_, after, end = stage.of(StoreSeen)
    assert told[TREATED] not in after.values
    assert told[TREATED] in end.values


def test_nobody_looks_where_there_is_no_store() -> None:
    stage = FakeStage()
    stage.runtime.has_store = False
    stage.play(plan())
    assert stage.of(StoreSeen) == []
    assert statuses(stage, TREATED) == [ACKNOWLEDGED, ACKNOWLEDGED]


@in_event_loop
async def test_a_run_that_is_cancelled_closes_its_deployment_and_plays_no_more() -> None:
    stage = FakeStage(runtime=FakeRuntime(WaitingBot))
    run = asyncio.create_task(play(plan(disruptions=("restart", "kill")), stage.real()))
    await until(
        lambda: stage.runtime.deployments and stage.runtime.deployments[0].bot.under_way.total() == 2,
        "both turns are under way",
    )
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert [(one.name, one.closed, one.bot.closed) for one in stage.runtime.deployments] == [
        ("restart", 1, 1)
    ]
    assert stage.of(TurnEnded) == []
    assert stage.of(FaultSeen) == []


@in_event_loop
async def test_a_turn_waits_for_an_equal_text_and_nobody_else_waits_with_it() -> None:
    """Who waits for the text takes no place away from those who could speak."""
    bots: list[WaitingBot] = []

    def new_bot() -> WaitingBot:
        bots.append(WaitingBot())
        return bots[-1]

    stage = FakeStage(runtime=FakeRuntime(new_bot), concurrency=2)
    same = scenario(("alice", "Hello"), disrupt(), ASK, name="same")
    other = scenario(("alice", "Hi, {order} here"), disrupt(), ASK, name="other")
    run = asyncio.create_task(play(plan(same, other), stage.real()))
    await until(lambda: bots and bots[0].under_way.total() == 2, "two turns are under way")
    assert bots[0].under_way["Hello"] == 1
    bots[0].go_on.set()
    await run
