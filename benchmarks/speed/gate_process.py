"""`memory-gate run` as a user starts it, measured from outside."""

# ruff: noqa: S603 - the programs are this interpreter and docker, the words are fixed

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.speed import bot

SOURCE_TREE = Path(__file__).resolve().parents[2]
LONGEST_SECONDS = 400


@dataclass(frozen=True, kw_only=True)
class Ran:
    """A run that is over. `seconds` from the start of the process to its end."""

    seconds: float
    report: Mapping[str, Any]

    @property
    def time(self) -> Mapping[str, float]:
        """Where the time went, as report.json has it."""
        time: Mapping[str, float] = self.report["time"]
        return time


@contextmanager
def workspace() -> Iterator[Path]:
    """A folder with the bot in it."""
    with tempfile.TemporaryDirectory(prefix="memory-gate-bench-") as folder:
        (Path(folder) / "bot").mkdir()
        (Path(folder) / "bot" / "bot.py").write_bytes(Path(bot.__file__).read_bytes())
        yield Path(folder)


def run_gate(folder: Path, settings: Mapping[str, Any], *arguments: str) -> Ran:
    """Runs it in `folder`. Raises RuntimeError when there is no report."""
    # JSON is YAML.
    (folder / "memory-gate.yml").write_text(json.dumps(settings))
    began = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-m", "gate", "run", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(SOURCE_TREE), "TMPDIR": str(folder)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LONGEST_SECONDS,
        check=False,
    )
    seconds = time.monotonic() - began
    path = folder / "memory-gate-report" / "report.json"
    if not path.exists():
        raise RuntimeError(f"the gate left no report: {ended.stdout[-2000:]}{ended.stderr[-2000:]}")
    report = json.loads(path.read_text(encoding="utf-8"))
    if report["verdict"] != "passed":
        raise RuntimeError(f"the gate is to pass this bot: {report['reasons']}")
    return Ran(seconds=seconds, report=report)


def scenario_text(number: int, fillers: int, *, disrupt: bool = True, label: bool = False) -> str:
    """A scenario whose questions are no other scenario's: equal texts would wait for each other."""
    facts = {"order": {"pattern": "ORD-######"}}
    told, asked = "My order is {order}.", f"What is my order number, case {number}?"
    if label:
        facts["case"] = {"pattern": "CASE-#######"}
        told, asked = "In case {case} my order is {order}.", "What is my order number in case {case}?"
    script: list[Any] = [{"alice": told}]
    if fillers:
        script.append({"filler": fillers})
    if disrupt:
        script.append("disrupt")
    script.append({"alice": asked, "expect": "{order}"})
    return json.dumps({"name": f"case {number}", "facts": facts, "script": script})


def write_scenarios(folder: Path, texts: Sequence[str]) -> Path:
    """A folder of scenario files."""
    place = folder / "scenarios"
    place.mkdir()
    for number, text in enumerate(texts):
        (place / f"case-{number:04}.yml").write_text(text)
    return place
