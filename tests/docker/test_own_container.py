"""The gate finds the container that it runs in, if it runs in one."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest

from gate.runtimes.docker.own_container import find_own_container
from tests.contract.harness import DockerHarness
from tests.event_loop import in_event_loop
from tests.routing import routed_to

IMAGE = "python:3.13-slim-trixie"


@pytest.fixture
def container() -> Iterator[Any]:
    """A container as the runner would start the gate in; shareable, so that its folder shows outside."""
    client = docker.from_env()
    made = client.containers.run(
        IMAGE,
        ["sleep", "600"],
        detach=True,
        ipc_mode="shareable",
        environment={"GITHUB_OUTPUT": f"/github/file_commands/set_output_{secrets.token_hex(8)}"},
    )
    yield made
    made.remove(force=True)
    client.close()


def environment_of(container: Any) -> dict[str, str]:
    """The environment of its first process."""
    return dict(one.split("=", 1) for one in container.attrs["Config"]["Env"])


def test_a_gate_on_the_engines_own_machine_is_in_no_container(container: Any) -> None:
    """Containers' folders show in its mount table too, without its being in any of them."""
    assert find_own_container(container.client, {"HOSTNAME": "build-host"}) is None


def test_a_gate_in_a_container_finds_itself_by_its_mounts(container: Any, tmp_path: Path) -> None:
    """With any host name."""
    table = tmp_path / "mountinfo"
    table.write_bytes(container.exec_run(["cat", "/proc/self/mountinfo"]).output)
    assert find_own_container(container.client, {"HOSTNAME": "renamed"}, table) == container.id


def test_a_gate_in_a_container_finds_itself_by_its_host_name(container: Any, tmp_path: Path) -> None:
    """Where the mounts tell nothing."""
    environment = {"HOSTNAME": container.short_id}
    assert find_own_container(container.client, environment, tmp_path / "none") == container.id


def test_a_gate_in_a_container_finds_itself_by_its_steps_file(container: Any, tmp_path: Path) -> None:
    """Where neither does."""
    environment = environment_of(container)
    assert find_own_container(container.client, environment, tmp_path / "none") == container.id


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"HOSTNAME": "0123456789ab"},
        {"HOSTNAME": "../../etc"},
        {"GITHUB_OUTPUT": "/github/file_commands/set_output_of_another"},
        {"GITHUB_OUTPUT": "/home/runner/work/_temp/set_output"},
    ],
)
def test_a_container_of_another_engine_is_not_found(
    container: Any, environment: dict[str, str], tmp_path: Path
) -> None:
    """Only what this engine confirms counts."""
    table = tmp_path / "mountinfo"
    foreign = "ab" * 32
    table.write_text(f"1 2 3:4 /var/lib/docker/containers/{foreign}/hosts /etc/hosts rw - ext4 /dev/a rw\n")
    assert find_own_container(container.client, environment, table) is None


def test_a_stopped_container_is_not_the_gates_own(container: Any, tmp_path: Path) -> None:
    """The container that asks must be running."""
    container.kill()
    container.wait()
    environment = {"HOSTNAME": container.short_id}
    assert find_own_container(container.client, environment, tmp_path / "none") is None


@in_event_loop
async def test_a_gate_in_a_container_joins_the_network_and_leaves_it(
    docker_harness: DockerHarness, container: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bots reach it there; at the end it is taken off the network, and goes on."""
    # This test stands outside of the container that it takes for the gate's, and is to reach the bot.
    monkeypatch.setattr("gate.runtimes.docker.networks.NO_HOST_ADDRESS", "unknown.to.the.engine")
    environment = {**os.environ, "HOSTNAME": container.short_id}
    runtime = docker_harness.runtime(gate_environment=environment, **docker_harness.bot())
    address = await runtime.open()
    deployment = await runtime.deploy("trial", {})
    container.reload()
    networks = container.attrs["NetworkSettings"]["Networks"]
    assert address in {one["IPAddress"] for one in networks.values()}
    # Its own, that of the bots and that of their stores.
    assert len(networks) == 3
    [address] = await routed_to(deployment)
    reach = f"import urllib.request as u; print(u.urlopen('{address}/healthz').status)"
    assert container.exec_run(["python", "-c", reach]).output == b"200\n"
    await runtime.close()
    container.reload()
    assert container.status == "running"
    assert len(container.attrs["NetworkSettings"]["Networks"]) == 1
