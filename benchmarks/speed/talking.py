"""A child process that holds conversations with a bot that is up already, and says what that took.

`python -m benchmarks.speed.talking ADDRESS SCENARIOS TRIALS CONCURRENCY FOLDER` prints one JSON object.
"""

from __future__ import annotations

import asyncio
import functools
import json
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from gate.cli.library import find_scenarios
from gate.cli.tune_gc import tune_gc
from gate.core.quota import Quota
from gate.core.specification import BotSpecification
from gate.core.transcript import Event, TurnEnded, TurnStarted
from gate.disruptions import DISRUPTIONS
from gate.ports import CANDIDATE, Deployment, Instance, StoreInspector, TurnLease
from gate.protocols import PROTOCOLS
from gate.reporters.transcript_file import TranscriptFile
from gate.runner.misses import missed
from gate.runner.planner import plan_run
from gate.runner.play import RunContext, play
from gate.runtimes.turn_routing import route_to

SEED = 7


class GuaranteeStatus:
    """A bot that somebody else started. Nothing can be done to it. Runtime and deployment in one."""

    def __init__(self, address: str) -> None:
        self._route = route_to(lambda: address)

    async def open(self) -> str:
        return "127.0.0.1"

    async def deploy(self, name: str, environment: Mapping[str, str], version: str = CANDIDATE) -> Deployment:
        del name, environment, version
        return self

    def inspector(self, deployment: Deployment) -> StoreInspector | None:
        del deployment
        return None

    def route_turn(self) -> AbstractAsyncContextManager[TurnLease]:
        return self._route()

    def images(self) -> Mapping[str, str]:
        return {}

    async def instance(self) -> Instance:
        return Instance(identity="standing", started="1")

    async def instances(self) -> Sequence[Instance]:
        return (await self.instance(),)

    async def wait_until_ready(self) -> None:
        return

    async def store_fault(self) -> str | None:
        return None

    async def log_tail(self) -> Sequence[str]:
        return ()

    async def close(self) -> None:
        return


async def talk(
    address: str, scenarios: Path, trials: int, concurrency: int, folder: Path
) -> dict[str, float]:
    """Turns, wall and processor seconds from the first turn to the last, and the most memory in MB."""
    plan = plan_run(find_scenarios([scenarios], scenarios.parent), ["none"], trials, SEED)
    transcript = TranscriptFile(folder)
    began = time.monotonic()
    turns: list[float] = []

    def record(event: Event) -> None:
        transcript.show(event)
        if isinstance(event, TurnStarted | TurnEnded):
            turns.append(event.at)

    runtime = GuaranteeStatus(address)
    bot = BotSpecification(name="standing", url=address)
    before = time.process_time()
    await play(
        plan,
        RunContext(
            runtime=runtime,
            connect=lambda deployment: PROTOCOLS["http-json"].connect(bot, deployment.route_turn),
            reply_quota=Quota.for_turns(len(plan.conversations) * 100),
            disruptions=DISRUPTIONS,
            environment=lambda _: {},
            record=record,
            clock=lambda: time.monotonic() - began,
            concurrency=concurrency,
            missed=missed,
        ),
    )
    processor = time.process_time() - before
    transcript.close()
    return {
        "conversations": len(plan.scripted),
        "turns": len(turns) / 2,
        "seconds": max(turns) - min(turns),
        "processor_seconds": processor,
        "megabytes": most_memory() / 1e6,
    }


def most_memory() -> int:
    """The most that this process has ever held, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def main(arguments: Sequence[str]) -> None:
    """See above."""
    # As the command does.
    tune_gc()
    address, scenarios, trials, concurrency, folder = arguments
    talking = functools.partial(talk, address, Path(scenarios), int(trials), int(concurrency), Path(folder))
    print(json.dumps(asyncio.run(talking())))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
