"""Everything in this folder needs an engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.fixtures import docker_harness, local_redis, zoo_image

__all__ = ["docker_harness", "local_redis", "zoo_image"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.docker)
