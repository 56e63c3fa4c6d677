"""Strikes one run at one boundary, and looks at what is left of it and what it has written."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import secrets
import signal
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker

from gate.analysis import analyse
from gate.core.transcript import EVENTS, Event, RunEnded
from gate.core.transcript_lines import decode
from gate.errors import GateError
from gate.reporters.transcript_file import NAME, UNFINISHED
from gate.runtimes.docker.sweep import RUN_LABEL
from tests.commands.gate_process import Gate
from tests.contract.harness import processes_with
from tests.kill_matrix.scenes import SCENES, configure
from tests.kill_matrix.stricken_gate import CLEANED_UP, NAMES, VERDICT, Strike

PROGRAM = ("-m", "tests.kill_matrix.stricken_gate")
REPOSITORY = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60.0
POLL_SECONDS = 0.02
SHORT_LIFETIME = 12
"""Seconds after which what a killed gate left may be removed by the next run."""
INTERRUPTED = 130
COMPLETE = (CLEANED_UP, "run-ended", VERDICT)
"""Boundaries at which a run is over: what a signal may still do is to leave the verdict as it is."""

SWEEP = "memory-gate sweep"
POST_STEP = "post step"
NEXT_RUN = "next run"
SUPERVISORS = "supervisors"
"""What removes, after SIGKILL, what the gate made."""


@dataclass(frozen=True, kw_only=True)
class Point:
    """One strike: in which scene, at which boundary, with which signal, and with which one after it."""

    scene: str
    kind: str
    ordinal: int
    number: signal.Signals
    second: signal.Signals | None = None
    remover: str = SUPERVISORS

    @property
    def name(self) -> str:
        """Of the signal, or of both."""
        return self.number.name + (f", then {self.second.name}" if self.second else "")

    @property
    def kills(self) -> bool:
        """Whether nobody is left to clean up."""
        return signal.SIGKILL in (self.number, self.second)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a strike. `problems` are sentences; `seconds` from the strike to the end of the gate."""

    point: Point
    struck: bool
    left: Sequence[str]
    problems: Sequence[str]
    reported: bool
    seconds: float
    output: str

    @property
    def clean(self) -> bool:
        """Whether all is as it should be."""
        return not self.left and not self.problems


def boundaries(scene: str, image: str = "", judge_url: str = "") -> list[tuple[str, int]]:
    """Every boundary of an undisturbed run of the scene, in order."""
    with tempfile.TemporaryDirectory() as folder:
        gate = Gate(Path(folder))
        strike = Strike(run=secrets.token_hex(6), log=str(gate.folder / "boundaries"))
        _run(gate, scene, strike, image, judge_url)
        return _heard(strike)


def strike_at(point: Point, *, image: str = "", judge_url: str = "") -> Outcome:
    """Runs the scene, strikes it, and looks around. With an `image` on the Docker engine."""
    with tempfile.TemporaryDirectory() as folder:
        gate = Gate(Path(folder))
        strike = Strike(
            run=secrets.token_hex(6),
            log=str(gate.folder / "boundaries"),
            kind=point.kind,
            ordinal=point.ordinal,
            signal=point.number,
            second=point.second,
            lifetime=SHORT_LIFETIME if point.remover == NEXT_RUN else None,
        )
        code, output = _run(gate, point.scene, strike, image, judge_url)
        ended = time.time()
        struck_at = Path(f"{strike.log}.struck")
        struck = struck_at.exists()
        seconds = ended - struck_at.stat().st_mtime if struck else 0.0
        # First, because the next run writes to the same place.
        problems, reported = examine(point, gate.folder, strike, code, output)
        if image and point.kills:
            _remove(point.remover, gate, strike.run, image, judge_url)
        left = _what_is_left(gate, strike.run, on_engine=bool(image), patient=point.kills)
        return Outcome(
            point=point,
            struck=struck,
            left=left,
            problems=problems if struck else (),
            reported=reported,
            seconds=seconds,
            output=output,
        )


def _run(gate: Gate, scene: str, strike: Strike, image: str, judge_url: str) -> tuple[int, str]:
    arguments = configure(gate, SCENES[scene], run=strike.run, image=image, judge=judge_url)
    ended = gate.run(
        json.dumps(dataclasses.asdict(strike)),
        *arguments,
        program=PROGRAM,
        environment=_environment(),
    )
    return ended.code, ended.output


def _environment() -> Mapping[str, str]:
    return {"PYTHONPATH": str(REPOSITORY), "OPENAI_API_KEY": "sk-judge-0123456789abcdef"}


def _heard(strike: Strike) -> list[tuple[str, int]]:
    """The boundaries that the gate came by."""
    log = Path(strike.log)
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return [(kind, int(ordinal)) for kind, _, ordinal in (line.rpartition(" ") for line in lines)]


def _remove(remover: str, gate: Gate, run: str, image: str, judge_url: str) -> None:
    """Has somebody remove what a killed gate left on the engine."""
    if remover == POST_STEP:
        gate.run(program=(str(REPOSITORY / "post_entrypoint.py"),), environment={"STATE_run": run})
    elif remover == NEXT_RUN:
        _wait_for_expiry(run)
        strike = Strike(
            run=secrets.token_hex(6), log=str(gate.folder / "next"), kind="deployment-started", signal=2
        )
        _run(gate, "usual", strike, image, judge_url)
    else:
        gate.run("sweep", "--run", run, environment=_environment())


def _wait_for_expiry(run: str) -> None:
    """Until what the run made may be removed by anybody."""
    client = docker.from_env()
    with contextlib.closing(client):
        filters = {"label": f"{RUN_LABEL}={run}"}
        expiries = [
            int(one["Labels"]["memory-gate.expires"])
            for one in (
                *client.api.containers(all=True, filters=filters),
                *client.api.networks(filters=filters),
                *(client.api.volumes(filters=filters).get("Volumes") or ()),
            )
        ]
    while expiries and time.time() < max(expiries):
        time.sleep(POLL_SECONDS)


def _what_is_left(gate: Gate, run: str, *, on_engine: bool, patient: bool) -> list[str]:
    """All that still exists of the run; after SIGKILL the supervisors are given time."""
    deadline = time.monotonic() + (PATIENCE_SECONDS if patient else 0.0)
    while (left := _looked_for(gate, run, on_engine)) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    return left


def _looked_for(gate: Gate, run: str, on_engine: bool) -> list[str]:
    left = [f"process {number}: {command}" for number, command in processes_with(run).items()]
    left += [f"temporary {one.name}" for one in gate.scratch.iterdir()]
    left += [f"draft {one.name}" for one in (gate.folder / "memory-gate-report").glob(".*")]
    return left + (on_the_engine(run) if on_engine else [])


def on_the_engine(run: str) -> list[str]:
    """The containers, networks and volumes of the run: by label, or by name where one has lost its label."""
    client = docker.from_env()
    with contextlib.closing(client):
        api = client.api
        found = [
            *(("container", " ".join(one["Names"] or ()), one) for one in api.containers(all=True)),
            *(("network", one["Name"], one) for one in api.networks()),
            *(("volume", one["Name"], one) for one in api.volumes().get("Volumes") or ()),
        ]
    return [
        f"{kind} {name}"
        for kind, name, one in found
        if run in name or (one.get("Labels") or {}).get(RUN_LABEL) == run
    ]


def examine(point: Point, folder: Path, strike: Strike, code: int, output: str) -> tuple[list[str], bool]:
    """What is wrong with what the run in `folder` said and wrote; whether it wrote a report."""
    reports = folder / "memory-gate-report"
    events, problem = _read_transcript(reports, whole=not point.kills)
    problems = [problem] if problem else []
    if "Traceback (most" in output:
        problems.append("a traceback was printed")
    heard = [kind for kind, _ in _heard(strike) if kind in EVENTS]
    if [NAMES[type(event)] for event in events][: len(heard)] != heard:
        problems.append(f"the transcript holds {len(events)} events, and {len(heard)} happened")
    if events and not problem and point.kind not in COMPLETE:
        verdict = analyse(events).verdict.value
        problems += [f"what was written is judged as {verdict}"] if verdict != "inconclusive" else []
    path = reports / "report.json"
    report = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    if not point.kills:
        problems += _misreported(point, report, events, code)
    return problems, bool(report)


def _misreported(point: Point, report: Mapping[str, Any], events: Sequence[Event], code: int) -> list[str]:
    """What is wrong with report and exit code of a run that was ended in order."""
    if point.kind in COMPLETE and not report.get("interrupted", True):
        expected = {"passed": 0, "failed": 1, "inconclusive": 3}.get(report["verdict"])
        return [f"exit code {code} for {report['verdict']}"] if code not in (expected, INTERRUPTED) else []
    problems = [f"exit code {code}"] if code != INTERRUPTED else []
    if (report.get("verdict"), report.get("interrupted")) != ("inconclusive", True):
        problems.append(f"the report says {report.get('verdict', 'nothing')}")
    if events and not (isinstance(events[-1], RunEnded) and events[-1].interrupted):
        problems.append("the transcript does not say that the run was interrupted")
    return problems


def _read_transcript(folder: Path, *, whole: bool) -> tuple[list[Event], str]:
    """The events, and what is wrong with the file; one that is not `whole` may have its draft's name."""
    path = folder / NAME
    if not whole and not path.exists():
        path = folder / UNFINISHED
    if not path.exists():
        return [], f"there is no {path.name}"
    try:
        return list(decode(path.read_text(encoding="utf-8").splitlines())), ""
    except GateError as error:
        return [], error.sentence
