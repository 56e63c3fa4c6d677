"""One run of the gate in a folder of its own, for what measures many of them."""

from __future__ import annotations

import json
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.commands.gate_process import Gate
from tests.zoo.images import NO_IMAGES, Images
from tests.zoo.measuring import Findings, examine
from tests.zoo.rows import Subject

RUN_SECONDS = 1800
"""No run takes that, however slow the machine."""


class Dismissed(Exception):
    """No gate is started any more."""


class Crew:
    """The gates that run, so that they can all be told to end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[str]] = set()
        self._dismissed = False

    def enlist(self, start: Callable[[], subprocess.Popen[str]]) -> subprocess.Popen[str]:
        """Starts a gate. Raises Dismissed when all were told to end already."""
        with self._lock:
            if self._dismissed:
                raise Dismissed
            self._running = {one for one in self._running if one.poll() is None}
            process = start()
            self._running.add(process)
        if self._dismissed:
            process.send_signal(signal.SIGINT)
        return process

    def dismiss(self) -> None:
        """SIGINT to all, once more where a terminal has sent it; none is started from now on.

        Takes no lock, because it is called by a handler of signals too.
        """
        self._dismissed = True
        for process in tuple(self._running):
            process.send_signal(signal.SIGINT)


CREW = Crew()


class CrewGate(Gate):
    """A gate that is told to end with all others."""

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        return CREW.enlist(lambda: super(CrewGate, self).start(*arguments, **options))


@dataclass(frozen=True, kw_only=True)
class Examined:
    """What the gate found under each disruption, and how long each deployment stood."""

    findings: Mapping[str, Findings]
    seconds: Mapping[str, float]
    """Deployment → from the order to start it until it was removed."""
    output: str


def run(
    patient: Subject,
    scenarios: Sequence[str],
    kinds: Sequence[str],
    seed: int,
    images: Images = NO_IMAGES,
    jobs: int | None = 1,
) -> Examined:
    """The gate on one bot, under some disruptions, one at a time: others run beside it, or it is timed.

    Raises RuntimeError where there is nothing to be read.
    """
    with tempfile.TemporaryDirectory() as folder:
        gate = CrewGate(Path(folder), RUN_SECONDS)
        ended, findings = examine(gate, patient, scenarios, kinds, seed=seed, images=images, jobs=jobs)
        transcript = gate.folder / "memory-gate-report" / "transcript.jsonl"
        lines = transcript.read_text(encoding="utf-8").splitlines() if transcript.exists() else []
    if not findings:
        raise RuntimeError(
            f"{patient.label}: the gate wrote no report and ended with {ended.code}\n{ended.output}"
        )
    return Examined(findings=findings, seconds=standing_seconds(lines), output=ended.output)


def standing_seconds(lines: Sequence[str]) -> dict[str, float]:
    """Deployment → seconds from the order to start it until it was removed."""
    began: dict[str, float] = {}
    lasted: dict[str, float] = {}
    for event in map(json.loads, lines):
        if event["event"] == "deployment-started":
            began[event["deployment"]] = event["at"] - event["seconds"]
        elif event["event"] == "deployment-closed" and event["deployment"] in began:
            lasted[event["deployment"]] = event["at"] - began[event["deployment"]]
    return lasted
