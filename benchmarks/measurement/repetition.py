"""The same seed again, and the same transcript judged again by the command."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.measurement.bots import KeepsInside, KeepsNothing, KeepsOutside
from benchmarks.measurement.playing import SOURCE_TREE, Script, library, play
from benchmarks.measurement.runtime import StoreServer
from benchmarks.measurement.seeds import Tally
from gate.core.report import Report
from gate.reporters import JsonReporter, SummaryReporter
from gate.reporters.json_report import as_fields
from gate.reporters.transcript_file import NAME

BOTS = (KeepsOutside, KeepsInside, KeepsNothing)
DISRUPTIONS = ("restart", "recreate")
TIMES = ("at", "seconds", "time", "seconds_unavailable", "latency")
COUNTERS = ("calls", "commands", "commands_per_turn", "connections", "unknown_commands")
"""What the Redis server counts, which goes on counting from run to run here."""
SEAL = "seal"
"""Of a line: it vouches for the times in it too."""
FILES = ("report.json", "summary.md")


async def again(server: StoreServer, seed: int) -> Tally:
    """The whole library twice with one seed, and `memory-gate judge` on the transcript."""
    script = Script(scenarios=library(), disruptions=DISRUPTIONS, seed=seed)
    new_bot = BOTS[seed % len(BOTS)]
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="memory-gate-measurement-") as scratch:
        own, judged = Path(scratch, "own"), Path(scratch, "judged")
        own.mkdir()
        reporters = (JsonReporter(own), SummaryReporter(own))
        first = await play(script, new_bot, server, folder=own, reporters=reporters)
        second = await play(script, new_bot, server)
        tally.expect(
            comparable(first.transcript) == comparable(second.transcript), f"seed {seed}: another transcript"
        )
        tally.require(timeless(first.report) == timeless(second.report), f"seed {seed}: another report")
        await _judge(own / NAME, judged)
        for name in FILES:
            same = (judged / name).is_file() and (judged / name).read_bytes() == (own / name).read_bytes()
            tally.require(same, f"seed {seed}: judge gives another {name}")
        tally.count("judged")
        tally.count("events", len(first.transcript))
    return tally


def comparable(transcript: Sequence[str]) -> list[object]:
    """The events without times, counters and seals. What is concurrent has no order, so it is sorted."""
    phases: list[object] = []
    concurrent: list[str] = []
    for line in transcript:
        event = _timeless(json.loads(line))
        text = json.dumps(event, sort_keys=True)
        if isinstance(event, dict) and ("turn" in event or "prompt" in event):
            concurrent.append(text)
            continue
        phases += [sorted(concurrent), text]
        concurrent = []
    return [*phases, sorted(concurrent)]


def timeless(report: Report) -> object:
    """The fields of report.json without times and counters."""
    return _timeless(json.loads(json.dumps(as_fields(report))))


def _timeless(value: object) -> object:
    if isinstance(value, Mapping):
        return {name: _timeless(one) for name, one in value.items() if name not in (*TIMES, *COUNTERS, SEAL)}
    return [_timeless(one) for one in value] if isinstance(value, list) else value


async def _judge(transcript: Path, folder: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gate", "judge", str(transcript), "--report-dir", str(folder)),
        env={**os.environ, "PYTHONPATH": str(SOURCE_TREE)},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    await process.wait()
