"""Runs the gate on a hostile bot as a workflow would, and looks at all that came of it."""

from __future__ import annotations

import contextlib
import json
import re
import secrets
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker

from gate.core.report import Verdict
from gate.runtimes.docker.sweep import RUN_LABEL
from tests.action.file_commands import parse_pairs
from tests.action.workflow_commands import parse_command, split_lines
from tests.commands.gate_process import LIBRARY, RUN_SECONDS, ZOO, Gate, disruptions
from tests.hostile.rows import Row

BASE_IMAGE = "python:3.13-slim-trixie"
OWN_COMMANDS = frozenset({"group", "endgroup", "stop-commands", "notice", "warning", "error"})
"""Which the gate gives a workflow itself; what is in them is looked at besides."""
FORGED = ("forged", "set-output", "evil.example", "task.complete", "\x1b", "\x00", "\x9b")
"""What a hostile bot says and the gate never does, in the properties of a command or raw in the log."""
CODES = {Verdict.PASSED: 0, Verdict.FAILED: 1, Verdict.INCONCLUSIVE: 3}
GATES_TRACE = re.compile(r'File "[^"]*/(?:gate|site-packages|asyncio)/')
MAX_SECONDS = 120.0
MAX_MEMORY = 512
"""MiB of the gate."""
POLL_SECONDS = 0.02


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of one hostile bot."""

    row: Row
    verdict: str
    reasons: str
    seconds: float
    memory: int
    """The most that the gate ever held, in MiB."""
    faults: tuple[str, ...]
    """What must not be; empty when all is well."""
    output: str

    @property
    def left(self) -> str:
        """What stayed behind, in words."""
        left = [one for one in self.faults if one.startswith("left")]
        return "; ".join(left) or "nothing"


@dataclass(frozen=True, kw_only=True)
class Bots:
    """The hostile bots: as a folder for local processes, as an image where there is an engine."""

    folder: Path
    image: str = ""
    neighbours: str = ""
    """Addresses of containers that are nobody's business."""


@contextlib.contextmanager
def assembled(folder: Path, *, engine: bool) -> Iterator[Bots]:
    """The bots in `folder`; with an `engine` their image, and a neighbour on another network."""
    place = folder / "bots"
    place.mkdir()
    for name in ("bot.py", "healthy.py", "memories.py", "Dockerfile"):
        shutil.copy(ZOO / name, place)
    shutil.copytree(
        Path(__file__).with_name("defects"), place / "defects", ignore=shutil.ignore_patterns("__pycache__")
    )
    if not engine:
        yield Bots(folder=place)
        return
    client = docker.from_env()
    tag = f"memory-gate-hostile-{secrets.token_hex(4)}"
    neighbour = None
    try:
        client.images.build(path=str(place), tag=tag, rm=True, forcerm=True)
        neighbour = client.containers.run(
            BASE_IMAGE, ["python", "-m", "http.server", "8000"], detach=True, remove=True, name=f"{tag}-n"
        )
        neighbour.reload()
        addresses = [one["IPAddress"] for one in neighbour.attrs["NetworkSettings"]["Networks"].values()]
        yield Bots(folder=place, image=tag, neighbours=",".join(filter(None, addresses)))
    finally:
        if neighbour is not None:
            neighbour.remove(force=True)
        with contextlib.suppress(docker.errors.ImageNotFound):
            client.images.remove(tag, force=True)
        client.close()


def configuration(row: Row, bots: Bots) -> dict[str, Any]:
    """memory-gate.yml for a hostile bot: the defaults, and short times."""
    source: Mapping[str, Any] = {"command": ["python", "bot.py"], "directory": str(bots.folder)}
    if row.contained:
        source = {"image": bots.image}
    environment = {
        "DEFECT": row.name,
        "MEMORY": row.memory,
        "STORE_SECONDS": "2",
        "NEIGHBOURS": bots.neighbours,
    }
    return {
        "bot": {
            **source,
            "env": environment,
            # A container shares the machine with others that may be busy.
            "ready-timeout": 90 if row.contained else 10,
            "turn-timeout": 12 if row.contained else 4,
            "stop-timeout": 1,
            **row.bot,
        },
        "store": dict(row.store),
        "scenarios": [str(LIBRARY / "order-follow-up.yml")],
    }


def examine(row: Row, bots: Bots, folder: Path) -> Outcome:
    """One run of the gate, in `folder`."""
    gate = Gate(folder)
    gate.write("memory-gate.yml", json.dumps(configuration(row, bots)))
    files = {name: str(gate.write(name, "")) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    engine_time = time.time()
    began = time.monotonic()
    process = gate.start(
        "run",
        "--seed",
        "1",
        *disruptions("restart"),
        environment={"GITHUB_ACTIONS": "true", **files},
    )
    with process, _peak(process.pid) as peak:
        try:
            output, _ = process.communicate(timeout=RUN_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            output, _ = process.communicate()
            output += "\n(it did not end)"
    seconds = time.monotonic() - began
    ended = gate.ended(process.returncode, output)
    verdict = str(ended.report.get("verdict", "none"))
    faults = [
        *_verdict_faults(row, ended.code, verdict, ended.reasons),
        *_forgeries(output, Path(files["GITHUB_OUTPUT"]), Path(files["GITHUB_STEP_SUMMARY"]), verdict),
        *(f"left {one}" for one in gate.processes_left()),
        *(f"left {one}" for one in gate.scratch.glob("memory-gate-*")),
    ]
    if row.contained:
        faults += [f"left {one}" for one in _left_on_the_engine(bots.image, engine_time)]
    if seconds > MAX_SECONDS:
        faults.append(f"it took {seconds:.0f} s")
    if peak[0] > MAX_MEMORY:
        faults.append(f"the gate took {peak[0]} MiB")
    return Outcome(
        row=row,
        verdict=verdict,
        reasons=ended.reasons,
        seconds=seconds,
        memory=peak[0],
        faults=tuple(faults),
        output=output,
    )


def _verdict_faults(row: Row, code: int, verdict: str, reasons: str) -> Iterator[str]:
    if verdict != row.verdict:
        yield f"the verdict is {verdict}, not {row.verdict}: {reasons}"
    elif code != CODES[Verdict(verdict)]:
        yield f"the exit code is {code}"
    if row.reason and row.reason not in reasons:
        yield f'the reasons do not say "{row.reason}": {reasons}'
    if "BREACHED" in reasons or "exit code 66" in reasons:
        yield f"it got out: {reasons}"


def _forgeries(output: str, outputs: Path, summary: Path, verdict: str) -> Iterator[str]:
    """Lines that a workflow would obey and that are not the gate's own; traces; foreign outputs."""
    # What a bot printed as it died is shown, and may be a trace of its own.
    if GATES_TRACE.search(output) or "the gate itself failed" in output:
        yield "it crashed"
    token, quiet = "", False
    for line in split_lines(output):
        if quiet and line.strip() == f"::{token}::":
            quiet = False
            continue
        command = None if quiet else parse_command(line)
        if command is None:
            continue
        if command.name == "stop-commands":
            token, quiet = command.data, True
        if command.name not in OWN_COMMANDS or any(
            sign in value for sign in FORGED for value in command.properties.values()
        ):
            yield f"forged {line[:80]!r}"
    for sign in ("\x1b", "\x00", "\x9b", "\u202e"):
        if sign in output:
            yield f"{sign!r} is in the log"
    pairs = parse_pairs(outputs.read_text(encoding="utf-8"))
    if pairs.error or pairs.values.get("verdict", verdict) != verdict:
        yield f"the outputs say {pairs.error or pairs.values['verdict']}"
    if "<script" in summary.read_text(encoding="utf-8"):
        yield "the summary has a script"


def _left_on_the_engine(image: str, since: float) -> list[str]:
    """Containers, networks and volumes of the runs that made a container of this image since then."""
    client = docker.from_env()
    try:
        events = client.events(
            since=int(since) - 1,
            until=int(time.time()) + 1,
            decode=True,
            filters={"type": "container", "event": "create", "image": image},
        )
        runs = {event["Actor"]["Attributes"].get(RUN_LABEL, "") for event in events} - {""}
        left = []
        for run in runs:
            mine = {"label": f"{RUN_LABEL}={run}"}
            left += [f"container {one['Names']}" for one in client.api.containers(all=True, filters=mine)]
            left += [f"network {one['Name']}" for one in client.api.networks(filters=mine)]
            left += [f"volume {one['Name']}" for one in client.api.volumes(filters=mine)["Volumes"] or ()]
        return left
    finally:
        client.close()


@contextlib.contextmanager
def _peak(process: int) -> Iterator[list[int]]:
    """The most memory that a process has ever held, in MiB: watched until the block is left."""
    peak, ended = [0], threading.Event()

    def watch() -> None:
        while not ended.wait(POLL_SECONDS):
            with contextlib.suppress(OSError, IndexError, ValueError):
                status = Path(f"/proc/{process}/status").read_text()
                peak[0] = int(status.split("VmHWM:")[1].split()[0]) >> 10

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield peak
    finally:
        ended.set()
        watching.join()
