"""benchmark.json: the result for a chart over many runs."""

from __future__ import annotations

import math
from pathlib import Path

from gate.core.report import Report
from gate.core.transcript import Event
from gate.reporters.atomic_write import write_atomically
from gate.reporters.figures import interval_text
from gate.reporters.sanitize import encode_json, sanitize_line


class BenchmarkReporter:
    """Reporter that writes benchmark.json into `directory`."""

    name = "benchmark"
    file = "benchmark.json"
    sentence = "the result for a chart over many runs"

    def __init__(self, directory: Path) -> None:
        self._path = directory / self.file

    def show(self, event: Event) -> None:
        """Ignore the event: the file shows the report alone."""

    def finish(self, report: Report) -> None:
        """Write the file atomically. Raises OSError."""
        write_atomically(self._path, compose_benchmark(report).encode())


def compose_benchmark(report: Report) -> str:
    """Compose benchmark.json, as github-action-benchmark reads it with `tool: customBiggerIsBetter`.

    Shares are in percent. Unscored ones are left out.
    """
    interval = interval_text(report)
    figures = [
        ("remembered after", report.accuracy, {"range": interval} if interval else {}),
        ("remembered before", report.accuracy_before, {}),
        ("retained", report.retention, {}),
        *(
            (f"remembered after {sanitize_line(result.name, 60)}", result.after.share, {})
            for result in report.disruptions
        ),
    ]
    return encode_json(
        [
            {"name": name, "unit": "%", "value": round(share * 100, 4), **more}
            for name, share, more in figures
            if share is not None and math.isfinite(share)
        ]
    )
