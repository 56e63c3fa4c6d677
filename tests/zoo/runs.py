"""One run of the gate in a folder of its own, for what measures many of them."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.commands.gate_process import Gate
from tests.zoo.images import NO_IMAGES, Images
from tests.zoo.measuring import Findings, examine
from tests.zoo.rows import Patient

RUN_SECONDS = 1800
"""No run takes that, however slow the machine."""


@dataclass(frozen=True, kw_only=True)
class Examined:
    """What the gate found under each disruption, and how long each deployment stood."""

    findings: Mapping[str, Findings]
    seconds: Mapping[str, float]
    """Deployment → from the order to start it until it was removed."""
    output: str


def run(
    patient: Patient, scenarios: Sequence[str], kinds: Sequence[str], seed: int, images: Images = NO_IMAGES
) -> Examined:
    """The gate on one bot, under some disruptions. Raises RuntimeError where there is nothing to be read."""
    with tempfile.TemporaryDirectory() as folder:
        gate = Gate(Path(folder), RUN_SECONDS)
        ended, findings = examine(gate, patient, scenarios, kinds, seed=seed, images=images)
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
        if event["event"] == "DeploymentStarted":
            began[event["deployment"]] = event["at"] - event["seconds"]
        elif event["event"] == "DeploymentClosed" and event["deployment"] in began:
            lasted[event["deployment"]] = event["at"] - began[event["deployment"]]
    return lasted
