"""Deployments side by side: the verdict and every count are those of one after the other."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import pytest

from gate.analysis import analyse
from gate.core.report import Latency, Report, TimeSpent, Verdict
from gate.core.transcript import (
    DeploymentClosed,
    DeploymentStarted,
    Event,
    FaultSeen,
    RunEnded,
    RunStarted,
    TurnStarted,
)
from gate.errors import EngineError, InputError
from gate.ports import CANDIDATE, Deployment
from gate.runner.play import play
from tests.event_loop import in_event_loop, until
from tests.unit.runner.doubles import (
    FakeDeployment,
    FakeDisruption,
    FakeRuntime,
    FakeStage,
    MemoryBot,
    forget,
)
from tests.unit.runner.played import WaitingBot, plan
from tests.unit.runner.scripts import follow_up
from tests.unit.runner.test_planner import TWICE

SCRIPTS = (follow_up(), TWICE)
KINDS = ("restart", "kill", "recreate")
JOBS = pytest.mark.parametrize("jobs", [1, 2, 4])


def stage_of(jobs: int, **given: object) -> FakeStage:
    stage = FakeStage(jobs=jobs, **given)  # type: ignore[arg-type]
    # One that loses everything, so that there is something to be counted.
    stage.disruptions["kill"] = FakeDisruption("kill", forget)
    return stage


def report_of(events: list[Event]) -> Report:
    started = RunStarted(
        at=0.0,
        version="0",
        seed=7,
        bot="b",
        runtime="process",
        disruptions=KINDS,
        trials=1,
        model="reader",
        policy={},
    )
    return analyse([started, *events, RunEnded(at=9999.0)])


def without_times(report: Report) -> Report:
    """The report with what a clock says left out."""
    still = Latency(p50_before=None, p95_before=None, p50_after=None, p95_after=None)
    return replace(
        report,
        latency=still,
        time=TimeSpent(),
        disruptions=tuple(
            replace(one, latency=still, seconds=0.0, availability=replace(one.availability, seconds=0.0))
            for one in report.disruptions
        ),
    )


class Attentive(FakeRuntime):
    """Takes its time to deploy, and counts the deployments that are up."""

    def __init__(self) -> None:
        super().__init__()
        self.most_up = 0

    async def deploy(self, name: str, environment: Mapping[str, str], version: str = CANDIDATE) -> Deployment:
        for _ in range(5):
            await asyncio.sleep(0)
        deployment = await super().deploy(name, environment, version)
        up = [one for one in self.deployments if not one.closed]
        self.most_up = max(self.most_up, len(up))
        return deployment


@JOBS
def test_every_figure_is_that_of_one_after_the_other(jobs: int) -> None:
    usual = report_of(stage_of(1).play(plan(*SCRIPTS, disruptions=KINDS, trials=2)))
    report = report_of(stage_of(jobs).play(plan(*SCRIPTS, disruptions=KINDS, trials=2)))
    assert without_times(report) == without_times(usual)
    assert report.verdict is Verdict.FAILED
    verdicts = {one.name: one.verdict for one in report.disruptions}
    assert (verdicts["restart"], verdicts["kill"]) == (Verdict.PASSED, Verdict.FAILED)


@JOBS
def test_so_many_deployments_are_up_at_once(jobs: int) -> None:
    runtime = Attentive()
    stage = stage_of(jobs, runtime=runtime)
    stage.play(plan(disruptions=KINDS))
    assert runtime.most_up == min(jobs, len(KINDS))
    assert Counter(type(one) for one in stage.events)[DeploymentClosed] == len(KINDS)
    assert [one.deployment for one in stage.of(DeploymentStarted)] == list(KINDS)


@JOBS
def test_no_more_turns_are_under_way_than_with_one_deployment(jobs: int) -> None:
    """A bot of all deployments' own counts over all of them."""
    bot = MemoryBot()
    stage = stage_of(jobs, runtime=FakeRuntime(lambda: bot), concurrency=3)
    stage.play(plan(*SCRIPTS, disruptions=KINDS, trials=2))
    assert bot.most_under_way == 3


def test_equal_texts_of_two_deployments_do_not_wait_for_each_other() -> None:
    """A request shows by its key whose it is."""
    bot = MemoryBot()
    stage = stage_of(2, runtime=FakeRuntime(lambda: bot))
    stage.play(plan(disruptions=("restart", "recreate")))
    assert bot.texts_met_twice
    turns = Counter(one.turn for one in stage.of(TurnStarted))
    assert max(turns.values()) == 1


def test_what_breaks_one_deployment_ends_it_alone() -> None:
    stage = stage_of(3)

    def prepare(deployment: FakeDeployment) -> None:
        if deployment.name == "recreate":
            deployment.fault = EngineError("the engine is gone")

    stage.runtime.prepare = prepare
    report = report_of(stage.play(plan(disruptions=KINDS)))
    assert [one.deployment for one in stage.of(FaultSeen)] == ["recreate"]
    assert {one.name: one.verdict for one in report.disruptions} == {
        "restart": Verdict.PASSED,
        "kill": Verdict.FAILED,
        "recreate": Verdict.INCONCLUSIVE,
    }


class Choosy(FakeRuntime):
    """Refuses the second deployment once the first one is talking."""

    async def deploy(self, name: str, environment: Mapping[str, str], version: str = CANDIDATE) -> Deployment:
        if name == "kill":
            await until(
                lambda: self.deployments and self.deployments[0].bot.under_way.total(),
                "the first deployment is talking",
            )
            raise InputError("the image does not exist")
        return await super().deploy(name, environment, version)


def test_a_mistake_of_the_users_ends_all_and_closes_what_is_up() -> None:
    runtime = Choosy(WaitingBot)
    stage = stage_of(2, runtime=runtime)
    with pytest.raises(InputError, match="the image does not exist"):
        stage.play(plan(disruptions=KINDS))
    assert [(one.name, one.closed, one.bot.closed) for one in runtime.deployments] == [("restart", 1, 1)]


@in_event_loop
async def test_a_run_that_is_cancelled_closes_all_its_deployments() -> None:
    stage = stage_of(2, runtime=FakeRuntime(WaitingBot))
    run = asyncio.create_task(play(plan(disruptions=KINDS), stage.real()))
    await until(
        lambda: sum(one.bot.under_way.total() for one in stage.runtime.deployments) == 4,
        "the turns of two deployments are under way",
    )
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert [(one.name, one.closed, one.bot.closed) for one in stage.runtime.deployments] == [
        ("restart", 1, 1),
        ("kill", 1, 1),
    ]


def test_each_deployment_is_told_a_key_of_its_own() -> None:
    told: list[Mapping[str, str]] = []

    class Telling(FakeRuntime):
        async def deploy(
            self, name: str, environment: Mapping[str, str], version: str = CANDIDATE
        ) -> Deployment:
            told.append(environment)
            return await super().deploy(name, environment, version)

    stage_of(2, runtime=Telling()).play(plan(disruptions=KINDS))
    assert [one["OPENAI_API_KEY"] for one in told] == [f"key of {kind}" for kind in KINDS]
