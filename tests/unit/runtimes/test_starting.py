"""Containers are not removed while they start, and not started once the run is being ended."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from gate.errors import EngineError
from gate.runtimes.docker.connection import Engine
from gate.runtimes.docker.containers import EngineContainer
from tests.event_loop import PATIENCE_SECONDS, in_event_loop, until


class FakeEngine:
    """A client, its API and its one container. Starting takes until `may_go_on`."""

    id = "one"

    def __init__(self) -> None:
        self.api = self
        self.happened: list[str] = []
        self.begun, self.may_go_on = threading.Event(), threading.Event()

    def start(self) -> None:
        self.begun.set()
        assert self.may_go_on.wait(PATIENCE_SECONDS)
        self.happened.append("started")

    def remove_container(self, name: str, **_options: Any) -> None:
        self.happened.append("removed")


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    for module in ("connection", "containers"):
        monkeypatch.setattr(f"gate.runtimes.docker.{module}.SETTLING_SECONDS", PATIENCE_SECONDS)
    # So that it is not for this wait that nothing is removed.
    monkeypatch.setattr("gate.runtimes.docker.endpoints.CHANGE_SECONDS", 0.01)
    return FakeEngine()


def container_of(fake: Any) -> EngineContainer:
    return EngineContainer(Engine(fake, "nowhere"), fake, "the bot")


@in_event_loop
async def test_a_container_is_removed_once_it_is_not_being_started_any_more(fake: FakeEngine) -> None:
    """An engine may lose count of what is on its network else, and never let go of it."""
    container = container_of(fake)
    starting = asyncio.create_task(container.start())
    await until(fake.begun.is_set, "the start")
    # The gate gives up waiting, as at a signal; the engine goes on.
    starting.cancel()
    removing = asyncio.create_task(container.remove())
    quiet = asyncio.create_task(container.engine.wait_until_quiet())
    for _ in range(10):
        await asyncio.sleep(0.01)
    assert (fake.happened, removing.done(), quiet.done()) == ([], False, False)
    fake.may_go_on.set()
    await asyncio.gather(removing, quiet)
    assert fake.happened == ["started", "removed"]


@in_event_loop
async def test_a_start_that_hangs_is_not_waited_for_without_end(
    fake: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("connection", "containers"):
        monkeypatch.setattr(f"gate.runtimes.docker.{module}.SETTLING_SECONDS", 0.05)
    container = container_of(fake)
    starting = asyncio.create_task(container.start())
    await until(fake.begun.is_set, "the start")
    await container.engine.wait_until_quiet()
    await container.remove()
    assert fake.happened == ["removed"]
    fake.may_go_on.set()
    await starting


@in_event_loop
async def test_nothing_is_started_once_the_run_is_being_ended(fake: FakeEngine) -> None:
    container = container_of(fake)
    container.engine.refuse_creations()
    with pytest.raises(EngineError, match="being ended"):
        await container.start()
    assert not fake.begun.is_set()
