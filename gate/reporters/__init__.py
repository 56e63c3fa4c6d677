"""Shows a run and its verdict: on the console, on GitHub, and as files in the report folder."""

from __future__ import annotations

from gate.reporters.console import ConsoleReporter, open_console
from gate.reporters.github import GitHubReporter
from gate.reporters.github_summary import SummaryReporter
from gate.reporters.json_report import JsonReporter

__all__ = ["ConsoleReporter", "GitHubReporter", "JsonReporter", "SummaryReporter", "open_console"]
