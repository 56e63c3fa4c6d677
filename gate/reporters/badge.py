"""badge.json: the result for a badge in a README, as shields.io reads it from an endpoint."""

from __future__ import annotations

import json
from pathlib import Path

from gate.core.report import Report, Verdict
from gate.core.transcript import Event
from gate.reporters.atomic_write import write_atomically
from gate.reporters.figures import share_text
from gate.reporters.sanitize import escape_json

_COLOURS = {Verdict.PASSED: "brightgreen", Verdict.FAILED: "red", Verdict.INCONCLUSIVE: "lightgrey"}


class BadgeReporter:
    """Writes badge.json into `directory` when the verdict is known."""

    name = "badge"
    file = "badge.json"
    sentence = "the result for a badge in a README"

    def __init__(self, directory: Path) -> None:
        self._path = directory / self.file

    def show(self, event: Event) -> None:
        """Nothing: the file is about the end."""

    def finish(self, report: Report) -> None:
        """Writes the file whole. Raises OSError."""
        write_atomically(self._path, compose_badge(report).encode())


def compose_badge(report: Report) -> str:
    """The text of badge.json, as shields.io reads it from an endpoint."""
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


def encode_json(value: object) -> str:
    """Write `value` as JSON that can be printed."""
    return escape_json(json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1)) + "\n"
