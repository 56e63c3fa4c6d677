"""The action on runners that differ from the newest hosted one."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.action.action_images import ActionImages, docker
from tests.action.emulated_runner import EmulatedRunner
from tests.action.jobs import REPOSITORY, SCENARIO, check_out
from tests.action.stage_result import StepResult
from tests.docker.private_registry import PrivateRegistry

pytestmark = pytest.mark.docker

RUNNERS_USER = 1001


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return check_out(tmp_path / "workspace")


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory, images: ActionImages) -> Iterator[tuple[StepResult, Path]]:
    """A step on a runner before 2.329, in a job with services, with debug logging.

    The workspace is another user's. The bot is built from it, and everything else is said by inputs too.
    """
    folder = tmp_path_factory.mktemp("old")
    workspace = check_out(folder / "workspace")
    (workspace / "checks" / "second.yml").write_text(SCENARIO.replace("An order", "Another order"))
    owner = RUNNERS_USER if os.geteuid() == 0 else os.geteuid()
    for path in (workspace, *workspace.rglob("*")):
        os.chown(path, owner, -1)
    runner = EmulatedRunner(
        workspace,
        folder / "temp",
        images=images,
        env={"RUNNER_DEBUG": "1"},
        job_network=True,
        mounts_temp=False,
    )
    with runner:
        step = runner.uses(
            REPOSITORY,
            inputs={
                "build": "bot",
                "scenarios": "checks/order.yml\nchecks/second.yml\n",
                "disruptions": "restart\n",
                "trials": "2",
                "threshold": "90 %",
                "max-drop": "0.1",
                "seed": "7",
                "report-dir": "out/gate",
            },
        )
        owners = {path.lstat().st_uid for path in (workspace / "out").rglob("*")}
        owners.add((workspace / "out").stat().st_uid)
        assert owners == {owner}
        yield step, workspace


def test_the_bot_is_built_from_the_workspace_and_every_input_counts(old: tuple[StepResult, Path]) -> None:
    step, workspace = old
    assert step.outputs["report-path"] == "out/gate", step.log
    report = json.loads((workspace / "out" / "gate" / "report.json").read_text())
    # The zoo's bot keeps nothing but in its process.
    assert (step.exit_code, report["verdict"]) == (1, "failed"), step.log
    assert {one["file"] for one in report["probes"]} == {"checks/order.yml", "checks/second.yml"}
    assert {one["trial"] for one in report["probes"]} == {1, 2}
    assert [one["name"] for one in report["disruptions"]] == ["restart"]
    assert (report["seed"], report["policy"]["accuracy"], report["policy"]["max_drop"]) == (7, 0.9, 0.1)
    assert report["repeat"] == (
        "memory-gate run --build bot --threshold '90 %' --max-drop 0.1 --scenarios checks/order.yml"
        " --scenarios checks/second.yml --disrupt restart --trials 2 --seed 7"
    )
    assert not step.forged
    assert step.post is not None
    assert step.post.exit_code == 0


def test_debug_logging_tells_what_was_asked_of_the_engine(old: tuple[StepResult, Path]) -> None:
    step, _ = old
    told = [one.data for one in step.commands if one.name == "debug"]
    assert any(one.startswith("engine: build the image in /github/workspace/bot: done (") for one in told)
    assert any(one.startswith("engine: start the bot: done (") for one in told)
    assert step.hidden_commands == ()
    groups = [one.name for one in step.commands if one.name in ("group", "endgroup")]
    assert groups == ["group", "endgroup"]


def test_the_summary_has_the_timeline_and_the_command(old: tuple[StepResult, Path]) -> None:
    step, workspace = old
    assert step.summary is not None
    assert "```mermaid\ngantt\n" in step.summary
    assert "<pre>memory-gate run --build bot" in step.summary
    assert step.summary == (workspace / "out" / "gate" / "summary.md").read_text()


def test_without_debug_logging_there_is_none_and_no_socket_is_one_clear_error(
    workspace: Path, tmp_path: Path, images: ActionImages
) -> None:
    """As in the kubernetes mode of self-hosted runners."""
    with EmulatedRunner(workspace, tmp_path / "temp", images=images, socket=None) as runner:
        step = runner.uses(REPOSITORY, inputs={"build": "bot", "scenarios": "checks"})
    assert_no_engine(step, "/var/run/docker.sock does not exist")
    assert [one for one in step.commands if one.name == "debug"] == []


def test_a_socket_that_became_a_folder_is_one_clear_error(
    workspace: Path, tmp_path: Path, images: ActionImages
) -> None:
    """What Docker makes of a socket that is to be mounted and is missing."""
    missing = tmp_path / "missing.sock"
    with EmulatedRunner(workspace, tmp_path / "temp", images=images, socket=str(missing)) as runner:
        step = runner.uses(REPOSITORY, inputs={"build": "bot", "scenarios": "checks"})
    shutil.rmtree(missing, ignore_errors=True)
    assert_no_engine(step, "/var/run/docker.sock is not a socket")


def assert_no_engine(step: StepResult, why: str) -> None:
    assert step.exit_code == 3, step.log
    assert step.outputs["verdict"] == "inconclusive"
    assert step.outputs["report-path"] == "memory-gate-report"
    (error,) = [one for one in step.annotations if one.level == "error"]
    assert "no Docker engine answers" in error.message
    assert why in error.message
    assert "Traceback" not in step.log
    assert step.post is not None
    assert step.post.exit_code == 0


def test_the_login_of_an_earlier_step_reaches_the_pull(
    workspace: Path, tmp_path: Path, images: ActionImages
) -> None:
    """It is denied without; `docker login` with DOCKER_CONFIG in the mounted home folder is enough."""
    with (
        PrivateRegistry() as registry,
        EmulatedRunner(workspace, tmp_path / "temp", images=images) as runner,
    ):
        inputs = {"image": registry.image, "scenarios": "checks", "disruptions": "restart"}
        denied = runner.uses(REPOSITORY, inputs=inputs)
        assert denied.exit_code == 3, denied.log
        (error,) = [one for one in denied.annotations if one.level == "error"]
        assert (
            f"the bot's image {registry.image} cannot be pulled: the registry does not give it"
            in error.message
        )
        assert "_github_home/.docker" in error.message
        (runner.folders.home / ".docker").mkdir()
        (runner.folders.home / ".docker" / "config.json").write_text(registry.login())
        try:
            allowed = runner.uses(REPOSITORY, inputs=inputs)
        finally:
            docker("image", "rm", "--force", registry.image, check=False)
    # The image holds no program, so this is as far as it gets.
    assert allowed.exit_code == 3, allowed.log
    assert "the bot could not be started" in allowed.log
