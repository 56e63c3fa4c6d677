"""The network of the stores, on an engine that others use as well."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from docker.errors import APIError, DockerException

from gate.errors import EngineError
from gate.runtimes.docker.networks import NO_HOST_ADDRESS, TRIES, find_gateway, make_store_network
from tests.event_loop import in_event_loop


class FakeEngine:
    """An engine that gives out subnets, of which other clients take the first `taken` in between."""

    def __init__(self, taken: int) -> None:
        self.taken = taken
        self.networks: dict[str, str] = {}
        self.made = 0
        self.options: list[Any] = []
        self.client = self
        self.api = self

    async def call(self, purpose: str, function: Callable[[], Any]) -> Any:
        try:
            return function()
        except DockerException as error:
            raise EngineError(f"the Docker engine could not {purpose}") from error

    create = call

    def create_network(
        self, name: str, *, driver: str, internal: bool, labels: dict[str, str], ipam: Any, options: Any
    ) -> dict[str, str]:
        self.options.append(options)
        assert (driver, internal, labels) == ("bridge", True, {"run": "1"})
        wanted = ipam["Config"][0]["Subnet"] if ipam else None
        if wanted and self.taken:
            self.taken -= 1
            raise APIError("Pool overlaps with other one on this address space")
        assert not self.networks, "two networks of one name"
        self.made += 1
        self.networks[f"network-{self.made}"] = wanted or f"10.{self.made}.0.0/16"
        return {"Id": f"network-{self.made}"}

    def inspect_network(self, network: str) -> dict[str, Any]:
        return {"IPAM": {"Config": [{"Subnet": self.networks[network]}]}, "Containers": {}}

    def remove_network(self, network: str) -> None:
        del self.networks[network]


@pytest.mark.parametrize("taken", range(TRIES))
@in_event_loop
async def test_the_subnet_is_one_that_the_engine_chose_itself(taken: int) -> None:
    """A subnet that another client took meanwhile is not used; exactly one network exists at the end."""
    engine: Any = FakeEngine(taken)
    network = await make_store_network(engine, "stores", {"run": "1"})
    assert engine.networks == {network: f"10.{taken + 1}.0.0/16"}


@in_event_loop
async def test_an_engine_without_room_is_told_with_what_helps() -> None:
    """It is not tried for ever, and nothing is left of the tries."""
    engine: Any = FakeEngine(TRIES)
    with pytest.raises(EngineError, match="memory-gate sweep"):
        await make_store_network(engine, "stores", {"run": "1"})
    assert engine.networks == {}


@in_event_loop
async def test_the_machine_is_on_the_network_only_where_the_gate_runs_on_the_machine() -> None:
    """Otherwise the bot could reach services of the machine."""
    for hostless, options in ((False, None), (True, {NO_HOST_ADDRESS: "true"})):
        engine: Any = FakeEngine(0)
        await make_store_network(engine, "stores", {"run": "1"}, hostless=hostless)
        assert set(map(str, engine.options)) == {str(options)}


def told(*pools: Mapping[str, str]) -> Any:
    """A client whose engine tells these pools of every network."""
    return SimpleNamespace(api=SimpleNamespace(inspect_network=lambda _: {"IPAM": {"Config": list(pools)}}))


@pytest.mark.parametrize(
    ("pools", "gateway"),
    [
        ([{"Subnet": "172.18.0.0/16", "Gateway": "172.18.0.7"}], "172.18.0.7"),
        ([{"Subnet": "172.17.0.0/16"}], "172.17.0.1"),
        ([{"Subnet": "172.17.0.0/16", "Gateway": ""}], "172.17.0.1"),
        ([{"Subnet": "fd00::/80"}, {"Subnet": "10.89.0.0/24"}], "10.89.0.1"),
    ],
)
def test_the_gateway_is_known_whatever_the_engine_tells(
    pools: Sequence[Mapping[str, str]], gateway: str
) -> None:
    """An engine that was never restarted tells a subnet alone; one with IPv6 tells two pools."""
    assert find_gateway(told(*pools), "bots") == gateway


@pytest.mark.parametrize("pools", [[], [{"Subnet": "fd00::/80", "Gateway": "fd00::1"}]])
def test_a_network_without_addresses_is_told_with_what_helps(pools: Sequence[Mapping[str, str]]) -> None:
    """No traceback, whatever else an engine leaves out."""
    with pytest.raises(EngineError, match="bots has no IPv4 addresses") as caught:
        find_gateway(told(*pools), "bots")
    assert caught.value.remedy
