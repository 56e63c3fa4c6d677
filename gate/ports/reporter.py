"""Reporters, which show a run while it goes on and at its end."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from gate.core.report import Report
from gate.core.transcript import Event


class Reporter(Protocol):
    """Shows a run to people or programs: event by event, and at the end."""

    def show(self, event: Event) -> None:
        """Take one event as it happens."""
        ...

    def finish(self, report: Report) -> None:
        """Take the report, once, when the verdict is known."""
        ...


class FileReporter(Reporter, Protocol):
    """A reporter that writes one file into the report folder."""

    name: str
    """Its name where kinds are listed."""
    file: str
    """The name of the file it writes."""
    sentence: str
    """A description of the file, in one sentence."""

    def __init__(self, directory: Path) -> None: ...
