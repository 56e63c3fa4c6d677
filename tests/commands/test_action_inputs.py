"""The action's inputs: every mistake named by its input, and a command that repeats what they say."""

from __future__ import annotations

import json
import re
import shlex

import pytest

from tests.action.action_file import load_action
from tests.commands.gate_process import ZOO, Gate, disruptions

WRONG = {
    "image": "my bot",
    "previous-image": "my old bot",
    "disruptions": "kil\nrestart",
    "trials": "many",
    "threshold": "95",
    "max-drop": "-1",
    "baseline": "nowhere.json",
    "replicas": "0",
    "redis-image": "redis 8",
    "model": "oracle",
    "seed": "-1",
    "report-dir": "a\x01b",
    "inconclusive": "maybe",
    "openai-api-key": "sk a",
}


def test_every_mistake_is_told_at_once_by_the_name_of_its_input(gate: Gate) -> None:
    ended = gate.act(**WRONG)
    assert ended.code == 2, ended.output
    assert set(re.findall(r'error: input "([a-z-]+)"', ended.output)) == set(WRONG)
    assert "sk a" not in ended.output
    assert not (gate.folder / "memory-gate-report").exists()


@pytest.mark.parametrize(
    "inputs",
    [{"build": "no-such-folder"}, {"config": "none.yml", "scenarios": "none\nnothing", "image": "a:1"}],
)
def test_files_that_are_not_there_are_told_by_the_name_of_the_input(
    gate: Gate, inputs: dict[str, str]
) -> None:
    """Before anything that would be read from them."""
    ended = gate.act(**inputs)
    assert ended.code == 2, ended.output
    for name in set(inputs) - {"image"}:
        assert f'input "{name}"' in ended.output
    assert all(value in ended.output for value in (*inputs.values(),) if "\n" not in value and value != "a:1")


def test_the_two_lists_above_are_all_inputs() -> None:
    """So that a new one is tried, too."""
    assert {*WRONG, "build", "config", "scenarios"} == set(load_action(ZOO.parents[1]).input_defaults)


def test_a_report_folder_that_cannot_be_made_names_its_input(gate: Gate) -> None:
    gate.configure("redis")
    gate.write("taken", "")
    ended = gate.act(**{"report-dir": "taken/report"})
    assert ended.code == 2, ended.output
    assert "report-dir" in ended.output


def test_the_command_in_the_report_repeats_the_run(gate: Gate) -> None:
    """With the inputs that decide the verdict: here the bot passes only because of them."""
    gate.configure("process")
    acted = gate.act(disruptions="restart", threshold="0 %", **{"max-drop": "1"})
    assert acted.code == 0, acted.output
    command = shlex.split(acted.report["repeat"])
    assert command[:2] == ["memory-gate", "run"]
    again = gate.run(*command[1:])
    assert again.code == 0, again.output
    for name in ("verdict", "accuracy", "accuracy_before", "policy", "seed", "repeat"):
        assert again.report[name] == acted.report[name]
    told = [[one["expected"] for one in ended.report["probes"]] for ended in (acted, again)]
    assert told[0] == told[1]
    here = gate.run("run", *disruptions("none"), "--runtime", "process", "--report-dir", "here")
    assert here.code == 0, here.output
    repeat = json.loads((gate.folder / "here" / "report.json").read_text())["repeat"]
    assert "--runtime process" in repeat
    strict = gate.run("run", *disruptions("restart"), "--seed", json.dumps(acted.report["seed"]))
    assert strict.code == 1, strict.output
