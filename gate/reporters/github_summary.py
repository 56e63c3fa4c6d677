"""The job summary: the verdict and its figures as GitHub's Markdown, composed here and written elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from gate.core.transcript import Event
from gate.core.verdict import DisruptionResult, Outcome, Report, Verdict
from gate.judging.regression import BESIDE
from gate.judging.sentences import plural
from gate.reporters.github_timeline import Timeline, timeline_blocks
from gate.reporters.neutraliser import markdown, one_line
from gate.reporters.whole_files import write_whole
from gate.reporters.wording import (
    Failure,
    as_sentence,
    custody_line,
    failures,
    guarantees_text,
    interval_text,
    lost_facts,
    milliseconds_text,
    needed_text,
    points_text,
    power_text,
    reasons,
    share_text,
    stations_text,
    time_text,
)

BUDGET = 900 * 1024
"""Bytes. GitHub drops a summary of more than 1 MiB whole."""

FACTS_SHOWN = 5
FACTS_FOLDED = 200
REASONS_SHOWN = 10
CHANGES_SHOWN = 12
DISRUPTIONS_SHOWN = 100
EXCERPT = 300
REPEAT_LIMIT = 3000

SYMBOLS = {Verdict.PASSED: "✅", Verdict.FAILED: "❌", Verdict.INCONCLUSIVE: "⚠️"}


class SummaryReporter:
    """Writes summary.md into `directory` when the verdict is known."""

    name = "summary"
    file = "summary.md"
    sentence = "the job summary as Markdown"

    def __init__(self, directory: Path) -> None:
        self._path = directory / self.file
        self._timeline = Timeline()

    def show(self, event: Event) -> None:
        """Keeps when things happened."""
        self._timeline.take(event)

    def finish(self, report: Report) -> None:
        """Writes the file whole. Raises OSError."""
        write_whole(self._path, compose_summary(report, timeline=self._timeline).encode())


def compose_summary(
    report: Report,
    budget: int = BUDGET,
    *,
    timeline: Timeline | None = None,
    shown: int = FACTS_SHOWN,
    folded: int = FACTS_FOLDED,
) -> str:
    """The summary in fewer than `budget` bytes; lost facts that find no room are counted in it.

    At most `shown` lost facts stand open and `folded` more behind a fold. Without a `timeline` it has none.
    """
    head = [_heading(report), *_table(report), *_figures(report), *_baseline(report)]
    foot = [*(timeline_blocks(timeline) if timeline is not None else ()), *_foot(report)]
    room = budget - _size([*head, *foot]) - 500  # for the sentence about what is left out, and the fold
    blocks = head + _lost(failures(report), room, shown, folded) + foot
    return "\n\n".join(blocks) + "\n"


def _heading(report: Report) -> str:
    sentences = [markdown(one, 600) for one in reasons(report)]
    label = report.verdict.value.capitalize()
    lines = [f"### {SYMBOLS[report.verdict]} {label}: {sentences[0]}"]
    others = sentences[1:REASONS_SHOWN]
    if others:
        lines += ["", *(f"- {reason}" for reason in others)]
    if len(sentences) > REASONS_SHOWN:
        lines.append(f"- … {plural(len(sentences) - REASONS_SHOWN, 'more reason')}")
    return "\n".join(lines)


def _figures(report: Report) -> list[str]:
    if report.accuracy is None and report.accuracy_before is None:
        return ["Nothing was scored."]
    interval = interval_text(report)
    parts = [
        f"**{share_text(report.accuracy)}** remembered after, {share_text(report.accuracy_before)} before"
        f" ({needed_text(report)} needed{f', 95 % interval {interval}' if interval else ''})",
        f"{plural(lost_facts(report), 'lost fact')}",
    ]
    if report.leaks or report.isolation_probes:
        parts.append(f"leaks {report.leaks} in {plural(report.isolation_probes, 'isolation probe')}")
    if report.fabrications or report.fabrication_probes:
        parts.append(f"fabrications {report.fabrications} in {plural(report.fabrication_probes, 'probe')}")
    small = [f"<sub>{one}</sub>" for one in (power_text(report), guarantees_text(report)) if one]
    return [" · ".join(parts), *(["<br>\n".join(small)] if small else [])]


def _baseline(report: Report) -> list[str]:
    """How the run stands beside an earlier one, and what was changed about the test since."""
    if not report.baseline:
        return []
    base, head = report.baseline_accuracy, report.accuracy
    figures = ""
    if base is not None and head is not None:
        figures = f"**{share_text(base)} → {share_text(head)}** ({points_text(base, head)}). "
    lines = [f"Baseline: {figures}{markdown(as_sentence(report.baseline))}"]
    changes = [one.removeprefix(BESIDE) for one in report.findings if one.startswith(BESIDE)]
    if changes:
        shown = [markdown(as_sentence(one)) for one in changes[:CHANGES_SHOWN]]
        left = len(changes) - len(shown)
        lines += ["", *(f"- ⚠️ {one}" for one in shown)]
        lines += [f"- … {plural(left, 'more change')}"] if left else []
    return ["\n".join(lines)]


def _table(report: Report) -> list[str]:
    if not report.disruptions:
        return []
    rows = [
        "| disruption | before | after | kept | lost at | p95 before → after |",
        "|---|--:|--:|--:|---|--:|",
    ]
    rows += [_row(one) for one in report.disruptions[:DISRUPTIONS_SHOWN]]
    left = len(report.disruptions) - DISRUPTIONS_SHOWN
    return ["\n".join(rows), *([f"… and {plural(left, 'more disruption')}."] if left > 0 else [])]


def _row(result: DisruptionResult) -> str:
    latency = result.latency
    is_bold = result.verdict is Verdict.FAILED
    retained = result.retained
    kept = f"{retained.remembered:,} of {retained.scored:,}" if retained.scored else ""
    p95 = milliseconds_text(latency.p95_before, latency.p95_after)
    cells = [
        _bold(f"{SYMBOLS[result.verdict]} {markdown(result.name, 60)}", is_bold),
        share_text(result.before.share),
        _bold(share_text(result.after.share), is_bold),
        _bold(kept, is_bold),
        _bold(stations_text(result.lost_at.items()), is_bold),
        f"{p95} ms" if p95[0].isdigit() else p95,
    ]
    return f"| {' | '.join(cells)} |"


def _bold(text: str, is_bold: bool) -> str:
    return f"**{text}**" if is_bold and text else text


def _lost(every: Sequence[Failure], room: int, open_count: int, folded_count: int) -> list[str]:
    """The failures that fit into `room` bytes, those beyond the first folded away."""
    shown: list[str] = []
    for failure in every[: open_count + folded_count]:
        block = _failure(failure)
        room -= _size([block])
        if room < 0:
            break
        shown.append(block)
    folded = shown[open_count:]
    blocks = shown[:open_count]
    if folded:
        title = f"<details><summary>{plural(len(folded), 'more failure')}</summary>"
        blocks += [title, *folded, "</details>"]
    left = sum(one.failed for one in every[len(shown) :])
    if left:
        blocks.append(f"… and {plural(left, 'more failed probe')}, which report.json lists.")
    return blocks


def _failure(failure: Failure) -> str:
    probe = failure.probe
    times = f" ({failure.times})" if failure.times else ""
    place = f"<code>{markdown(f'{one_line(probe.file, 200)}:{probe.line}')}</code>"
    explanation = markdown(failure.explanation)
    if not failure.is_breach:
        stations = custody_line(probe.custody, present="✓", absent="✗", unseen="?", between=" → ")
        explanation = f"`{stations}` · {explanation}"
    reply = "" if probe.outcome is Outcome.ERROR else f", answered “{markdown(probe.reply, EXCERPT)}”"
    expected = markdown(probe.expected, EXCERPT)
    asked = f"Asked “{markdown(probe.question, EXCERPT)}”, expected {expected}{reply}"
    return "<br>\n".join([f"**{markdown(failure.title)}**{times} · {place}", explanation, asked])


def _foot(report: Report) -> list[str]:
    worth_knowing = [one for one in report.findings if not one.startswith(BESIDE)]
    findings = [f"> **Note:** {markdown(as_sentence(one))}" for one in worth_knowing[:REASONS_SHOWN]]
    about = [
        markdown(report.bot, 200),
        markdown(f"seed {report.seed}"),
        time_text(report),
        markdown(f"memory-gate {report.version}", 60),
    ]
    command = markdown(report.repeat, REPEAT_LIMIT)
    repeat = ["Repeat it on your own machine:", f"<pre>{command}</pre>"] if command else []
    return [*findings, *repeat, f"<sub>{' · '.join(one for one in about if one)}</sub>"]


def _size(blocks: Iterable[str]) -> int:
    return sum(len(block.encode()) + 2 for block in blocks)
