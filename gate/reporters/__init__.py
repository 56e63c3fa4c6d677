"""Reporters of a run and its verdict: on the console, on GitHub, and as files in the report folder."""

from __future__ import annotations

from gate.ports import FileReporter
from gate.reporters.badge import BadgeReporter
from gate.reporters.benchmark import BenchmarkReporter
from gate.reporters.comment import CommentReporter
from gate.reporters.console import ConsoleReporter, open_console
from gate.reporters.github import GitHubReporter
from gate.reporters.github_summary import SummaryReporter
from gate.reporters.html_report import HtmlReporter
from gate.reporters.json_report import JsonReporter
from gate.reporters.junit import JUnitReporter
from gate.reporters.transcript_file import NAME as TRANSCRIPT_FILE

__all__ = [
    "FILE_REPORTERS",
    "ConsoleReporter",
    "GitHubReporter",
    "JsonReporter",
    "SummaryReporter",
    "open_console",
    "report_files",
]

FILE_REPORTERS: dict[str, type[FileReporter]] = {
    kind.name: kind
    for kind in (
        JsonReporter,
        HtmlReporter,
        JUnitReporter,
        SummaryReporter,
        CommentReporter,
        BadgeReporter,
        BenchmarkReporter,
    )
}
"""Name → reporter of a file in the report folder, the transcript aside, in the order of writing."""


def report_files() -> tuple[str, ...]:
    """Return the names of all files that are written into the report folder."""
    return (TRANSCRIPT_FILE, *(kind.file for kind in FILE_REPORTERS.values()))
