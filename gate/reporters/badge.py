"""badge.json and benchmark.json: the result for a badge in a README, and for a chart over many runs."""

from __future__ import annotations

import json
import math
from pathlib import Path

from gate.core.transcript import Event
from gate.core.verdict import Report, Verdict
from gate.reporters.neutraliser import json_text, one_line
from gate.reporters.whole_files import write_whole
from gate.reporters.wording import interval_text, share_text

BADGE_FILE = "badge.json"
BENCHMARK_FILE = "benchmark.json"

_COLOURS = {Verdict.PASSED: "brightgreen", Verdict.FAILED: "red", Verdict.INCONCLUSIVE: "lightgrey"}


class BadgeReporter:
    """Writes badge.json and benchmark.json into `directory` when the verdict is known."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def show(self, event: Event) -> None:
        """Nothing: both are about the end."""

    def finish(self, report: Report) -> None:
        """Writes each file whole. Raises OSError."""
        for name, text in ((BADGE_FILE, compose_badge(report)), (BENCHMARK_FILE, compose_benchmark(report))):
            write_whole(self._directory / name, text.encode())


def compose_badge(report: Report) -> str:
    """The text of badge.json, as shields.io reads it from an endpoint."""
    failed = report.verdict is Verdict.INCONCLUSIVE or report.accuracy is None
    message = report.verdict.value if failed else f"{share_text(report.accuracy)} after a deploy"
    return _document(
        {
            "schemaVersion": 1,
            "label": "memory",
            "message": message,
            "color": _COLOURS[report.verdict],
        }
    )


def compose_benchmark(report: Report) -> str:
    """The text of benchmark.json, as github-action-benchmark reads it with `tool: customBiggerIsBetter`.

    Shares in percent, the greater the better; what was not scored is left out.
    """
    interval = interval_text(report)
    figures = [
        ("remembered after", report.accuracy, {"range": interval} if interval else {}),
        ("remembered before", report.accuracy_before, {}),
        ("retained", report.retention, {}),
        *((f"remembered after {one_line(one.name, 60)}", one.after.share, {}) for one in report.disruptions),
    ]
    return _document(
        [
            {"name": name, "unit": "%", "value": round(share * 100, 4), **more}
            for name, share, more in figures
            if share is not None and math.isfinite(share)
        ]
    )


def _document(value: object) -> str:
    return json_text(json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1)) + "\n"
