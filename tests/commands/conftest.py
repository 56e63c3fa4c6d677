"""The gate as a process, on both runtimes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.commands.gate_process import Gate
from tests.contract.fixtures import zoo_image

__all__ = ["zoo_image"]


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    """A gate whose processes and scratch folders are all gone when the test ends."""
    gate = Gate(tmp_path)
    yield gate
    assert gate.processes_left() == []
    assert list(gate.scratch.glob("memory-gate-*")) == []


@pytest.fixture(params=["process", pytest.param("docker", marks=pytest.mark.docker)])
def configure(request: pytest.FixtureRequest, gate: Gate) -> Callable[..., None]:
    """Configures a bot of the zoo on each runtime in turn."""
    image = request.getfixturevalue("zoo_image") if request.param == "docker" else ""

    def configured(memory: str, defect: str = "", **bot: Any) -> None:
        gate.configure(memory, defect, image=image, **bot)

    return configured
