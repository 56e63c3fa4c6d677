"""Every example and the self-test, as its runner would run it: on the built action, on real bots."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.action.action_file import read_document
from tests.action.action_images import ActionImages, default_route, docker
from tests.action.emulated_runner import EmulatedRunner
from tests.action.stage_result import StepResult
from tests.action.workflow_file import OURS, WorkflowStep, fill_in, load_workflow
from tests.unit.model_endpoint.real_model import REAL_KEY, RealModelServer

pytestmark = pytest.mark.docker

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLES = REPOSITORY / "examples" / "workflows"
SELF_TEST = REPOSITORY / ".github" / "workflows" / "self-test.yml"
ZOO = REPOSITORY / "tests" / "zoo"

SCENARIO = """\
name: An order number survives
facts:
  order: {pattern: "ORD-######"}
script:
  - alice: "My order is {order}."
  - disrupt
  - alice: "What is my order number?"
    expect: "{order}"
"""


@dataclass(kw_only=True)
class Job:
    """A job's workspace, in which a bot of the zoo stands for the reader's own, and its runner."""

    workspace: Path
    temp: Path
    images: ActionImages
    commit: str = field(default_factory=lambda: secrets.token_hex(20))

    def configure(self, memory: str = "redis", **sections: object) -> None:
        """memory-gate.yml, as small as can be: what an example leaves open is one restart."""
        settings = {
            "bot": {"env": {"MEMORY": memory}},
            "scenarios": ["checks"],
            "run": {"disruptions": ["restart"]},
        }
        (self.workspace / "memory-gate.yml").write_text(json.dumps({**settings, **sections}))

    def run(self, workflow: Path, job: str, **contexts: Mapping[str, Any]) -> StepResult:
        """The gate step of a job, with its own inputs. `contexts` are those besides `github`."""
        step = load_workflow(workflow).gate(job)
        variables = {"GITHUB_SHA": self.commit}
        temp = self.temp / secrets.token_hex(4)
        with EmulatedRunner(self.workspace, temp, images=self.images, github=variables) as runner:
            return runner.uses(
                REPOSITORY,
                inputs=fill_in(step.inputs, {"github": self.github, **contexts}),
                step_id=step.identifier,
                remote=step.uses if step.uses.startswith(OURS) else None,
            )

    @property
    def github(self) -> dict[str, str]:
        return {"sha": self.commit, "repository": "octo-org/helpdesk-bot", "run_id": "16012345678"}

    def report(self, folder: str = "memory-gate-report") -> dict[str, Any]:
        document: dict[str, Any] = json.loads((self.workspace / folder / "report.json").read_text())
        return document


@pytest.fixture(scope="module")
def images() -> Iterator[ActionImages]:
    with ActionImages() as images:
        yield images


@pytest.fixture
def job(tmp_path: Path, images: ActionImages) -> Job:
    workspace = tmp_path / "workspace"
    shutil.copytree(ZOO, workspace, ignore=lambda folder, names: {"scenarios", "__pycache__"} & set(names))
    (workspace / "checks").mkdir()
    (workspace / "checks" / "order.yml").write_text(SCENARIO)
    made = Job(workspace=workspace, temp=tmp_path / "temp", images=images)
    made.configure()
    return made


@pytest.fixture
def tagged(job: Job) -> Iterator[list[str]]:
    """Names of images; what a test adds is removed after it."""
    names: list[str] = []
    yield names
    for name in names:
        docker("image", "rm", "--force", name, check=False)


def build_bot(job: Job, name: str) -> None:
    """What `docker build` in a workflow does. The legacy builder needs nothing but the engine."""
    command = ["docker", "build", "--quiet", "--tag", name, str(job.workspace)]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "DOCKER_BUILDKIT": "0"})


def shell(step: WorkflowStep | str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a script as a runner does: it ends at the first command that fails."""
    script = step if isinstance(step, str) else step.run
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=folder,
        env={**os.environ, "DOCKER_BUILDKIT": "0", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_pull_request_is_let_through_and_compared_with_the_baseline(job: Job) -> None:
    """The report of a run on the default branch is what the pull request is compared with."""
    first = job.run(EXAMPLES / "pull-request.yml", "memory")
    assert first.exit_code == 0, first.log
    assert first.outputs["verdict"] == "passed"
    assert first.outputs["report-path"] == "memory-gate-report"
    assert first.outputs["baseline"] == ""

    (job.workspace / "memory-gate-report").rename(job.workspace / ".memory-gate-baseline")
    job.configure("process")
    found = {"baseline": {"outputs": {"path": ".memory-gate-baseline/report.json"}}}
    worse = job.run(EXAMPLES / "baseline.yml", "memory", steps=found)
    assert worse.exit_code == 1, worse.log
    assert worse.outputs["verdict"] == "failed"
    assert worse.outputs["baseline"]
    assert len({one["trial"] for one in job.report()["probes"]}) == 3


def test_a_fork_needs_no_secret_and_leaves_a_comment_that_is_posted_once(job: Job, tmp_path: Path) -> None:
    """The second workflow brings the one comment up to date, and lets nothing of the artifact act."""
    job.configure("process")
    step = job.run(EXAMPLES / "fork-safe.yml", "memory")
    assert step.exit_code == 1, step.log
    assert step.outputs["verdict"] == "failed"
    comment = job.workspace / "memory-gate-report" / "comment.md"
    written = comment.read_text()
    comment.write_text(f"{written}\n@octocat <!-- memory-gate -->\n" + "x" * 100_000)

    post = load_workflow(EXAMPLES / "fork-safe-comment.yml").script(
        "comment", "Post the comment, or bring the last one up to date"
    )
    told = fill_in(post.env, {"github": {}, "runner": {}})
    for known, method in (("", "POST"), ("99", "PATCH")):
        calls = _post(post, tmp_path / method, {**told, "FOLDER": str(comment.parent)}, known=known)
        assert f"--method {method}" in calls[-1]
        assert calls[-1].split()[3] == (
            "repos/octo-org/helpdesk-bot/issues/comments/99"
            if known
            else "repos/octo-org/helpdesk-bot/issues/7/comments"
        )
        body = (comment.parent / "body.md").read_text()
        assert body.startswith("<!-- memory-gate -->\n")
        assert body.count("<!-- memory-gate -->") == 1
        assert "https://github.com/run/1" in body
        assert written.splitlines()[2] in body
        assert "@octocat" not in body
        assert len(body) < 65_536
    comment.unlink()
    comment.symlink_to("/etc/hostname")
    assert len(_post(post, tmp_path / "link", {**told, "FOLDER": str(comment.parent)}, known="")) == 1


def _post(step: WorkflowStep, folder: Path, told: Mapping[str, str], *, known: str) -> list[str]:
    """The calls of `gh` by the step, where pull request 7 has a comment `known`, or none."""
    folder.mkdir()
    program = folder / "gh"
    program.write_text(
        f'#!/bin/sh\necho "$*" >>"{folder}/calls"\n'
        f'case "$*" in *"--method GET"*) echo 7 ;; *--paginate*) echo {known} ;; esac\n'
    )
    program.chmod(0o755)
    done = shell(
        step,
        folder,
        **{
            **told,
            "PATH": f"{folder}:{os.environ['PATH']}",
            "REPOSITORY": "octo-org/helpdesk-bot",
            "RUN_URL": "https://github.com/run/1",
        },
    )
    assert done.returncode == 0, done.stderr
    return (folder / "calls").read_text().splitlines()


def test_a_night_with_the_real_model_is_recorded(job: Job) -> None:
    """A server on the engine's bridge stands for the model that costs money; the key is in no file."""
    server = RealModelServer(default_route())
    try:
        job.configure(model={"base-url": server.url})
        step = job.run(EXAMPLES / "nightly-record.yml", "record", secrets={"OPENAI_API_KEY": REAL_KEY})
    finally:
        server.close()
    assert step.exit_code == 0, step.log
    assert step.outputs["verdict"] == "passed"
    assert server.asked
    assert (job.workspace / "memory-gate-cassette.jsonl").read_text()
    assert not any(
        REAL_KEY.encode() in path.read_bytes() for path in job.workspace.rglob("*") if path.is_file()
    )


def test_a_matrix_of_disruptions_comes_to_one_verdict(job: Job, tagged: list[str]) -> None:
    """Each part keeps its report, and the merging job sets the outputs of the whole."""
    example = EXAMPLES / "matrix-merge.yml"
    tagged.append(f"my-bot:{job.commit}")
    build_bot(job, tagged[0])
    kinds = load_workflow(example).document["jobs"]["part"]["strategy"]["matrix"]["disruption"]
    for kind in kinds:
        step = job.run(example, "part", matrix={"disruption": kind})
        assert step.exit_code == 0, step.log
    parts = job.workspace / "parts"
    parts.mkdir()
    for kind in kinds:
        (job.workspace / f"memory-gate-{kind}").rename(parts / f"memory-gate-{kind}")

    merged = job.run(example, "verdict")
    assert merged.exit_code == 0, merged.log
    assert merged.outputs["verdict"] == "passed"
    assert merged.outputs["accuracy"] == "1"
    assert merged.outputs["report-path"] == "memory-gate-report"
    assert merged.summary is not None
    assert all(kind in merged.summary for kind in kinds)
    assert [one["name"] for one in job.report()["disruptions"]] == kinds
    assert not merged.forged


def test_a_matrix_of_shards_comes_to_one_verdict(job: Job, tagged: list[str]) -> None:
    """Each part plays scenarios of its own; without one of them nothing is known."""
    example = EXAMPLES / "shards.yml"
    for number in (2, 3):
        (job.workspace / "checks" / f"order-{number}.yml").write_text(SCENARIO.replace("An", f"{number}."))
    tagged.append(f"my-bot:{job.commit}")
    build_bot(job, tagged[0])
    numbers = load_workflow(example).document["jobs"]["part"]["strategy"]["matrix"]["part"]
    played: list[str] = []
    for number in numbers:
        step = job.run(example, "part", matrix={"part": number})
        assert step.exit_code == 0, step.log
        assert step.outputs["report-path"] == f"memory-gate-{number}"
        played += {one["file"] for one in job.report(f"memory-gate-{number}")["probes"]}
    assert sorted(played) == ["checks/order-2.yml", "checks/order-3.yml", "checks/order.yml"]
    parts = job.workspace / "parts"
    parts.mkdir()
    for number in numbers:
        (job.workspace / f"memory-gate-{number}").rename(parts / f"memory-gate-{number}")

    merged = job.run(example, "verdict")
    assert merged.exit_code == 0, merged.log
    assert merged.outputs["verdict"] == "passed"
    assert {one["file"] for one in job.report()["probes"]} == set(played)
    assert not merged.forged

    shutil.rmtree(parts / f"memory-gate-{numbers[-1]}")
    missing = job.run(example, "verdict")
    assert missing.outputs["verdict"] == "inconclusive", missing.log
    assert missing.exit_code == 3


def test_a_deploy_is_tried_with_the_version_in_production(job: Job, tagged: list[str]) -> None:
    """Both images under the names that the workflow gives them; the verdict is what the deploy waits for."""
    name = f"ghcr.io/octo-org/helpdesk-bot-{job.commit[:8]}"
    tagged += [f"{name}:{job.commit}", f"{name}:production"]
    build_bot(job, tagged[0])
    docker("tag", *tagged)
    step = load_workflow(EXAMPLES / "deploy.yml").gate("memory")
    github = {**job.github, "repository": name.removeprefix("ghcr.io/")}
    assert fill_in(step.inputs, {"github": github})["image"] == tagged[0]
    result = job.run(EXAMPLES / "deploy.yml", "memory", github=github)
    assert result.exit_code == 0, result.log
    assert result.outputs["verdict"] == "passed"
    assert [one["name"] for one in job.report()["disruptions"]] == ["blue-green", "rollback"]


def test_gitlab_and_any_other_system_run_the_image(job: Job, images: ActionImages, tagged: list[str]) -> None:
    """The scripts as they stand: the exit code is the verdict, and the report is where the system looks."""
    gate = images.build(REPOSITORY)
    tagged.append(f"my-bot:{job.commit}")
    (gitlab,) = read_document(EXAMPLES / "gitlab-ci.yml").values()
    told = {"CI_PROJECT_DIR": str(job.workspace), "CI_COMMIT_SHA": job.commit, "GATE": gate}
    done = shell("\n".join(gitlab["script"]), job.workspace, **told)
    assert done.returncode == 0, done.stdout + done.stderr
    assert job.report()["verdict"] == "passed"
    assert (job.workspace / gitlab["artifacts"]["reports"]["junit"]).is_file()

    job.configure("process")
    words = ("--image", tagged[0], "--report-dir", "again")
    done = subprocess.run(
        [EXAMPLES / "docker-run.sh", *words],
        cwd=job.workspace,
        env={**os.environ, "GATE": gate},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert job.report("again")["verdict"] == "failed"


@pytest.mark.parametrize("name", ["remembers", "forgets"])
def test_the_self_test_says_what_it_means_to(job: Job, name: str) -> None:
    """The gate step of each job, and the step after it, which knows how the gate step has to end."""
    for folder in (".github/self-test", "examples/bots/article", "scenarios"):
        shutil.copytree(REPOSITORY / folder, job.workspace / folder)
    gate, check = load_workflow(SELF_TEST).jobs[name][1:]
    step = job.run(SELF_TEST, name)
    assert gate.continues is (step.conclusion == "failure"), step.log
    said = {"outcome": step.conclusion, "outputs": step.outputs}
    done = shell(check, job.workspace, **fill_in(check.env, {"steps": {gate.identifier: said}}))
    assert done.returncode == 0, done.stdout + step.log
    # And it would say so if it were otherwise.
    other = {**said, "outcome": {"success": "failure", "failure": "success"}[step.conclusion]}
    assert (
        shell(check, job.workspace, **fill_in(check.env, {"steps": {gate.identifier: other}})).returncode == 1
    )
