"""The key of a real model stays in the gate, whoever says it again, and however it is spelt."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docker
import pytest

from gate.runtimes.docker.sweep import RUN_LABEL
from tests.commands.gate_process import Gate, disruptions
from tests.secrecy import echoes, traces, traces_in_folder
from tests.unit.llm_judge.judge_server import JudgeServer
from tests.unit.model_endpoint.real_model import REAL_KEY, RealModelServer

SCENARIO = """\
name: An order number survives
facts:
  order: {pattern: "ORD-######"}
script:
  - alice: "My order is {order}."
  - disrupt
  - alice: "What is my order number?"
    expect: {contains: "{order}", judge: "says that the order is {order}"}
"""
RUN = ("run", "--scenarios", "order.yml", *disruptions("restart"))
GITHUB_FILES = ("GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY", "GITHUB_ENV")
ECHO = " ".join(echoes(REAL_KEY).values())


class Echo(RealModelServer):
    """A real model that puts the key into every answer in every spelling, and is looked at meanwhile."""

    def __init__(self, look: Callable[[], None]) -> None:
        super().__init__()
        self._look = look

    def _say(self, prompt: str) -> str:
        self._look()
        return f"{super()._say(prompt)} You sent: {ECHO}"


class Onlooker:
    """Sees what anybody on the machine could see of the bot and its store while they run."""

    def __init__(self, gate: Gate, image: str) -> None:
        self._gate = gate
        self._image = image
        self.seen: list[bytes] = []

    def look(self) -> None:
        if len(self.seen) < 2:
            self.seen += self._containers() if self._image else self._processes()

    def _containers(self) -> list[bytes]:
        client = docker.from_env()
        found = client.containers.list(filters={"label": RUN_LABEL}, ignore_removed=True)
        runs = {one.labels[RUN_LABEL] for one in found if one.image and self._image in one.image.tags}
        mine = [one for one in found if one.labels[RUN_LABEL] in runs]
        seen = [json.dumps(one.attrs).encode() + one.logs() for one in mine]
        client.close()
        return seen

    def _processes(self) -> list[bytes]:
        seen = []
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and (entry / "cwd").readlink().is_relative_to(self._gate.scratch):
                    seen.append((entry / "environ").read_bytes() + (entry / "cmdline").read_bytes())
            except OSError:
                continue
        return seen


@pytest.fixture(params=["process", pytest.param("docker", marks=pytest.mark.docker)])
def image(request: pytest.FixtureRequest) -> str:
    """The bot's image; "" for a local process."""
    return request.getfixturevalue("zoo_image") if request.param == "docker" else ""


@pytest.fixture
def onlooker(gate: Gate, image: str) -> Onlooker:
    return Onlooker(gate, image)


@pytest.fixture
def real(onlooker: Onlooker) -> Iterator[Echo]:
    server = Echo(onlooker.look)
    yield server
    server.close()


@pytest.fixture
def judge() -> Iterator[JudgeServer]:
    reason = json.dumps({"holds": True, "reason": f"You sent {ECHO}"})
    server = JudgeServer(lambda system, reply: reason, REAL_KEY)
    yield server
    server.close()


@pytest.fixture
def configure(gate: Gate, image: str, real: Echo, judge: JudgeServer) -> Callable[..., None]:
    """Writes the files of a run in a mode of the model, and those that GitHub would give the step."""
    gate.write("order.yml", SCENARIO)
    for name in GITHUB_FILES:
        gate.write(name, "")

    def configured(mode: str, defect: str = "") -> None:
        gate.configure("redis", defect, image=image)
        path = gate.folder / "memory-gate.yml"
        settings: dict[str, Any] = json.loads(path.read_text())
        settings["model"] = {"mode": mode, "base-url": real.url}
        settings["judge"] = {"base-url": judge.url, "model": "judge-1"}
        path.write_text(json.dumps(settings))

    return configured


def environment(gate: Gate) -> dict[str, str]:
    files = {name: str(gate.folder / name) for name in GITHUB_FILES}
    return {"OPENAI_API_KEY": REAL_KEY, "GITHUB_ACTIONS": "true", "RUNNER_DEBUG": "1", **files}


def test_the_key_is_found_nowhere(
    gate: Gate, configure: Callable[..., None], onlooker: Onlooker, real: Echo, judge: JudgeServer
) -> None:
    """Neither in a file of the run or of the step, nor in its log, nor in whatever the bot can see."""
    # What is recorded is forwarded, and kept in one more file.
    configure("record")
    ended = gate.run(*RUN, environment=environment(gate))
    assert (ended.code, ended.report["verdict"]) == (0, "passed"), ended.output
    assert {headers["Authorization"] for _, _, headers in real.asked} == {f"Bearer {REAL_KEY}"}
    assert len(judge.asked) == 2
    assert "[the key]" in (gate.folder / "memory-gate-report" / "transcript.jsonl").read_text()
    assert traces_in_folder(REAL_KEY, gate.folder) == []
    assert traces(REAL_KEY, ended.output.encode()) == []
    # The bot, its store, and what watches over them.
    assert len(onlooker.seen) >= 2
    assert [traces(REAL_KEY, one) for one in onlooker.seen] == [[]] * len(onlooker.seen)
    # What the bot was given to say it was given without the key.
    given = [body for _, body, _ in real.asked]
    assert traces(REAL_KEY, json.dumps(given).encode()) == []


@pytest.mark.parametrize("image", [""], ids=["process"])
def test_neither_in_what_a_bot_says_of_its_environment_nor_in_faults(
    gate: Gate, configure: Callable[..., None], real: Echo, judge: JudgeServer
) -> None:
    """A model that refuses the key by name, a judge that fails with it, a bot that tells all it has."""
    configure("forward", "shows-environment")
    real.statuses.extend([401, 500, 429])
    judge.statuses.extend([401] * 4)
    ended = gate.run(*RUN, environment=environment(gate))
    assert ended.code != 0, ended.output
    assert "Traceback" not in ended.output
    assert traces_in_folder(REAL_KEY, gate.folder) == []
    assert traces(REAL_KEY, ended.output.encode()) == []


@pytest.mark.parametrize("image", [""], ids=["process"])
def test_a_bot_that_its_user_gave_the_key_tells_it_to_nobody(
    gate: Gate, configure: Callable[..., None], real: Echo, judge: JudgeServer
) -> None:
    """Then it is no model that says it again, and nothing on the way but the record itself could hide it."""
    configure("forward", "shows-environment")
    path = gate.folder / "memory-gate.yml"
    settings: dict[str, Any] = json.loads(path.read_text())
    settings["bot"]["env"]["KEY_OF_ITS_OWN"] = REAL_KEY
    path.write_text(json.dumps(settings))
    ended = gate.run(*RUN, environment=environment(gate))
    assert "Traceback" not in ended.output
    reports = gate.folder / "memory-gate-report"
    assert "KEY_OF_ITS_OWN" in (reports / "transcript.jsonl").read_text()
    assert traces_in_folder(REAL_KEY, reports) == []
    assert traces(REAL_KEY, ended.output.encode()) == []
    for name in GITHUB_FILES:
        assert traces(REAL_KEY, (gate.folder / name).read_bytes()) == [], name


def test_a_planted_key_would_be_found(tmp_path: Path) -> None:
    """The search itself: each spelling, in the middle of a file."""
    for name, echo in echoes(REAL_KEY).items():
        (tmp_path / "file").write_text(f"before {echo} after")
        assert traces_in_folder(REAL_KEY, tmp_path) != [], name
    (tmp_path / "file").write_bytes(base64.b64encode(b"nothing of it"))
    assert traces_in_folder(REAL_KEY, tmp_path) == []
