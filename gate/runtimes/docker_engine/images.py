"""Getting images onto the engine: looked for, pulled, or built from a folder."""

from __future__ import annotations

import hashlib
from pathlib import Path

from docker.errors import APIError, BuildError, DockerException, ImageNotFound, NotFound
from docker.utils import parse_repository_tag
from requests.exceptions import RequestException

from gate.errors import EngineError, GateError, InputError
from gate.runtimes.docker_engine.connection import BUILD_SECONDS, PULL_SECONDS, Engine, explain
from gate.runtimes.readiness import tail

BUILD_LABEL = "memory-gate.build"
"""On images built here. They stay, so that the next build is quick: they carry no run, and do not expire."""

FOREIGN = "exec format error"
"""How the kernel says that a program is not made for it."""

DENIED = ("unauthorized", "denied", "forbidden", "no basic auth credentials", "authentication required")
"""How registries say that they would have to know who asks. That an image exists they tell nobody else."""

MISSING = ("manifest unknown", "repository does not exist", "access denied", ": not found")
"""How engines say, in the middle of a pull, that there is no such image."""


async def require_image(engine: Engine, image: str, purpose: str) -> str:
    """The id of `image`, pulled when the engine lacks it. Raises InputError when there is no such image."""
    remedy = f"build it before the gate runs, or correct the name of the {purpose}"
    missing = f"the {purpose} {image} does not exist"
    misnamed = f'"{image}" is not a name of an image'

    def get() -> str | None:
        try:
            return str(engine.client.images.get(image).id)
        except ImageNotFound:
            return None
        except APIError as error:
            if error.status_code == 400:
                raise InputError(misnamed, why=explain(error), remedy=remedy) from error
            raise

    def pull() -> str:
        name, tag = parse_repository_tag(image)
        why = ""
        try:
            # What goes wrong after the first byte is told in the stream alone.
            for event in engine.client.api.pull(name, tag=tag or "latest", stream=True, decode=True):
                why = str(event.get("error") or why)
            if not why:
                return str(engine.client.images.get(image).id)
        except APIError as error:
            why = explain(error)
            if isinstance(error, NotFound):
                raise InputError(missing, why=why, remedy=remedy) from error
            if error.status_code == 400:
                raise InputError(misnamed, why=why, remedy=remedy) from error
        if any(sign in why for sign in MISSING):
            raise InputError(missing, why=why, remedy=remedy)
        denied = any(sign in why.lower() for sign in DENIED)
        raise EngineError(
            f"the {purpose} {image} is not on the engine and cannot be pulled",
            why=" ".join(why.split()),
            remedy="pull it, logged in, before the gate runs: the gate has no credentials"
            if denied
            else remedy,
        )

    found = await engine.call(f"look for the image {image}", get)
    if found is not None:
        return found
    return await engine.call(f"pull the image {image}", pull, seconds=PULL_SECONDS)


async def check_architecture(engine: Engine, image: str, what: str, fault: GateError) -> None:
    """Raises EngineError when `fault` shows that `image` is made for another machine than the engine's."""
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
    """The id of the image built from `folder`. Raises InputError with the last lines of the build."""
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
            raise InputError(failed, why=str(error.msg), log=tail(lines)) from error
        except (DockerException, RequestException, TypeError) as error:
            if isinstance(error, APIError) and error.is_client_error():
                raise InputError(failed, why=explain(error), remedy="correct the Dockerfile") from error
            raise EngineError(failed, why=explain(error)) from error
        return str(image.id)

    return await engine.call(f"build the image in {folder}", build, seconds=BUILD_SECONDS)
