"""Getting images onto the engine: looked for, pulled, or built from a folder."""

from __future__ import annotations

import hashlib
from pathlib import Path

from docker.errors import APIError, BuildError, DockerException, ImageNotFound
from requests.exceptions import RequestException

from gate.errors import EngineError, InputError
from gate.runtimes.docker_engine.connection import Engine, explain
from gate.runtimes.readiness import tail


async def require_image(engine: Engine, image: str, purpose: str) -> str:
    """The id of `image`, pulled when the engine lacks it. Raises InputError when there is no such image."""

    def get() -> str | None:
        try:
            return str(engine.client.images.get(image).id)
        except ImageNotFound:
            return None

    found = await engine.call(f"look for the image {image}", get)
    return found or await _pull(engine, image, purpose)


async def _pull(engine: Engine, image: str, purpose: str) -> str:
    remedy = f"build it before the gate runs, or correct the name of the {purpose}"

    def pull() -> str:
        name, tag = image, None
        if "@" not in image and ":" not in image.rpartition("/")[2]:
            tag = "latest"
        try:
            return str(engine.client.images.pull(name, tag=tag).id)
        except ImageNotFound as error:
            raise InputError(
                f"the {purpose} {image} does not exist", why=explain(error), remedy=remedy
            ) from error
        except APIError as error:
            if error.status_code == 400:
                raise InputError(
                    f'"{image}" is not a name of an image', why=explain(error), remedy=remedy
                ) from error
            raise EngineError(
                f"the {purpose} {image} is not on the engine and cannot be pulled",
                why=explain(error),
                remedy=remedy,
            ) from error

    return await engine.call(f"pull the image {image}", pull)


async def build_image(engine: Engine, folder: str, labels: dict[str, str]) -> str:
    """The tag of an image built from `folder`. Raises InputError with the last lines of the build."""
    if not (Path(folder) / "Dockerfile").is_file():
        raise InputError(f"there is no Dockerfile in {folder}", remedy="correct bot.build")
    tag = f"memory-gate-build:{hashlib.sha256(folder.encode()).hexdigest()[:12]}"

    def build() -> str:
        try:
            engine.client.images.build(path=folder, tag=tag, labels=labels, rm=True, forcerm=True)
        except BuildError as error:
            lines = "".join(str(step.get("stream") or step.get("error") or "") for step in error.build_log)
            raise InputError(
                f"the image in {folder} cannot be built", why=str(error.msg), log=tail(lines)
            ) from error
        except (DockerException, RequestException, TypeError) as error:
            raise EngineError(f"the image in {folder} cannot be built", why=explain(error)) from error
        return tag

    return await engine.call(f"build the image in {folder}", build)
