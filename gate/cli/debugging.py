"""What is told besides when a job was started again with debug logging: RUNNER_DEBUG is 1 then."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Mapping

from gate.reporters.workflow_commands import send


def is_debugging(environment: Mapping[str, str]) -> bool:
    """Whether the runner shows debug lines."""
    return environment.get("GITHUB_ACTIONS") == "true" and environment.get("RUNNER_DEBUG") == "1"


def trace_of(environment: Mapping[str, str]) -> Callable[[str], None] | None:
    """What prints a debug line; None where nobody would see it."""
    return functools.partial(send, sys.stdout, "debug") if is_debugging(environment) else None
