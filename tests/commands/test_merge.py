"""`memory-gate run --shard` and `memory-gate merge`: one run in parts, and one report of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gate.core.line_digest import split_digest
from gate.reporters.github import OUTPUTS
from tests.commands.gate_process import TWELVE, Gate, disruptions


@pytest.fixture
def sharded(gate: Gate) -> Gate:
    """Both halves of a run of twelve scenarios, in `parts/1` and `parts/2`."""
    gate.configure("redis")
    for number in (1, 2):
        ended = gate.run(
            *("run", *disruptions("none"), "--seed", "11"),
            *("--shard", f"{number}/2", "--report-dir", f"parts/{number}"),
        )
        assert ended.code == 0, ended.output
    return gate


def test_the_shards_of_a_run_become_one_report_with_its_outputs(sharded: Gate) -> None:
    """In a workflow the command sets outputs and writes the summary, as the run does."""
    output, summary = sharded.write("output", ""), sharded.write("summary.md", "")
    told = {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary), "GITHUB_ACTIONS": "true"}
    ended = sharded.run("merge", "parts/1", "parts/2/transcript.jsonl", environment=told)
    assert ended.code == 0, ended.output
    assert ended.report["verdict"] == "passed"
    assert len({one["scenario"] for one in ended.report["probes"]}) == len(TWELVE)
    halves = [json.loads((sharded.folder / f"parts/{one}/report.json").read_text()) for one in (1, 2)]
    assert len(ended.report["probes"]) == sum(len(one["probes"]) for one in halves)
    assert "passed" in output.read_text()
    assert "accuracy" in output.read_text()
    assert summary.read_text()

    own = sharded.folder / "memory-gate-report"
    judged = sharded.run("judge", str(own / "transcript.jsonl"), "--report-dir", "again")
    assert judged.code == 0, judged.output
    for path in own.iterdir():
        if path.name != "transcript.jsonl":
            assert (sharded.folder / "again" / path.name).read_bytes() == path.read_bytes(), path.name

    beside_itself = sharded.run("merge", "parts/1", "parts/2", "--report-dir", "parts/1")
    assert beside_itself.code == 2, beside_itself.output
    assert "would replace the one in parts/1" in beside_itself.output

    missing = sharded.run("merge", "parts/1", "parts/nowhere")
    assert missing.code == 3, missing.output
    assert missing.report["verdict"] == "inconclusive"
    assert "parts/nowhere" in missing.reasons
    assert "shard 2/2 is missing" in missing.reasons

    first = sharded.folder / "parts/1/transcript.jsonl"
    strict = first.read_text()
    # Without its seals: whoever changes a transcript that has them is found out.
    bare = "\n".join(split_digest(line)[0] for line in strict.splitlines())
    first.write_text(bare.replace('"inconclusive":"block"', '"inconclusive":"allow"', 1))
    allowed = sharded.run("merge", "parts/1", "parts/nowhere")
    assert (allowed.code, allowed.report["verdict"]) == (0, "inconclusive"), allowed.output
    differing = sharded.run("merge", "parts/1", "parts/2")
    assert differing.code == 2, differing.output
    assert "different rules (gate.inconclusive)" in differing.output
    first.write_text(strict)

    spoilt = sharded.folder / "parts/2/transcript.jsonl"
    spoilt.write_text(spoilt.read_text()[:-9])
    damaged = sharded.run("merge", "parts/1", "parts/2")
    assert damaged.code == 3, damaged.output
    assert "parts/2/transcript.jsonl cannot be merged" in damaged.reasons


def test_shards_of_other_scenarios_are_refused(sharded: Gate) -> None:
    """They have nothing in common to collide on, and together would pass without ever playing the rest."""
    path = sharded.folder / "memory-gate.yml"
    settings = json.loads(path.read_text())
    *others, left_out = settings["scenarios"]
    path.write_text(json.dumps({**settings, "scenarios": others}))
    ended = sharded.run(
        *("run", *disruptions("none"), "--seed", "11", "--shard", "2/2", "--report-dir", "parts/2")
    )
    assert ended.code == 0, ended.output
    merged = sharded.run("merge", "parts/1", "parts/2")
    assert merged.code == 2, merged.output
    assert "parts/1 and parts/2 cannot be merged: they were split from different scenarios" in merged.output
    assert f"only one of them was given {left_out}" in merged.output


def test_nothing_to_merge_is_refused(gate: Gate) -> None:
    """With the output that says so, for those who read it instead of the exit code."""
    output = gate.write("output", "")
    ended = gate.run("merge", "nowhere", environment={"GITHUB_OUTPUT": str(output)})
    assert ended.code == 2, ended.output
    assert "nowhere" in ended.output
    set_ = output.read_text()
    assert "inconclusive" in set_
    # Every one of them, so that a job that reads one never reads an older step's.
    assert all(name in set_ for name in OUTPUTS)
    assert not Path(gate.folder / "memory-gate-report").exists()


def test_a_shard_without_scenarios_is_refused(gate: Gate) -> None:
    """Nothing is started, and no report would look as if something had been."""
    gate.configure("redis")
    ended = gate.run("run", "--shard", "13/13")
    assert ended.code == 2, ended.output
    assert "shard 13/13 has nothing to play" in ended.output
    assert "12" in ended.output
    assert not list((gate.folder / "memory-gate-report").iterdir())
