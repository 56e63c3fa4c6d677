"""What the command line holds a run together with: nothing that fails beside it changes what is known."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gate.cli.interruption import run_until_signal
from gate.core.report import Report
from gate.core.transcript import DeploymentClosed, DeploymentStarted, Event, FaultSeen, RunEnded
from gate.errors import GateError
from gate.reporters.transcript_file import NAME, UNFINISHED, TranscriptFile
from gate.run.recording import Recording
from gate.run.teardown import uninterrupted
from tests.event_loop import in_event_loop
from tests.full_disk import fill_up
from tests.transcripts.runs import honest_run


class Listener:
    """A reporter that may fail."""

    def __init__(self, *, fails: bool = False) -> None:
        self.fails = fails
        self.heard: list[Event] = []
        self.finished = False

    def show(self, event: Event) -> None:
        self._fail()
        self.heard.append(event)

    def finish(self, report: Report) -> None:
        self._fail()
        self.finished = True

    def _fail(self) -> None:
        if self.fails:
            raise OSError(28, "No space left on device")


def test_a_report_that_cannot_be_written_keeps_no_other_from_being_written(tmp_path: Path) -> None:
    bad, good = Listener(fails=True), Listener()
    recording = Recording(TranscriptFile(tmp_path, reserve=0), [bad, good], end=pytest.fail)
    recording(RunEnded(at=1.0))
    assert good.heard == [RunEnded(at=1.0)]
    with pytest.raises(GateError, match="could not be written whole") as caught:
        recording.finish(honest_run().analyse())
    assert caught.value.why == "No space left on device"
    assert caught.value.remedy
    assert good.finished


def test_what_is_not_on_record_ends_the_run_once_and_nothing_is_built_on_it(tmp_path: Path) -> None:
    """Each deployment that was not seen to its end has a fault; the others stay judged."""
    ends: list[None] = []
    listener = Listener()
    recording = Recording(TranscriptFile(tmp_path, reserve=0), [listener], end=lambda: ends.append(None))
    fill_up(tmp_path / UNFINISHED)
    for _ in range(2):
        recording(DeploymentStarted(at=1.0, deployment="restart", seconds=0.5))
    assert ends == [None]
    assert listener.heard == []
    recording.over()
    faults = recording.faults(["restart", "kill"], 2.0)
    assert [(type(one), one.deployment) for one in faults] == [(FaultSeen, "restart"), (FaultSeen, "kill")]
    assert "No space left on device" in faults[0].sentence


def test_a_deployment_that_was_over_has_no_fault(tmp_path: Path) -> None:
    recording = Recording(TranscriptFile(tmp_path, reserve=0), [], end=pytest.fail)
    recording(DeploymentClosed(at=1.0, deployment="restart"))
    assert recording.faults(["restart"], 2.0) == []
    recording.fault = "the disk is full"
    assert [one.deployment for one in recording.faults(["restart", "kill"], 2.0)] == ["kill"]
    assert not (tmp_path / NAME).exists()


@in_event_loop
async def test_a_cancellation_waits_for_the_end_of_the_clean_up() -> None:
    """Also a second one; and it is not forgotten."""
    begun, go_on, removed = asyncio.Event(), asyncio.Event(), []

    async def clean_up() -> None:
        begun.set()
        await go_on.wait()
        removed.append("everything")

    cleaning = asyncio.create_task(uninterrupted(clean_up()))
    await begun.wait()
    for _ in range(2):
        cleaning.cancel()
        await asyncio.sleep(0)
    assert not cleaning.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await cleaning
    assert removed == ["everything"]


@in_event_loop
async def test_what_the_clean_up_gives_or_raises_is_passed_on() -> None:
    async def give() -> str:
        return "nothing left"

    async def fail() -> str:
        raise GateError("not everything was removed")

    assert await uninterrupted(give()) == "nothing left"
    with pytest.raises(GateError, match="not everything"):
        await uninterrupted(fail())


@in_event_loop
async def test_a_cancellation_is_heeded_also_when_the_clean_up_fails() -> None:
    """The run was to end, and does."""
    go_on = asyncio.Event()

    async def clean_up() -> None:
        await go_on.wait()
        raise GateError("not everything was removed")

    cleaning = asyncio.create_task(uninterrupted(clean_up()))
    await asyncio.sleep(0)
    cleaning.cancel()
    await asyncio.sleep(0)
    go_on.set()
    await asyncio.wait({cleaning})
    assert cleaning.cancelled()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_second_signal_does_not_break_off_the_end(number: signal.Signals) -> None:
    """Runners send one after the other, and people press Ctrl-C twice."""

    async def interrupted() -> str:
        signal.raise_signal(number)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            signal.raise_signal(number)
            # The loop hears of it within its next rounds.
            for _ in range(10):
                await asyncio.sleep(0)
            return "removed"
        raise AssertionError

    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:
        assert run_until_signal(interrupted()) == "removed"
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


SIGNALLED_TWICE = """
import asyncio, os, signal, sys
from gate.cli.interruption import run_until_signal

number = signal.Signals(int(sys.argv[1]))

async def interrupted():
    os.kill(os.getpid(), number)
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        return "told"

assert run_until_signal(interrupted()) == "told"
os.kill(os.getpid(), number)
assert number in signal.sigpending()
print("last words")
"""
"""A process of its own: a signal that is not held back would end the process that runs the tests."""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_comes_after_the_first_is_held_back_to_the_end(number: signal.Signals) -> None:
    """Without its loop the process would die of it, in the middle of its last words."""
    ended = subprocess.run(
        (sys.executable, "-c", SIGNALLED_TWICE, str(int(number))), capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "last words\n", "")
