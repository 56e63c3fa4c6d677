"""Networks of a run: one for the gate and the bots, one for the bots and their stores."""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Mapping

import docker
from docker.errors import APIError
from docker.types import IPAMConfig, IPAMPool

from gate.errors import EngineError
from gate.runtimes.docker.connection import Engine
from gate.runtimes.docker.sweep import remove_network

TRIES = 5
NO_HOST_ADDRESS = "com.docker.network.bridge.inhibit_ipv4"
PURPOSE = 'make a network ("memory-gate sweep" removes those that dead runs left behind)'


async def make_network(
    engine: Engine,
    name: str,
    labels: Mapping[str, str],
    *,
    internal: bool,
    hostless: bool = False,
    subnet: str | None = None,
) -> str:
    """Create a bridge network and return its id; an `internal` one has no way out. Raises EngineError.

    On a `hostless` one the engine's machine has no address, so that containers cannot reach its services.
    They could not reach a gate that runs outside of containers either.
    """
    addresses = IPAMConfig(pool_configs=[IPAMPool(subnet=subnet)]) if subnet else None
    options = {NO_HOST_ADDRESS: "true"} if internal and hostless else None
    made = await engine.create(
        PURPOSE,
        lambda: engine.client.api.create_network(
            name, driver="bridge", internal=internal, labels=dict(labels), ipam=addresses, options=options
        ),
    )
    return str(made["Id"])


async def make_store_network(
    engine: Engine, name: str, labels: Mapping[str, str], *, hostless: bool = False
) -> str:
    """Create an internal network on which containers can keep their addresses. Return its id.

    The engine lets addresses be chosen only on a subnet that was chosen too. So a first network is created to
    find a free subnet, and replaced by one with that subnet. Raises EngineError.
    """
    tries = TRIES
    while True:
        tries -= 1
        probe = await make_network(engine, name, labels, internal=True, hostless=hostless)
        subnet = await engine.call("take a subnet", functools.partial(_release_subnet, engine, probe))
        try:
            return await make_network(engine, name, labels, internal=True, hostless=hostless, subnet=subnet)
        except EngineError as error:
            # Another client may have taken the subnet in between.
            if tries == 0 or not isinstance(error.__cause__, APIError):
                raise


def find_gateway(client: docker.DockerClient, network: str) -> str:
    """Return the address that the engine's machine has on a bridge. Raises EngineError.

    Not every engine reports it. Then it is the subnet's first address, the default for bridges.
    """
    pool = _find_pool(client, network)
    return str(pool.get("Gateway") or ipaddress.IPv4Network(pool["Subnet"])[1])


def _release_subnet(engine: Engine, network: str) -> str:
    """Remove the network, and return its subnet."""
    client = engine.client
    subnet = _find_pool(client, network)["Subnet"]
    remove_network(client, network)
    return subnet


def _find_pool(client: docker.DockerClient, network: str) -> Mapping[str, str]:
    """Return the network's IPv4 pool; with IPv6 the engine reports two pools, in any order."""
    for pool in client.api.inspect_network(network)["IPAM"]["Config"] or ():
        if "." in pool.get("Subnet", ""):
            found: Mapping[str, str] = pool
            return found
    raise EngineError(
        f"the network {network} has no IPv4 addresses",
        why="the engine tells no subnet of it",
        remedy="let the engine's bridge networks have IPv4 addresses, which is its default",
    )
