"""`memory-gate` as a user starts it: a process of its own, in a folder of its own, on a bot of the zoo."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ZOO = Path(__file__).resolve().parents[1] / "zoo"
LIBRARY = Path(__file__).resolve().parents[2] / "scenarios"
TWELVE = (
    *("appointment", "corrected-twice", "favourite-animal", "first-things-first", "just-said"),
    *("long-conversation", "moved-house", "names-alike", "order-follow-up", "scattered-facts"),
    *("several-facts", "two-customers"),
)
"""The built-in scenarios without the long ones, which take their time with every defect."""
RUN_SECONDS = 240


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A finished `memory-gate`. `report` is report.json, empty when none was written."""

    code: int
    output: str
    report: Mapping[str, Any]

    @property
    def reasons(self) -> str:
        return "; ".join(self.report.get("reasons", ()))


class Gate:
    """Starts `memory-gate` in `folder`. Its scratch folders lie in `folder/scratch`."""

    def __init__(self, folder: Path, seconds: float = RUN_SECONDS) -> None:
        """`seconds` is how long a run may take, at the very most."""
        self.folder = folder
        self.seconds = seconds
        self.scratch = folder / "scratch"
        self.scratch.mkdir()

    def write(self, name: str, text: str) -> Path:
        """A file in the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def configure(
        self, memory: str, defect: str = "", *, image: str = "", whole_library: bool = False, **bot: object
    ) -> None:
        """memory-gate.yml for a bot of the zoo: as a process, or as a container of `image`."""
        source = {"image": image} if image else {"command": ["python", "bot.py"], "directory": str(ZOO)}
        settings = {
            "bot": {**source, "env": {"MEMORY": memory, "DEFECT": defect}, **bot},
            "gate": {"accuracy": 0.95},
            "scenarios": [str(LIBRARY)] if whole_library else [str(LIBRARY / f"{one}.yml") for one in TWELVE],
        }
        # JSON is YAML.
        self.write("memory-gate.yml", json.dumps(settings))

    def start(
        self,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        program: Sequence[str] = ("-m", "memory_gate"),
    ) -> subprocess.Popen[str]:
        """The running process; its two outputs are one. `program` is what Python is to run."""
        return subprocess.Popen(
            [sys.executable, *program, *arguments],
            cwd=self.folder,
            env=self._environment(environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(
        self,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        program: Sequence[str] = ("-m", "memory_gate"),
    ) -> Ended:
        """Starts it and waits until it has ended."""
        with self.start(*arguments, environment=environment, program=program) as process:
            output, _ = process.communicate(timeout=self.seconds)
        return self.ended(process.returncode, output)

    def act(self, **inputs: str) -> Ended:
        """The action's main stage with these inputs, in the same folder as the workspace."""
        with self.start_action(**inputs) as process:
            output, _ = process.communicate(timeout=self.seconds)
        return self.ended(process.returncode, output)

    def start_action(self, **inputs: str) -> subprocess.Popen[str]:
        """The running process of the main stage; its two outputs are one."""
        given = {f"INPUT_{name.upper().replace('_', '-')}": value for name, value in inputs.items()}
        return subprocess.Popen(
            [sys.executable, str(ZOO.parents[1] / "entrypoint.py")],
            cwd=self.folder,
            env=self._environment({"GITHUB_WORKSPACE": str(self.folder), **given}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def interrupt_at(
        self,
        words: str,
        number: signal.Signals,
        *arguments: str,
        program: Sequence[str] = ("-m", "memory_gate"),
    ) -> Ended:
        """Sends a signal when a line with `words` is printed, and waits for the end."""
        with self.start(*arguments, program=program) as process:
            assert process.stdout is not None
            lines: list[str] = []
            for line in process.stdout:
                lines.append(line)
                if words in line:
                    process.send_signal(number)
                    break
            rest, _ = process.communicate(timeout=self.seconds)
        return self.ended(process.returncode, "".join(lines) + rest)

    def ended(self, code: int, output: str) -> Ended:
        """What the process left."""
        path = self.folder / "memory-gate-report" / "report.json"
        report = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        return Ended(code=code, output=output, report=report)

    def processes_left(self) -> list[str]:
        """Programs that still run in the gate's scratch folders."""
        left = []
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and (entry / "cwd").readlink().is_relative_to(self.scratch):
                    left.append((entry / "cmdline").read_text().replace("\0", " "))
            except OSError:
                continue
        return left

    def _environment(self, more: Mapping[str, str]) -> dict[str, str]:
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "INPUT_"))
        }
        bin_folder = str(Path(sys.executable).parent)
        return {
            **kept,
            "PATH": f"{bin_folder}:{kept.get('PATH', '')}",
            "TMPDIR": str(self.scratch),
            "PYTHONUNBUFFERED": "1",
            **more,
        }


def named(run: str) -> Sequence[str]:
    """The program `memory-gate`, whose run has this name: what it made is told from what others make."""
    name_runs = f"from gate.run import run_name; run_name.new_run_name = lambda: {run!r}"
    return ("-c", f"import gate.cli; {name_runs}; gate.cli.main()")


def disruptions(*names: str) -> Sequence[str]:
    """Arguments that choose disruptions."""
    return [word for name in names for word in ("--disrupt", name)]
