"""Debug output, for jobs that were rerun with debug logging: the runner then sets RUNNER_DEBUG to 1."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Mapping

from gate.reporters.workflow_commands import send


def is_debugging(environment: Mapping[str, str]) -> bool:
    """Whether the runner shows debug lines."""
    return environment.get("GITHUB_ACTIONS") == "true" and environment.get("RUNNER_DEBUG") == "1"


def trace_of(environment: Mapping[str, str]) -> Callable[[str], None] | None:
    """Return a function that prints a debug line; None where the runner would not show it."""
    return functools.partial(send, sys.stdout, "debug") if is_debugging(environment) else None
