"""The action as GitHub runs it: both article bots through the emulated runner, outputs to sweep."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import docker
import pytest
from docker.models.containers import Container

from tests.action.action_file import load_action
from tests.action.action_images import ActionImages, docker_cli
from tests.action.emulated_runner import EmulatedRunner
from tests.action.stage_result import StepResult

pytestmark = pytest.mark.docker

REPOSITORY = Path(__file__).resolve().parents[2]
ARTICLE = "memory-gate-test-article:latest"

SCENARIO = """\
name: An order number survives
facts:
  order: {pattern: "ORD-######"}
script:
  - alice: "My order is {order}."
  - filler: 2
  - disrupt
  - alice: "What is my order number?"
    expect: "{order}"
"""
PROBE_LINE = 8
RUNNERS_USER = 1001

CONFIG = """\
bot:
  image: %s
  env: {MEMORY: %s}
scenarios: [checks]
"""


@pytest.fixture(scope="module", autouse=True)
def article_image() -> None:
    """The reference bots' image, as their own Dockerfile makes it; its layers stay cached."""
    subprocess.run(
        [docker_cli(), "build", "--quiet", "--tag", ARTICLE, str(REPOSITORY / "examples/bots/article")],
        check=True,
        env={"DOCKER_BUILDKIT": "0", "PATH": "/usr/bin:/bin"},
        capture_output=True,
    )


@pytest.fixture
def job(tmp_path: Path, images: ActionImages, nothing_left: set[str]) -> Iterator[Callable[..., StepResult]]:
    """Runs the action on a bot with the given memory, in a workspace with one scenario."""
    workspace = tmp_path / "workspace"
    (workspace / "checks").mkdir(parents=True)
    (workspace / "checks" / "order.yml").write_text(SCENARIO)
    runners: list[EmulatedRunner] = []

    def run(memory: str = "redis", config: str | None = None, **how: object) -> StepResult:
        text = CONFIG % (ARTICLE, memory) if config is None else config
        (workspace / "memory-gate.yml").write_text(text)
        runner = EmulatedRunner(workspace, tmp_path / f"temp-{len(runners)}", images=images)
        runners.append(runner)
        step = runner.uses(REPOSITORY, **how)  # type: ignore[arg-type]
        nothing_left.add(step.state["run"])
        return step

    yield run
    for runner in runners:
        runner.close()


@pytest.fixture
def nothing_left(article_image: None) -> Iterator[set[str]]:
    """Of the runs that a test names, everything is gone when it ends, whoever else uses the engine."""
    runs: set[str] = set()
    yield runs
    assert runs
    client = docker.from_env()
    assert [one for run in runs for one in _labelled(client, run)] == []
    client.close()


def _labelled(client: docker.DockerClient, run: str) -> set[str]:
    filters: dict[str, str | list[str] | bool] = {"label": f"memory-gate.run={run}"}
    return {
        # Those that are just being removed by others cannot be looked at closely.
        *(str(one.id) for one in client.containers.list(all=True, filters=filters, sparse=True)),
        *(str(one.id) for one in client.networks.list(filters=filters)),
        *(str(one.id) for one in client.volumes.list(filters=filters)),
    }


def test_a_bot_that_remembers_passes(job: Callable[..., StepResult], tmp_path: Path) -> None:
    """Exit code 0, every output, a green summary, and a report in the workspace."""
    step = job("redis", inputs={"seed": "7", "disruptions": "restart, recreate"})

    assert step.exit_code == 0, step.log
    assert step.conclusion == "success"
    assert step.outputs["verdict"] == "passed"
    assert step.outputs["accuracy"] == "1"
    assert step.outputs["accuracy-before"] == "1"
    assert step.outputs["retention"] == "1"
    assert step.outputs["delta"] == "0"
    assert step.outputs["lost-facts"] == step.outputs["leaks"] == step.outputs["fabrications"] == "0"
    assert [one for one in step.annotations if one.level == "error"] == []
    assert step.summary is not None
    assert "restart" in step.summary
    assert "recreate" in step.summary
    report = json.loads((tmp_path / "workspace" / step.outputs["report-path"] / "report.json").read_text())
    assert report["verdict"] == "passed"
    assert report["seed"] == 7
    assert [one["name"] for one in report["disruptions"]] == ["restart", "recreate"]
    assert not step.forged
    assert step.post is not None
    assert step.post.exit_code == 0
    # So that the post stage need not wait for what may still come to light.
    assert "ended" in step.state


def test_a_bot_that_forgets_is_refused_on_the_line_that_asked(job: Callable[..., StepResult]) -> None:
    """Exit code 1, an annotation on the probe's line, and the table in the summary."""
    step = job("buffer", inputs={"disruptions": "restart"})

    assert step.exit_code == 1, step.log
    assert step.conclusion == "failure"
    assert step.outputs["verdict"] == "failed"
    assert step.outputs["accuracy"] == "0"
    assert step.outputs["accuracy-before"] == "1"
    assert step.outputs["retention"] == "0"
    assert step.outputs["delta"] == "-1"
    assert step.outputs["lost-facts"] == "1"
    errors = [one for one in step.annotations if one.level == "error"]
    assert [(one.file, one.line) for one in errors] == [("checks/order.yml", PROBE_LINE)]
    assert errors[0].message.startswith("Lost after restart: order. ")
    assert step.summary is not None
    row = next(line for line in step.summary.splitlines() if line.startswith("|") and "restart" in line)
    before, after, kept, lost_at = [cell.strip(" *") for cell in row.split("|")[2:6]]
    assert (before, after, kept, lost_at) == ("100 %", "0 %", "0 of 1", "stored 1")


@pytest.mark.parametrize(
    "moment",
    ["memory-gate: progress", "bot and store ready", "conversations held"],
    ids=["at the start", "when the bot is ready", "before the disruption"],
)
def test_a_cancelled_run_leaves_nothing(job: Callable[..., StepResult], moment: str) -> None:
    """At whatever moment it comes, a cancel ends in exit code 130 with everything removed."""
    step = job("redis", cancel_when=lambda line: moment in line)

    assert step.conclusion == "cancelled"
    assert not step.client_killed, "the gate did not end within the runner's grace"
    assert step.exit_code == 130, step.log
    assert step.outputs["verdict"] == "inconclusive"
    assert step.outputs["report-path"] == "memory-gate-report"
    assert step.undeclared_outputs == ()
    # All of them: what is not known is said to be so.
    declared = set(load_action(REPOSITORY).outputs)
    assert set(step.outputs) == declared
    assert step.summary is not None
    assert "The run was interrupted" in step.summary
    assert "Traceback" not in step.log


def test_the_post_stage_removes_what_a_killed_gate_left(
    job: Callable[..., StepResult], tmp_path: Path
) -> None:
    """A main stage that dies without a word is swept up after by the next, its files' ownership included."""
    workspace = tmp_path / "workspace"
    if os.geteuid() == 0:
        os.chown(workspace, RUNNERS_USER, -1)

    def kill(line: str) -> bool:
        if "bot and store ready" not in line:
            return False
        client = docker.from_env()
        for container in client.containers.list():
            if "INPUT_REPORT-DIR=" in container.attrs["Config"]["Env"] and is_action(container):
                container.kill("SIGKILL")
        client.close()
        return False

    step = job("redis", cancel_when=kill)

    assert step.conclusion == "failure"
    assert step.exit_code == 137
    assert step.outputs["verdict"] == "inconclusive"
    assert "ended" not in step.state
    assert step.post is not None
    assert "removed" in step.post.log
    report = workspace / step.outputs["report-path"]
    owners = {path.lstat().st_uid for path in (report, *report.iterdir())}
    assert owners == {workspace.stat().st_uid}


def test_a_mistake_in_a_scenario_is_annotated_and_nothing_starts(
    job: Callable[..., StepResult], tmp_path: Path
) -> None:
    """Exit code 2, the line and the right word, and not one container."""
    (tmp_path / "workspace" / "checks" / "wrong.yml").write_text(
        SCENARIO.replace("An order", "Another order").replace("expect:", "expects:")
    )

    step = job("redis")

    assert step.exit_code == 2, step.log
    errors = [(one.file, one.line) for one in step.annotations if one.level == "error"]
    assert ("checks/wrong.yml", PROBE_LINE + 1) in errors
    assert 'did you mean "expect"' in step.log
    assert step.outputs["verdict"] == "inconclusive"


def test_an_image_that_is_nowhere_is_said_in_one_sentence(job: Callable[..., StepResult]) -> None:
    """No traceback and no hanging, whether the registry says no or does not answer."""
    step = job(inputs={"image": "127.0.0.1:1/no/such-bot:1"})

    assert step.exit_code == 3, step.log
    assert "127.0.0.1:1/no/such-bot:1" in step.log
    assert "Traceback" not in step.log
    assert step.outputs["verdict"] == "inconclusive"


def is_action(container: Container) -> bool:
    """Whether a container is a main stage of this repository's action."""
    return container.attrs["Config"]["Entrypoint"] == ["/app/entrypoint.py"]
