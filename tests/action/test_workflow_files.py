"""What examples and own workflows say, without running them: pinned, with least rights, with real inputs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gate import __version__
from tests.action.action_file import load_action, read_document
from tests.action.workflow_file import Workflow, load_workflow

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLES = sorted(
    path for path in (REPOSITORY / "examples" / "workflows").glob("*.yml") if path.name != "gitlab-ci.yml"
)
OWN = sorted((REPOSITORY / ".github" / "workflows").glob("*.yml"))
GATELESS = {"fork-safe-comment.yml", "release.yml", "test.yml"}
"""Workflows that have no gate step."""

PINNED = re.compile(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}")


@pytest.fixture(params=[*EXAMPLES, *OWN], ids=lambda path: f"{path.parent.parent.name}/{path.name}")
def path(request: pytest.FixtureRequest) -> Path:
    return request.param


@pytest.fixture
def workflow(path: Path) -> Workflow:
    return load_workflow(path)


def test_nothing_is_allowed_but_what_a_job_says(workflow: Workflow) -> None:
    """`permissions: {}` at the top, and each job's own rights."""
    assert workflow.document["permissions"] == {}
    assert all(
        "permissions" in job and "timeout-minutes" in job for job in workflow.document["jobs"].values()
    )


def test_what_is_used_is_pinned(workflow: Workflow, path: Path) -> None:
    """By digest, with the version beside it; and one version of each action all over."""
    used = {step.uses for step in workflow.steps if step.uses and not step.is_gate}
    assert all(PINNED.fullmatch(one) for one in used)
    for one in used:
        assert re.search(rf"{re.escape(one)} # v\d+\.\d+\.\d+$", path.read_text(), re.MULTILINE), one


def test_each_action_is_pinned_to_one_version_all_over() -> None:
    lines = re.findall(
        r"uses: (\S+@[0-9a-f]{40} # v\S+)", "\n".join(one.read_text() for one in [*EXAMPLES, *OWN])
    )
    actions = {line.partition("@")[0] for line in lines}
    assert len(set(lines)) == len(actions)


def test_the_gate_knows_every_input_and_output(workflow: Workflow, path: Path) -> None:
    action = load_action(REPOSITORY)
    gates = [step for step in workflow.steps if step.is_gate]
    assert bool(gates) is (workflow.name not in GATELESS)
    for step in gates:
        assert action.unexpected(step.inputs) == []
        asked = re.findall(rf"steps\.{step.identifier}\.outputs\.([\w-]+)", path.read_text())
        assert set(asked) <= set(action.outputs)


def test_scripts_are_clean(workflow: Workflow, tmp_path: Path) -> None:
    """As shellcheck sees them; no expression stands in one, where its value would be executed."""
    shellcheck = Path(sys.executable).with_name("shellcheck")
    for number, step in enumerate(one for one in workflow.steps if one.run):
        assert "${{" not in step.run
        script = tmp_path / f"{number}.sh"
        script.write_text(f"#!/bin/bash\nset -e\n{step.run}\n")
        done = subprocess.run([shellcheck, script], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("name", "key"), [("matrix-merge", "disruption"), ("shards", "part")])
def test_a_merge_names_every_part_of_its_matrix(name: str, key: str) -> None:
    """A part that is not named would not be missed."""
    workflow = load_workflow(REPOSITORY / f"examples/workflows/{name}.yml")
    parts = workflow.document["jobs"]["part"]["strategy"]["matrix"][key]
    assert workflow.gate("verdict").inputs["args"].split()[1:] == [
        f"parts/memory-gate-{one}" for one in parts
    ]


def test_the_shards_are_as_many_as_the_jobs_that_play_them() -> None:
    workflow = load_workflow(REPOSITORY / "examples/workflows/shards.yml")
    parts = workflow.document["jobs"]["part"]["strategy"]["matrix"]["part"]
    assert parts == [str(number) for number in range(1, len(parts) + 1)]
    assert f"--shard ${{{{ matrix.part }}}}/{len(parts)} " in workflow.gate("part").inputs["args"]


def test_a_deploy_needs_the_verdict() -> None:
    jobs = load_workflow(REPOSITORY / "examples/workflows/deploy.yml").document["jobs"]
    assert jobs["deploy"]["needs"] == "memory"
    assert jobs["deploy"]["if"] == "needs.memory.outputs.verdict == 'passed'"
    assert "steps.memory.outputs.verdict" in jobs["memory"]["outputs"]["verdict"]


def test_the_comment_belongs_to_the_workflow_that_wrote_it() -> None:
    gate, comment = (
        load_workflow(REPOSITORY / f"examples/workflows/{name}.yml")
        for name in ("fork-safe", "fork-safe-comment")
    )
    assert comment.document["on"]["workflow_run"]["workflows"] == [gate.document["name"]]
    (uploaded,) = (one.inputs for one in gate.steps if "upload-artifact" in one.uses)
    (downloaded,) = (one.inputs for one in comment.steps if "download-artifact" in one.uses)
    assert uploaded["name"] == downloaded["name"]


def test_gitlab_shows_the_reports_tests() -> None:
    (job,) = read_document(REPOSITORY / "examples/workflows/gitlab-ci.yml").values()
    assert job["artifacts"]["reports"]["junit"] == "memory-gate-report/junit.xml"


def test_a_release_pins_the_image_and_nothing_else(tmp_path: Path) -> None:
    """By the very line of the workflow, which stops where there is nothing to replace."""
    step = load_workflow(REPOSITORY / ".github/workflows/release.yml").script(
        "tags", "Write the digest into action.yml"
    )
    image = f"ghcr.io/memory-gate/memory-gate@sha256:{'0' * 64}"
    before = (REPOSITORY / "action.yml").read_text()
    (tmp_path / "action.yml").write_text(before)

    def run() -> int:
        command = ["bash", "-e", "-c", step.run]
        return subprocess.run(
            command, cwd=tmp_path, env={**os.environ, "IMAGE": image}, check=False
        ).returncode

    assert run() == 0
    assert load_action(tmp_path).prebuilt_image == image
    assert (tmp_path / "action.yml").read_text() == before.replace(
        "image: Dockerfile", f"image: docker://{image}"
    )
    (tmp_path / "action.yml").write_text(before.replace("image: Dockerfile", "image: ./Dockerfile"))
    assert run() != 0


@pytest.mark.parametrize(("tag", "code"), [("release-v{}", 0), ("release-v9.9.9", 1), ("v{}", 1)])
def test_a_release_has_the_version_of_the_package(tag: str, code: int) -> None:
    step = load_workflow(REPOSITORY / ".github/workflows/release.yml").script(
        "image", "Check that the tag names the version of the package"
    )
    environment = {**os.environ, "GITHUB_REF_NAME": tag.format(__version__)}
    command = ["bash", "-e", "-c", step.run]
    done = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, check=False)
    assert done.returncode == code
