"""`--jobs`: deployments side by side give the verdict, and every count, of one after the other."""

from __future__ import annotations

import json
import secrets
import signal
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.commands.gate_process import Ended, Gate, disruptions, named
from tests.kill_matrix.striking import on_the_engine

Configure = Callable[..., None]

KINDS = ("restart", "recreate", "kill-mid-turn")
TIMES = ("seconds", "time", "latency", "availability", "details", "evidence", "store", "images")
"""What a clock says, what the server counts, and names that are drawn anew for every container."""


def timeless(value: Any) -> Any:
    """A part of report.json without what no two runs have in common."""
    if isinstance(value, Mapping):
        return {name: timeless(one) for name, one in value.items() if name not in TIMES}
    return [timeless(one) for one in value] if isinstance(value, list) else value


def played(gate: Gate, jobs: int) -> Ended:
    return gate.run("run", "--seed", "3", "--jobs", str(jobs), *disruptions(*KINDS))


@pytest.mark.parametrize("memory", ["process", "redis"])
def test_the_report_is_that_of_one_after_the_other(gate: Gate, configure: Configure, memory: str) -> None:
    configure(memory)
    alone, together = played(gate, 1), played(gate, 3)
    assert (together.code, together.report["verdict"]) == (alone.code, alone.report["verdict"])
    assert timeless(together.report) == timeless(alone.report), together.output
    assert [one["verdict"] for one in together.report["disruptions"]] == (
        ["failed"] * 3 if memory == "process" else ["passed"] * 3
    )
    lines = (gate.folder / "memory-gate-report" / "transcript.jsonl").read_text().splitlines()
    events = [json.loads(line) for line in lines]
    begun = [one["at"] - one["seconds"] for one in events if one["event"] == "deployment-started"]
    closed = [one["at"] for one in events if one["event"] == "deployment-closed"]
    # By when each began: how long one then takes, beside the others, is the machine's to say.
    assert len(begun) == len(closed) == len(KINDS)
    assert max(begun) < min(closed), "they were not begun side by side"
    time = together.report["time"]
    assert sum(time.values()) == pytest.approx(together.report["seconds"], abs=1e-4)
    assert min(time["bot"], time["engine"]) > 0


def test_a_signal_ends_all_of_them(gate: Gate, configure: Configure) -> None:
    """The fixture says what is left of processes and folders."""
    configure("redis")
    ended = gate.interrupt_at(
        "bot and store ready", signal.SIGTERM, "run", "--jobs", "3", *disruptions(*KINDS)
    )
    assert ended.code == 130, ended.output
    assert (ended.report["verdict"], ended.report["interrupted"]) == ("inconclusive", True)


@pytest.mark.docker
def test_a_signal_leaves_nothing_of_them_on_the_engine(gate: Gate, zoo_image: str) -> None:
    run = secrets.token_hex(6)
    gate.configure("redis", image=zoo_image)
    ended = gate.interrupt_at(
        "bot and store ready",
        signal.SIGINT,
        "run",
        "--jobs",
        "3",
        *disruptions(*KINDS),
        program=named(run),
    )
    assert ended.code == 130, ended.output
    assert on_the_engine(run) == []
