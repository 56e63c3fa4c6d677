"""`memory-gate run` with a real model behind the bot, with its recorded answers, and without either."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.commands.gate_process import Gate, disruptions
from tests.unit.model_endpoint.real_model import REAL_KEY, RealModelServer

SCENARIO = """\
name: An order number survives
facts:
  order: {pattern: "ORD-######"}
script:
  - alice: "Hello there."
  - alice: "My order is {order}."
  - disrupt
  - alice: "What is my order number?"
    expect: "{order}"
"""
CASSETTE = "memory-gate-cassette.jsonl"
WITH_KEY = {"OPENAI_API_KEY": REAL_KEY}
RUN = ("run", "--scenarios", "order.yml", "--trials", "2", *disruptions("restart"))


@pytest.fixture
def real() -> Iterator[RealModelServer]:
    server = RealModelServer()
    yield server
    server.close()


@pytest.fixture
def configure(gate: Gate, real: RealModelServer) -> Callable[..., None]:
    """Writes the files for a bot of the zoo in a mode of the model."""
    gate.write("order.yml", SCENARIO)

    def configured(mode: str, memory: str = "redis", defect: str = "", **model: Any) -> None:
        gate.configure(memory, defect)
        path = gate.folder / "memory-gate.yml"
        settings = json.loads(path.read_text())
        settings["model"] = {"mode": mode, "base-url": real.url, **model}
        path.write_text(json.dumps(settings))

    return configured


def written_anywhere(folder: Path, text: str) -> list[str]:
    """The files that hold `text`."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return [path.name for path in files if text.encode() in path.read_bytes()]


@pytest.mark.parametrize(("memory", "code", "share"), [("redis", 0, 1), ("process", 1, 0)])
def test_a_recorded_run_is_replayed_with_the_same_verdict(
    gate: Gate, real: RealModelServer, configure: Callable[..., None], memory: str, code: int, share: int
) -> None:
    """The real model words every answer otherwise, and it is gone when they are replayed."""
    configure("record", memory)
    recorded = gate.run(*RUN, environment=WITH_KEY)
    assert (recorded.code, recorded.report["accuracy"]) == (code, share), recorded.output
    assert "(my answer no. " in recorded.report["probes"][0]["reply"]
    assert written_anywhere(gate.folder, REAL_KEY) == []
    assert REAL_KEY not in recorded.output
    count = len(real.asked)
    # Either of the two questions that the bot has lost the answer to is asked twice more.
    assert count == 12 + (0 if share else 2 * 2)
    real.close()
    configure("replay", memory)
    replayed = gate.run(*RUN)
    assert replayed.code == code, replayed.output
    for name in ("verdict", "reasons", "accuracy", "accuracy_before", "seed", "probes"):
        assert replayed.report[name] == recorded.report[name], name
    assert len(real.asked) == count


def test_a_miss_makes_the_run_inconclusive_and_asks_nobody(
    gate: Gate, real: RealModelServer, configure: Callable[..., None]
) -> None:
    configure("record")
    assert gate.run(*RUN, environment=WITH_KEY).code == 0
    count = len(real.asked)
    cassette = gate.folder / CASSETTE
    lines = cassette.read_text().splitlines(keepends=True)
    cassette.write_text("".join(lines[:-1]))
    configure("replay")
    ended = gate.run(*RUN, environment=WITH_KEY)
    assert (ended.code, ended.report["verdict"]) == (3, "inconclusive"), ended.output
    assert f"the cassette {CASSETTE} holds no answer to a request to /v1/chat/completions" in ended.reasons
    assert "What is my order number?" in ended.reasons
    assert len(real.asked) == count
    assert "Traceback" not in ended.output


def test_the_key_stays_in_the_gate(gate: Gate, real: RealModelServer, configure: Callable[..., None]) -> None:
    """Also where the real model says it in every answer and in its errors."""
    configure("forward")
    real.chatty = True
    real.statuses.extend([401, 500])
    ended = gate.run(*RUN, environment=WITH_KEY)
    assert (ended.code, ended.report["verdict"]) == (3, "inconclusive"), ended.output
    assert "the real model did not answer" in ended.reasons
    assert {headers["Authorization"] for _, _, headers in real.asked} == {f"Bearer {REAL_KEY}"}
    assert "[the key]" in (gate.folder / "memory-gate-report" / "transcript.jsonl").read_text()
    assert written_anywhere(gate.folder, REAL_KEY) == []
    assert REAL_KEY not in ended.output


def test_a_real_model_that_is_gone_is_not_the_bots_fault(
    gate: Gate, real: RealModelServer, configure: Callable[..., None]
) -> None:
    configure("forward")
    real.close()
    ended = gate.run(*RUN, environment=WITH_KEY)
    assert (ended.code, ended.report["verdict"]) == (3, "inconclusive"), ended.output
    assert "the real model did not answer" in ended.reasons
    assert "Traceback" not in ended.output


def test_the_same_seed_only_is_replayed(gate: Gate, configure: Callable[..., None]) -> None:
    """Other facts would be other questions: better said at once."""
    configure("record")
    assert gate.run(*RUN, "--seed", "7", environment=WITH_KEY).code == 0
    configure("replay")
    refused = gate.run(*RUN, "--seed", "8")
    assert refused.code == 2
    assert "another seed" in refused.output
    gate.write(CASSETTE, "{}\n")
    broken = gate.run(*RUN)
    assert broken.code == 2
    assert "line 1" in broken.output


def test_what_a_mode_needs_is_said_before_anything_starts(
    gate: Gate, real: RealModelServer, configure: Callable[..., None]
) -> None:
    for mode, words in (
        ("forward", "mode forward needs the key of a real model"),
        ("record", "OPENAI_API_KEY"),
        ("replay", f'there is no cassette "{CASSETTE}"'),
    ):
        configure(mode)
        ended = gate.run(*RUN, environment={"OPENAI_API_KEY": ""})
        assert ended.code == 2, ended.output
        assert words in ended.output
    configure("forward")
    assert gate.run("validate", "memory-gate.yml", environment={"OPENAI_API_KEY": ""}).code == 0
    assert real.asked == []


def test_what_a_real_model_states_is_asked_for_later(
    gate: Gate, real: RealModelServer, configure: Callable[..., None]
) -> None:
    """Its own number, which the gate did not choose: the value that was planned is nobody's."""
    gate.write(
        "ticket.yml",
        """\
name: A ticket survives
facts:
  desk: {pattern: "DSK-????"}
  ticket: {pattern: "ORD-######"}
script:
  - alice: "Sample: ORD-204060. Will you open one like it for desk {desk}?"
    states: ticket
  - disrupt
  - alice: "Which one did you open?"
    expect: "{ticket}"
""",
    )
    configure("forward")
    arguments = ("--scenarios", "ticket.yml", *disruptions("restart"))
    ended = gate.run("run", *arguments, environment=WITH_KEY)
    assert (ended.code, ended.report["accuracy"]) == (0, 1), ended.output
    assert {one["expected"] for one in ended.report["probes"]} == {"ORD-204060"}
    assert ended.report["leaks"] == 0


@pytest.mark.parametrize(
    ("bot", "clause"),
    [
        ("keeps-by-tool", "it offers its model the tool save_memory"),
        ("fills-in-a-form", "it wants JSON from its model"),
    ],
)
def test_a_bot_whose_model_decides_what_is_kept_is_not_blamed_for_the_reader(
    gate: Gate, configure: Callable[..., None], bot: str, clause: str
) -> None:
    """The reader calls no tool and fills in no form; a real model does, and then the bot remembers."""
    configure("reader", defect=bot)
    read = gate.run(*RUN)
    assert (read.code, read.report["verdict"]) == (3, "inconclusive"), read.output
    assert clause in read.reasons
    assert "`model: {mode: forward}`" in read.reasons
    configure("forward", defect=bot)
    forwarded = gate.run(*RUN, environment=WITH_KEY)
    assert (forwarded.code, forwarded.report["accuracy"]) == (0, 1), forwarded.output


def test_tools_that_keep_nothing_excuse_nothing(gate: Gate, configure: Callable[..., None]) -> None:
    """What stood in the prompt before the restart, or in the store, needed no tool to get there."""
    configure("forward", "process", "keeps-by-tool")
    ended = gate.run(*RUN, environment=WITH_KEY)
    assert (ended.code, ended.report["accuracy"]) == (1, 0), ended.output
