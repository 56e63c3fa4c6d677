"""What the gate makes of upstream's Redis, which differs from the Valkey of the wheel in what it counts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from gate.core.specification import StoreSpecification
from gate.stores.redis.server import RedisServer
from tests.contract.places import DockerPlace
from tests.unit.stores.servers import Server, looks_between_commands


@pytest.fixture
def redis_server(docker_place: DockerPlace) -> Iterator[Server]:
    """A server from the image that is the default, on the engine's own bridge."""
    store = RedisServer(StoreSpecification())
    container = docker_place.client.containers.run(
        store.image, [store.program, *store.arguments], detach=True, labels={"memory-gate-test": "redis"}
    )
    try:
        container.reload()
        (network,) = container.attrs["NetworkSettings"]["Networks"].values()
        host = network["IPAddress"]
        asyncio.run(store.wait_until_ready(host, store.port, 60))
        yield Server(host=host, port=store.port, store=store)
    finally:
        container.remove(force=True, v=True)


def test_the_gates_own_commands_are_left_out(redis_server: Server) -> None:
    """As on a Valkey: exactly."""
    views = looks_between_commands(redis_server)
    assert all(view.version.startswith("Redis") for view in views)
