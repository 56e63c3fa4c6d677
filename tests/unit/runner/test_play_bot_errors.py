"""A bot that errs, hangs or does not come back costs its own turns and waves, and nobody else's."""

from __future__ import annotations

from gate.core.transcript import (
    ACKNOWLEDGED,
    CONTROL,
    INDETERMINATE,
    REFUSED,
    SKIPPED,
    TREATED,
    DeploymentClosed,
    DeploymentFailed,
    DisruptionEnded,
    FaultSeen,
    TurnEnded,
    TurnStarted,
)
from gate.errors import (
    BotNotReady,
    TurnIndeterminate,
    TurnRefused,
)
from tests.unit.runner.doubles import (
    FakeDeployment,
    FakeDisruption,
    FakeStage,
    raising,
)
from tests.unit.runner.played import plan, statuses
from tests.unit.runner.scripts import ASK, TELL, disrupt, filler, follow_up, scenario


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
