"""`memory-gate compare`: two runs as their reports tell them, and files that are no reports."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.commands.gate_process import Gate, disruptions


def test_a_bot_that_begins_to_forget_is_a_regression(gate: Gate) -> None:
    """And that it learns to remember an improvement; the same bot with other facts is neither."""
    for name, memory, seed in (("good", "redis", "1"), ("again", "redis", "2"), ("bad", "process", "3")):
        gate.configure(memory)
        gate.run("run", *disruptions("restart"), "--seed", seed, "--report-dir", name)
    worse = gate.run("compare", "good", "bad/report.json")
    assert (worse.code, "Regression: of " in worse.output) == (1, True), worse.output
    assert "restart     durability" in worse.output
    better = gate.run("compare", "bad", "good")
    assert (better.code, "Improvement: of " in better.output) == (0, True), better.output
    same = gate.run("compare", "good", "again")
    assert (same.code, "No evidence of a difference: of " in same.output) == (0, True), same.output
    assert "note:" not in same.output
    # A report that does not know the content of its scenarios.
    shutil.copytree(gate.folder / "good", gate.folder / "old")
    report = json.loads((gate.folder / "old" / "report.json").read_text(encoding="utf-8"))
    for probe in report["probes"]:
        del probe["content"]
    gate.write("old/report.json", json.dumps(report))
    old = gate.run("compare", "old", "good")
    assert (old.code, "Not comparable: the base does not say" in old.output) == (3, True), old.output


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "No such file"),
        ("", "Expecting value"),
        ("[]", "it is no report"),
        ("{}", "it has no list of probes"),
        ('{"probes": []}', "it does not say version, threshold, leaks, fabrications"),
        ('{"probes": [7]}', "one of its probes is none"),
        ('{"probes": [{}]}', "it does not say disruption, guarantee"),
        ("[" * 100_000, "recursion"),
        ("\udcff", "utf-8"),
    ],
)
def test_a_file_that_is_no_report_is_refused(gate: Gate, text: str | None, why: str) -> None:
    """Exit code 2, the file named, no traceback."""
    if text is not None:
        (gate.folder / "base.json").write_bytes(text.encode(errors="surrogateescape"))
    ended = gate.run("compare", "base.json", "base.json")
    assert ended.code == 2, ended.output
    assert "base.json" in ended.output
    assert why in ended.output
    assert "Traceback" not in ended.output
