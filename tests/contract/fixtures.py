"""Fixtures that run bots, and fail a test that leaves anything behind."""

from __future__ import annotations

import asyncio
import secrets
import subprocess
from collections.abc import Iterator

import docker
import pytest

from gate.runtimes.process.ports import Ports
from tests.contract.harness import REDIS, ZOO, DockerHarness, ProcessHarness


@pytest.fixture(scope="session")
def zoo_image() -> Iterator[str]:
    """The image of the zoo's bot, built once."""
    tag = f"memory-gate-zoo-{secrets.token_hex(4)}:latest"
    client = docker.from_env()
    client.images.build(path=str(ZOO), tag=tag, rm=True, forcerm=True)
    yield tag
    client.images.remove(tag, force=True)
    client.close()


@pytest.fixture
def docker_harness(zoo_image: str) -> Iterator[DockerHarness]:
    """A run on the engine."""
    harness = DockerHarness(zoo_image)
    left: list[str] = ["not looked"]
    try:
        yield harness
        left = harness.leftovers()
    finally:
        harness.close()
    assert left == []


@pytest.fixture
def process_harness() -> Iterator[ProcessHarness]:
    """A run of local processes."""
    harness = ProcessHarness()
    yield harness
    harness.end_impostor()
    assert harness.leftovers() == []


@pytest.fixture
def local_redis() -> Iterator[int]:
    """Yield the port of a local Redis server without persistence, which is no bot's store."""
    port = Ports().take()
    command = (REDIS.local_server(), "--port", str(port), "--bind", "127.0.0.1", "--save", "")
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    asyncio.run(REDIS.wait_until_ready("127.0.0.1", port, 60))
    yield port
    server.kill()
    server.wait()
