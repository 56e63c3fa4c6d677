"""Images: found on the engine, pulled, or built from a folder.

The login for a registry comes from `config.json` in the folder that DOCKER_CONFIG names, else in ~/.docker.
The action runs in a container whose ~ is /github/home, so it does not see a login that an earlier step wrote
to the runner's own home folder. It does when that step sets
`DOCKER_CONFIG: ${{ runner.temp }}/_github_home/.docker`, which is the same folder seen from the runner.
A credential helper (`credsStore`) is a program on the runner, which the container cannot run.
An image that the engine already has needs no login: a `docker pull` in an earlier step suffices.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from docker import DockerClient
from docker.errors import APIError, BuildError, DockerException, ImageNotFound, NotFound
from docker.utils import parse_repository_tag
from requests.exceptions import RequestException

from gate.errors import EngineError, GateError, InputError
from gate.runtimes.docker.connection import BUILD_SECONDS, PULL_SECONDS, Engine, explain
from gate.runtimes.readiness import tail

BUILD_LABEL = "memory-gate.build"
"""Label of images built here. They carry no run and do not expire, so that the next build is quick."""

FOREIGN = "exec format error"
"""The kernel's error for a program of another architecture."""

DENIED = ("no basic auth credentials", "unauthorized", "authentication required", "denied", "forbidden")
"""Registries' messages, in any case, for an image that needs a login; they hide whether it exists."""

LOGIN_REMEDY = (
    "pull it in an earlier step that is logged in; or log in with DOCKER_CONFIG set to"
    " ${{ runner.temp }}/_github_home/.docker, where the action finds it (without GitHub: ~/.docker)"
)

BUILD_REMEDY = (
    "correct the Dockerfile; if it needs BuildKit, build it in an earlier step and give the gate the image"
)

MISSING = ("manifest unknown", "repository does not exist", "access denied", ": not found")
"""Engines' messages, during a pull, for an image that does not exist."""


async def require_image(engine: Engine, image: str, purpose: str) -> str:
    """Return the id of `image`, after a pull when the engine lacks it.

    Raises InputError when the image does not exist, and EngineError when it cannot be pulled.
    """
    wanted = _WantedImage(name=image, purpose=purpose)
    found = await engine.call(f"look for the image {image}", lambda: _find(engine.client, wanted))
    if found is not None:
        return found
    return await engine.call(
        f"pull the image {image}", lambda: _pull(engine.client, wanted), seconds=PULL_SECONDS
    )


@dataclass(frozen=True, kw_only=True)
class _WantedImage:
    """An image that is needed, and the errors that explain why it is not available."""

    name: str
    purpose: str
    """For people: "bot's image"."""

    @property
    def _remedy(self) -> str:
        return f"build it before the gate runs, or correct the name of the {self.purpose}"

    def misnamed(self, why: str) -> InputError:
        return InputError(f'"{self.name}" is not a name of an image', why=why, remedy=self._remedy)

    def missing(self, why: str) -> InputError:
        # Some registries answer alike for a private and a missing image.
        private = f"; if it is private, {LOGIN_REMEDY}" if "docker login" in why else ""
        return InputError(
            f"the {self.purpose} {self.name} does not exist", why=why, remedy=f"{self._remedy}{private}"
        )

    def unusable_login(self, why: str) -> InputError:
        return InputError(
            f"the login for the {self.purpose} {self.name} cannot be used", why=why, remedy=LOGIN_REMEDY
        )

    def not_pulled(self, why: str) -> GateError:
        """Return the error for a pull that the engine or the registry ended with the message `why`."""
        if any(sign in why for sign in MISSING):
            return self.missing(why)
        line = " ".join(why.split())
        if any(sign in line.lower() for sign in DENIED):
            return EngineError(
                f"the {self.purpose} {self.name} cannot be pulled:"
                " the registry does not give it to everybody",
                why=f"{line}; {LOGIN_REMEDY}",
            )
        return EngineError(
            f"the {self.purpose} {self.name} is not on the engine and cannot be pulled",
            why=line,
            remedy=self._remedy,
        )


def _find(client: DockerClient, wanted: _WantedImage) -> str | None:
    """Return the id of an image that the engine has, else None. Raises InputError for a wrong name."""
    try:
        return str(client.images.get(wanted.name).id)
    except ImageNotFound:
        return None
    except APIError as error:
        if error.status_code == HTTPStatus.BAD_REQUEST:
            raise wanted.misnamed(explain(error)) from error
        raise


def _pull(client: DockerClient, wanted: _WantedImage) -> str:
    """Pull an image and return its id. Raises GateError."""
    name, tag = parse_repository_tag(wanted.name)
    why = ""
    try:
        # Errors after the first byte are reported only in the stream.
        for event in client.api.pull(name, tag=tag or "latest", stream=True, decode=True):
            why = str(event.get("error") or why)
        if not why:
            return str(client.images.get(wanted.name).id)
    except NotFound as error:
        raise wanted.missing(explain(error)) from error
    except APIError as error:
        why = explain(error)
        if error.status_code == HTTPStatus.BAD_REQUEST:
            raise wanted.misnamed(why) from error
    except DockerException as error:
        # The client has no error class of its own for a credential helper that cannot be run.
        if "Credentials store" not in str(error):
            raise
        raise wanted.unusable_login(str(error)) from error
    raise wanted.not_pulled(why)


async def check_architecture(engine: Engine, image: str, what: str, fault: GateError) -> None:
    """Raise EngineError if `fault` shows that `image` is built for another architecture than the engine's."""
    if not any(FOREIGN in text for text in (fault.sentence, *fault.log)):
        return
    client = engine.client
    built, own = await engine.call(
        "tell its architecture",
        lambda: (client.images.get(image).attrs["Architecture"], client.version()["Arch"]),
    )
    if built != own:
        raise EngineError(
            f"the image of {what} is built for {built}, and the engine runs on {own}",
            why=FOREIGN,
            remedy=f"build it with  --platform linux/{own}",
            log=fault.log,
        ) from fault


async def build_image(engine: Engine, folder: str) -> str:
    """Build the image in `folder` and return its id. Raises InputError with the last lines of the build."""
    if not (Path(folder) / "Dockerfile").is_file():
        raise InputError(f"there is no Dockerfile in {folder}", remedy="correct bot.build")
    tag = f"memory-gate-build:{hashlib.sha256(folder.encode()).hexdigest()[:12]}"
    failed = f"the image in {folder} cannot be built"

    def build() -> str:
        try:
            image, _ = engine.client.images.build(
                path=folder, tag=tag, labels={BUILD_LABEL: "1"}, rm=True, forcerm=True
            )
        except BuildError as error:
            lines = "".join(str(step.get("stream") or step.get("error") or "") for step in error.build_log)
            raise InputError(failed, why=str(error.msg), remedy=BUILD_REMEDY, log=tail(lines)) from error
        except (DockerException, RequestException, TypeError) as error:
            if isinstance(error, APIError) and error.is_client_error():
                raise InputError(failed, why=explain(error), remedy="correct the Dockerfile") from error
            raise EngineError(failed, why=explain(error)) from error
        return str(image.id)

    return await engine.call(f"build the image in {folder}", build, seconds=BUILD_SECONDS)
