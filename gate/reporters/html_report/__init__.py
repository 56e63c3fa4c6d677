"""report.html: the whole run in one file that needs no network and runs no script but its own."""

from __future__ import annotations

from gate.reporters.html_report.reporter import HtmlReporter

__all__ = ["HtmlReporter"]
