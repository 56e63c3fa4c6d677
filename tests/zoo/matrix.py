"""Measures which defects the gate catches, and whether it blames a healthy bot: `make zoo`.

Every defect and every healthy twin is run under every disruption that local processes can undergo, and what
needs an engine on one. Writes docs/detection.md. Ends with 1 when a defect is missed or a twin is blamed.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import json
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gate.disruptions import DISRUPTIONS
from gate.runtimes import UNSUPPORTED
from tests.commands.gate_process import Gate
from tests.conftest import engine_answers
from tests.zoo.detection import Caught, Cost, Matrix, Twin, page
from tests.zoo.images import Images, built
from tests.zoo.measuring import Findings, examine
from tests.zoo.rows import PLAIN, ROWS, SHARED_SCENARIOS, Patient, Row, twins

PAGE = Path(__file__).resolve().parents[2] / "docs" / "detection.md"
LOCAL = tuple(name for name in DISRUPTIONS if name not in UNSUPPORTED["process"])
ENGINE_ONLY = tuple(name for name in DISRUPTIONS if name in UNSUPPORTED["process"])
VERSIONED = ("restart", "kill", "recreate", "blue-green", "rolling", "rollback")
"""What bots of two versions are run under: each takes containers."""


@dataclass(frozen=True, kw_only=True)
class Examined:
    """One run of the gate: what it found under each disruption, and how long each deployment stood."""

    findings: Mapping[str, Findings]
    seconds: Mapping[str, float]
    output: str


def run(
    patient: Patient,
    scenarios: Sequence[str],
    kinds: Sequence[str],
    seed: int,
    images: Images | None = None,
    two_images: bool = False,
) -> Examined:
    """Runs the gate in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        gate = Gate(Path(folder))
        ended, findings = examine(
            gate,
            patient,
            scenarios,
            kinds,
            seed=seed,
            image=images.candidate if images else "",
            previous=images.previous if images and two_images else "",
        )
        transcript = gate.folder / "memory-gate-report" / "transcript.jsonl"
        lines = transcript.read_text(encoding="utf-8").splitlines() if transcript.exists() else []
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


def examine_row(row: Row, seed: int, images: Images | None) -> Caught:
    """A defect under everything that it can undergo here."""
    found: dict[str, Findings] = {}
    if row.two_images:
        if images is None:
            return Caught(row=row, findings={}, not_run="it takes images of two versions, and so an engine")
        found.update(run(row.patient, row.scenarios, VERSIONED, seed, images, two_images=True).findings)
    else:
        found.update(run(row.patient, row.scenarios, LOCAL, seed).findings)
        if images is not None and row.on_engine:
            found.update(run(row.patient, row.scenarios, row.on_engine, seed, images).findings)
    return Caught(row=row, findings=found)


def examine_twin(patient: Patient, seed: int, images: Images | None) -> Twin:
    """A healthy bot under everything."""
    scenarios = twins()[patient]
    if any(row.twin == patient and row.two_images for row in ROWS):
        kinds, engine = VERSIONED, images
        if images is None:
            return Twin(patient=patient, seed=seed, findings={})
    else:
        kinds, engine = LOCAL, None
    examined = run(patient, scenarios, kinds, seed, engine, two_images=engine is not None)
    return Twin(patient=patient, seed=seed, findings=examined.findings, output=examined.output)


def measure_costs(images: Images | None) -> list[Cost]:
    """What each disruption costs the plain healthy bot with few scenarios, alone on the machine."""
    local = run(PLAIN, SHARED_SCENARIOS, LOCAL, 1).seconds
    engine = run(PLAIN, SHARED_SCENARIOS, tuple(DISRUPTIONS), 1, images) if images else None
    return [
        Cost(
            disruption=name,
            process=local.get(name),
            docker=engine.seconds.get(name) if engine else None,
            alarm=bool(engine and engine.findings[name].verdict != "passed"),
        )
        for name in DISRUPTIONS
    ]


def measure(*, only: Sequence[str], seeds: int, jobs: int, images: Images | None) -> Matrix:
    """Everything, some runs at a time."""
    began = time.monotonic()
    rows = [row for row in ROWS if not only or row.number in only]
    patients = [one for one in twins() if not only or any(row.twin == one for row in rows)]
    work: list[Callable[[], Caught | Twin]] = [
        *(lambda row=row: examine_row(row, 1, images) for row in rows),
        *(
            lambda patient=patient, seed=seed: examine_twin(patient, seed, images)
            for seed in range(1, seeds + 1)
            for patient in patients
        ),
    ]
    caught: list[Caught] = []
    healthy: list[Twin] = []
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for done in pool.map(lambda one: one(), work):
            print(done.line, flush=True)
            if isinstance(done, Caught):
                caught.append(done)
            else:
                healthy.append(done)
    costs = [] if only else measure_costs(images)
    return Matrix(caught=caught, twins=healthy, costs=costs, seconds=time.monotonic() - began)


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="make zoo", description=__doc__)
    parser.add_argument("--only", nargs="*", default=(), help="numbers of rows; nothing is written then")
    parser.add_argument("--seeds", type=int, default=2, help="how often each twin is run under everything")
    parser.add_argument("--jobs", type=int, default=3, help="runs of the gate at a time")
    options = parser.parse_args()
    given = {"only": options.only, "seeds": options.seeds, "jobs": options.jobs}
    if engine_answers():
        with built() as images:
            matrix = measure(**given, images=images)
    else:
        print("no Docker engine answers: what needs one is not run", flush=True)
        matrix = measure(**given, images=None)
    if not options.only:
        PAGE.write_text(page(matrix), encoding="utf-8")
    print(matrix.summary)
    return 1 if matrix.failures else 0


if __name__ == "__main__":
    sys.exit(main())
