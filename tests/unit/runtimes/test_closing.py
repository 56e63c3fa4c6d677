"""The end of a run on an engine that did not say what became of what it was asked for."""

from __future__ import annotations

from typing import Any

import pytest
from docker.errors import APIError

from gate.core.specification import BotSpecification
from gate.errors import EngineError
from gate.runtimes.docker.connection import Engine
from gate.runtimes.docker.runtime import DockerRuntime
from gate.runtimes.docker.sweep import labels
from tests.event_loop import PATIENCE_SECONDS, in_event_loop
from tests.unit.runtimes.test_sweep import FakeEngine

RUN = "mine"


class Late(FakeEngine):
    """An engine on which something of the run stands only by the second look."""

    looks = 0

    def containers(self, *, all: bool, filters: Any) -> list[dict[str, Any]]:
        self.looks += 1
        if self.looks == 2:
            self.make("late", labels(RUN, 0.0))
        return super().containers(all=all, filters=filters)


async def looks_at_the_end(fault: Exception, monkeypatch: pytest.MonkeyPatch) -> Late:
    """The engine after a run whose one creation ended so."""
    monkeypatch.setattr("gate.runtimes.docker.runtime.QUIET_SECONDS", 0.01)
    monkeypatch.setattr("gate.runtimes.docker.runtime.CLOSING_SECONDS", PATIENCE_SECONDS)
    fake: Any = Late()
    engine = Engine(fake, "nowhere")

    def create() -> None:
        raise fault

    with pytest.raises(EngineError):
        await engine.create("make a network", create)
    await DockerRuntime(engine, BotSpecification(), None, run=RUN, environment={}).close()
    return fake


@pytest.mark.parametrize("fault", [ConnectionResetError("reset"), TimeoutError("no answer")], ids=repr)
@in_event_loop
async def test_what_an_engine_made_without_saying_so_is_removed(
    fault: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its connection broke, and it went on."""
    fake = await looks_at_the_end(fault, monkeypatch)
    assert (fake.left(), len(fake.removed)) == (set(), 3)


@in_event_loop
async def test_an_engine_that_refused_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for what will not come."""
    assert (await looks_at_the_end(APIError("no subnet"), monkeypatch)).looks == 1
