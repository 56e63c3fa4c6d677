"""Replicas, whatever they are made of: who gets the turns, and that all of them share a fate."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.errors import BotNotReady, EngineError
from gate.ports import CANDIDATE, PREVIOUS, Instance
from gate.runtimes.replicated import ReplicatedDeployment
from tests.event_loop import in_event_loop
from tests.routing import routed_to
from tests.unit.core.laws import law


class FakeReplica:
    """A replica that writes down what is done to it."""

    def __init__(self, number: int, version: str) -> None:
        self.identity = f"replica-{number}"
        self.version = version
        self.exit_code = 0
        self.fault: Exception | None = None
        self.done: list[str] = []

    def address(self) -> str:
        return f"http://{self.identity}"

    async def instance(self) -> Instance:
        return Instance(identity=self.identity, started="1")

    async def wait_until_ready(self) -> None:
        if self.fault:
            raise self.fault
        await asyncio.sleep(0)
        self.done.append("ready")

    async def log_tail(self) -> Sequence[str]:
        return (f"I am {self.identity}",)

    async def start(self) -> None:
        self.done.append("start")

    async def ask_to_stop(self) -> None:
        self.done.append("ask")

    async def stop(self) -> int | None:
        self.done.append("stop")
        return self.exit_code

    async def kill(self) -> int | None:
        self.done.append("kill")
        return 137

    async def remove(self) -> None:
        self.done.append("remove")


class FakeReplicas(ReplicatedDeployment[FakeReplica]):
    """A deployment of them."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[FakeReplica] = []

    async def _launch(self, version: str) -> FakeReplica:
        replica = FakeReplica(len(self.made) + 1, version)
        self.made.append(replica)
        # Others are launched at the same time, and may be ready before.
        for _ in range(3 - len(self.made)):
            await asyncio.sleep(0)
        self._replicas.append(replica)
        return replica

    def images(self) -> Mapping[str, str]:
        return {}

    async def close(self) -> None: ...

    async def store_fault(self) -> str | None:
        return None


async def replicas(*versions: str) -> FakeReplicas:
    """A deployment of these versions."""
    deployment = FakeReplicas()
    await deployment._launch_all(versions)
    return deployment


@law
@given(count=st.integers(1, 6), turns=st.integers(0, 40))
def test_turns_go_round(count: int, turns: int) -> None:
    """Nobody is ahead by more than one, and who got them is counted."""

    async def talk() -> None:
        deployment = await replicas(*[CANDIDATE] * count)
        addresses = await routed_to(deployment, turns)
        assert addresses[count:] == addresses[: max(turns - count, 0)]
        counts = [one.turns for one in await deployment.instances()]
        assert sum(counts) == turns
        assert max(counts) - min(counts) <= 1
        assert counts == sorted(counts, reverse=True)

    asyncio.run(talk())


@law
@given(
    copies=st.integers(1, 4),
    looks=st.lists(st.integers(0, 3), max_size=20),
    fails=st.booleans(),
)
def test_a_turn_is_counted_once_however_often_its_address_is_looked_at(
    copies: int, looks: list[int], fails: bool
) -> None:
    """And under way until it is left, by a failure too."""

    async def talk() -> None:
        deployment = await replicas(*[CANDIDATE] * copies)
        for number, count in enumerate(looks):
            with contextlib.suppress(RuntimeError):
                async with deployment.route_turn() as lease:
                    assert {lease.address for _ in range(count)} <= {f"http://replica-{number % copies + 1}"}
                    assert sum(one.turns_under_way for one in await deployment.instances()) == 1
                    if fails:
                        raise RuntimeError
        lives = await deployment.instances()
        assert sum(one.turns for one in lives) == len(looks)
        assert not any(one.turns_under_way for one in lives)

    asyncio.run(talk())


@in_event_loop
async def test_a_lease_that_is_not_entered_is_no_turn() -> None:
    deployment = await replicas(CANDIDATE)
    deployment.route_turn()
    assert (await deployment.instance()).turns == 0


@in_event_loop
async def test_a_lease_follows_its_replica() -> None:
    """A replica that was started again may listen elsewhere."""
    deployment = await replicas(CANDIDATE, CANDIDATE)
    async with deployment.route_turn() as lease:
        deployment.made[0].identity = "replica-1-moved"
        assert lease.address == "http://replica-1-moved"
        deployment.made[0].identity = "replica-1"


@in_event_loop
async def test_the_order_is_the_one_they_were_wanted_in_not_the_one_they_came_in() -> None:
    """The first replica is the same in every run."""
    deployment = await replicas(PREVIOUS, CANDIDATE, CANDIDATE)
    assert [one.version for one in await deployment.instances()] == [PREVIOUS, CANDIDATE, CANDIDATE]
    assert deployment.routed() == ("replica-1", "replica-2", "replica-3")
    assert (await deployment.instance()).identity == "replica-1"
    assert await deployment.log_tail() == ("I am replica-1",)


@in_event_loop
async def test_only_who_is_routed_gets_turns() -> None:
    """One that was added does not until it is named, and one that was retired no more."""
    deployment = await replicas(CANDIDATE, CANDIDATE)
    third = await deployment.add(PREVIOUS)
    assert deployment.made[2].done == ["ready"]
    assert set(await routed_to(deployment, 4)) == {"http://replica-1", "http://replica-2"}
    deployment.route([third, "replica-1"])
    assert await routed_to(deployment, 3) == [
        "http://replica-3",
        "http://replica-1",
        "http://replica-3",
    ]
    assert await deployment.retire(third) == 0
    assert deployment.made[2].done == ["ready", "stop", "remove"]
    assert set(await routed_to(deployment, 4)) == {"http://replica-1"}
    assert [one.identity for one in await deployment.instances()] == ["replica-1", "replica-2"]


@in_event_loop
async def test_the_highest_exit_code_tells_of_the_worst_end() -> None:
    """A stop of which one had to be enforced was not graceful."""
    deployment = await replicas(CANDIDATE, CANDIDATE, CANDIDATE)
    assert await deployment.stop() == 0
    deployment.made[1].exit_code = 137
    assert await deployment.stop() == 137
    assert await deployment.kill() == 137


@in_event_loop
async def test_a_replacement_keeps_number_and_versions() -> None:
    """All the old ones are gone with their files."""
    deployment = await replicas(PREVIOUS, CANDIDATE)
    assert await deployment.replace() == 0
    assert [one.done for one in deployment.made[:2]] == [["stop", "remove"]] * 2
    assert [one.version for one in deployment.made[2:]] == [PREVIOUS, CANDIDATE]
    assert deployment.routed() == ("replica-3", "replica-4")


@in_event_loop
async def test_one_that_is_not_ready_is_told_when_all_others_were_waited_for() -> None:
    """Nothing goes on behind the back of whoever hears of it."""
    deployment = await replicas(CANDIDATE, CANDIDATE, CANDIDATE)
    deployment.made[0].fault = BotNotReady("the bot was not healthy")
    with pytest.raises(BotNotReady):
        await deployment.wait_until_ready()
    assert [one.done for one in deployment.made] == [[], ["ready"], ["ready"]]


@in_event_loop
async def test_without_a_replica_there_is_nobody_to_talk_to() -> None:
    """Which is the gate's mistake, and said as one."""
    deployment = FakeReplicas()
    with pytest.raises(EngineError, match="never started"):
        await routed_to(deployment)
    with pytest.raises(EngineError, match="never started"):
        await deployment.instance()
    assert await deployment.log_tail() == ()
