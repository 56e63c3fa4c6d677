"""Closing page of a run, for a terminal or a log: table, verdict, failures, and the command to repeat it.

It is composed here and printed elsewhere. Foreign text is sanitized. Lines are `Text` objects, so rich
does not interpret its own markup in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from gate.analysis.formatting import plural
from gate.core.report import STAGES, Outcome, Tally, Verdict
from gate.reporters.failures import Failure, fact_trace_text
from gate.reporters.figures import EN_DASH, stages_text
from gate.reporters.report_view import DisruptionRow, Figures, ReportView
from gate.reporters.sanitize import sanitize_line

FAILURES_SHOWN = 5
REASONS_SHOWN = 5
EXCERPT = 160
"""Characters of a question, an expectation or a reply."""


@dataclass(frozen=True, kw_only=True)
class Glyphs:
    """Characters of the page that are not in ASCII, or their replacements."""

    passed: str = "✓"
    failed: str = "✗"
    open: str = "?"
    present: str = "✓"
    absent: str = "✗"
    unseen: str = "·"
    arrow: str = "→"
    dot: str = "·"
    full: str = "█"
    empty: str = "░"

    def spell(self, figures: str) -> str:
        """Replace arrows and dots in `figures` by these characters."""
        return figures.replace("→", self.arrow).replace("·", self.dot)


ASCII = Glyphs(
    passed="+",
    failed="x",
    present="yes",
    absent="no",
    unseen="?",
    arrow="->",
    dot="|",
    full="#",
    empty=".",
)

_STYLES = {Verdict.PASSED: "green", Verdict.FAILED: "red", Verdict.INCONCLUSIVE: "yellow"}


@dataclass(frozen=True, kw_only=True)
class LogTail:
    """Last lines that a failing part printed, sanitized."""

    title: str
    lines: Sequence[str]


def closing_page(
    view: ReportView, *, console: Console, glyphs: Glyphs, tails: Sequence[LogTail], report_file: str
) -> list[Text]:
    """Compose all lines of the page. `report_file` is the path of the full report, "" without one."""
    page = _Page(console=console, glyphs=glyphs)
    if view.rows:
        page.table(view)
    for line in _joined(_counts(view.figures), f" {glyphs.dot} ", console.width - 2):
        page.lines.append(Text(f"  {line}"))
    for sentence in (view.power, view.guarantees):
        if sentence:
            page.paragraph(Text(sentence))
    if view.baseline:
        page.paragraph(Text(sanitize_line(f"baseline: {view.baseline.sentence}")))
    page.blank()
    _verdict(page, view)
    _failures(page, view, report_file)
    for tail in tails:
        page.blank()
        page.paragraph(Text(tail.title, style="bold"))
        page.lines += [Text.assemble("      | ", (line, "dim")) for line in tail.lines]
    if view.findings:
        page.blank()
    for finding in view.findings[:REASONS_SHOWN]:
        page.paragraph(Text(sanitize_line(finding)), first=Text("  note: "))
    page.blank()
    # The command stays on one line so that it can be copied.
    again = f"   again: {sanitize_line(view.repeat, 1000)}" if view.repeat else ""
    page.lines.append(Text(f"  {glyphs.spell(view.time)}{again}", style="dim"))
    return page.lines


def paragraph(text: Text, *, console: Console, first: Text) -> list[Text]:
    """Wrap `text` at the console's width. `first` starts its first line; the others are indented as far."""
    wrapped = text.wrap(console, max(20, console.width - first.cell_len))
    rest = Text(" " * first.cell_len)
    lines = [Text.assemble(rest if index else first, line) for index, line in enumerate(wrapped)]
    for line in lines:
        line.rstrip()
    return lines


class _Page:
    def __init__(self, *, console: Console, glyphs: Glyphs) -> None:
        self.lines: list[Text] = []
        self.glyphs = glyphs
        self._console = console

    def blank(self) -> None:
        if self.lines and self.lines[-1].plain:
            self.lines.append(Text())

    def paragraph(self, text: Text, *, first: Text | None = None) -> None:
        self.lines += paragraph(text, console=self._console, first=first or Text("  "))

    def table(self, view: ReportView) -> None:
        head = ["", "disruption", "before", "after", "kept", "lost at", "p95 ms", "time"]
        total = [_total(view)] if len(view.rows) > 1 else []
        for stages_shown, name_limit in ((len(STAGES), 24), (2, 24), (1, 24), (1, 14)):
            rows = [head, *(self._row(row, stages_shown, name_limit) for row in view.rows), *total]
            widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
            if sum(widths) + 2 * len(widths) <= self._console.width:
                break
        styles = [
            "dim",
            *("" if row.verdict is Verdict.PASSED else _STYLES[row.verdict] for row in view.rows),
            *("bold" for _ in total),
        ]
        for row, style in zip(rows, styles, strict=True):
            self.lines.append(Text(_aligned(row, widths), style=style))

    def _row(self, row: DisruptionRow, stages_shown: int, name_limit: int) -> list[str]:
        marks = {Verdict.PASSED: self.glyphs.passed, Verdict.FAILED: self.glyphs.failed}
        return [
            marks.get(row.verdict, self.glyphs.open),
            sanitize_line(row.name, name_limit),
            row.before,
            row.after,
            _kept(row.retained),
            stages_text(row.lost_at, stages_shown) or EN_DASH,
            self.glyphs.spell(row.p95),
            row.took,
        ]


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Pad the cells of a row: shares and counts align right, words align left."""
    padded = [
        " " * (width - cell_len(cell)) + cell
        if column in (2, 3, 4)
        else cell + " " * (width - cell_len(cell))
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return f"  {padded[0]} {'  '.join(padded[1:])}".rstrip()


def _total(view: ReportView) -> list[str]:
    """Return the cells of the total row."""
    return ["", "all", view.figures.before, view.figures.after, _kept(view.total), "", "", ""]


def _kept(retained: Tally) -> str:
    return f"{retained.remembered}/{retained.scored}" if retained.scored else EN_DASH


def _counts(figures: Figures) -> list[str]:
    counts = [
        f"leaks {figures.leaks} ({plural(figures.isolation_probes, 'isolation probe')})",
        f"fabrications {figures.fabrications} ({plural(figures.fabrication_probes, 'probe')})",
    ]
    if figures.interval:
        counts.insert(0, f"95 % interval after: {figures.interval}, {figures.needed} needed")
    if figures.turns_meanwhile:
        counts.append(
            f"turns meanwhile {figures.turns_meanwhile}, {figures.turns_unanswered} without an answer"
        )
    return counts


def _joined(parts: Sequence[str], separator: str, width: int) -> list[str]:
    """Join `parts` into as few lines as possible, breaking lines between parts only."""
    lines: list[str] = []
    for part in parts:
        if lines and cell_len(lines[-1] + separator + part) <= width:
            lines[-1] += separator + part
        else:
            lines.append(part)
    return lines


def _verdict(page: _Page, view: ReportView) -> None:
    label = view.label.upper()
    sentences = [sanitize_line(reason) for reason in view.reasons]
    indent = Text(" " * (len(label) + 2))
    page.paragraph(
        Text(sentences[0], style="bold"),
        first=Text.assemble((label, f"bold {_STYLES[view.verdict]}"), "  "),
    )
    for reason in sentences[1:REASONS_SHOWN]:
        page.paragraph(Text(reason), first=indent)
    if len(sentences) > REASONS_SHOWN:
        page.paragraph(Text(f"… {plural(len(sentences) - REASONS_SHOWN, 'more reason')}"), first=indent)


def _failures(page: _Page, view: ReportView, report_file: str) -> None:
    if not view.failures:
        return
    if view.verdict is Verdict.PASSED:
        page.blank()
        page.paragraph(Text("Not remembered, within what is allowed:"))
    for failure in view.failures[:FAILURES_SHOWN]:
        page.blank()
        _failure(page, failure)
    left = sum(failure.failed for failure in view.failures[FAILURES_SHOWN:])
    if left:
        where = f" in {sanitize_line(report_file)}" if report_file else ""
        page.blank()
        page.paragraph(Text(f"… {plural(left, 'more failed probe')}{where}"))


def _failure(page: _Page, failure: Failure) -> None:
    probe, glyphs = failure.probe, page.glyphs
    place = sanitize_line(f"{sanitize_line(probe.file, 120)}:{probe.line}")
    times = f"  ({failure.times})" if failure.times else ""
    page.paragraph(Text.assemble((place, "bold"), f"  {sanitize_line(failure.title, 120)}{times}"))
    rows = [("asked", _quoted(probe.question)), ("expected", sanitize_line(probe.expected, EXCERPT))]
    if probe.outcome is not Outcome.ERROR:
        rows.append(("answered", _quoted(probe.reply)))
    for name, value in rows:
        page.paragraph(Text(value), first=Text(f"      {name:<10}", style="dim"))
    if not failure.is_intolerable:
        stages = fact_trace_text(
            probe.trace,
            present=glyphs.present,
            absent=glyphs.absent,
            unseen=glyphs.unseen,
            between="   ",
        )
        page.lines.append(Text(f"      {stages}"))
    page.paragraph(Text(sanitize_line(failure.explanation)), first=Text("      "))


def _quoted(text: str) -> str:
    return f'"{sanitize_line(text, EXCERPT)}"'
