"""A gate of its own process that deploys a bot and waits to be killed.

    python -m tests.contract.gate_to_kill process|docker RUN DEFECT [IMAGE]

Prints a line when the bot is ready. With the defect `stopped`, the bot has no store and was stopped again.
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.contract.harness import DockerHarness, Harness, ProcessHarness

REPOSITORY = Path(__file__).parents[2]


@contextlib.contextmanager
def gate_to_kill(harness: Harness, defect: str) -> Iterator[subprocess.Popen[str]]:
    """Such a gate, started for the run of `harness`. At the end it is killed, whatever came before."""
    image = [harness.image] if isinstance(harness, DockerHarness) else []
    gate = subprocess.Popen(
        (sys.executable, "-m", __name__, harness.name, harness.run, defect, *image),
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield gate
    finally:
        gate.kill()
        gate.communicate()


def wait_for_line(gate: subprocess.Popen[str]) -> None:
    """Returns when the bot was deployed. Fails when the gate ends before."""
    assert gate.stdout is not None
    assert gate.stdout.readline() == "deployed\n"


async def deploy_and_wait(harness: Harness, defect: str) -> None:
    """Never returns."""
    if defect == "stopped":
        runtime = harness.runtime(store=None, **harness.bot())
    else:
        runtime = harness.runtime(**harness.bot(memory="redis", defect=defect))
    await runtime.open()
    deployment: Any = await runtime.deploy("trial", {})
    if defect == "stopped":
        await deployment.stop()
    print("deployed", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    kind, run, defect, *image = sys.argv[1:]
    harness = DockerHarness(*image) if kind == "docker" else ProcessHarness()
    harness.run = run
    asyncio.run(deploy_and_wait(harness, defect))
