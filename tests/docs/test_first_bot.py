"""docs/getting-started.md, done as it says: the minimal bot as a command and as an image, right and wrong."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from tests.commands.gate_process import LIBRARY, Gate, disruptions
from tests.docs.pages import ROOT, fences, tokens

PAGE = "docs/getting-started.md"
MINIMAL = ROOT / "examples" / "bots" / "minimal"
ONE_SCENARIO = ("--scenarios", str(LIBRARY / "order-follow-up.yml"))
AS_COMMAND, AS_IMAGE, FORGETFUL = (
    one.text for one in fences("yaml") if one.page == PAGE and one.text.startswith("bot:")
)


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    """A gate in a copy of the minimal bot's folder."""
    shutil.copytree(MINIMAL, tmp_path, dirs_exist_ok=True)
    gate = Gate(tmp_path)
    yield gate
    assert gate.processes_left() == []


def test_the_bot_comes_with_the_configuration_of_the_page() -> None:
    written = (MINIMAL / "memory-gate.yml").read_text(encoding="utf-8")
    assert re.sub(r" +#.*", "", written) == AS_COMMAND


def test_as_a_command_it_passes(gate: Gate) -> None:
    valid = gate.run("validate")
    assert (valid.code, valid.output.splitlines()) == (
        0,
        ["memory-gate.yml: valid", f"{len(list(LIBRARY.glob('*.yml')))} built-in scenarios: valid"],
    )
    ended = gate.run("run", *disruptions("recreate", "partition"), *ONE_SCENARIO)
    assert ended.code == 0, ended.output
    assert ended.report["findings"] == []


def test_where_nothing_is_configured_validate_says_so(gate: Gate) -> None:
    (gate.folder / "memory-gate.yml").unlink()
    assert gate.run("validate").output.startswith("memory-gate.yml: not in this folder")


def test_with_its_memory_in_the_process_it_is_refused(gate: Gate) -> None:
    gate.write("memory-gate.yml", FORGETFUL)
    ended = gate.run("run", *disruptions("restart"), *ONE_SCENARIO)
    assert ended.code == 1, ended.output
    assert {one["lost_at"] for one in ended.report["probes"]} == {None, "stored"}


@pytest.mark.docker
def test_as_an_image_it_passes(gate: Gate) -> None:
    gate.write("memory-gate.yml", AS_IMAGE)
    ended = gate.run("run", *disruptions("recreate"), *ONE_SCENARIO)
    try:
        assert ended.code == 0, ended.output
        # It heeds SIGTERM, else this would be a finding.
        assert ended.report["findings"] == []
    finally:
        client = docker.from_env()
        client.images.remove(ended.report["images"]["bot"], force=True)
        client.close()


MISTAKES = {
    'int(os.environ.get("PORT", "8000"))': ("9", "no connection to"),
    'self.answer(200, {"ready": True})': ("self.answer(404, {})", "/healthz answered 404"),
    'place = urlsplit(os.environ["REDIS_URL"])': (
        'place = urlsplit("redis://127.0.0.1:9")',
        "the bot replied to none of",
    ),
    'self.answer(200, {"reply": reply})': (
        'self.answer(200, {"answer": reply})',
        'the bot\'s answer has no "reply"',
    ),
    'reply = ask_model([*remembered(turn["session_id"]), said])': (
        "reply = 'Hello'",
        "sent no request to the model endpoint",
    ),
    "import sys": (
        "import sys; raise SystemExit(os.environ['A_KEY'])",
        "the bot stopped before it was healthy",
    ),
}
"""What is in the bot → what a newcomer has there instead, and the words of the report by which to find it."""


@pytest.mark.parametrize("right", MISTAKES)
def test_a_newcomers_mistake_is_named_and_on_the_page(gate: Gate, right: str) -> None:
    wrong, words = MISTAKES[right]
    code = (MINIMAL / "app.py").read_text(encoding="utf-8")
    assert code.count(right) == 1
    gate.write("app.py", code.replace(right, wrong))
    gate.write("memory-gate.yml", "bot: {command: [python, app.py], ready-timeout: 2}")
    ended = gate.run("run", *disruptions("restart"), *ONE_SCENARIO)
    assert ended.code != 0
    told = " ".join([*ended.report["reasons"], *ended.report["findings"]])
    assert words in told
    page = " ".join(one.content for one in tokens(PAGE) if one.type == "inline")
    assert words in page.replace("`", ""), "the page explains it to nobody"
