"""One endpoint for all tests of a module, with nothing on record when a test begins."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.model_endpoint.served import Served


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    one = Served()
    yield one
    one.close()


@pytest.fixture
def served(server: Served) -> Served:
    """The endpoint with nothing on record."""
    server.events.clear()
    return server
