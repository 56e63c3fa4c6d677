"""Held answers wait until their release, and other turns are not held."""

from __future__ import annotations

import asyncio

import pytest

from gate.model_endpoint import hold
from gate.model_endpoint.hold import HeldAnswers
from tests.event_loop import in_event_loop


@in_event_loop
async def test_a_held_turn_waits_and_others_pass() -> None:
    held = HeldAnswers(["a", "b"])
    await held.wait_while_held("c")
    waiting = [asyncio.create_task(held.wait_while_held(text)) for text in ("a", "b")]
    await held.wait_until_asked()
    assert not any(task.done() for task in waiting)
    held.release()
    await asyncio.gather(*waiting)
    # Later requests are not held any more.
    await held.wait_while_held("a")


@pytest.mark.usefixtures("impatient")
@in_event_loop
async def test_a_bot_that_takes_one_turn_at_a_time_is_not_waited_for() -> None:
    held = HeldAnswers(["a", "b"])
    waiting = asyncio.create_task(held.wait_while_held("a"))
    await held.wait_until_asked()
    assert not waiting.done()
    held.release()
    await waiting


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hold, "SETTLING_SECONDS", 0.0)
