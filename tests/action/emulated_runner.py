"""GitHub's runner, emulated as far as a Docker action can notice: one job, its steps, their stages.

What it does is real (`docker build`, `docker run` with the runner's own flags, signals to the client); what
GitHub would show or keep is returned as values. Problem matchers, composite actions and container hooks are
not emulated, nor the size limit on a job's outputs.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from types import TracebackType

from tests.action.action_file import ActionFileError, load_action
from tests.action.action_images import ActionImages, docker
from tests.action.client_process import ClientTimeoutError, Ladder, run_client
from tests.action.file_commands import CommandFiles
from tests.action.job_context import (
    GITHUB_TOKEN,
    RUNTIME_TOKEN,
    Folders,
    github_variables,
    pull_request_event,
)
from tests.action.stage_result import Conclusion, RunContext, StageResult, StepResult, conclude
from tests.action.step_container import SOCKET, Step, container_name, expression_context
from tests.action.step_log import Masks, StepLog

CancelWhen = Callable[[str], bool] | threading.Event | None


class StageTimeoutError(AssertionError):
    """A stage did not end in its time; container and client were killed. Ends with the stage's last lines."""


class EmulatedRunner:
    """One job on one runner. `close` (or leaving the `with`) removes its containers, network and temp folder.

    `temp` is the runner's own and must be new or empty; `workspace` is the checked-out repository. `env` is
    the job's environment; `github` changes single `GITHUB_…` variables, `event` the payload. `mounts_temp`
    is False for runners before 2.329; `socket` is what is mounted as the engine's, None for nothing.
    """

    def __init__(
        self,
        workspace: Path,
        temp: Path,
        *,
        images: ActionImages | None = None,
        env: Mapping[str, str] | None = None,
        github: Mapping[str, str] | None = None,
        event: Mapping[str, object] | None = None,
        job_network: bool = False,
        mounts_temp: bool = True,
        socket: str | None = SOCKET,
        sigint_grace: float = 7.5,
        sigterm_grace: float = 2.5,
        stage_timeout: float = 240,
        post_timeout: float = 240,
    ) -> None:
        self.folders = Folders(workspace=workspace.resolve(), temp=temp.resolve(), mounts_temp=mounts_temp)
        self._socket = socket
        if self.folders.temp.exists() and any(self.folders.temp.iterdir()):
            raise ValueError("the runner's temp folder must be new or empty: it is removed at the end")
        for folder in (self.folders.home, self.folders.workflow, self.folders.file_commands):
            folder.mkdir(parents=True)
        self.label = secrets.token_hex(3)
        self.images = images or ActionImages()
        self._owns_images = images is None
        self._github = {
            **github_variables(run_id=secrets.randbelow(10**10), folders=self.folders),
            **(github or {}),
        }
        self._env = dict(env or {})
        self._ladder = Ladder(after_interrupt=sigint_grace, after_terminate=sigterm_grace)
        self._timeouts = {"main": stage_timeout, "post": post_timeout}
        self._masks = Masks()
        for secret in (GITHUB_TOKEN, RUNTIME_TOKEN):
            self._masks.add(secret)
        self._last_image: str | None = None
        self.network = self._create_network() if job_network else None
        self.folders.event.write_text(json.dumps(event or pull_request_event(self._github)), encoding="utf-8")

    def __enter__(self) -> EmulatedRunner:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def build(self, action_folder: Path, *, remote: bool = False) -> str:
        """The action's image, built at most once per `images`."""
        return self.images.build(action_folder, remote=remote)

    def uses(
        self,
        action_folder: Path,
        *,
        inputs: Mapping[str, str] | None = None,
        env: Mapping[str, str] | None = None,
        cancel_when: CancelWhen = None,
        step_id: str | None = "gate",
        remote: str | None = None,
        before_post: Callable[[StageResult], None] | None = None,
    ) -> StepResult:
        """`- uses:` with `with:` and `env:`; then the job ends, and the post stage runs also after a failure
        and a cancel. What the step wrote to GITHUB_ENV stays for later calls.

        `cancel_when`: an event, or a predicate of each line as printed; the first yes cancels the job.
        `remote`: "owner/name@ref" for an action that is no part of the workspace. `before_post` sees the main
        stage's result before the second container starts. Without a `step_id` all outputs are lost.
        """
        action = load_action(action_folder.resolve())
        if action.pre_entrypoint and remote is not None:
            raise ActionFileError("`pre-entrypoint` of a remote action is not emulated")
        step = Step(
            action=action,
            image=self.build(action_folder, remote=remote is not None),
            inputs=action.inputs(inputs or {}, expression_context(self._github)),
            env=dict(env or {}),
            step_id=step_id,
            remote=remote,
        )
        warnings: list[str] = []
        if unexpected := action.unexpected(inputs or {}):
            names = "', '".join(unexpected)
            warnings.append(f"Unexpected input(s) '{names}'")
        if action.pre_entrypoint:
            warnings.append("`pre` execution is not supported for local action")
        entrypoint = action.entrypoint or step.input("entrypoint")
        main = self._run_stage("main", step, entrypoint, {}, cancel_when, warnings)
        if before_post is not None:
            before_post(main)
        post = None
        if action.post_entrypoint and _holds(action.post_if, main.conclusion):
            post = self._run_stage("post", step, action.post_entrypoint, main.state, None, [])
        return StepResult(
            **{field.name: getattr(main, field.name) for field in fields(main)},
            undeclared_outputs=tuple(name for name in main.step_outputs if name not in action.outputs),
            post=post,
        )

    def survivors(self) -> list[str]:
        """Names of this runner's containers that still exist, in whatever state."""
        return docker(
            "ps", "--all", "--filter", f"label={self.label}", "--format", "{{.Names}}"
        ).stdout.split()

    def close(self) -> None:
        """Removes all that this runner made. What the action itself made in the engine is not touched."""
        try:
            for name in self.survivors():
                docker("rm", "--force", "--volumes", name, check=False)
            if self.network is not None:
                self._remove_network(self.network)
                self.network = None
        finally:
            if self.folders.temp.exists():
                self._own_files()
                shutil.rmtree(self.folders.temp)
            if self._owns_images:
                self.images.close()

    def _run_stage(
        self,
        stage: RunContext,
        step: Step,
        entrypoint: str | None,
        state: Mapping[str, str],
        cancel_when: CancelWhen,
        warnings: list[str],
    ) -> StageResult:
        files = CommandFiles(self.folders.file_commands)
        log = StepLog(masks=self._masks, relative=self.folders.relative)
        for warning in warnings:
            log.warning(warning)
        name = container_name(step.image)
        environment = step.environment(
            job_env=self._env, github=self._github, state=state, files=files, folders=self.folders
        )
        command = step.command(
            name=name,
            label=self.label,
            entrypoint=entrypoint,
            network=self.network,
            environment=environment,
            github=self._github,
            folders=self.folders,
            socket=self._socket,
        )
        self._last_image = step.image
        seen = threading.Event()

        def on_line(line: str) -> None:
            log.feed(line)
            if callable(cancel_when) and not seen.is_set() and cancel_when(line):
                seen.set()

        asked = cancel_when if isinstance(cancel_when, threading.Event) else seen
        try:
            ended = run_client(
                command,
                folder=self.folders.workspace,
                environment={**os.environ, "CI": "true", **environment, "GITHUB_ACTIONS": "true"},
                on_line=on_line,
                cancel_asked=asked.is_set,
                ladder=self._ladder,
                timeout=self._timeouts[stage],
            )
        except BaseException as problem:
            docker("rm", "--force", "--volumes", name, check=False)
            if isinstance(problem, ClientTimeoutError):
                tail = "\n".join(log.lines[-30:])
                message = (
                    f"the {stage} stage did not end in {self._timeouts[stage]:g} s; its last lines:\n{tail}"
                )
                raise StageTimeoutError(message) from None
            raise
        # Also after a cancel: what a dying step managed to write still counts.
        values = files.read()
        files.delete()
        result = conclude(
            stage=stage,
            container_name=name,
            image=step.image,
            has_id=step.step_id is not None,
            ended=ended,
            log=log,
            values=values,
            masks=self._masks,
        )
        self._env.update(result.env)
        return result

    def _create_network(self) -> str:
        name = f"github_network_{uuid.uuid4().hex}"
        docker("network", "create", "--label", self.label, name)
        return name

    def _remove_network(self, name: str) -> None:
        if docker("network", "rm", name, check=False).returncode == 0:
            return
        # The action left something connected: the network goes all the same, the guests stay.
        guests = "{{range .Containers}}{{.Name}} {{end}}"
        for guest in docker("network", "inspect", "--format", guests, name, check=False).stdout.split():
            docker("network", "disconnect", "--force", name, guest, check=False)
        docker("network", "rm", name)

    def _own_files(self) -> None:
        """Containers write as root; gives their files to the caller, who could not remove them otherwise."""
        if os.getuid() == 0 or self._last_image is None:
            return
        command = ["run", "--rm", "--label", self.label, "--user", "0:0", "--network", "none"]
        for host, inside in ((self.folders.temp, "/own/temp"), (self.folders.workspace, "/own/workspace")):
            command += ["-v", f"{host}:{inside}"]
        owner = f"{os.getuid()}:{os.getgid()}"
        docker(*command, "--entrypoint", "chown", self._last_image, "-R", owner, "/own", check=False)


def _holds(condition: str, conclusion: Conclusion) -> bool:
    """A `post-if` of one status function; ValueError for any other expression."""
    status = condition.strip().removeprefix("${{").removesuffix("}}").strip()
    match status:
        case "always()":
            return True
        case "success()" | "failure()" | "cancelled()":
            return status == f"{conclusion}()"
        case _:
            raise ValueError(f"post-if: {condition!r} is not emulated")
