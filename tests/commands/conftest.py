"""The gate as a process, on both runtimes."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docker
import pytest

from tests.commands.gate_process import ZOO, Gate


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    """A gate whose processes and scratch folders are all gone when the test ends."""
    gate = Gate(tmp_path)
    yield gate
    assert gate.processes_left() == []
    assert list(gate.scratch.glob("memory-gate-*")) == []


@pytest.fixture(scope="session")
def zoo_image() -> Iterator[str]:
    """The zoo's image, for tests with the `docker` marker only."""
    # A name of its own: whoever else tests on this engine removes theirs when they like.
    tag = f"memory-gate-test-zoo-commands-{secrets.token_hex(4)}:latest"
    client = docker.from_env()
    client.images.build(path=str(ZOO), tag=tag, rm=True, forcerm=True)
    yield tag
    client.images.remove(tag, force=True)
    client.close()


@pytest.fixture(params=["process", pytest.param("docker", marks=pytest.mark.docker)])
def configure(request: pytest.FixtureRequest, gate: Gate) -> Callable[..., None]:
    """Configures a bot of the zoo on each runtime in turn."""
    image = request.getfixturevalue("zoo_image") if request.param == "docker" else ""

    def configured(memory: str, defect: str = "", **bot: Any) -> None:
        gate.configure(memory, defect, image=image, **bot)

    return configured
