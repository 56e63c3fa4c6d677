"""A wave is one deployment: all conversations up to their disruption, the disruption once, then the rest."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.scenario import Scenario
from gate.core.transcript import (
    ACKNOWLEDGED,
    CONTROL,
    INDETERMINATE,
    REFUSED,
    SKIPPED,
    TREATED,
    ConversationPlanned,
    DeploymentClosed,
    DeploymentFailed,
    DeploymentStarted,
    DisruptionEnded,
    DisruptionStarted,
    FaultSeen,
    StoreSeen,
    TurnEnded,
    TurnStarted,
)
from gate.errors import (
    BotNotReady,
    EngineError,
    InputError,
    StoreError,
    TurnIndeterminate,
    TurnRefused,
    Unsupported,
)
from gate.runner.plan import Plan
from gate.runner.planner import plan_run
from gate.runner.play import play
from tests.event_loop import in_event_loop, until
from tests.unit.core.laws import costly_law
from tests.unit.runner.doubles import (
    FakeDeployment,
    FakeDisruption,
    FakeRuntime,
    FakeStage,
    MemoryBot,
    forget,
    raising,
)
from tests.unit.runner.scripts import ASK, TELL, ask, disrupt, filler, follow_up, scenario


def plan(*scenarios: Scenario, disruptions: tuple[str, ...] = ("restart",), trials: int = 1) -> Plan:
    return plan_run(scenarios or (follow_up(),), disruptions, trials, 7)


def arm_of(stage: FakeStage) -> dict[str, str]:
    """Conversation → arm."""
    return {event.conversation: event.arm for event in stage.of(ConversationPlanned)}


def replies(stage: FakeStage, arm: str) -> list[str]:
    """What came back to the probes of one arm."""
    arms = arm_of(stage)
    probes = {
        event.turn
        for event in stage.of(TurnStarted)
        if event.checks is not None and arms[event.conversation] == arm
    }
    return [event.reply for event in stage.of(TurnEnded) if event.turn in probes]


def statuses(stage: FakeStage, arm: str) -> list[str]:
    """How the turns of one arm ended, in order."""
    arms = arm_of(stage)
    mine = {event.turn for event in stage.of(TurnStarted) if arms[event.conversation] == arm}
    return [event.status for event in stage.of(TurnEnded) if event.turn in mine]


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


# --- what the bot does wrong --------------------------------------------------------------------------


def test_an_error_of_the_bot_is_on_record_and_the_conversation_goes_on() -> None:
    stage = FakeStage()

    def prepare(deployment: FakeDeployment) -> None:
        def refuse_tellings(session: str, text: str) -> None:
            if not text.endswith("?"):
                raise TurnRefused("the bot answered 500", why="boom")

        deployment.bot.before_answering = refuse_tellings

    stage.runtime.prepare = prepare
    stage.play(plan())
    assert statuses(stage, TREATED) == [REFUSED, ACKNOWLEDGED]
    assert {event.error for event in stage.of(TurnEnded) if event.status == REFUSED} == {
        "the bot answered 500: boom"
    }


def test_a_bot_that_hangs_is_not_asked_the_rest() -> None:
    """It would let every turn hang, and each would cost its whole time limit."""
    stage = FakeStage()

    def prepare(deployment: FakeDeployment) -> None:
        def hang(session: str, text: str) -> None:
            if "ORD-" in text:
                raise TurnIndeterminate("the bot did not answer within 60 s")

        deployment.bot.before_answering = hang

    stage.runtime.prepare = prepare
    stage.play(plan(scenario(TELL, filler(2), disrupt(), ASK)))
    [deployment] = stage.runtime.deployments
    assert len(deployment.bot.asked) == 2
    assert statuses(stage, CONTROL) == [INDETERMINATE, SKIPPED, SKIPPED, SKIPPED]
    assert statuses(stage, TREATED) == [INDETERMINATE, SKIPPED, SKIPPED, SKIPPED]
    assert stage.of(FaultSeen) == []


def test_one_conversation_that_hangs_does_not_stop_the_others() -> None:
    stage = FakeStage()
    played = plan(follow_up("a"), follow_up("b"))
    unlucky = played.conversations[0].sessions["alice"]

    def prepare(deployment: FakeDeployment) -> None:
        def hang(session: str, text: str) -> None:
            if session == unlucky:
                raise TurnIndeterminate("the connection broke")

        deployment.bot.before_answering = hang

    stage.runtime.prepare = prepare
    stage.play(played)
    ended = {event.turn: event.status for event in stage.of(TurnEnded)}
    assert [ended[turn.identifier] for turn in played.conversations[0].turns] == [INDETERMINATE, SKIPPED]
    assert {
        ended[turn.identifier] for conversation in played.conversations[1:] for turn in conversation.turns
    } == {ACKNOWLEDGED}


def test_a_bot_that_does_not_come_back_is_not_asked() -> None:
    stage = FakeStage()
    error = BotNotReady("the bot is not ready", why="/healthz answered 500", log=["Traceback"])
    stage.disruptions["restart"] = FakeDisruption("restart", raising(error))
    stage.play(plan())
    [ended] = stage.of(DisruptionEnded)
    assert (ended.took_effect, ended.recovered, list(ended.log)) == (True, False, ["Traceback"])
    assert ended.sentence == "the bot is not ready: /healthz answered 500"
    assert statuses(stage, CONTROL) == [ACKNOWLEDGED, ACKNOWLEDGED]
    assert statuses(stage, TREATED) == [ACKNOWLEDGED, SKIPPED]
    assert stage.of(FaultSeen) == []
    assert len(stage.of(DeploymentClosed)) == 1


def test_later_disruptions_are_not_tried_on_a_bot_that_is_gone() -> None:
    stage = FakeStage()
    stage.disruptions["restart"] = FakeDisruption("restart", raising(BotNotReady("gone")))
    stage.play(plan(scenario(TELL, disrupt(), ASK, disrupt("kill"), ASK)))
    assert stage.disruptions["kill"].injected == []
    assert statuses(stage, TREATED) == [ACKNOWLEDGED, SKIPPED, SKIPPED]


def test_a_bot_that_never_starts_fails_its_wave_and_not_the_others() -> None:
    stage = FakeStage()
    stage.runtime.deploy_error = BotNotReady("the bot is not ready", log=["no module"])
    stage.play(plan(disruptions=("restart", "kill")))
    assert [(event.deployment, event.cause) for event in stage.of(DeploymentFailed)] == [
        ("restart", "bot"),
        ("kill", "bot"),
    ]
    assert list(stage.of(DeploymentFailed)[0].log) == ["no module"]
    assert stage.of(TurnStarted) == []
    assert stage.of(DeploymentClosed) == []


def test_a_disruption_without_proof_is_on_record_as_such() -> None:
    stage = FakeStage()
    stage.disruptions["restart"].took_effect = False
    stage.play(plan())
    [ended] = stage.of(DisruptionEnded)
    assert (ended.took_effect, ended.recovered) == (False, True)


# --- what is not the bot's fault ----------------------------------------------------------------------

FAULTS = [
    (EngineError("the engine is gone", why="EOF"), "engine", "the engine is gone: EOF"),
    (StoreError("the store does not answer"), "store", "the store does not answer"),
    (Unsupported("no kill here"), "runtime", "no kill here"),
    (RuntimeError("a bug"), "harness", "the gate itself failed: RuntimeError('a bug')"),
]


class OtherEngineError(EngineError):
    """A more particular fault of the engine."""


@pytest.mark.parametrize(("error", "cause", "sentence"), FAULTS)
def test_a_fault_in_a_disruption_ends_its_wave_alone(error: Exception, cause: str, sentence: str) -> None:
    stage = FakeStage()
    stage.disruptions["restart"] = FakeDisruption("restart", raising(error))
    stage.play(plan(disruptions=("restart", "kill")))
    assert [(one.deployment, one.cause, one.sentence) for one in stage.of(FaultSeen)] == [
        ("restart", cause, sentence)
    ]
    assert [one.disruption for one in stage.of(DisruptionEnded)] == ["kill"]
    assert [one.closed for one in stage.runtime.deployments] == [1, 1]


@pytest.mark.parametrize(("error", "cause", "sentence"), FAULTS)
def test_a_fault_while_a_turn_is_under_way_ends_its_wave_alone(
    error: Exception, cause: str, sentence: str
) -> None:
    stage = FakeStage()
    played = plan(follow_up("a"), follow_up("b"), disruptions=("restart", "kill"))
    unlucky = played.waves[0].conversations[1].sessions["alice"]

    def prepare(deployment: FakeDeployment) -> None:
        def fail(session: str, text: str) -> None:
            if session == unlucky:
                raise error

        deployment.bot.before_answering = fail

    stage.runtime.prepare = prepare
    stage.play(played)
    assert [(one.deployment, one.cause, one.sentence) for one in stage.of(FaultSeen)] == [
        ("restart", cause, sentence)
    ]
    assert [one.closed for one in stage.runtime.deployments] == [1, 1]
    assert [one.bot.closed for one in stage.runtime.deployments] == [1, 1]
    assert [one.disruption for one in stage.of(DisruptionStarted)] == ["kill"]


@pytest.mark.parametrize(("error", "cause", "sentence"), FAULTS)
def test_a_fault_at_the_start_is_no_failure_of_the_bot(error: Exception, cause: str, sentence: str) -> None:
    stage = FakeStage()
    stage.runtime.deploy_error = error
    stage.play(plan(disruptions=("restart", "kill")))
    failed = stage.of(DeploymentFailed)
    assert [(one.deployment, one.cause, one.sentence) for one in failed] == [
        ("restart", cause, sentence),
        ("kill", cause, sentence),
    ]


def test_a_particular_engine_error_is_the_engines_too() -> None:
    stage = FakeStage()
    stage.disruptions["restart"] = FakeDisruption("restart", raising(OtherEngineError("overlay is full")))
    stage.play(plan())
    assert [one.cause for one in stage.of(FaultSeen)] == ["engine"]


def test_an_unknown_disruption_is_a_fault_and_not_skipped() -> None:
    stage = FakeStage()
    stage.play(plan(disruptions=("earthquake",)))
    assert len(stage.of(FaultSeen)) == 1
    assert [one.closed for one in stage.runtime.deployments] == [1]


@pytest.mark.parametrize("fault", ["the store was restarted", StoreError("the store does not answer")])
def test_a_store_that_fails_while_facts_are_told_is_a_fault(fault: str | StoreError) -> None:
    stage = FakeStage()

    def prepare(deployment: FakeDeployment) -> None:
        deployment.fault = fault

    stage.runtime.prepare = prepare
    stage.play(plan())
    assert [one.cause for one in stage.of(FaultSeen)] == ["store"]
    assert stage.of(DisruptionStarted) == []


def test_a_store_that_fails_during_the_disruption_is_a_fault_before_anything_is_asked() -> None:
    stage = FakeStage()

    def break_store(deployment: FakeDeployment) -> None:
        deployment.fault = "the store lost its data"

    stage.disruptions["restart"] = FakeDisruption("restart", break_store)
    stage.play(plan())
    assert [one.sentence for one in stage.of(FaultSeen)] == ["the store lost its data"]
    assert statuses(stage, TREATED) == [ACKNOWLEDGED]


def test_a_bot_that_cannot_come_back_because_its_store_is_gone_is_not_to_blame() -> None:
    stage = FakeStage()

    def break_both(deployment: FakeDeployment) -> None:
        deployment.fault = "the store is gone"
        raise BotNotReady("the bot is not ready")

    stage.disruptions["restart"] = FakeDisruption("restart", break_both)
    stage.play(plan())
    assert [(one.cause, one.sentence) for one in stage.of(FaultSeen)] == [("store", "the store is gone")]


@pytest.mark.parametrize("recovers", [True, False])
def test_a_limit_of_the_gates_own_is_a_fault_and_no_forgetting(recovers: bool) -> None:
    """Met while facts are told, or by a bot that does not come back for that reason."""
    stage = FakeStage()

    def meet(deployment: FakeDeployment) -> None:
        deployment.limit = "the bot ran out of memory"

    def meet_and_fail(deployment: FakeDeployment) -> None:
        meet(deployment)
        raise BotNotReady("the bot did not come back")

    if recovers:
        stage.runtime.prepare = meet
    else:
        stage.disruptions["restart"] = FakeDisruption("restart", meet_and_fail)
    stage.play(plan())
    found = [(one.cause, one.sentence) for one in stage.of(FaultSeen)]
    assert found == [("engine", "the bot ran out of memory")]


def test_a_store_that_fails_while_it_is_asked_is_a_fault() -> None:
    stage = FakeStage()

    def prepare(deployment: FakeDeployment) -> None:
        def break_store(session: str, text: str) -> None:
            if text.endswith("?") and len(deployment.bot.asked) == 4:
                deployment.fault = "the store was restarted"

        deployment.bot.before_answering = break_store

    stage.runtime.prepare = prepare
    stage.play(plan())
    assert [one.sentence for one in stage.of(FaultSeen)] == ["the store was restarted"]


def test_a_deployment_that_cannot_be_described_is_closed() -> None:
    stage = FakeStage()

    def prepare(deployment: FakeDeployment) -> None:
        deployment.images_error = EngineError("no such image")

    stage.runtime.prepare = prepare
    stage.play(plan())
    assert [one.closed for one in stage.runtime.deployments] == [1]
    assert [one.cause for one in stage.of(FaultSeen)] == ["engine"]


@pytest.mark.parametrize("error", [EngineError("cannot remove"), OSError("cannot remove")])
def test_a_deployment_that_cannot_be_removed_changes_no_result_and_stops_nothing(error: Exception) -> None:
    stage = FakeStage()

    def prepare(deployment: FakeDeployment) -> None:
        deployment.close_error = error

    stage.runtime.prepare = prepare
    stage.play(plan(disruptions=("restart", "kill")))
    assert [one.closed for one in stage.runtime.deployments] == [1, 1]
    assert stage.of(FaultSeen) == []
    assert stage.of(DeploymentClosed) == []
    assert len(stage.of(DisruptionEnded)) == 2


# --- what the user has to mend ------------------------------------------------------------------------


def test_a_mistake_of_the_user_at_the_start_ends_the_run() -> None:
    stage = FakeStage()
    stage.runtime.deploy_error = InputError("there is no such image")
    with pytest.raises(InputError, match="no such image"):
        stage.play(plan())


@pytest.mark.parametrize("at", ["disruption", "turn"])
def test_a_mistake_of_the_user_later_ends_the_run_and_leaves_nothing_behind(at: str) -> None:
    stage = FakeStage()
    error = InputError("the reply path is wrong")
    if at == "disruption":
        stage.disruptions["restart"] = FakeDisruption("restart", raising(error))
    else:

        def prepare(deployment: FakeDeployment) -> None:
            deployment.bot.before_answering = raising(error)

        stage.runtime.prepare = prepare
    with pytest.raises(InputError, match="the reply path is wrong"):
        stage.play(plan(follow_up("a"), follow_up("b"), disruptions=("restart", "kill")))
    assert [one.closed for one in stage.runtime.deployments] == [1]
    assert stage.of(FaultSeen) == []


class WaitingBot(MemoryBot):
    """Answers nothing until it is told to go on."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = asyncio.Event()

    async def say(self, session: str, text: str) -> str:
        self.under_way[text] += 1
        await self.go_on.wait()
        return "All right."


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
