"""An engine that fails in mid-run: one sentence, exit code 3, a report, and never a word against the bot."""

from __future__ import annotations

import io
import json
import secrets
import tarfile
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from gate.runtimes.docker.connection import CALL_SECONDS
from gate.runtimes.docker.sweep import remove_run
from tests.commands.gate_process import Ended, Gate
from tests.docker.engine_proxy import EngineProxy
from tests.kill_matrix.striking import on_the_engine

pytestmark = pytest.mark.docker

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
IMPATIENT = """\
import gate.runtimes.docker.connection as connection
import gate.cli
from gate.run import run_name
connection.CALL_SECONDS = {seconds!r}
run_name.new_run_name = lambda: {run!r}
gate.cli.main()
"""
"""The command, with some time for a call to the engine, and a name for the run."""


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[EngineProxy]:
    """A way to the engine that breaks when it is told to."""
    proxy = EngineProxy(tmp_path / "engine.sock")
    yield proxy
    proxy.cut()


class Subject:
    """Runs the gate by way of the proxy."""

    def __init__(self, gate: Gate, proxy: EngineProxy, image: str) -> None:
        self.gate = gate
        self.proxy = proxy
        self.run_name = secrets.token_hex(6)
        gate.write("order.yml", SCENARIO)
        self.configure(image)

    def configure(self, image: str) -> None:
        settings = {
            "bot": {"image": image, "env": {"MEMORY": "redis"}},
            "scenarios": ["order.yml"],
            # One deployment after the other, so that it is known which one a fault meets.
            "run": {"jobs": 1},
        }
        self.gate.write("memory-gate.yml", json.dumps(settings))

    def run(self, *kinds: str, seconds: float = CALL_SECONDS) -> Ended:
        """The run under these disruptions; a call to the engine may take so many seconds."""
        return self.gate.run(
            "run",
            *(word for kind in kinds for word in ("--disrupt", kind)),
            program=("-c", IMPATIENT.format(run=self.run_name, seconds=seconds)),
            environment={"DOCKER_HOST": self.proxy.host, "PYTHONPATH": str(Path(__file__).parents[2])},
        )

    def left(self) -> list[str]:
        """What is on the engine of the run."""
        return on_the_engine(self.run_name)


@pytest.fixture
def patient(gate: Gate, proxy: EngineProxy, zoo_image: str) -> Iterator[Subject]:
    """Whatever a lost engine kept the gate from removing is removed at the end."""
    patient = Subject(gate, proxy, zoo_image)
    yield patient
    client = docker.from_env()
    remove_run(client, patient.run_name)
    client.close()


def inconclusive(ended: Ended, *words: str) -> None:
    """Exit code 3, and a report whose reasons say `words`: no traceback, and nothing about forgetting."""
    assert (ended.code, ended.report.get("verdict")) == (3, "inconclusive"), ended.output
    assert "Traceback" not in ended.output
    assert all(word in ended.reasons for word in words), ended.reasons
    assert all("\n" not in reason for reason in ended.report["reasons"])
    assert "the bot remembers" not in ended.reasons
    assert ended.report["leaks"] == ended.report["fabrications"] == 0


def test_a_socket_that_vanishes_in_mid_run(patient: Subject) -> None:
    """The cause is said, what is left is said with the command that removes it, and the command does."""
    patient.proxy.cut_at("POST .*/containers/[0-9a-f]+/kill")
    ended = patient.run("restart")
    inconclusive(ended, "the Docker engine could not", "the connection to it broke")
    (finding,) = (one for one in ended.report["findings"] if "could be removed" in one)
    assert f"memory-gate sweep --run {patient.run_name}" in finding
    assert patient.left() != []
    swept = patient.gate.run("sweep", "--run", patient.run_name)
    assert swept.code == 0, swept.output
    assert patient.left() == []
    judged = patient.gate.run("judge", "memory-gate-report/transcript.jsonl")
    assert judged.code == 3, judged.output


def test_an_engine_that_restarts_costs_what_was_under_way(patient: Subject) -> None:
    """The next disruption has a deployment of its own, and is judged."""
    patient.proxy.restart_at("POST .*/containers/[0-9a-f]+/kill")
    ended = patient.run("restart", "recreate")
    inconclusive(ended, "restart cannot be judged: the Docker engine could not stop the bot")
    verdicts = {one["name"]: one["verdict"] for one in ended.report["disruptions"]}
    assert verdicts == {"restart": "inconclusive", "recreate": "passed"}
    assert patient.left() == []


def test_a_call_that_hangs_is_given_up(patient: Subject) -> None:
    """After the time that such calls have."""
    patient.proxy.swallow("GET .*/containers/[0-9a-f]+/json")
    ended = patient.run("restart", seconds=8.0)
    inconclusive(ended, "the Docker engine could not", "did not answer within 8 s")


@pytest.mark.parametrize(
    ("order", "status", "message"),
    [
        (
            "POST .*/networks/create",
            500,
            "could not find an available, non-overlapping IPv4 address pool among the defaults"
            " to assign to the network",
        ),
        ("POST .*/containers/create", 500, "mkdir /var/lib/docker/overlay2/ab:\nno space left on device"),
    ],
    ids=["no subnet", "no room"],
)
def test_what_the_engine_has_no_more_of_is_said_in_its_words(
    patient: Subject, order: str, status: int, message: str
) -> None:
    patient.proxy.answer(order, status, message)
    inconclusive(patient.run("restart"), "the Docker engine could not", " ".join(message.split()))
    assert patient.left() == []


def test_an_image_of_another_architecture_is_named_as_such(patient: Subject, foreign_image: str) -> None:
    """And not as a bot that does not start."""
    patient.configure(foreign_image)
    ended = patient.run("restart")
    inconclusive(ended, "is built for s390x")
    assert "the bot did not start" not in ended.reasons
    assert patient.left() == []


@pytest.fixture
def foreign_image() -> Iterator[str]:
    """An image whose program is made for a machine that this one is not."""
    tag = f"memory-gate-foreign-{secrets.token_hex(4)}:1"
    client = docker.from_env()
    client.images.load(image_archive(tag, "s390x", program=b"\x7fELF\x02\x02\x01" + bytes(11) + b"\x00\x16"))
    yield tag
    client.images.remove(tag, force=True)
    client.close()


def image_archive(tag: str, architecture: str, *, program: bytes) -> bytes:
    """An image with one program, as `docker save` writes it."""
    layer = archive({"bot": program + bytes(64)}, mode=0o755)
    config = {
        "architecture": architecture,
        "os": "linux",
        "config": {"Cmd": ["/bot"]},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest(layer)}"]},
    }
    manifest = [{"Config": "config.json", "RepoTags": [tag], "Layers": ["layer.tar"]}]
    files = {"config.json": json.dumps(config).encode(), "manifest.json": json.dumps(manifest).encode()}
    return archive({**files, "layer.tar": layer})


def archive(files: dict[str, bytes], mode: int = 0o644) -> bytes:
    """A tar file."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), mode
            tar.addfile(entry, io.BytesIO(content))
    return made.getvalue()


def digest(content: bytes) -> str:
    import hashlib

    return hashlib.sha256(content).hexdigest()
