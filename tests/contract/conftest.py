"""Each contract test runs once per runtime."""

from __future__ import annotations

import pytest

from tests.contract.fixtures import docker_harness, process_harness, zoo_image
from tests.contract.harness import Harness

__all__ = ["docker_harness", "harness", "process_harness", "zoo_image"]


@pytest.fixture(params=["process", pytest.param("docker", marks=pytest.mark.docker)])
def harness(request: pytest.FixtureRequest) -> Harness:
    """Both runtimes, one after the other."""
    found: Harness = request.getfixturevalue(f"{request.param}_harness")
    return found
