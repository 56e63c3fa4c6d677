"""Everything that a run made can be removed by its label, even after the gate died, and nothing else is."""

from __future__ import annotations

import asyncio
import math
import secrets
import time
from collections.abc import Iterator
from typing import Any

import docker
import pytest

from gate.errors import EngineError
from gate.runtimes.docker.sweep import EXPIRY_LABEL, RUN_LABEL, labels, remove_expired, remove_run
from tests.contract.gate_to_kill import gate_to_kill, wait_for_line
from tests.contract.harness import DockerHarness, spoken_to
from tests.event_loop import in_event_loop

IMAGE = "python:3.13-slim-trixie"


class Litter:
    """Containers, networks and volumes with labels of a test's choice, removed at its end."""

    def __init__(self) -> None:
        self.client = docker.from_env()
        self._made: list[Any] = []

    def make(self, made_with: dict[str, str]) -> list[Any]:
        """One of each; the container runs on the network, with the volume in use."""
        name = f"memory-gate-litter-{secrets.token_hex(4)}"
        volume = self.client.volumes.create(name, labels=made_with)
        network = self.client.networks.create(name, internal=True, labels=made_with)
        container = self.client.containers.run(
            IMAGE,
            ["sleep", "600"],
            name=name,
            detach=True,
            network=name,
            labels=made_with,
            volumes={name: {"bind": "/data"}},
        )
        made = [container, network, volume]
        self._made += made
        return made

    def remains(self, made: list[Any]) -> list[str]:
        """The kinds of those that still exist."""
        remaining = []
        for one in made:
            try:
                one.reload()
            except docker.errors.NotFound:
                continue
            remaining.append(type(one).__name__)
        return remaining

    def close(self) -> None:
        """Removes all."""
        for one in self._made:
            try:
                one.remove(**({"force": True} if hasattr(one, "kill") else {}))
            except docker.errors.NotFound:
                continue
        self.client.close()


ALL = ["Container", "Network", "Volume"]


@pytest.fixture
def litter() -> Iterator[Litter]:
    """Yield a maker of leftovers, which are removed at the end of the test."""
    made = Litter()
    yield made
    made.close()


def test_remove_run_removes_all_of_one_run_and_nothing_of_another(litter: Litter) -> None:
    """Names that begin alike are told apart."""
    run = secrets.token_hex(6)
    mine = litter.make(labels(run, time.time()))
    similar = litter.make(labels(f"{run}0", time.time()))
    assert remove_run(litter.client, run) == 3
    assert litter.remains(mine) == []
    assert litter.remains(similar) == ALL
    assert remove_run(litter.client, run) == 0


def test_remove_expired_removes_only_what_is_over(litter: Litter) -> None:
    """A run that may still be going on is left alone."""
    now = time.time()
    over = litter.make({RUN_LABEL: secrets.token_hex(6), EXPIRY_LABEL: str(int(now) - 1)})
    alive = litter.make(labels(secrets.token_hex(6), now))
    remove_expired(litter.client, now)
    assert litter.remains(over) == []
    assert litter.remains(alive) == ALL


@in_event_loop
async def test_a_new_run_clears_away_what_is_over(litter: Litter, docker_harness: DockerHarness) -> None:
    """A long-lived machine needs no manual sweep."""
    over = litter.make({RUN_LABEL: secrets.token_hex(6), EXPIRY_LABEL: "1"})
    alive = litter.make(labels(secrets.token_hex(6), time.time()))
    async with docker_harness.opened():
        assert litter.remains(over) == []
        assert litter.remains(alive) == ALL


@pytest.mark.parametrize(
    "expiry",
    ["", "soon", "-5", "1e3", "12.5", " 5", "²", "٣", "9" * 5000],
    ids=["empty", "word", "negative", "exponent", "fraction", "blank", "superscript", "arabic", "endless"],
)
def test_a_label_that_the_gate_would_not_write_is_not_the_gates_to_remove(
    litter: Litter, expiry: str
) -> None:
    """Nor does it keep the sweep from removing the rest."""
    volume = litter.client.volumes.create(
        f"memory-gate-litter-{secrets.token_hex(4)}", labels={RUN_LABEL: "x", EXPIRY_LABEL: expiry}
    )
    over = litter.client.volumes.create(
        f"memory-gate-litter-{secrets.token_hex(4)}",
        labels={RUN_LABEL: secrets.token_hex(6), EXPIRY_LABEL: "1"},
    )
    try:
        remove_expired(litter.client, time.time())
        assert litter.remains([volume]) == ["Volume"]
        assert litter.remains([over]) == []
    finally:
        volume.remove()


def test_a_foreign_label_is_left_alone(litter: Litter) -> None:
    """An expiry alone, or a run alone, is not what the gate makes."""
    expiry_alone = litter.make({EXPIRY_LABEL: "1"})
    run_alone = litter.make({RUN_LABEL: secrets.token_hex(6)})
    unlabelled = litter.make({"com.example": "1"})
    remove_expired(litter.client, time.time())
    assert [litter.remains(one) for one in (expiry_alone, run_alone, unlabelled)] == [ALL] * 3


@in_event_loop
async def test_a_sweep_of_one_run_leaves_a_live_one_undisturbed(
    docker_harness: DockerHarness, litter: Litter
) -> None:
    """A deployment of another run goes on answering through both kinds of sweep."""
    litter.make({RUN_LABEL: "dead", EXPIRY_LABEL: "1"})
    async with (
        docker_harness.deployed(**docker_harness.bot(memory="redis")) as deployment,
        spoken_to(deployment) as bot,
    ):
        await bot.open("anna-1").say("One.")
        await asyncio.to_thread(remove_expired, litter.client, time.time())
        await asyncio.to_thread(remove_run, litter.client, "another")
        assert await bot.open("anna-1").say("Two.") == "One.\nTwo."
        assert await deployment.store_fault() is None


@in_event_loop
async def test_two_removals_at_once_both_succeed(docker_harness: DockerHarness) -> None:
    """The runner's last signal and the sweep of the next step may meet."""
    runtime = docker_harness.runtime(**docker_harness.bot(memory="redis"))
    await runtime.open()
    await runtime.deploy("trial", {})
    clients = [docker.from_env() for _ in range(3)]
    await asyncio.gather(*(asyncio.to_thread(remove_run, one, docker_harness.run) for one in clients))
    assert docker_harness.leftovers() == []
    for one in clients:
        one.close()
    await runtime.close()


class Refusal:
    """A removal that the engine refuses so many times before it does what it should."""

    def __init__(self, times: float) -> None:
        self.times = times

    def __call__(self, client: docker.DockerClient, run: str) -> int:
        self.times -= 1
        if self.times >= 0:
            raise docker.errors.APIError("conflict", explanation="volume is in use")
        return remove_run(client, run)


@in_event_loop
async def test_a_removal_that_meets_a_creation_is_tried_again(
    docker_harness: DockerHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container that is being created holds on to a volume that is being removed."""
    runtime = docker_harness.runtime(**docker_harness.bot())
    await runtime.open()
    monkeypatch.setattr("gate.runtimes.docker.runtime.remove_run", Refusal(3))
    await runtime.close()
    assert docker_harness.leftovers() == []


@in_event_loop
async def test_a_close_that_failed_says_so_and_can_be_repeated(
    docker_harness: DockerHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names the obstacle and the remedy, and no removal is reported that did not happen."""
    runtime = docker_harness.runtime(**docker_harness.bot())
    await runtime.open()
    with monkeypatch.context() as broken:
        broken.setattr("gate.runtimes.docker.runtime.CLOSING_SECONDS", 0.2)
        broken.setattr("gate.runtimes.docker.runtime.remove_run", Refusal(math.inf))
        with pytest.raises(EngineError, match=docker_harness.run) as caught:
            await runtime.close()
    assert caught.value.why == "volume is in use"
    assert f"sweep --run {docker_harness.run}" in caught.value.remedy
    assert docker_harness.leftovers() != []
    await runtime.close()
    assert docker_harness.leftovers() == []


@pytest.mark.parametrize("defect", ["", "forks-orphans"])
def test_what_a_killed_gate_left_is_removed_by_its_run(docker_harness: DockerHarness, defect: str) -> None:
    """Nobody told the engine that the gate is gone; the label is enough."""
    with gate_to_kill(docker_harness, defect) as gate:
        wait_for_line(gate)
        gate.kill()
    assert len(docker_harness.running()) == 2
    assert remove_run(docker_harness.client, docker_harness.run) == 5  # bot, store, two networks, volume
    assert docker_harness.leftovers() == []


@in_event_loop
async def test_a_volume_that_the_engine_makes_anew_belongs_to_the_run(docker_harness: DockerHarness) -> None:
    """The run's end removes a volume for which a store is just being created: the engine makes another."""
    async with docker_harness.deployed(**docker_harness.bot(memory="redis")) as deployment:
        server = deployment.store_server()
        assert server is not None
        await server.remove()
        await server._create_container()
        filters = {"label": f"{RUN_LABEL}={docker_harness.run}"}
        assert [one.name for one in docker_harness.client.volumes.list(filters=filters)] == [server._volume]
