"""comment.md: the job summary as a comment on a pull request, short enough and with a marker."""

from __future__ import annotations

from pathlib import Path

from gate.core.report import Report
from gate.core.transcript import Event
from gate.reporters.atomic_write import write_atomically
from gate.reporters.github_summary import SYMBOLS, lay_out_summary
from gate.reporters.report_view import build_view
from gate.reporters.templates import Markdown, render_markdown

MARKER = Markdown("<!-- memory-gate -->")
"""First line. A workflow finds the comment of the last run by it, and updates that comment."""

LIMIT = 60_000
"""Bytes. GitHub refuses a comment of more than 65,536 characters."""

FACTS_SHOWN = 3
FACTS_FOLDED = 50


class CommentReporter:
    """Reporter that writes comment.md into `directory`."""

    name = "comment"
    file = "comment.md"
    sentence = "the summary, short enough for a comment on a pull request"

    def __init__(self, directory: Path) -> None:
        self._path = directory / self.file

    def show(self, event: Event) -> None:
        """Ignore the event: the comment shows the report alone."""

    def finish(self, report: Report) -> None:
        """Write the file atomically. Raises OSError."""
        write_atomically(self._path, compose_comment(report).encode())


def compose_comment(report: Report) -> Markdown:
    """Compose the comment in fewer than `LIMIT` bytes."""
    room = LIMIT - len(MARKER) - 2
    view = build_view(report)
    summary = lay_out_summary(view, room, shown=FACTS_SHOWN, folded=FACTS_FOLDED)
    # Very long names can make even a summary without failures too large.
    fits = len(summary.encode()) < room
    return render_markdown(
        "comment.md.j2",
        marker=MARKER,
        summary=summary if fits else "",
        symbols=SYMBOLS,
        view=view,
    )
