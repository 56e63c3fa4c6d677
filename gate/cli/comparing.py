"""`memory-gate compare`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from gate.comparing.baseline import Finding, compare
from gate.errors import ExitCode
from gate.reporters.comparison_page import comparison_page
from gate.reporters.report_reading import read_measurement

CODES = {Finding.REGRESSION: ExitCode.FAILED, Finding.NOT_COMPARABLE: ExitCode.INCONCLUSIVE}


def compare_reports(base: Path, head: Path) -> tuple[Iterable[str], ExitCode]:
    """Compare two reports. Return the lines to print and the exit code. Raises InputError."""
    comparison = compare(read_measurement(base), read_measurement(head))
    return comparison_page(comparison), CODES.get(comparison.finding, ExitCode.PASSED)
