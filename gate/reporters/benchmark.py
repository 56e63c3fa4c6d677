"""benchmark.json: the result for a chart over many runs."""

from __future__ import annotations

import math
from pathlib import Path

from gate.core.report import Report
from gate.core.transcript import Event
from gate.reporters.atomic_write import write_atomically
from gate.reporters.badge import encode_json
from gate.reporters.figures import interval_text
from gate.reporters.sanitize import sanitize_line


class BenchmarkReporter:
    """Writes benchmark.json into `directory` when the verdict is known."""

    name = "benchmark"
    file = "benchmark.json"
    sentence = "the result for a chart over many runs"

    def __init__(self, directory: Path) -> None:
        self._path = directory / self.file

    def show(self, event: Event) -> None:
        """Nothing: the file is about the end."""

    def finish(self, report: Report) -> None:
        """Writes the file whole. Raises OSError."""
        write_atomically(self._path, compose_benchmark(report).encode())


def compose_benchmark(report: Report) -> str:
    """The text of benchmark.json, as github-action-benchmark reads it with `tool: customBiggerIsBetter`.

    Shares in percent, the greater the better; what was not scored is left out.
    """
    interval = interval_text(report)
    figures = [
        ("remembered after", report.accuracy, {"range": interval} if interval else {}),
        ("remembered before", report.accuracy_before, {}),
        ("retained", report.retention, {}),
        *(
            (f"remembered after {sanitize_line(one.name, 60)}", one.after.share, {})
            for one in report.disruptions
        ),
    ]
    return encode_json(
        [
            {"name": name, "unit": "%", "value": round(share * 100, 4), **more}
            for name, share, more in figures
            if share is not None and math.isfinite(share)
        ]
    )
