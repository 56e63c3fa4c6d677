"""Rows that need a Docker engine: the article's own loop, and the action's image."""

# ruff: noqa: S603, S607 - the programs are this interpreter and docker, the words are fixed

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.speed.gate_process import (
    SOURCE_TREE,
    Ran,
    run_gate,
    scenario_text,
    workspace,
    write_scenarios,
)
from benchmarks.speed.row import Measured, NotHere
from gate.cli.library import find_scenarios
from gate.core.specification import BotSpecification, StoreSpecification
from gate.core.transcript import CONTROL, TREATED
from gate.disruptions import DISRUPTIONS
from gate.disruptions.traffic import NoTraffic
from gate.model_endpoint.endpoint import ModelEndpoint
from gate.ports import Bot, Deployment
from gate.protocols import PROTOCOLS
from gate.reference_model.builder import build_reference_model
from gate.runner.misses import missed
from gate.runner.plan import Pause, Plan, PlannedConversation
from gate.runner.planner import plan_run
from gate.runtimes.docker.connection import connect
from gate.runtimes.docker.runtime import DockerRuntime
from gate.stores.redis import Redis

BASE = "python:3.13-slim-trixie"
IMAGE = "memory-gate-bench:gate"
BOT_IMAGE = "memory-gate-bench:bot"
SCENARIOS = 24
TURNS = 10
RUNS = 3
DISRUPTION = "restart"
SLOW = {"DELAY": "0.05"}
READY = "bot and store ready"
STARTS = 5


def article() -> Measured:
    """The article's loop over 24 scenarios, one restart for each, against the gate with the same bot."""
    with workspace() as folder:
        write_scenarios(folder, [scenario_text(number, TURNS - 2) for number in range(SCENARIOS)])
        _build_bot(folder)
        plan = plan_run(find_scenarios([folder / "scenarios"], folder), [DISRUPTION], 1, 7)
        loop = asyncio.run(_loop(plan))
        runs = [_run_once(folder) for _ in range(RUNS)]
    gate = statistics.median(run.seconds for run in runs)
    return Measured(
        figure=loop.seconds / gate,
        from_={
            "the loop": f"{loop.seconds:.1f} s",
            "of which restarts": f"{loop.restarts:.1f} s",
            "of which the control arm": f"{loop.control:.1f} s",
            "the gate": f"{gate:.1f} s",
            "conversations": str(len(plan.scripted)),
            "turns": str(sum(len(one.turns) for one in plan.scripted)),
        },
    )


def _run_once(folder: Path) -> Ran:
    return run_gate(
        folder,
        {
            "bot": {"image": BOT_IMAGE, "env": SLOW},
            "scenarios": ["scenarios"],
            "run": {"disruptions": [DISRUPTION], "seed": 7},
        },
    )


def image_size() -> Measured:
    """The action's image over its base, in MB."""
    _build(IMAGE, SOURCE_TREE)
    sizes = {name: int(_docker("image", "inspect", "--format", "{{.Size}}", name)) for name in (IMAGE, BASE)}
    return Measured(
        figure=(sizes[IMAGE] - sizes[BASE]) / 1e6,
        from_={"image": f"{sizes[IMAGE] / 1e6:.0f} MB", "base": f"{sizes[BASE] / 1e6:.0f} MB"},
    )


def first_turn() -> Measured:
    """From `docker run` of the action to its first turn, over what the engine takes; the median."""
    _build(IMAGE, SOURCE_TREE)
    with workspace() as folder:
        _build_bot(folder)
    containers = [_seconds_until("ready", ["--entrypoint", "echo", IMAGE, "ready"]) for _ in range(STARTS)]
    container = statistics.median(containers)
    runs = [_one_start() for _ in range(STARTS)]
    over = statistics.median(whole - container - engine for whole, engine in runs)
    return Measured(
        figure=over,
        from_={
            "from docker run to the first turn": f"{statistics.median(whole for whole, _ in runs):.2f} s",
            "of which the container": f"{container:.2f} s",
            "of which networks, store and bot": f"{statistics.median(engine for _, engine in runs):.2f} s",
        },
    )


def _one_start() -> tuple[float, float]:
    """Seconds from `docker run` to the first turn, and of those the engine's for the deployment."""
    with tempfile.TemporaryDirectory(prefix="memory-gate-bench-") as name:
        folder = Path(name)
        (folder / "scenarios").mkdir()
        (folder / "scenarios" / "case.yml").write_text(scenario_text(1, 0))
        inputs = {"image": BOT_IMAGE, "scenarios": "scenarios", "disruptions": DISRUPTION, "seed": "7"}
        socket = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock").removeprefix("unix://")
        whole = _seconds_until(
            READY,
            [
                *("-v", f"{socket}:/var/run/docker.sock", "-v", f"{folder}:/github/workspace"),
                *("-e", "GITHUB_WORKSPACE=/github/workspace"),
                *(word for key, value in inputs.items() for word in ("-e", f"INPUT_{key.upper()}={value}")),
                IMAGE,
            ],
        )
        transcript = folder / "memory-gate-report" / "transcript.jsonl"
        events = [json.loads(line) for line in transcript.read_text().splitlines()]
    return whole, next(one["at"] for one in events if one["event"] == "deployment-started")


def _seconds_until(words: str, arguments: Sequence[str]) -> float:
    """From the start of `docker run` until a line with these words; it is left to end by itself."""
    began = time.monotonic()
    with subprocess.Popen(
        ["docker", "run", "--rm", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        lines = process.stdout or ()
        seen: list[str] = []
        seconds = None
        for line in lines:
            seen.append(line)
            if seconds is None and words in line:
                seconds = time.monotonic() - began
    if seconds is None:
        raise RuntimeError(f"{words!r} was never printed: {''.join(seen)[-2000:]}")
    return seconds


def _build_bot(folder: Path) -> None:
    (folder / "bot" / "Dockerfile").write_text(
        f'FROM {BASE}\nCOPY bot.py /bot.py\nENV PORT=8000\nCMD ["python", "/bot.py"]\n'
    )
    _build(BOT_IMAGE, folder / "bot")


@dataclass(frozen=True, kw_only=True)
class Looped:
    """Seconds from nothing until nothing is left, and how many of them were what."""

    seconds: float
    control: float
    restarts: float


async def _loop(plan: Plan) -> Looped:
    """What somebody without the gate does: tell, restart, wait, ask, and so on with the next scenario.

    It holds the conversations of the gate's own plan, those of the control arm too, and asks what the gate
    asks.
    """
    specification = BotSpecification(image=BOT_IMAGE, environment=SLOW)
    began, control, restarts = time.monotonic(), 0.0, 0.0
    engine = connect(os.environ)
    store = Redis().build(StoreSpecification())
    runtime = DockerRuntime(engine, specification, store, run=f"bench{os.getpid()}", environment=os.environ)
    endpoint = ModelEndpoint(build_reference_model(plan), record=lambda _: None, clock=time.monotonic)
    try:
        address = await endpoint.open(await runtime.open())
        told = {"OPENAI_BASE_URL": address, "OPENAI_API_KEY": endpoint.key_of(DISRUPTION)}
        deployment = await runtime.deploy(DISRUPTION, told)
        spoken = PROTOCOLS["http-json"].connect(specification, deployment.route_turn)
        for conversation in plan.scripted:
            started = time.monotonic()
            restarts += await _tell_restart_ask(conversation, spoken, deployment)
            if conversation.arm == CONTROL:
                control += time.monotonic() - started
        await spoken.close()
    finally:
        await asyncio.gather(runtime.close(), endpoint.close())
        engine.close()
    return Looped(seconds=time.monotonic() - began, control=control, restarts=restarts)


async def _tell_restart_ask(conversation: PlannedConversation, spoken: Bot, deployment: Deployment) -> float:
    """The seconds of the restart; 0 in the control arm, which has none."""
    seconds = 0.0
    for point in range(len(conversation.segments)):
        if point and conversation.arm == TREATED:
            began = time.monotonic()
            await DISRUPTIONS[DISRUPTION].inject(deployment, NoTraffic())
            seconds += time.monotonic() - began
        for moment in conversation.moments(point):
            for turn in () if isinstance(moment, Pause) else moment:
                reply = await spoken.open(turn.session).say(turn.text)
                if turn.expectation and missed(turn, reply):
                    raise RuntimeError(f"the bot is to remember this: {turn.text}")
    return seconds


def _build(tag: str, folder: Path) -> None:
    _docker("build", "--quiet", "--tag", tag, str(folder))


def _docker(*arguments: str) -> str:
    try:
        ended = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise NotHere("the docker command") from error
    if ended.returncode:
        raise NotHere(f"what docker {arguments[0]} needs: {ended.stderr.strip()[-300:]}")
    return ended.stdout.strip()
