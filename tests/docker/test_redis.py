"""Figures of the upstream Redis image, whose counters differ from those of the wheel's Valkey."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping

import pytest

from gate.core.specification import StoreSpecification
from gate.stores.redis.server import RedisServer
from tests.contract.harness import DockerHarness
from tests.event_loop import in_event_loop
from tests.unit.stores.servers import Server, looks_between_commands


@pytest.fixture
def redis_server(docker_harness: DockerHarness) -> Iterator[Server]:
    """A server from the image that is the default, on the engine's own bridge."""
    store = RedisServer(StoreSpecification())
    container = docker_harness.client.containers.run(
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


class Interrupted(RedisServer):
    """A kind that needs a variable, and that ends in order on another signal than most."""

    environment: Mapping[str, str] = {"STORE_OF": "the gate"}
    stop_signal = "SIGINT"


@in_event_loop
async def test_a_server_gets_the_environment_and_the_signal_that_its_kind_declares(
    docker_harness: DockerHarness,
) -> None:
    store = Interrupted(StoreSpecification())
    async with docker_harness.deployed(store=store, **docker_harness.bot(memory="redis")) as deployment:
        container = docker_harness.store_container(deployment)
        assert "STORE_OF=the gate" in container.attrs["Config"]["Env"]
        assert container.attrs["Config"]["StopSignal"] == "SIGINT"
        server = deployment.store_server()
        assert await server.stop() == 0
        assert b"SIGINT" in container.logs()
