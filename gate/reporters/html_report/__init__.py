"""report.html: the whole run in one file that needs no network and runs only its own script."""

from __future__ import annotations

from gate.reporters.html_report.reporter import HtmlReporter

__all__ = ["HtmlReporter"]
