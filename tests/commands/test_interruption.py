"""Ending early: by a signal at several moments, and by the gate's own death."""

from __future__ import annotations

import os
import secrets
import signal
import time

import pytest

from tests.commands.gate_process import RUN_SECONDS, Gate, disruptions, named
from tests.kill_matrix.striking import on_the_engine

MOMENTS = ("scenarios", "bot and store ready", "conversations held", "restarted")
PATIENCE_SECONDS = 60.0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda one: one.name)
def test_a_signal_ends_the_run_in_order(gate: Gate, number: signal.Signals) -> None:
    """Exit code 130, what is known is written, and (by the fixture) nothing is left."""
    gate.configure("redis")
    ended = gate.interrupt_at("bot and store ready", number, "run", *disruptions("restart"))
    assert ended.code == 130, ended.output
    assert (ended.report["verdict"], ended.report["interrupted"]) == ("inconclusive", True)
    assert "Traceback" not in ended.output


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_interrupted_run_never_passes(gate: Gate, moment: str) -> None:
    """At whatever moment: interrupted, inconclusive, and the transcript is there to be judged."""
    gate.configure("redis")
    ended = gate.interrupt_at(moment, signal.SIGINT, "run", *disruptions("restart", "kill"))
    assert ended.code == 130, ended.output
    assert ended.report["verdict"] == "inconclusive"
    judged = gate.run("judge", "memory-gate-report/transcript.jsonl")
    assert judged.code == 3, judged.output


def test_a_killed_gate_takes_its_processes_along(gate: Gate) -> None:
    """After SIGKILL nobody is left to clean up but the supervisors, and they do."""
    gate.configure("redis", "forks-orphans")
    ended = gate.interrupt_at("bot and store ready", signal.SIGKILL, "run", *disruptions("restart"))
    assert ended.code == -signal.SIGKILL
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (gate.processes_left() or any(gate.scratch.iterdir())) and time.monotonic() < deadline:
        time.sleep(0.02)
    # The fixture says what is left, if anything is.


@pytest.mark.docker
@pytest.mark.parametrize("moment", MOMENTS[::2])
def test_an_interrupted_run_leaves_nothing_on_the_engine(gate: Gate, zoo_image: str, moment: str) -> None:
    """Container, network and volume are gone when the process ends."""
    run = secrets.token_hex(6)
    gate.configure("redis", image=zoo_image)
    ended = gate.interrupt_at(moment, signal.SIGTERM, "run", *disruptions("restart"), program=named(run))
    assert ended.code == 130, ended.output
    assert on_the_engine(run) == []


@pytest.mark.docker
def test_what_a_killed_gate_left_is_swept(gate: Gate, zoo_image: str) -> None:
    """By the name of its run, which stands on everything it made."""
    run = secrets.token_hex(6)
    gate.configure("redis", image=zoo_image)
    gate.interrupt_at(
        "bot and store ready", signal.SIGKILL, "run", *disruptions("restart"), program=named(run)
    )
    # The bot, its store, the store's volume, and the two networks.
    assert len(on_the_engine(run)) == 5
    swept = gate.run("sweep", "--run", run)
    assert (swept.code, "removed 5" in swept.output) == (0, True), swept.output
    assert on_the_engine(run) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_cancel_before_anything_is_started_ends_the_action_at_once(
    gate: Gate, number: signal.Signals
) -> None:
    """While it still reads what it was given: here a baseline that nobody ends to write."""
    gate.configure("redis")
    pipe = gate.folder / "report.json"
    os.mkfifo(pipe)
    # Opening it waits until the gate opens it for reading.
    with gate.start_action(baseline="report.json") as process, pipe.open("w"):
        process.send_signal(number)
        output, _ = process.communicate(timeout=RUN_SECONDS)
    assert process.returncode == 130, output
    assert output == ""
