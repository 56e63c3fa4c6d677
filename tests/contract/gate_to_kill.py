"""A gate that deploys a bot and waits to be killed.

    python -m tests.contract.gate_to_kill process|docker RUN DEFECT [IMAGE]

Prints a line when the bot is ready.
"""

from __future__ import annotations

import asyncio
import sys

from tests.contract.places import DockerPlace, Place, ProcessPlace


async def deploy_and_wait(place: Place, defect: str) -> None:
    """Never returns."""
    runtime = place.runtime(**place.bot(memory="redis", defect=defect))
    await runtime.open()
    await runtime.deploy("trial", {})
    print("deployed", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    kind, run, defect, *image = sys.argv[1:]
    place = DockerPlace(*image) if kind == "docker" else ProcessPlace()
    place.run = run
    asyncio.run(deploy_and_wait(place, defect))
