"""Timeline as GitHub's Markdown: a Mermaid chart, and a table for viewers that cannot draw it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gate.reporters.figures import EN_DASH, duration_text
from gate.reporters.templates import Markdown, render_markdown
from gate.reporters.timeline import Lane, Span, Timeline

LABEL_LIMIT = 40
_UNSAFE_IN_LABEL = re.compile(r"[^A-Za-z0-9 .×-]+")
"""Characters that could end a label of the chart, or that Mermaid interprets."""


@dataclass(frozen=True, kw_only=True)
class Bar:
    """Span in the chart. Its time is on a day without a change of the clocks."""

    label: Markdown
    critical: bool
    began: str
    milliseconds: int


@dataclass(frozen=True, kw_only=True)
class LaneRow:
    """Deployment as a section of the chart and a row of the table."""

    label: Markdown
    bars: tuple[Bar, ...]
    name: str
    began: str
    start: str
    talk: str
    disruptions: tuple[tuple[str, str], ...]
    """Disruptions with their durations."""
    ask: str


def timeline_markdown(timeline: Timeline) -> Markdown:
    """Render the folded chart and table; "" if nothing was started."""
    rows = [_row(lane) for lane in timeline.lanes]
    return render_markdown("timeline.md.j2", lanes=rows, left=timeline.left_out)


def _row(lane: Lane) -> LaneRow:
    return LaneRow(
        label=_label(lane.name),
        bars=tuple(_bar(lane, span) for span in lane.spans),
        name=lane.name,
        began=duration_text(lane.spans[0].began),
        start=_lasted(lane, "start"),
        talk=_lasted(lane, "talk"),
        disruptions=tuple(
            (span.name, duration_text(span.seconds)) for span in lane.spans if span.is_disruption
        ),
        ask=_lasted(lane, "ask"),
    )


def _bar(lane: Lane, span: Span) -> Bar:
    return Bar(
        # The time comes first, because Mermaid interprets its keywords at the start of a line.
        label=Markdown(f"{_label(duration_text(span.seconds))} {_label(span.name)}"),
        critical=span.is_disruption or (lane.failed and span is lane.spans[-1]),
        began=_time(span.began),
        milliseconds=max(1, round(span.seconds * 1000)),
    )


def _lasted(lane: Lane, name: str) -> str:
    spans = [span.seconds for span in lane.spans if span.name == name and not span.is_disruption]
    return duration_text(sum(spans)) if spans else EN_DASH


def _time(seconds: float) -> str:
    whole = round(seconds * 1000)
    hours, rest = divmod(whole, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"2001-01-01T{hours:02}:{minutes:02}:{rest // 1000:02}.{rest % 1000:03}"


def _label(text: str) -> Markdown:
    return Markdown(_UNSAFE_IN_LABEL.sub(" ", text[:LABEL_LIMIT].replace("*", "×")).strip() or "unnamed")
