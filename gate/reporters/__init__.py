"""Shows a run and its verdict: on the console, on GitHub, and as files in the report folder."""

from __future__ import annotations

from gate.reporters import github_summary, html_report, json_report, junit, markdown
from gate.reporters.badge import BADGE_FILE, BENCHMARK_FILE, BadgeReporter
from gate.reporters.console import ConsoleReporter, open_console
from gate.reporters.github import GitHubReporter
from gate.reporters.github_summary import SummaryReporter
from gate.reporters.html_report import HtmlReporter
from gate.reporters.json_report import JsonReporter
from gate.reporters.junit import JUnitReporter
from gate.reporters.markdown import CommentReporter
from gate.reporters.transcript_file import NAME as TRANSCRIPT_FILE

__all__ = [
    "FILE_REPORTERS",
    "REPORT_FILES",
    "ConsoleReporter",
    "GitHubReporter",
    "JsonReporter",
    "SummaryReporter",
    "open_console",
]

FILE_REPORTERS = (JsonReporter, HtmlReporter, JUnitReporter, SummaryReporter, CommentReporter, BadgeReporter)
"""What is written into the report folder besides the transcript; each is given the folder."""

REPORT_FILES = (
    *(TRANSCRIPT_FILE, json_report.FILE_NAME, html_report.FILE_NAME, junit.FILE_NAME),
    *(github_summary.FILE_NAME, markdown.FILE_NAME, BADGE_FILE, BENCHMARK_FILE),
)
"""The names of all that is written into the report folder."""
