"""Shows a run and its verdict: on the console, on GitHub, and as files in the report folder."""

from __future__ import annotations

from gate.reporters.badge import BadgeReporter
from gate.reporters.console import ConsoleReporter, open_console
from gate.reporters.github import GitHubReporter
from gate.reporters.github_summary import SummaryReporter
from gate.reporters.html_report import HtmlReporter
from gate.reporters.json_report import JsonReporter
from gate.reporters.junit import JUnitReporter
from gate.reporters.markdown import CommentReporter

__all__ = [
    "FILE_REPORTERS",
    "ConsoleReporter",
    "GitHubReporter",
    "JsonReporter",
    "SummaryReporter",
    "open_console",
]

FILE_REPORTERS = (JsonReporter, HtmlReporter, JUnitReporter, SummaryReporter, CommentReporter, BadgeReporter)
"""What is written into the report folder besides the transcript; each is given the folder."""
