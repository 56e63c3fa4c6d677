"""What a run made is removed whatever ends the run, and what could not be removed is known."""

from __future__ import annotations

import asyncio

import pytest

from gate.errors import EngineError
from gate.run.teardown import Teardown
from tests.event_loop import in_event_loop


class Part:
    """Something to close, once it is told to go on."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.closing, self.go_on = asyncio.Event(), asyncio.Event()
        self.closed = False

    async def close(self) -> None:
        self.closing.set()
        await self.go_on.wait()
        if self.error:
            raise self.error
        self.closed = True


STUBBORN = EngineError("a network stayed", remedy="run  memory-gate sweep")


async def end(teardown: Teardown, error: BaseException | None = None) -> None:
    async with teardown:
        if error is not None:
            raise error


@in_event_loop
@pytest.mark.parametrize("error", [None, ValueError("no"), asyncio.CancelledError()])
async def test_every_part_is_closed_whatever_ends_the_block(error: BaseException | None) -> None:
    """A part that cannot be closed keeps no other open."""
    teardown, bad, good = Teardown(), Part(STUBBORN), Part()
    for part in (bad, good):
        assert teardown.add(part) is part
        part.go_on.set()
    ending = asyncio.create_task(end(teardown, error))
    await asyncio.wait({ending})
    assert good.closed
    assert teardown.left_behind == "a network stayed; run  memory-gate sweep"
    assert ending.cancelled() or ending.exception() is error


@in_event_loop
async def test_a_cancellation_meanwhile_loses_neither_the_removal_nor_what_was_left() -> None:
    """It takes effect when all is removed."""
    teardown, slow = Teardown(), Part(STUBBORN)
    teardown.add(slow)
    ending = asyncio.create_task(end(teardown))
    await slow.closing.wait()
    for _ in range(2):
        ending.cancel()
        await asyncio.sleep(0)
    assert not ending.done()
    slow.go_on.set()
    await asyncio.wait({ending})
    assert ending.cancelled()
    assert "a network stayed" in teardown.left_behind


@in_event_loop
async def test_without_parts_nothing_is_left() -> None:
    teardown = Teardown()
    await end(teardown)
    assert teardown.left_behind == ""
