"""The images of the zoo's bot: the one that is to be deployed, and the version before it."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import docker

from tests.commands.gate_process import ZOO


@dataclass(frozen=True, kw_only=True)
class Images:
    """Their tags."""

    candidate: str
    previous: str


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
