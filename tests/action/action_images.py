"""Images of the actions under test, built as the runner builds them and removed at the end."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import uuid
from pathlib import Path
from types import TracebackType

from tests.action.action_file import ActionFile, load_action

BASE_IMAGE = "python:3.13-slim-trixie"
_TRIES = 3
_DEFAULT_ROUTE = """
import socket
routes = [line.split() for line in open("/proc/net/route").read().splitlines()[1:]]
print(*[socket.inet_ntoa(bytes.fromhex(gateway)[::-1]) for _, to, gateway, *_ in routes if int(to, 16) == 0])
"""


class BuildError(Exception):
    """An image could not be built or pulled; the message ends with what Docker said."""


def docker_cli() -> str:
    """The docker client's path, found before the step's own PATH can change the search."""
    found = shutil.which("docker")
    if found is None:
        raise FileNotFoundError("the docker client is not installed")
    return found


def docker(*arguments: str, timeout: float = 60, check: bool = True) -> subprocess.CompletedProcess[str]:
    """One call of the docker client outside of any step; output is kept."""
    done = subprocess.run(
        [docker_cli(), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=timeout,
        check=False,
    )
    if check and done.returncode != 0:
        raise RuntimeError(
            f"docker {' '.join(arguments)}: exit code {done.returncode}: {done.stderr.strip()}"
        )
    return done


def default_route() -> str:
    """The address by which a container reaches this machine: a container knows it, not every engine does."""
    asked = docker("run", "--rm", "--entrypoint", "python3", BASE_IMAGE, "-c", _DEFAULT_ROUTE)
    return asked.stdout.strip()


class ActionImages:
    """Builds each action once, however many runners share this object. `close` removes what it built.

    Keyed by the action's folder: a folder that changes between two steps needs a second object.
    """

    def __init__(self, *, build_timeout: float = 600) -> None:
        self.label = secrets.token_hex(3)
        self.builds = 0
        self._build_timeout = build_timeout
        self._tags: dict[Path, str] = {}

    def __enter__(self) -> ActionImages:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def build(self, action_folder: Path, *, remote: bool = False) -> str:
        """The image to run: `{label}:{guid}`, or the name behind `docker://`. BuildError with Docker's words.

        The context is the Dockerfile's own folder. A remote action gets three tries, a local one a single.
        """
        action = load_action(action_folder.resolve())
        if action.prebuilt_image is not None:
            return self._pull(action.prebuilt_image)
        dockerfile = action.dockerfile.resolve()
        if dockerfile not in self._tags:
            self._tags[dockerfile] = self._build(action, dockerfile, tries=_TRIES if remote else 1)
        return self._tags[dockerfile]

    def close(self) -> None:
        """Removes every image built here; containers of theirs must be gone."""
        while self._tags:
            _, tag = self._tags.popitem()
            docker("image", "rm", "--force", tag, check=False)

    def _build(self, action: ActionFile, dockerfile: Path, *, tries: int) -> str:
        if not dockerfile.is_file():
            raise BuildError(f"{action.name or action.folder}: {action.image} is not there")
        tag = f"{self.label}:{uuid.uuid4().hex}"
        # --force-rm is not the runner's: without it a failed legacy build leaves its last container behind.
        command = [docker_cli(), "build", "--force-rm", "-t", tag]
        command += ["-f", str(dockerfile), str(dockerfile.parent)]
        said = ""
        for _ in range(tries):
            self.builds += 1
            done = subprocess.run(
                command,
                # The legacy builder needs nothing but the engine; BuildKit would need a client plugin.
                env={**os.environ, "DOCKER_BUILDKIT": "0"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                timeout=self._build_timeout,
                check=False,
            )
            if done.returncode == 0:
                return tag
            said = f"Docker build failed with exit code {done.returncode}\n{done.stdout}"
        raise BuildError(said)

    def _pull(self, image: str) -> str:
        # A test's own image is in no registry, so what the engine already has is not pulled again.
        if docker("image", "inspect", image, check=False).returncode == 0:
            return image
        for attempt in range(_TRIES):
            done = docker("pull", image, timeout=self._build_timeout, check=False)
            if done.returncode == 0:
                return image
            if attempt == _TRIES - 1:
                raise BuildError(f"Docker pull failed with exit code {done.returncode}\n{done.stderr}")
        raise AssertionError("unreachable")
