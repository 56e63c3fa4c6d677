"""One `uses:` entry and the container that the runner starts for it: its variables and its command line."""

from __future__ import annotations

import re
import shlex
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from tests.action.action_file import ActionFile, evaluate
from tests.action.action_images import docker_cli
from tests.action.file_commands import CommandFiles
from tests.action.job_context import GITHUB_TOKEN, Folders, runner_variables, runtime_variables

SOCKET = "/var/run/docker.sock"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One `uses:` entry, as both of its stages see it."""

    action: ActionFile
    image: str
    inputs: Mapping[str, str]
    env: Mapping[str, str]
    step_id: str | None
    remote: str | None

    def input(self, name: str) -> str:
        """The input `name`, whatever its case; "" where it is missing."""
        return next((value for key, value in self.inputs.items() if key.lower() == name.lower()), "")

    def environment(
        self,
        *,
        job_env: Mapping[str, str],
        github: Mapping[str, str],
        state: Mapping[str, str],
        files: CommandFiles,
        folders: Folders,
    ) -> dict[str, str]:
        """The container's variables, host paths already turned into the container's. Later groups win."""
        contexts = {"inputs": self.inputs, "github": expression_context(github)}
        repository, _, ref = (self.remote or "").partition("@")
        variables = {
            # The action's own `env:` fills gaps only.
            **{key: evaluate(value, contexts) for key, value in self.action.env.items()},
            **job_env,
            **self.env,
            **{f"STATE_{key}": value for key, value in state.items()},
            **{f"INPUT_{key.replace(' ', '_').upper()}": value for key, value in self.inputs.items()},
            "HOME": str(folders.home),
            **github,
            "GITHUB_ACTION": self.step_id or f"__{repository.replace('/', '_') or 'self'}",
            "GITHUB_ACTION_REPOSITORY": repository,
            "GITHUB_ACTION_REF": ref,
            **files.github_context(),
            **runner_variables(folders),
            **runtime_variables(),
        }
        return {key: folders.to_container(value) for key, value in variables.items()}

    def command(
        self,
        *,
        name: str,
        label: str,
        entrypoint: str | None,
        network: str | None,
        environment: Mapping[str, str],
        github: Mapping[str, str],
        folders: Folders,
        socket: str | None = SOCKET,
    ) -> list[str]:
        """`docker run …`, flag by flag as the runner has it. Values travel in the client's environment.

        `socket` is what the runner mounts as the engine's; None where it has none to mount.
        """
        command = [docker_cli(), "run", "--name", name, "--label", label]
        command += ["--workdir", "/github/workspace", "--rm"]
        for key in environment:
            # Without a value, which the client then looks up: hyphens and line breaks survive.
            command += ["-e", key]
        command += ["-e", "GITHUB_ACTIONS=true"]
        if "CI" not in environment:
            command += ["-e", "CI=true"]
        if entrypoint:
            command += ["--entrypoint", entrypoint]
        if network is not None:
            command += ["--network", network]
        engine = () if socket is None else ((socket, SOCKET),)
        for host, inside in (*engine, *folders.mounts):
            command += ["-v", f"{host}:{inside}"]
        command.append(self.image)
        if self.action.args is None:
            return command + shlex.split(self.input("args"))
        contexts = {"inputs": self.inputs, "github": expression_context(github)}
        return command + [evaluate(argument, contexts) for argument in self.action.args]


def container_name(image: str) -> str:
    """The image's letters, digits and `_` from the first that is no digit on, and six hex digits."""
    return f"{re.sub(r'[^A-Za-z0-9_]', '', image).lstrip('0123456789')}_{uuid.uuid4().hex[:6]}"


def expression_context(github: Mapping[str, str]) -> dict[str, str]:
    """The `github` context of expressions; the only place that knows the token."""
    names = {key.removeprefix("GITHUB_").lower(): value for key, value in github.items()}
    return {**names, "token": GITHUB_TOKEN}
