"""The images of the zoo's bot: the one that is to be deployed, and the version before it."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import docker

from tests.commands.gate_process import ZOO


@dataclass(frozen=True, kw_only=True)
class Images:
    """What a run of the gate is made from. "" is what the gate takes by itself: for the bot, a process."""

    candidate: str = ""
    previous: str = ""
    store: str = ""


NO_IMAGES = Images()


@contextlib.contextmanager
def built() -> Iterator[Images]:
    """Both images, until the block is left."""
    client = docker.from_env()
    mark = secrets.token_hex(4)
    images = Images(candidate=f"memory-gate-matrix-{mark}:2", previous=f"memory-gate-matrix-{mark}:1")
    try:
        client.images.build(path=str(ZOO), tag=images.candidate, rm=True, forcerm=True)
        template = client.api.create_container(images.candidate)
        try:
            client.api.commit(template, images.previous, conf={"Env": ["VERSION=1"]})
        finally:
            client.api.remove_container(template)
        yield images
    finally:
        for tag in (images.candidate, images.previous):
            with contextlib.suppress(docker.errors.ImageNotFound):
                client.images.remove(tag, force=True)
        client.close()


def built_and_kept(folder: Path, tag: str, *, dockerfile: str = "Dockerfile", target: str = "") -> str:
    """The id of an image that takes long to build. Its tag stays, so that the engine keeps its layers."""
    client = docker.from_env()
    try:
        image, _ = client.images.build(
            path=str(folder), dockerfile=dockerfile, target=target or None, tag=tag, rm=True, forcerm=True
        )
        return str(image.id)
    finally:
        client.close()
