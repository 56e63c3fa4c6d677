"""`memory-gate judge`: what a run's transcript says later is what the run said."""

from __future__ import annotations

import json

import pytest

from tests.commands.gate_process import Gate, disruptions

FILES = (
    "report.json",
    "report.html",
    "junit.xml",
    "summary.md",
    "comment.md",
    "badge.json",
    "benchmark.json",
)


@pytest.mark.parametrize(
    ("memory", "defect", "code"), [("redis", "", 0), ("redis", "leaks", 1), ("process", "", 1)]
)
def test_the_report_is_the_runs_own_to_the_byte(gate: Gate, memory: str, defect: str, code: int) -> None:
    """Whether it passed or failed: everything in it comes from the transcript."""
    gate.configure(memory, defect)
    ended = gate.run("run", *disruptions("restart"), "--seed", "11", "--trials", "2")
    assert ended.code == code, ended.output
    own = gate.folder / "memory-gate-report"
    judged = gate.run("judge", str(own / "transcript.jsonl"), "--report-dir", "again")
    assert judged.code == code, judged.output
    for name in FILES:
        assert (gate.folder / "again" / name).read_bytes() == (own / name).read_bytes(), name


def test_without_a_folder_nothing_is_written(gate: Gate) -> None:
    """To look at a verdict again must not replace the report beside the transcript."""
    gate.configure("redis")
    assert gate.run("run", *disruptions("none"), "--seed", "11").code == 0
    report = gate.folder / "memory-gate-report" / "report.json"
    report.unlink()
    before = sorted(gate.folder.rglob("*"))
    assert gate.run("judge", "memory-gate-report/transcript.jsonl").code == 0
    assert sorted(gate.folder.rglob("*")) == before


def test_a_run_that_may_be_inconclusive_may_be_so_later(gate: Gate) -> None:
    """The rule by which a run was judged is in its transcript, and so decides the exit code again."""
    gate.configure("redis")
    settings = json.loads((gate.folder / "memory-gate.yml").read_text())
    # Twelve conversations never show as much.
    settings["gate"] = {"accuracy": 0.99, "confidence": 0.99}
    gate.write("memory-gate.yml", json.dumps(settings))
    ended = gate.run("run", *disruptions("none"), "--seed", "11", "--inconclusive", "allow")
    assert (ended.code, ended.report["verdict"]) == (0, "inconclusive"), ended.output
    path = gate.folder / "memory-gate-report" / "transcript.jsonl"
    assert gate.run("judge", str(path)).code == 0
    # Never what was cut short.
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    assert gate.run("judge", str(path)).code == 3


def test_a_report_folder_that_cannot_be_written_is_told(gate: Gate) -> None:
    """Exit code 2, and no verdict that nobody could find afterwards."""
    gate.configure("redis")
    assert gate.run("run", *disruptions("none"), "--seed", "11").code == 0
    gate.write("taken", "")
    ended = gate.run("judge", "memory-gate-report/transcript.jsonl", "--report-dir", "taken/report")
    assert ended.code == 2, ended.output
    assert "cannot be written" in ended.output
    assert "Traceback" not in ended.output
