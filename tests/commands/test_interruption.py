"""Ending early: by a signal at several moments, and by the gate's own death."""

from __future__ import annotations

import signal
import time

import docker
import pytest

from tests.commands.gate_process import Gate, disruptions

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
    """After SIGKILL nobody is left to clean up but the wardens, and they do."""
    gate.configure("redis", "forks-orphans")
    ended = gate.interrupt_at("bot and store ready", signal.SIGKILL, "run", *disruptions("restart"))
    assert ended.code == -signal.SIGKILL
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (gate.processes_left() or list(gate.scratch.iterdir())) and time.monotonic() < deadline:
        time.sleep(0.02)
    # The fixture says what is left, if anything is.


@pytest.mark.docker
@pytest.mark.parametrize("moment", MOMENTS[::2])
def test_an_interrupted_run_leaves_nothing_on_the_engine(gate: Gate, zoo_image: str, moment: str) -> None:
    """Container, network and volume are gone when the process ends."""
    client = docker.from_env()
    before = labelled(client)
    gate.configure("redis", image=zoo_image)
    ended = gate.interrupt_at(moment, signal.SIGTERM, "run", *disruptions("restart"))
    assert ended.code == 130, ended.output
    assert labelled(client) <= before
    client.close()


@pytest.mark.docker
def test_what_a_killed_gate_left_is_swept(gate: Gate, zoo_image: str) -> None:
    """By the name of its run, which stands on everything it made."""
    client = docker.from_env()
    before = labelled(client)
    gate.configure("redis", image=zoo_image)
    gate.interrupt_at("bot and store ready", signal.SIGKILL, "run", *disruptions("restart"))
    left = [
        one
        for one in client.containers.list(all=True, filters={"label": "memory-gate.run"})
        if str(one.id) not in before and zoo_image in one.image.tags
    ]
    assert len(left) == 1
    swept = gate.run("sweep", "--run", left[0].labels["memory-gate.run"])
    # The bot, its store, the store's volume, and the two networks.
    assert (swept.code, "removed 5" in swept.output) == (0, True), swept.output
    assert labelled(client) <= before
    client.close()


def labelled(client: docker.DockerClient) -> set[str]:
    """Everything on the engine that some gate made."""
    filters = {"label": "memory-gate.run"}
    return {
        *(str(one.id) for one in client.containers.list(all=True, filters=filters)),
        *(str(one.id) for one in client.networks.list(filters=filters)),
        *(str(one.id) for one in client.volumes.list(filters=filters)),
    }
