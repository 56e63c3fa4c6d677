"""One run of the gate on a bot inside this process, by the very code that `memory-gate run` runs by."""

from __future__ import annotations

import asyncio
import functools
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from benchmarks.measurement.bots import KeepsOutside
from benchmarks.measurement.runtime import InProcessKind, NewBot, StoreServer, store_server
from gate.cli.library import find_scenarios
from gate.config import Settings
from gate.core.report import Report
from gate.core.scenario import Scenario
from gate.core.specification import (
    BotSpecification,
    ModelSpecification,
    Policy,
    RunSpecification,
    StoreSpecification,
)
from gate.core.transcript import Event, FaultSeen
from gate.core.transcript_lines import decode
from gate.disruptions import DISRUPTIONS
from gate.ports import Reporter
from gate.reporters.transcript_file import NAME
from gate.run import run_name
from gate.run.run import RunInputs, execute
from gate.runner.plan import Plan
from gate.runner.planner import plan_run
from gate.runtimes import RUNTIMES
from gate.stores import DEFAULT_STORE

SOURCE_TREE = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, kw_only=True)
class Script:
    """What is played: scenarios, under disruptions, so many times, with the facts of one seed."""

    scenarios: Sequence[Scenario]
    disruptions: Sequence[str]
    seed: int
    trials: int = 1

    @property
    def plan(self) -> Plan:
        """All that will be said, known before it is: what a measurement is compared with."""
        return plan_run(self.scenarios, self.disruptions, self.trials, self.seed)


@dataclass(frozen=True, kw_only=True)
class Played:
    """A run that is over."""

    report: Report
    transcript: Sequence[str]

    @property
    def events(self) -> list[Event]:
        """All that happened, read from the transcript."""
        return list(decode(self.transcript))


def library() -> tuple[Scenario, ...]:
    """All built-in scenarios."""
    return find_scenarios((), SOURCE_TREE)


async def play(
    script: Script,
    new_bot: NewBot,
    server: StoreServer,
    *,
    model: ModelSpecification | None = None,
    key: str = "",
    folder: Path | None = None,
    reporters: Sequence[Reporter] = (),
    environment: Mapping[str, str] | None = None,
) -> Played:
    """Plays the script. The transcript goes into `folder`, or nowhere."""
    with tempfile.TemporaryDirectory(prefix="memory-gate-measurement-") as scratch:
        settings = Settings(
            bot=BotSpecification(name="measured", command=("in-process",)),
            store=StoreSpecification(kind=DEFAULT_STORE),
            model=model or ModelSpecification(),
            run=RunSpecification(
                disruptions=tuple(script.disruptions),
                trials=script.trials,
                seed=script.seed,
                # One after the other: transcripts are compared line by line.
                jobs=1,
            ),
            policy=Policy(),
            scenarios=(),
            report_directory=folder or Path(scratch),
            config_file=None,
            openai_api_key=key,
        )
        # The one seam: everything else is built, played, recorded and judged as on the command line.
        kind = InProcessKind(new_bot=new_bot, server=server, name="process")
        with patch.dict(RUNTIMES, {kind.name: kind}):
            report = await execute(
                RunInputs(
                    settings=settings,
                    scenarios=script.scenarios,
                    name=run_name.new_run_name(),
                    environment=environment or {},
                    reporters=reporters,
                    repeat=("memory-gate", "run"),
                )
            )
        lines = (settings.report_directory / NAME).read_text(encoding="utf-8").splitlines()
    return Played(report=report, transcript=lines)


@functools.cache
def possible_disruptions() -> tuple[str, ...]:
    """The disruptions that such a deployment can be put to, in the order of DISRUPTIONS."""
    refused = asyncio.run(_refused())
    return tuple(name for name in DISRUPTIONS if name not in refused)


async def _refused() -> set[str]:
    script = Script(scenarios=library()[:1], disruptions=tuple(DISRUPTIONS), seed=0)
    async with store_server(os.environ) as server:
        events = (await play(script, KeepsOutside, server)).events
    return {one.deployment for one in events if isinstance(one, FaultSeen) and one.cause == "runtime"}
