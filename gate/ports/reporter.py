"""Shows a run to somebody."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from gate.core.report import Report
from gate.core.transcript import Event


class Reporter(Protocol):
    """Shows a run to somebody: live, event by event, and at the end."""

    def show(self, event: Event) -> None:
        """Called for every event as it happens."""
        ...

    def finish(self, report: Report) -> None:
        """Called once, when the verdict is known."""
        ...


class FileReporter(Reporter, Protocol):
    """A reporter that writes one file into the report folder."""

    name: str
    """What the kind is called where kinds are listed."""
    file: str
    """The name of the file it writes."""
    sentence: str
    """What is in the file, in one sentence."""

    def __init__(self, directory: Path) -> None: ...
