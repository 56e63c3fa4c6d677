"""Rows that need no engine: conversations, a crowd of them, many disruptions, judging, the start."""

# ruff: noqa: S603 - the programs are this interpreter and docker, the words are fixed

from __future__ import annotations

import functools
import json
import os
import resource
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.speed.gate_process import SOURCE_TREE, run_gate, scenario_text, workspace, write_scenarios
from benchmarks.speed.row import Measured

DELAY = 0.05
ANSWER_SECONDS = 20
STARTS = 7
TRIES = 5
JUDGINGS = 5
SIZES = (1_000, 10_000, 100_000)
WAVES = ("restart", "kill", "recreate", "cold-start", "store-restart", "kill-mid-turn")


def conversations() -> Measured:
    """24 conversations of 10 turns with a bot that takes 50 ms, against 10 times 50 ms; the best of five."""
    turns = 10
    with workspace() as folder, _bot(folder, DELAY) as address:
        texts = [scenario_text(number, turns - 2, disrupt=False, label=True) for number in range(12)]
        scenarios = write_scenarios(folder, texts)
        tries = [_talk(folder, address, scenarios, trials=1, concurrency=32) for _ in range(TRIES)]
    # Whatever else the machine does makes it slower, and nothing makes it faster.
    talked = min(tries, key=lambda one: one["seconds"])
    ideal = turns * DELAY
    return Measured(
        figure=talked["seconds"] / ideal,
        from_={
            "conversations": f"{talked['conversations']:.0f}",
            "turns": f"{talked['turns']:.0f}",
            "wall": f"{talked['seconds']:.2f} s",
            "ideal": f"{ideal:.2f} s",
        },
    )


def crowd_processor() -> Measured:
    """Processor time of the gate per turn, with 1,000 sessions at once."""
    talked = _crowd()
    return Measured(figure=1000 * talked["processor_seconds"] / talked["turns"], from_=_about_crowd(talked))


def crowd_memory() -> Measured:
    """The most memory of the gate, with 1,000 sessions at once."""
    talked = _crowd()
    return Measured(figure=talked["megabytes"], from_=_about_crowd(talked))


def waves() -> Measured:
    """200 scenarios under 6 disruptions, against the time in which a bot or the engine was at work."""
    delay = 0.2
    with workspace() as folder:
        write_scenarios(folder, [scenario_text(number, 2) for number in range(200)])
        ran = run_gate(
            folder,
            {
                "bot": {
                    "command": [sys.executable, "bot.py"],
                    "directory": "bot",
                    "env": {"DELAY": str(delay)},
                },
                "scenarios": ["scenarios"],
                "run": {"disruptions": list(WAVES), "seed": 7, "jobs": 1},
            },
        )
    critical = ran.time["bot"] + ran.time["model"] + ran.time["engine"]
    return Measured(
        figure=ran.seconds / critical,
        from_={
            "wall of the whole command": f"{ran.seconds:.1f} s",
            **{name: f"{seconds:.1f} s" for name, seconds in ran.time.items() if seconds >= 0.05},
            "probes": f"{len(ran.report['probes']):,}",
        },
    )


def judging() -> Measured:
    """Processor time to judge 10,000 probes, at the size at which it is worst."""
    seconds = {size: min(_judge(size) for _ in range(JUDGINGS)) for size in SIZES}
    each = {size: 10_000 * spent / probes for size, (spent, probes) in seconds.items()}
    return Measured(
        figure=max(each.values()),
        from_={f"{size:,} probes": f"{spent:.2f} s" for size, (spent, _) in seconds.items()},
    )


def start() -> Measured:
    """Processor time of `import gate.cli`, with that of the interpreter; the median."""
    bare = statistics.median(_processor_seconds("") for _ in range(STARTS))
    return Measured(
        figure=statistics.median(_processor_seconds("import gate.cli") for _ in range(STARTS)),
        from_={"of which the interpreter": f"{bare:.2f} s"},
    )


def _judge(size: int) -> tuple[float, int]:
    """Processor seconds, and how many probes there were. The process gives its memory back."""
    program = (
        "import json, sys, time\n"
        "from benchmarks.transcripts import short_scenarios, transcript\n"
        "from gate.cli.tune_gc import tune_gc\n"
        "from gate.analysis import analyse\n"
        "tune_gc()\n"
        f"events, probes = transcript(short_scenarios(), {size})\n"
        "began = time.process_time()\n"
        "analyse(events)\n"
        "print(json.dumps([time.process_time() - began, probes]))\n"
    )
    spent, probes = json.loads(_python("-c", program))
    return spent, probes


@functools.cache
def _crowd() -> Mapping[str, float]:
    with workspace() as folder, _bot(folder, 0.0) as address:
        texts = [scenario_text(number, 4, disrupt=False, label=True) for number in range(20)]
        return _talk(folder, address, write_scenarios(folder, texts), trials=25, concurrency=1000)


def _about_crowd(talked: Mapping[str, float]) -> Mapping[str, str]:
    return {
        "sessions": f"{talked['conversations']:,.0f}",
        "turns": f"{talked['turns']:,.0f}",
        "wall": f"{talked['seconds']:.1f} s",
    }


def _talk(
    folder: Path, address: str, scenarios: Path, *, trials: int, concurrency: int
) -> Mapping[str, float]:
    answer = _python(
        "-m", "benchmarks.speed.talking", address, str(scenarios), str(trials), str(concurrency), str(folder)
    )
    talked: Mapping[str, float] = json.loads(answer)
    return talked


@contextmanager
def _bot(folder: Path, delay: float) -> Iterator[str]:
    """Where a bot listens that takes so many seconds a turn, and remembers in its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {"PATH": os.environ["PATH"], "PORT": str(port), "DELAY": str(delay)}
    with subprocess.Popen([sys.executable, folder / "bot" / "bot.py"], env=environment) as process:
        try:
            _wait_until_it_answers(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _wait_until_it_answers(port: int) -> None:
    deadline = time.monotonic() + ANSWER_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _processor_seconds(program: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    _python("-c", program)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)


def _python(*arguments: str) -> str:
    environment: dict[str, Any] = {**os.environ, "PYTHONPATH": str(SOURCE_TREE)}
    ended = subprocess.run(
        [sys.executable, *arguments],
        cwd=SOURCE_TREE,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        raise RuntimeError(ended.stderr[-2000:])
    return ended.stdout
