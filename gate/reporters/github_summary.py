"""Job summary: the verdict and its figures as GitHub's Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gate.core.report import Report, Verdict
from gate.core.transcript import Event
from gate.reporters.atomic_write import write_atomically
from gate.reporters.failures import Failure, fact_trace_text
from gate.reporters.github_timeline import timeline_markdown
from gate.reporters.report_view import ReportView, build_view
from gate.reporters.sanitize import sanitize_line
from gate.reporters.templates import Markdown, render_markdown, sanitize, sanitize_unless_plain, take_first
from gate.reporters.timeline import Timeline

BUDGET = 900 * 1024
"""Bytes. GitHub drops a whole summary if it exceeds 1 MiB."""

FACTS_SHOWN = 5
FACTS_FOLDED = 200
REASONS_SHOWN = 10
CHANGES_SHOWN = 12
DISRUPTIONS_SHOWN = 100
EXCERPT = 300
REPEAT_LIMIT = 3000

SYMBOLS = {
    Verdict.PASSED: Markdown("✅"),
    Verdict.FAILED: Markdown("❌"),
    Verdict.INCONCLUSIVE: Markdown("⚠️"),
}


class SummaryReporter:
    """Reporter that writes summary.md into `directory`."""

    name = "summary"
    file = "summary.md"
    sentence = "the job summary as Markdown"

    def __init__(self, directory: Path) -> None:
        self._path = directory / self.file
        self._timeline = Timeline()

    def show(self, event: Event) -> None:
        """Record the event in the timeline."""
        self._timeline.add(event)

    def finish(self, report: Report) -> None:
        """Write the file atomically. Raises OSError."""
        write_atomically(self._path, compose_summary(report, timeline=self._timeline).encode())


def compose_summary(
    report: Report,
    budget: int = BUDGET,
    *,
    timeline: Timeline | None = None,
    shown: int = FACTS_SHOWN,
    folded: int = FACTS_FOLDED,
) -> Markdown:
    """Compose the summary in fewer than `budget` bytes. Failures that do not fit are counted.

    At most `shown` failures are open, and at most `folded` more are folded.
    """
    return lay_out_summary(build_view(report), budget, timeline=timeline, shown=shown, folded=folded)


def lay_out_summary(
    view: ReportView,
    budget: int = BUDGET,
    *,
    timeline: Timeline | None = None,
    shown: int = FACTS_SHOWN,
    folded: int = FACTS_FOLDED,
) -> Markdown:
    """Compose the summary of a view, as `compose_summary` does for a report."""
    layout = _layout(view, timeline)
    bare = render_markdown("summary.md.j2", **layout, open=(), folded=(), left=0)
    limit = budget - len(bare.encode()) - 1 - 500  # for the fold and the count of failures left out
    blocks = _render_fitting(view.failures[: shown + folded], limit)
    left = sum(failure.failed for failure in view.failures[len(blocks) :])
    return render_markdown("summary.md.j2", **layout, open=blocks[:shown], folded=blocks[shown:], left=left)


def _layout(view: ReportView, timeline: Timeline | None) -> dict[str, object]:
    """Return the values of the template, the failures aside."""
    baseline_changes = view.baseline.changes if view.baseline else ()
    about = [
        sanitize(view.bot, 200),
        sanitize(f"seed {view.seed}"),
        sanitize_unless_plain(view.time),
        sanitize(f"memory-gate {view.version}", 60),
    ]
    return {
        "view": view,
        "symbols": SYMBOLS,
        "warning": SYMBOLS[Verdict.INCONCLUSIVE],
        "reasons": take_first(view.reasons[1:], REASONS_SHOWN - 1),
        "rows": take_first(view.rows, DISRUPTIONS_SHOWN),
        "small": [sentence for sentence in (view.power, view.guarantees) if sentence],
        "changes": take_first(baseline_changes, CHANGES_SHOWN),
        "timeline": "" if timeline is None else timeline_markdown(timeline),
        "notes": view.notes[:REASONS_SHOWN],
        "repeat": sanitize(view.repeat, REPEAT_LIMIT),
        "about": [part for part in about if part],
    }


def _render_fitting(failures: Sequence[Failure], limit: int) -> list[Markdown]:
    """Render the first failures, as many as fit into `limit` bytes."""
    blocks: list[Markdown] = []
    for failure in failures:
        block = _failure(failure)
        limit -= len(block.encode()) + 2
        if limit < 0:
            break
        blocks.append(block)
    return blocks


def _failure(failure: Failure) -> Markdown:
    probe = failure.probe
    trace = fact_trace_text(probe.trace, present="✓", absent="✗", unseen="?", between=" → ")
    return render_markdown(
        "failure.md.j2",
        failure=failure,
        place=f"{sanitize_line(probe.file, 200)}:{probe.line}",
        trace="" if failure.is_intolerable else trace,
        excerpt=EXCERPT,
    )
