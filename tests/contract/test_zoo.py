"""The bot of the zoo: the healthy one is healthy, and each defect is the one that its name says."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping

import pytest

from gate.errors import TurnIndeterminate, TurnRefused
from tests.contract.harness import ProcessHarness, spoken_to
from tests.event_loop import in_event_loop

REFUSALS: Mapping[str, str] = {
    "always-500": "answered 500",
    "not-json": "not JSON",
    "wrong-type": "is not a text",
    "huge-reply": "larger than",
}


@pytest.mark.parametrize("memory", ["process", "file", "redis"])
@in_event_loop
async def test_the_healthy_bot_keeps_sessions_apart_and_turns_in_order(
    process_harness: ProcessHarness, memory: str
) -> None:
    """However many talk to it at once, and whatever their names have in common."""
    speakers = ["anna-1", "Anna-1", "anna-12", "anna", "a:b", "a,b"]

    async with (
        process_harness.deployed(**process_harness.bot(memory=memory)) as deployment,
        spoken_to(deployment) as bot,
    ):

        async def converse(speaker: str) -> str:
            for number in range(5):
                reply = await bot.open(speaker).say(f"{speaker} says {number}.")
            return reply

        replies = await asyncio.gather(*(converse(speaker) for speaker in speakers))
    for speaker, reply in zip(speakers, replies, strict=True):
        assert reply == "\n".join(f"{speaker} says {number}." for number in range(5))


@pytest.mark.parametrize("defect", REFUSALS)
@in_event_loop
async def test_a_bot_that_gives_no_reply_is_refused(process_harness: ProcessHarness, defect: str) -> None:
    """It is healthy, and none of its turns counts as acknowledged."""
    async with (
        process_harness.deployed(store=None, **process_harness.bot(defect=defect)) as deployment,
        spoken_to(deployment) as bot,
    ):
        with pytest.raises(TurnRefused, match=REFUSALS[defect]):
            await bot.open("anna-1").say("Hello")


@in_event_loop
async def test_a_bot_that_hangs_leaves_its_turns_open_and_still_stops(
    process_harness: ProcessHarness,
) -> None:
    """Both with and without a client that still waits."""
    async with (
        process_harness.deployed(store=None, **process_harness.bot(defect="hangs")) as deployment,
        spoken_to(deployment, turn_seconds=1.0) as hasty,
        spoken_to(deployment) as patient,
    ):
        with pytest.raises(TurnIndeterminate, match="did not answer"):
            await hasty.open("anna-1").say("Hello")
        waiting = asyncio.create_task(patient.open("ben-2").say("Hello"))
        await asyncio.wait({waiting}, timeout=0.1)
        assert await deployment.stop() == 0
        with pytest.raises((TurnIndeterminate, TurnRefused)):
            await waiting


@in_event_loop
async def test_a_bot_that_fails_after_its_restart(process_harness: ProcessHarness) -> None:
    """In its first life it is like any other."""
    fields = process_harness.bot(memory="redis", defect="500-after-restart")
    async with process_harness.deployed(**fields) as deployment, spoken_to(deployment) as bot:
        assert await bot.open("anna-1").say("Hello") == "Hello"
        await deployment.replace()
        await deployment.wait_until_ready()
        with pytest.raises(TurnRefused, match="answered 500"):
            await bot.open("anna-1").say("Hello")


@pytest.mark.parametrize(("end", "kept"), [("stop", "One.\nTwo."), ("kill", "Two.")])
@in_event_loop
async def test_a_bot_that_writes_behind(process_harness: ProcessHarness, end: str, kept: str) -> None:
    """Its memory survives a stop, but not a kill."""
    fields = process_harness.bot(memory="redis", defect="write-behind")
    async with process_harness.deployed(**fields) as deployment, spoken_to(deployment) as bot:
        await bot.open("anna-1").say("One.")
        await getattr(deployment, end)()
        await deployment.start()
        await deployment.wait_until_ready()
        assert await bot.open("anna-1").say("Two.") == kept


@pytest.mark.parametrize(
    ("defect", "other", "leaks"),
    [("leaks", "ben-2", True), ("folds-case", "ANNA-1", True), ("folds-case", "ben-2", False)],
)
@in_event_loop
async def test_a_bot_that_mixes_sessions(
    process_harness: ProcessHarness, defect: str, other: str, leaks: bool
) -> None:
    """All of them, or those that differ by case."""
    async with (
        process_harness.deployed(store=None, **process_harness.bot(defect=defect)) as deployment,
        spoken_to(deployment) as bot,
    ):
        await bot.open("anna-1").say("I live in Oslo.")
        assert ("Oslo" in await bot.open(other).say("Hello.")) is leaks


@pytest.mark.parametrize("defect", ["knows-the-test", "names-everything"])
@in_event_loop
async def test_a_bot_that_guesses(process_harness: ProcessHarness, defect: str) -> None:
    """It says the same to everybody, whatever it was told."""
    async with (
        process_harness.deployed(store=None, **process_harness.bot(defect=defect)) as deployment,
        spoken_to(deployment) as bot,
    ):
        replies = {await bot.open(f"anna-{number}").say(f"My order is ORD-{number}.") for number in range(3)}
    assert len(replies) == 1
    assert "Lisbon" in replies.pop()


@in_event_loop
async def test_a_bot_that_says_and_prints_hostile_text(process_harness: ProcessHarness) -> None:
    """Its memory is healthy; what it adds to a reply is what a runner would obey."""
    async with (
        process_harness.deployed(store=None, **process_harness.bot(defect="hostile-text")) as deployment,
        spoken_to(deployment) as bot,
    ):
        reply = await bot.open("anna-1").say("I live in Oslo.")
        log = "\n".join(await deployment.log_tail())
    assert reply.startswith("I live in Oslo.\n")
    for text in (reply, log):
        for forgery in ("::set-output name=accuracy::1.0", "##[set-output name=accuracy]1.0", "\x1b["):
            assert forgery in text
    assert re.search(r"progress\r##\[error\]", reply)
