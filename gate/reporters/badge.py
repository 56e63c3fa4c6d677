"""badge.json: the result for a badge in a README, as shields.io reads it from an endpoint."""

from __future__ import annotations

from pathlib import Path

from gate.core.report import Report, Verdict
from gate.core.transcript import Event
from gate.reporters.atomic_write import write_atomically
from gate.reporters.figures import share_text
from gate.reporters.sanitize import encode_json

_COLOURS = {Verdict.PASSED: "brightgreen", Verdict.FAILED: "red", Verdict.INCONCLUSIVE: "lightgrey"}


class BadgeReporter:
    """Reporter that writes badge.json into `directory`."""

    name = "badge"
    file = "badge.json"
    sentence = "the result for a badge in a README"

    def __init__(self, directory: Path) -> None:
        self._path = directory / self.file

    def show(self, event: Event) -> None:
        """Ignore the event: the file shows the report alone."""

    def finish(self, report: Report) -> None:
        """Write the file atomically. Raises OSError."""
        write_atomically(self._path, compose_badge(report).encode())


def compose_badge(report: Report) -> str:
    """Compose badge.json, as shields.io reads it from an endpoint."""
    failed = report.verdict is Verdict.INCONCLUSIVE or report.accuracy is None
    message = report.verdict.value if failed else f"{share_text(report.accuracy)} after a deploy"
    return encode_json(
        {
            "schemaVersion": 1,
            "label": "memory",
            "message": message,
            "color": _COLOURS[report.verdict],
        }
    )
