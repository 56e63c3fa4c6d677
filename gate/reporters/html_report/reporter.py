"""Keeps what the page shows of the events, and writes it when the verdict is known."""

from __future__ import annotations

from pathlib import Path

from gate.analysis.history import History
from gate.analysis.history_reading import read_history
from gate.core.report import Report
from gate.core.transcript import Event
from gate.errors import GateError
from gate.reporters.atomic_write import write_atomically
from gate.reporters.html_report.bounds import bounded
from gate.reporters.html_report.page import compose_page


class HtmlReporter:
    """Writes report.html into `directory` when the verdict is known."""

    name = "html"
    file = "report.html"
    sentence = "the whole run in one page that needs no network"

    def __init__(self, directory: Path) -> None:
        self._path = directory / self.file
        self._events: list[Event] = []

    def show(self, event: Event) -> None:
        """Keeps the event, its longest texts cut."""
        self._events.append(bounded(event))

    def finish(self, report: Report) -> None:
        """Writes the file whole. Raises OSError."""
        write_atomically(self._path, compose_page(report, self._history()).encode())

    def _history(self) -> History | None:
        """None when the events are no whole run: the verdict can be shown without its conversations."""
        try:
            return read_history(self._events)
        except GateError:
            return None
