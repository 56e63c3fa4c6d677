"""A server that the tests of one file share, empty for each of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from redis import Redis

from tests.unit.stores.servers import Server, running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server, started with the gate's own arguments."""
    with running(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def redis(server: Server) -> Iterator[Redis]:
    """A client of the server, which is empty."""
    with server.client() as client:
        client.flushall()
        yield client
