"""What a job on `pull_request` tells its steps: the `github` and `runner` contexts, and where folders are."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_SHA = "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d"

#: Job secrets in the shape of the real ones. The token reaches an action through an input only.
GITHUB_TOKEN = "ghs_emulated0000000000000000000000000000"
RUNTIME_TOKEN = "emulated-runtime-token-000000000000"


@dataclass(frozen=True, kw_only=True)
class Folders:
    """The host's folders, and where each is mounted in the action's container."""

    workspace: Path
    temp: Path
    mounts_temp: bool = True
    """Whether the runner mounts its temp folder, as it does from 2.329 on."""

    @property
    def home(self) -> Path:
        return self.temp / "_github_home"

    @property
    def workflow(self) -> Path:
        return self.temp / "_github_workflow"

    @property
    def file_commands(self) -> Path:
        return self.temp / "_runner_file_commands"

    @property
    def event(self) -> Path:
        return self.workflow / "event.json"

    @property
    def mounts(self) -> tuple[tuple[str, str], ...]:
        """In the order of the runner's `-v` flags."""
        return (
            *(((str(self.temp), "/github/runner_temp"),) if self.mounts_temp else ()),
            (str(self.home), "/github/home"),
            (str(self.workflow), "/github/workflow"),
            (str(self.file_commands), "/github/file_commands"),
            (str(self.workspace), "/github/workspace"),
        )

    def to_container(self, value: str) -> str:
        """A value that is, or lies under, a mounted host folder becomes the container's path."""
        # The narrowest mount is the last one: the others lie in the temp folder.
        for host, inside in reversed(self.mounts):
            if value == host or value.startswith(f"{host}/"):
                return inside + value[len(host) :]
        return value

    def relative(self, file: str) -> str:
        """A file named in an annotation: relative to the workspace where it lies there, else a host path."""
        for host, inside in reversed(self.mounts):
            if file == inside or file.startswith(f"{inside}/"):
                file = host + file[len(inside) :]
                break
        return file.removeprefix(f"{self.workspace}/")


def pull_request_event(github: Mapping[str, str]) -> dict[str, object]:
    """The payload of the event, cut down to what actions commonly read."""
    repository = {"full_name": github["GITHUB_REPOSITORY"], "default_branch": github["GITHUB_BASE_REF"]}
    return {
        "action": "synchronize",
        "number": 7,
        "pull_request": {
            "number": 7,
            "head": {"ref": github["GITHUB_HEAD_REF"], "sha": github["GITHUB_SHA"], "repo": repository},
            "base": {"ref": github["GITHUB_BASE_REF"], "repo": repository},
        },
        "repository": repository,
    }


def github_variables(*, run_id: int, folders: Folders) -> dict[str, str]:
    """`GITHUB_…` but for those of the step and its files. `GITHUB_TOKEN` is not among them, on purpose."""
    repository = "octo-org/helpdesk-bot"
    return {
        "GITHUB_ACTOR": "octocat",
        "GITHUB_ACTOR_ID": "583231",
        "GITHUB_API_URL": "https://api.github.com",
        "GITHUB_BASE_REF": "main",
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_EVENT_PATH": str(folders.event),
        "GITHUB_GRAPHQL_URL": "https://api.github.com/graphql",
        "GITHUB_HEAD_REF": "new-memory",
        "GITHUB_JOB": "gate",
        "GITHUB_REF": "refs/pull/7/merge",
        "GITHUB_REF_NAME": "7/merge",
        "GITHUB_REF_PROTECTED": "false",
        "GITHUB_REF_TYPE": "branch",
        "GITHUB_REPOSITORY": repository,
        "GITHUB_REPOSITORY_ID": "123456789",
        "GITHUB_REPOSITORY_OWNER": "octo-org",
        "GITHUB_REPOSITORY_OWNER_ID": "6811672",
        "GITHUB_RETENTION_DAYS": "90",
        "GITHUB_RUN_ATTEMPT": "1",
        "GITHUB_RUN_ID": str(run_id),
        "GITHUB_RUN_NUMBER": "42",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_SHA": _SHA,
        "GITHUB_TRIGGERING_ACTOR": "octocat",
        "GITHUB_WORKFLOW": "Memory",
        "GITHUB_WORKFLOW_REF": f"{repository}/.github/workflows/memory.yml@refs/pull/7/merge",
        "GITHUB_WORKFLOW_SHA": _SHA,
        "GITHUB_WORKSPACE": str(folders.workspace),
    }


def runner_variables(folders: Folders) -> dict[str, str]:
    """`RUNNER_…`. The workspace's parent and the tool cache stay host paths that no container can open."""
    return {
        "RUNNER_ARCH": "ARM64" if platform.machine() in ("aarch64", "arm64") else "X64",
        "RUNNER_ENVIRONMENT": "github-hosted",
        "RUNNER_NAME": "GitHub Actions 7",
        "RUNNER_OS": "Linux",
        "RUNNER_TEMP": str(folders.temp),
        "RUNNER_TOOL_CACHE": "/opt/hostedtoolcache",
        "RUNNER_WORKSPACE": str(folders.workspace.parent),
    }


def runtime_variables() -> dict[str, str]:
    """`ACTIONS_…`: addresses at which nobody listens."""
    return {
        "ACTIONS_CACHE_URL": "http://127.0.0.1:9/cache/",
        "ACTIONS_RESULTS_URL": "http://127.0.0.1:9/results/",
        "ACTIONS_RUNTIME_TOKEN": RUNTIME_TOKEN,
        "ACTIONS_RUNTIME_URL": "http://127.0.0.1:9/runtime/",
    }
