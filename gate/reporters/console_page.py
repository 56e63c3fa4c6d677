"""The end of a run as lines for a terminal or a log: table, verdict, what was lost, how to repeat it.

Composed here, printed elsewhere. Every foreign text passes the neutraliser, and rich's own markup is
never read: lines are `Text` objects.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from gate.core.verdict import STATIONS, DisruptionResult, Outcome, Report, Tally, Verdict
from gate.judging.sentences import plural
from gate.reporters.neutraliser import one_line
from gate.reporters.wording import (
    EN_DASH,
    Failure,
    custody_line,
    duration_text,
    failures,
    guarantees_text,
    interval_text,
    milliseconds_text,
    needed_text,
    power_text,
    reasons,
    share_text,
    stations_text,
    time_text,
)

FAILURES_SHOWN = 5
REASONS_SHOWN = 5
EXCERPT = 160
"""Characters of a question, an expectation or a reply."""


@dataclass(frozen=True, kw_only=True)
class Glyphs:
    """The characters of the page that are not in ASCII, or what stands for them."""

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
    """The last lines that a failing part printed, neutralised."""

    title: str
    lines: Sequence[str]


def closing_page(
    report: Report, *, console: Console, glyphs: Glyphs, tails: Sequence[LogTail], report_file: str
) -> list[Text]:
    """Every line of the end of a run. `report_file` is where the rest can be read, "" for nowhere."""
    page = _Page(console=console, glyphs=glyphs)
    if report.disruptions:
        page.table(report)
    for line in _joined(_counts(report), f" {glyphs.dot} ", console.width - 2):
        page.lines.append(Text(f"  {line}"))
    if report.power is not None:
        page.paragraph(Text(power_text(report)))
    if guarantees_text(report):
        page.paragraph(Text(guarantees_text(report)))
    if report.baseline:
        page.paragraph(Text(one_line(f"baseline: {report.baseline}")))
    page.blank()
    _verdict(page, report)
    _failures(page, report, report_file)
    for tail in tails:
        page.blank()
        page.paragraph(Text(tail.title, style="bold"))
        page.lines += [Text.assemble("      | ", (line, "dim")) for line in tail.lines]
    if report.findings:
        page.blank()
    for finding in report.findings[:REASONS_SHOWN]:
        page.paragraph(Text(one_line(finding)), first=Text("  note: "))
    page.blank()
    # One line however long, so that it can be copied.
    again = f"   again: {one_line(report.repeat, 1000)}" if report.repeat else ""
    page.lines.append(Text(f"  {time_text(report, glyphs.dot)}{again}", style="dim"))
    return page.lines


def paragraph(text: Text, *, console: Console, first: Text) -> list[Text]:
    """`text` wrapped between words to the console's width; `first` leads it, blanks its other lines."""
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

    def table(self, report: Report) -> None:
        head = ["", "disruption", "before", "after", "kept", "lost at", "p95 ms", "time"]
        results = report.disruptions
        total = [_total(report)] if len(results) > 1 else []
        for stations_shown, name_limit in ((len(STATIONS), 24), (2, 24), (1, 24), (1, 14)):
            rows = [head, *(self._row(one, stations_shown, name_limit) for one in results), *total]
            widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
            if sum(widths) + 2 * len(widths) <= self._console.width:
                break
        styles = [
            "dim",
            *("" if one.verdict is Verdict.PASSED else _STYLES[one.verdict] for one in results),
            *("bold" for _ in total),
        ]
        for row, style in zip(rows, styles, strict=True):
            self.lines.append(Text(_aligned(row, widths), style=style))

    def _row(self, result: DisruptionResult, stations_shown: int, name_limit: int) -> list[str]:
        marks = {Verdict.PASSED: self.glyphs.passed, Verdict.FAILED: self.glyphs.failed}
        latency = result.latency
        return [
            marks.get(result.verdict, self.glyphs.open),
            one_line(result.name, name_limit),
            share_text(result.before.share),
            share_text(result.after.share),
            _kept(result.retained),
            stations_text(result.lost_at.items(), stations_shown) or EN_DASH,
            milliseconds_text(latency.p95_before, latency.p95_after, self.glyphs.arrow),
            duration_text(result.seconds),
        ]


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Shares and counts stand under one another by their ends, words by their beginnings."""
    padded = [
        " " * (width - cell_len(cell)) + cell
        if column in (2, 3, 4)
        else cell + " " * (width - cell_len(cell))
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return f"  {padded[0]} {'  '.join(padded[1:])}".rstrip()


def _total(report: Report) -> list[str]:
    """The row that sums up the others."""
    retained = [one.retained for one in report.disruptions]
    whole = Tally(
        remembered=sum(one.remembered for one in retained), scored=sum(one.scored for one in retained)
    )
    shares = [share_text(report.accuracy_before), share_text(report.accuracy)]
    return ["", "all", *shares, _kept(whole), "", "", ""]


def _kept(retained: Tally) -> str:
    return f"{retained.remembered}/{retained.scored}" if retained.scored else EN_DASH


def _counts(report: Report) -> list[str]:
    interval = interval_text(report)
    return [
        *([f"95 % interval after: {interval}, {needed_text(report)} needed"] if interval else []),
        f"leaks {report.leaks} ({plural(report.isolation_probes, 'isolation probe')})",
        f"fabrications {report.fabrications} ({plural(report.fabrication_probes, 'probe')})",
        *_turns_meanwhile(report),
    ]


def _turns_meanwhile(report: Report) -> list[str]:
    """What became of the turns that were sent while something happened."""
    sent = sum(one.availability.sent for one in report.disruptions)
    failed = sum(one.availability.failed for one in report.disruptions)
    return [f"turns meanwhile {sent}, {failed} without an answer"] if sent else []


def _joined(parts: Sequence[str], separator: str, width: int) -> list[str]:
    """`parts` on as few lines as they need; a line is broken between parts only."""
    lines: list[str] = []
    for part in parts:
        if lines and cell_len(lines[-1] + separator + part) <= width:
            lines[-1] += separator + part
        else:
            lines.append(part)
    return lines


def _verdict(page: _Page, report: Report) -> None:
    label = report.verdict.value.upper()
    sentences = [one_line(reason) for reason in reasons(report)]
    indent = Text(" " * (len(label) + 2))
    page.paragraph(
        Text(sentences[0], style="bold"),
        first=Text.assemble((label, f"bold {_STYLES[report.verdict]}"), "  "),
    )
    for reason in sentences[1:REASONS_SHOWN]:
        page.paragraph(Text(reason), first=indent)
    if len(sentences) > REASONS_SHOWN:
        page.paragraph(Text(f"… {plural(len(sentences) - REASONS_SHOWN, 'more reason')}"), first=indent)


def _failures(page: _Page, report: Report, report_file: str) -> None:
    every = failures(report)
    if not every:
        return
    if report.verdict is Verdict.PASSED:
        page.blank()
        page.paragraph(Text("Not remembered, within what is allowed:"))
    for failure in every[:FAILURES_SHOWN]:
        page.blank()
        _failure(page, failure)
    left = sum(one.failed for one in every[FAILURES_SHOWN:])
    if left:
        where = f" in {one_line(report_file)}" if report_file else ""
        page.blank()
        page.paragraph(Text(f"… {plural(left, 'more failed probe')}{where}"))


def _failure(page: _Page, failure: Failure) -> None:
    probe, glyphs = failure.probe, page.glyphs
    place = one_line(f"{one_line(probe.file, 120)}:{probe.line}")
    times = f"  ({failure.times})" if failure.times else ""
    page.paragraph(Text.assemble((place, "bold"), f"  {one_line(failure.title, 120)}{times}"))
    rows = [("asked", _quoted(probe.question)), ("expected", one_line(probe.expected, EXCERPT))]
    if probe.outcome is not Outcome.ERROR:
        rows.append(("answered", _quoted(probe.reply)))
    for name, value in rows:
        page.paragraph(Text(value), first=Text(f"      {name:<10}", style="dim"))
    if not failure.is_breach:
        stations = custody_line(
            probe.custody,
            present=glyphs.present,
            absent=glyphs.absent,
            unseen=glyphs.unseen,
            between="   ",
        )
        page.lines.append(Text(f"      {stations}"))
    page.paragraph(Text(one_line(failure.explanation)), first=Text("      "))


def _quoted(text: str) -> str:
    return f'"{one_line(text, EXCERPT)}"'
