"""Reporter of the page: it keeps the events and writes report.html at the end of the run."""

from __future__ import annotations

from pathlib import Path

from gate.analysis.history import History
from gate.analysis.history_reading import read_history
from gate.core.report import Report
from gate.core.transcript import Event
from gate.errors import GateError
from gate.reporters.atomic_write import write_atomically
from gate.reporters.html_report.bounds import shorten_event
from gate.reporters.html_report.page import compose_page


class HtmlReporter:
    """Reporter that writes report.html into `directory`."""

    name = "html"
    file = "report.html"
    sentence = "the whole run in one page that needs no network"

    def __init__(self, directory: Path) -> None:
        self._path = directory / self.file
        self._events: list[Event] = []

    def show(self, event: Event) -> None:
        """Keep the event, with its longest texts cut."""
        self._events.append(shorten_event(event))

    def finish(self, report: Report) -> None:
        """Write the file atomically. Raises OSError."""
        write_atomically(self._path, compose_page(report, self._history()).encode())

    def _history(self) -> History | None:
        """Return None if the events are incomplete; the page then shows no conversations."""
        try:
            return read_history(self._events)
        except GateError:
            return None
