"""The action's input `baseline`: a run that is worse than an earlier one fails, and says so everywhere."""

from __future__ import annotations

import json

from gate.reporters.messages import as_sentence
from gate.reporters.sanitize import escape_markdown
from tests.commands.gate_process import LIBRARY, Gate, disruptions


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
    assert "Baseline: **100 % → " in summary
    assert "points). Regression: of " in summary
    assert "baseline: regression" in worse.output
    # The same transcript beside the same baseline is the same report.
    transcript = "memory-gate-report/transcript.jsonl"
    assert gate.run("judge", transcript, "--baseline", "base", "--report-dir", "again").code == 1
    for name in ("report.json", "summary.md", "comment.md", "junit.xml", "report.html"):
        own = (gate.folder / "memory-gate-report" / name).read_bytes()
        assert (gate.folder / "again" / name).read_bytes() == own


def test_a_rule_and_scenarios_that_were_changed_since_are_pointed_out(gate: Gate) -> None:
    """Whoever changes the gate in the very pull request that it judges is seen to do so."""
    configure(gate, "redis")
    assert gate.run("run", *disruptions("restart"), "--seed", "1", "--report-dir", "base").code == 0
    path = gate.folder / "memory-gate.yml"
    settings = json.loads(path.read_text())
    settings["gate"] = {"accuracy": 0, "max-drop": 1, "leaks": 2}
    removed = settings["scenarios"].pop()
    path.write_text(json.dumps(settings))
    ended = gate.act(disruptions="restart", seed="2", baseline="base")
    assert ended.code == 0, ended.output
    name = (LIBRARY / removed).read_text().partition("\n")[0].removeprefix("name: ")
    for change in (
        "the number of leaks that are allowed was raised from 0 to 2",
        f'scenario "{name}" was removed',
    ):
        assert f"compared with the baseline, {change}" in ended.report["findings"]
        summary = (gate.folder / "memory-gate-report" / "summary.md").read_text(encoding="utf-8")
        assert f"- ⚠️ {escape_markdown(as_sentence(change))}\n" in summary
    assert ended.report["policy"]["leaks"] == 2


def test_a_baseline_that_is_none_is_refused_before_anything_starts(gate: Gate) -> None:
    configure(gate, "redis")
    ended = gate.act(disruptions="restart", baseline="nowhere.json")
    assert ended.code == 2, ended.output
    assert "nowhere.json" in ended.output
    assert "Traceback" not in ended.output
    assert not (gate.folder / "memory-gate-report").exists()
