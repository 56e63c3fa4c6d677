"""Mistakes of the user: one clear message, exit code 2, nothing started, no traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands.gate_process import Ended, Gate, disruptions

SCENARIO = """\
name: An order number survives
facts:
  order: {pattern: "ORD-######"}
script:
  - alice: "My order is {order}."
  - disrupt
  - alice: "What is my order number?"
    expect: "{order}"
"""


def refused(ended: Ended, *words: str, code: int = 2) -> None:
    """The run was refused with a message that holds all of `words`."""
    assert ended.code == code, ended.output
    assert "Traceback" not in ended.output
    assert all(word in ended.output for word in words), ended.output
    assert ended.report == {} or code != 2


@pytest.mark.parametrize(
    ("wrong", "right", "words"),
    [
        ("expects:", "expect:", ("order.yml:8:5", 'unknown key "expects"', 'did you mean "expect"?')),
        ("{ordr}.", "{order}.", ("order.yml:5", "ordr", "order")),
        ("- disrupt: kil\n", "- disrupt\n", ("order.yml:6", "kil", "kill")),
        ("script: 7\nx:\n", "script:\n", ("order.yml:4",)),
    ],
)
def test_a_mistake_in_a_scenario_is_shown_in_its_place(
    gate: Gate, wrong: str, right: str, words: tuple[str, ...]
) -> None:
    """File, line and column, and the nearest right word."""
    gate.configure("redis")
    gate.write("order.yml", SCENARIO.replace(right, wrong))
    refused(gate.run("run", "--scenarios", "order.yml"), *words)
    refused(gate.run("validate", "order.yml"), *words)


def test_all_mistakes_come_at_once(gate: Gate) -> None:
    """Nobody should have to mend a file one run at a time."""
    gate.write("memory-gate.yml", "bot: {imgae: x, port: many}\nrun: {trials: 0}\n")
    refused(gate.run("run"), 'did you mean "image"?', "port", "trials", "errors, nothing was started")


@pytest.mark.parametrize("text", ["", "just a text", "a: [", "a: 1\na: 2", "\x00", "a: &x 1\nb: *x"])
def test_a_file_that_is_no_configuration_is_refused(gate: Gate, text: str) -> None:
    """Broken YAML, duplicate keys and aliases are mistakes like any other."""
    gate.write("memory-gate.yml", text)
    refused(gate.run("run"), "memory-gate.yml")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "-c", "missing.yml"), ("missing.yml",)),
        (("run", "--scenarios", "nowhere"), ("nowhere",)),
        (("run", "--disrupt", "restrat"), ("restrat", "restart")),
        (("run", "--trials", "many"), ("--trials",)),
        (("run", "--trials", "0"), ("--trials",)),
        (("run", "--runtime", "dokcer"), ("dokcer", "docker")),
        (("run", "--shard", "3/2"), ("--shard", "1/4")),
        (("run", "--no-such-option"), ("--no-such-option",)),
        (("dance",), ("dance",)),
        (("list", "everything"), ("everything", "disruptions")),
        (("judge", "missing.jsonl"), ("missing.jsonl",)),
        (("validate", "missing.yml"), ("missing.yml",)),
    ],
)
def test_a_mistake_on_the_command_line_is_said(
    gate: Gate, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    """What was wrong and what would be right."""
    gate.configure("redis")
    refused(gate.run(*arguments), *words)


def test_a_bot_that_is_nowhere_said_to_be_is_refused(gate: Gate) -> None:
    """Without a configuration there must be an image."""
    refused(gate.run("run"), "nothing says where the bot comes from", "image")


def test_a_report_folder_that_cannot_be_written_is_said_before_the_run(gate: Gate) -> None:
    """Not after it."""
    gate.configure("redis")
    gate.write("taken", "")
    refused(gate.run("run", "--report-dir", "taken/reports"), "taken/reports", "cannot be written")


def test_a_command_that_does_not_exist_is_inconclusive(gate: Gate) -> None:
    """The bot never ran, so nothing can be said of its memory."""
    gate.write("memory-gate.yml", json.dumps({"bot": {"command": ["no-such-program"]}}))
    refused(gate.run("run", *disruptions("restart")), "no-such-program", code=3)


@pytest.mark.parametrize(
    "host", ["unix:///nowhere/docker.sock", "tcp://127.0.0.1:1", "nonsense", "unix://{folder}"]
)
def test_without_an_engine_the_run_is_inconclusive(gate: Gate, host: str) -> None:
    """One sentence, exit code 3, and a report that says so; the bot is not to blame."""
    gate.write("memory-gate.yml", json.dumps({"bot": {"image": "my-bot:candidate"}}))
    environment = {"DOCKER_HOST": host.format(folder=gate.folder)}
    ended = gate.run("run", environment=environment)
    refused(ended, "no Docker engine answers", code=3)
    assert ended.report["verdict"] == "inconclusive"


def test_a_transcript_that_was_tampered_with_is_not_judged(gate: Gate) -> None:
    """The line at fault is named."""
    gate.configure("redis")
    assert gate.run("run", *disruptions("none")).code == 0
    transcript = Path(gate.folder / "memory-gate-report" / "transcript.jsonl")
    assert gate.run("judge", str(transcript)).code == 0
    lines = transcript.read_text().splitlines()
    transcript.write_text("\n".join([*lines[:4], lines[4][:20], *lines[5:]]))
    refused(gate.run("judge", str(transcript)), "line 5 of the transcript", code=3)
    transcript.write_text("\n".join(lines[:-3]))
    assert gate.run("judge", str(transcript)).code == 3
