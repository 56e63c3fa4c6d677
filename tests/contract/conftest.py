"""Each contract test runs once per runtime."""

from __future__ import annotations

import pytest

from tests.contract.fixtures import docker_place, process_place, zoo_image
from tests.contract.places import Place

__all__ = ["docker_place", "place", "process_place", "zoo_image"]


@pytest.fixture(params=["process", pytest.param("docker", marks=pytest.mark.docker)])
def place(request: pytest.FixtureRequest) -> Place:
    """Both runtimes, one after the other."""
    found: Place = request.getfixturevalue(f"{request.param}_place")
    return found
