"""What is not the bot's fault ends its wave alone; what the user has to mend ends the run."""

from __future__ import annotations

import pytest

from gate.core.transcript import (
    ACKNOWLEDGED,
    TREATED,
    DeploymentClosed,
    DeploymentFailed,
    DisruptionEnded,
    DisruptionStarted,
    FaultSeen,
)
from gate.errors import (
    BotNotReady,
    EngineError,
    InputError,
    StoreError,
    Unsupported,
)
from tests.unit.runner.doubles import (
    FakeDeployment,
    FakeDisruption,
    FakeStage,
    raising,
)
from tests.unit.runner.played import plan, statuses
from tests.unit.runner.scripts import follow_up

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
