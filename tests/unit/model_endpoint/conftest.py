"""One endpoint for all tests of a module; its record is empty when a test begins."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.model_endpoint.served import Served


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    server = Served()
    yield server
    server.close()


@pytest.fixture
def served(server: Served) -> Served:
    """The endpoint, with an empty record."""
    server.events.clear()
    return server
