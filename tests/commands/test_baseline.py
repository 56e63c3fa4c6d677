"""The action's input `baseline`: a run that is worse than an earlier one fails, and says so everywhere."""

from __future__ import annotations

import json

from tests.commands.gate_process import Gate, disruptions


def configure(gate: Gate, memory: str) -> None:
    """A rule that even a bot without a memory meets, so that only the baseline can refuse it."""
    gate.configure(memory)
    path = gate.folder / "memory-gate.yml"
    settings = {**json.loads(path.read_text()), "gate": {"accuracy": 0, "max-drop": 1}}
    path.write_text(json.dumps(settings))


def test_a_run_that_is_worse_than_its_baseline_fails(gate: Gate) -> None:
    configure(gate, "redis")
    assert gate.run("run", *disruptions("restart"), "--seed", "1", "--report-dir", "base").code == 0
    same = gate.act(disruptions="restart", seed="2", baseline="base/report.json")
    assert (same.code, same.report["verdict"]) == (0, "passed"), same.output
    assert same.report["baseline"].startswith("no evidence of a difference")
    configure(gate, "process")
    assert gate.act(disruptions="restart", seed="3").code == 0
    worse = gate.act(disruptions="restart", seed="3", baseline="base")
    assert (worse.code, worse.report["verdict"]) == (1, "failed"), worse.output
    assert "compared with the baseline, a regression" in worse.reasons
    summary = (gate.folder / "memory-gate-report" / "summary.md").read_text(encoding="utf-8")
    assert "Baseline: regression" in summary
    assert "baseline: regression" in worse.output
    # The same transcript beside the same baseline is the same report.
    transcript = "memory-gate-report/transcript.jsonl"
    assert gate.run("judge", transcript, "--baseline", "base", "--report-dir", "again").code == 1
    for name in ("report.json", "summary.md", "comment.md", "junit.xml", "report.html"):
        own = (gate.folder / "memory-gate-report" / name).read_bytes()
        assert (gate.folder / "again" / name).read_bytes() == own


def test_a_baseline_that_is_none_is_refused_before_anything_starts(gate: Gate) -> None:
    configure(gate, "redis")
    ended = gate.act(disruptions="restart", baseline="nowhere.json")
    assert ended.code == 2, ended.output
    assert "nowhere.json" in ended.output
    assert "Traceback" not in ended.output
    assert not (gate.folder / "memory-gate-report").exists()
