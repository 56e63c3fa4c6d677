"""Workflow files as far as their steps go: what is used with which inputs, and the simplest expressions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.action.action_file import ActionFileError, read_document

OURS = "memory-gate/memory-gate@"
"""How examples refer to the action; this repository's own workflows write `./`."""

_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_PATH = re.compile(r"[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)+")


@dataclass(frozen=True, kw_only=True)
class WorkflowStep:
    """One step of a job; either `uses` or `run` is empty. Values are as they are written."""

    name: str
    identifier: str | None
    uses: str
    run: str
    shell: str
    inputs: Mapping[str, str]
    env: Mapping[str, str]
    continues: bool

    @property
    def is_gate(self) -> bool:
        return self.uses == "./" or self.uses.startswith(OURS)


@dataclass(frozen=True, kw_only=True)
class Workflow:
    """Its jobs by name, each as its steps, and the whole file as it was read."""

    name: str
    jobs: Mapping[str, tuple[WorkflowStep, ...]]
    document: Mapping[str, Any] = field(repr=False)

    @property
    def steps(self) -> tuple[WorkflowStep, ...]:
        """Those of all jobs."""
        return tuple(step for steps in self.jobs.values() for step in steps)

    def gate(self, job: str) -> WorkflowStep:
        """The step of a job that uses the gate."""
        (step,) = (one for one in self.jobs[job] if one.is_gate)
        return step

    def script(self, job: str, name: str) -> WorkflowStep:
        """A step of a job by its name."""
        (step,) = (one for one in self.jobs[job] if one.name == name)
        return step


def load_workflow(path: Path) -> Workflow:
    """Reads a workflow of GitHub's."""
    document = read_document(path)
    return Workflow(
        name=path.name,
        jobs={name: tuple(map(_step, job.get("steps") or ())) for name, job in document["jobs"].items()},
        document=document,
    )


def fill_in(texts: Mapping[str, str], contexts: Mapping[str, Any]) -> dict[str, str]:
    """The texts with every `${{ a.b.c }}` looked up; what is not there is empty, as on GitHub.

    ActionFileError for a context that is not given, and for any other expression.
    """
    return {
        name: _EXPRESSION.sub(lambda match: _look_up(match, contexts), text) for name, text in texts.items()
    }


def _look_up(match: re.Match[str], contexts: Mapping[str, Any]) -> str:
    path = match[1].strip()
    first, *rest = path.split(".")
    if not _PATH.fullmatch(path) or first not in contexts:
        raise ActionFileError(f"the expression {match[0]} is not emulated")
    value: Any = contexts[first]
    for name in rest:
        value = value.get(name, "") if isinstance(value, Mapping) else ""
    return str(value)


def _step(entry: Mapping[str, Any]) -> WorkflowStep:
    return WorkflowStep(
        name=str(entry.get("name") or ""),
        identifier=entry.get("id"),
        uses=str(entry.get("uses") or ""),
        run=str(entry.get("run") or ""),
        shell=str(entry.get("shell") or ""),
        inputs={name: str(value) for name, value in (entry.get("with") or {}).items()},
        env={name: str(value) for name, value in (entry.get("env") or {}).items()},
        continues=entry.get("continue-on-error") == "true",
    )
