"""Objects that a run makes on the engine, and the limits of its containers."""

from __future__ import annotations

import http.server
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gate.core.specification import ContainerSpecification, StoreSpecification
from gate.errors import BotNotReady, StoreError
from gate.ports import Replaceable
from gate.runtimes.docker.sweep import EXPIRY_LABEL, LIFETIME_SECONDS, RUN_LABEL
from gate.stores.redis.server import RedisServer
from tests.contract.harness import REDIS, DockerHarness
from tests.event_loop import in_event_loop
from tests.routing import routed_to


def bot_container(harness: DockerHarness) -> Any:
    """The one bot of a harness's run."""
    containers = harness.client.containers.list(filters={"label": f"{RUN_LABEL}={harness.run}"})
    (found,) = (one for one in containers if "-bot-" in str(one.name))
    return found


@pytest.fixture
def local_service() -> Iterator[http.server.HTTPServer]:
    """A service on this machine that says 200 to everything."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"here")

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@in_event_loop
async def test_everything_that_is_created_carries_the_run_and_its_expiry(
    docker_harness: DockerHarness,
) -> None:
    """Both containers, both networks and the volume; the image of the user is left as it is."""
    now = time.time()
    async with docker_harness.deployed(**docker_harness.bot(memory="redis")):
        api = docker_harness.client.api
        mine = {"label": f"{RUN_LABEL}={docker_harness.run}"}
        found = [
            *(api.inspect_container(one["Id"])["Config"] for one in api.containers(all=True, filters=mine)),
            *api.networks(filters=mine),
            *api.volumes(filters=mine)["Volumes"],
        ]
        assert len(found) == 5
        for one in found:
            expires = int(one["Labels"][EXPIRY_LABEL])
            assert now + LIFETIME_SECONDS - 1 <= expires <= time.time() + LIFETIME_SECONDS
        image = docker_harness.client.images.get(docker_harness.image)
        assert RUN_LABEL not in (image.labels or {})


@in_event_loop
async def test_the_stores_files_are_on_the_runs_volume(docker_harness: DockerHarness) -> None:
    """Not on an anonymous one, which would go with its container."""
    async with docker_harness.deployed(**docker_harness.bot()) as deployment:
        (mount,) = docker_harness.store_container(deployment).attrs["Mounts"]
    assert mount["Type"] == "volume"
    assert mount["Destination"] == REDIS.data_folder
    assert docker_harness.run in mount["Name"]


@in_event_loop
async def test_a_restarted_store_is_told_by_its_identity(docker_harness: DockerHarness) -> None:
    """It has its address, its data and its container still, and is another server all the same."""
    async with docker_harness.deployed(**docker_harness.bot()) as deployment:
        await docker_harness.restart_store(deployment)
        assert await deployment.store_fault() == "the store was restarted by someone else"


@in_event_loop
async def test_the_bot_reaches_the_gate_at_the_address_that_open_gives(
    docker_harness: DockerHarness, local_service: http.server.HTTPServer
) -> None:
    """There the gate serves the model."""
    runtime = docker_harness.runtime(**docker_harness.bot())
    gate = await runtime.open()
    await runtime.deploy("trial", {})
    fetch = (
        f"import urllib.request as u; print(u.urlopen('http://{gate}:{local_service.server_port}').read())"
    )
    assert bot_container(docker_harness).exec_run(["python", "-c", fetch]).output == b"b'here'\n"
    await runtime.close()


@pytest.mark.parametrize("internal", [True, False])
@in_event_loop
async def test_the_network_is_cut_off_unless_the_bot_brings_its_own_model(
    docker_harness: DockerHarness, internal: bool
) -> None:
    """The engine drops what would leave an internal network; no port is published on either kind."""
    async with docker_harness.deployed(internal=internal, **docker_harness.bot()):
        container = bot_container(docker_harness)
        networks = container.attrs["NetworkSettings"]["Networks"]
        assert {
            docker_harness.client.api.inspect_network(one["NetworkID"])["Internal"]
            for name, one in networks.items()
            if not name.endswith("-stores")
        } == {internal}
        (stores,) = (one for name, one in networks.items() if name.endswith("-stores"))
        assert docker_harness.client.api.inspect_network(stores["NetworkID"])["Internal"]
        assert container.attrs["HostConfig"]["PortBindings"] in (None, {})
        assert not any(container.attrs["NetworkSettings"]["Ports"].values())


@in_event_loop
async def test_the_bots_container_is_fenced_in(docker_harness: DockerHarness) -> None:
    """It gains no privileges, and neither a fork bomb nor a flooded log takes the machine down."""
    async with docker_harness.deployed(**docker_harness.bot()) as deployment:
        settings = bot_container(docker_harness).attrs["HostConfig"]
        status = bot_container(docker_harness).exec_run(["cat", "/proc/1/status"]).output.decode()
        of_the_store = docker_harness.store_container(deployment).attrs["HostConfig"]
    for one in (settings, of_the_store):
        assert one["CapDrop"] == ["ALL"]
        assert one["SecurityOpt"] == ["no-new-privileges"]
        assert one["LogConfig"]["Config"]["max-size"] == "10m"
        assert one["MemorySwap"] == one["Memory"] > 0
        assert not one["Privileged"]
        assert not one["PublishAllPorts"]
        assert one["NetworkMode"].startswith("memory-gate-")
        assert {one["PidMode"], one["IpcMode"], one["UsernsMode"], one["UTSMode"]} <= {"", "private"}
    assert not settings["CapAdd"]
    assert not settings["Binds"]
    assert settings["PidsLimit"] == 1024
    assert settings["NanoCpus"] == min(2, docker_harness.client.info()["NCPU"]) * 10**9
    found = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert {int(found[name], 16) for name in ("CapEff", "CapPrm", "CapBnd", "CapInh")} == {0}
    assert found["NoNewPrivs"] == "1"


@in_event_loop
async def test_an_honest_image_may_be_given_what_it_needs(docker_harness: DockerHarness) -> None:
    """Each key of bot.container arrives."""
    allowed = ContainerSpecification(
        capabilities=("CHOWN",), memory=2**29, cpus=0.5, processes=99, new_privileges=True
    )
    async with docker_harness.deployed(container=allowed, **docker_harness.bot()):
        settings = bot_container(docker_harness).attrs["HostConfig"]
    assert [one.removeprefix("CAP_") for one in settings["CapAdd"]] == ["CHOWN"]
    assert (settings["Memory"], settings["NanoCpus"], settings["PidsLimit"]) == (2**29, 5 * 10**8, 99)
    assert not settings["SecurityOpt"]


@pytest.mark.parametrize(
    ("program", "allowed", "key"),
    [
        ("open('/etc/shadow', 'a'); import os; os.chown('/etc', 1, 1)", {}, "bot.container.capabilities"),
        ("x = [bytearray(2**20) for _ in range(4096)]", {"memory": 2**26}, "bot.container.memory"),
        (
            "import threading as t\nfor _ in range(99): t.Thread(target=t.Event().wait, args=(9,)).start()",
            {"processes": 16},
            "bot.container.pids",
        ),
        ("import socket; socket.create_connection(('192.0.2.1', 80), 5)", {}, "bot.container.egress"),
    ],
    ids=["capabilities", "memory", "pids", "egress"],
)
@in_event_loop
async def test_a_bot_that_meets_a_limit_is_told_the_key(
    docker_harness: DockerHarness, program: str, allowed: dict[str, Any], key: str
) -> None:
    """An honest image may need more than the defaults."""
    image = docker_harness.command("python", "-c", f"{program}")["image"]
    async with docker_harness.opened(
        image=image, container=ContainerSpecification(**allowed), ready_seconds=30.0
    ) as runtime:
        with pytest.raises(BotNotReady) as caught:
            await runtime.deploy("trial", {})
    assert f"set {key}" in caught.value.sentence


@in_event_loop
async def test_the_stop_signal_of_the_image_is_the_one_that_is_sent(docker_harness: DockerHarness) -> None:
    """As `docker stop` does; the bot has its whole grace to follow another one."""
    image = docker_harness.variant(StopSignal="SIGKILL")
    async with docker_harness.deployed(image=image, **docker_harness.bot()) as deployment:
        assert await deployment.stop() == 137


@in_event_loop
async def test_replicas_are_told_apart_by_address(docker_harness: DockerHarness) -> None:
    """Turns go round; the store has one address for all of them."""
    async with docker_harness.deployed(replicas=3, **docker_harness.bot()) as deployment:
        addresses = await routed_to(deployment, 6)
        assert len(set(addresses)) == 3
        assert addresses[:3] == addresses[3:]
        assert [one.turns for one in await deployment.instances()] == [2, 2, 2]


@in_event_loop
async def test_a_bot_that_was_cut_off_comes_back_under_its_address(docker_harness: DockerHarness) -> None:
    """Even if other addresses are free, so that open connections continue after the partition."""

    def addresses() -> dict[str, str]:
        found = {}
        for one in docker_harness.client.containers.list(
            filters={"label": f"{RUN_LABEL}={docker_harness.run}"}
        ):
            networks = one.attrs["NetworkSettings"]["Networks"].items()
            (found[str(one.name)],) = (how["IPAddress"] for name, how in networks if name.endswith("-stores"))
        return found

    async with docker_harness.deployed(replicas=3, **docker_harness.bot()) as deployment:
        first, *others = deployment.routed()
        await deployment.retire(first)
        before = addresses()
        await deployment.disconnect_store()
        assert not await deployment.store_connected()
        await deployment.reconnect_store()
        assert await deployment.store_connected()
        assert addresses() == before
        assert len(before) == 1 + len(others)


@in_event_loop
async def test_a_proxy_in_the_docker_configuration_does_not_reach_the_bot(
    docker_harness: DockerHarness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no way out of the run's network, so a proxy would only hide the model from the bot."""
    proxies = {"default": {"httpProxy": "http://proxy.invalid:3128", "noProxy": "localhost"}}
    (tmp_path / "config.json").write_text(json.dumps({"proxies": proxies}))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    async with docker_harness.deployed(**docker_harness.bot()):
        environment = bot_container(docker_harness).attrs["Config"]["Env"]
    assert not [one for one in environment if "proxy" in one.lower()]


@in_event_loop
async def test_a_replacement_is_made_from_the_image_that_was_there_at_the_start(
    docker_harness: DockerHarness,
) -> None:
    """Somebody who builds the same tag anew in the middle of a run does not change the bot under test."""
    client = docker_harness.client
    tag = f"memory-gate-moving-{docker_harness.run}"
    original = client.images.get(docker_harness.image)
    original.tag(tag)
    try:
        async with docker_harness.opened(image=tag, **docker_harness.bot()) as runtime:
            deployment = await runtime.deploy("trial", {})
            assert deployment.images()["bot"] == original.id
            assert deployment.images()["store"] == client.images.get(REDIS.image).id
            client.images.get(REDIS.image).tag(tag)
            assert isinstance(deployment, Replaceable)
            await deployment.replace()
            await deployment.wait_until_ready()
            assert bot_container(docker_harness).attrs["Image"] == original.id
    finally:
        client.images.remove(tag)


@in_event_loop
async def test_a_bot_that_ended_at_once_is_not_looked_for_on_this_machine(
    docker_harness: DockerHarness, local_service: http.server.HTTPServer
) -> None:
    """A container without an address must not be taken for a healthy service of the gate's own host."""
    ended = docker_harness.command("true")
    async with docker_harness.opened(port=local_service.server_port, **ended) as runtime:
        with pytest.raises(BotNotReady, match="stopped before it was healthy"):
            await runtime.deploy("trial", {})


@in_event_loop
async def test_a_store_that_ended_at_once_is_not_looked_for_on_this_machine(
    docker_harness: DockerHarness, local_redis: int
) -> None:
    """A server that happens to run on the gate's own host is not the store; the log says what went wrong."""

    class Broken(RedisServer):
        """A server that refuses its arguments."""

        port = local_redis

    broken = Broken(StoreSpecification(image=REDIS.image))
    broken.arguments = ("--no-such-setting", "1")
    async with docker_harness.opened(store=broken, **docker_harness.bot()) as runtime:
        with pytest.raises(StoreError, match="stopped as it was started") as caught:
            await runtime.deploy("trial", {})
    assert "exit code 1" in caught.value.sentence
    assert any("no-such-setting" in line for line in caught.value.log)


@in_event_loop
async def test_what_ran_out_of_memory_by_itself_is_no_forgetting(docker_harness: DockerHarness) -> None:
    """The limit is the gate's own; the disruption that does the same on purpose leaves no such mark."""
    async with docker_harness.deployed(**docker_harness.bot()) as deployment:
        assert await deployment.limit_fault() is None
        await deployment.exhaust_memory()
        fault = await deployment.limit_fault()
        assert fault is not None
        assert "bot.container.memory" in fault
        await deployment.start()
        await deployment.wait_until_ready()
        assert await deployment.limit_fault() is None
