"""When what happened in a run: a Mermaid chart for GitHub, and the same as a table for all others."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from gate.core.transcript import (
    DeploymentClosed,
    DeploymentFailed,
    DeploymentStarted,
    DisruptionEnded,
    DisruptionStarted,
    Event,
    RunEnded,
)
from gate.judging.sentences import plural
from gate.reporters.neutraliser import markdown
from gate.reporters.wording import EN_DASH, deployment_text, duration_text

DEPLOYMENTS_SHOWN = 24
SPANS_SHOWN = 16
"""Of each deployment. With all that is shown the chart stays far below what Mermaid draws."""

LABEL_LIMIT = 40
_NO_LABEL = re.compile(r"[^A-Za-z0-9 .×-]+")
"""What a label in the chart is not to hold: it could end the label, or mean something to Mermaid."""

LONGEST_SECONDS = 86_399.0
"""A day: the chart has no more room, and no job lasts as long."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """Something that lasted, in seconds since the run began."""

    name: str
    began: float
    ended: float
    is_disruption: bool = False

    @property
    def seconds(self) -> float:
        """How long it lasted."""
        return self.ended - self.began


@dataclass(kw_only=True)
class Lane:
    """What happened to one deployment, one after the other."""

    name: str
    failed: bool = False
    spans: list[Span] = field(default_factory=list)
    reached: float = 0.0
    """The end of the last span."""
    now: str = ""
    """What has been going on since."""

    def until(self, at: float) -> None:
        """Ends what has been going on."""
        if self.now:
            self.add(Span(name=self.now, began=self.reached, ended=max(at, self.reached)))
        self.reached, self.now = at, ""

    def add(self, span: Span) -> None:
        """Keeps a span, while there is room."""
        if len(self.spans) < SPANS_SHOWN:
            self.spans.append(span)


class Timeline:
    """Takes in the events of a run, the turns aside, and keeps a bounded number of moments."""

    def __init__(self) -> None:
        self.lanes: list[Lane] = []
        self.left_out = 0
        """Deployments beyond those that are shown."""
        self._open: dict[str, Lane] = {}

    def take(self, event: Event) -> None:
        """Takes in one event."""
        at = _moment(event.at)
        match event:
            case DeploymentStarted():
                began = _moment(event.at - event.seconds)
                self._begin(event.deployment, Span(name="start", began=began, ended=at), "talk")
            case DeploymentFailed():
                self._begin(event.deployment, Span(name="did not start", began=at, ended=at), "", failed=True)
            case DisruptionStarted():
                self._move(event.deployment, at, "")
            case DisruptionEnded():
                self._disrupt(event, at)
            case DeploymentClosed():
                self._move(event.deployment, at, "")
                self._open.pop(event.deployment, None)
            case RunEnded():
                for name in tuple(self._open):
                    self._move(name, at, "")
                self._open.clear()
            case _:
                pass

    def _begin(self, name: str, first: Span, then: str, *, failed: bool = False) -> None:
        if len(self.lanes) == DEPLOYMENTS_SHOWN:
            self.left_out += 1
            return
        lane = Lane(name=name, failed=failed, spans=[first], reached=first.ended, now=then)
        self.lanes.append(lane)
        self._open[name] = lane

    def _move(self, name: str, at: float, then: str) -> None:
        lane = self._open.get(name)
        if lane is not None:
            lane.until(at)
            lane.now = then

    def _disrupt(self, event: DisruptionEnded, at: float) -> None:
        lane = self._open.get(event.deployment)
        if lane is None:
            return
        began = max(lane.reached, _moment(event.at - event.seconds))
        lane.until(began)
        lane.add(Span(name=event.kind, began=began, ended=max(at, began), is_disruption=True))
        lane.reached, lane.now = at, "ask" if event.recovered else "did not come back"
        lane.failed = lane.failed or not event.recovered


def timeline_blocks(timeline: Timeline) -> list[str]:
    """Folded Markdown: the chart, and the table that says the same. Nothing where nothing was started."""
    if not timeline.lanes:
        return []
    blocks = [
        "<details><summary>When what happened</summary>",
        _chart(timeline.lanes),
        _table(timeline.lanes),
    ]
    if timeline.left_out:
        blocks.append(f"… and {plural(timeline.left_out, 'more deployment')}.")
    return [*blocks, "</details>"]


def _chart(lanes: Sequence[Lane]) -> str:
    # Times of day on a day without a change of the clocks, read and shown in the same zone.
    lines = [
        "```mermaid",
        "gantt",
        "  dateFormat YYYY-MM-DDTHH:mm:ss.SSS",
        "  axisFormat %M:%S",
        "  todayMarker off",
    ]
    for lane in lanes:
        lines.append(f"  section {_label(deployment_text(lane.name))}")
        for span in lane.spans:
            tag = "crit, " if span.is_disruption or (lane.failed and span is lane.spans[-1]) else ""
            milliseconds = max(1, round(span.seconds * 1000))
            # The time leads: a word of Mermaid's own would mean something at the beginning of a line.
            label = f"{_label(duration_text(span.seconds))} {_label(span.name)}"
            lines.append(f"  {label} :{tag}{_time(span.began)}, {milliseconds}ms")
    return "\n".join([*lines, "```"])


def _table(lanes: Sequence[Lane]) -> str:
    rows = ["| deployment | began at | start | talk | disruption | ask |", "|---|--:|--:|--:|---|--:|"]
    for lane in lanes:
        disrupted = ", ".join(
            f"{markdown(one.name, 60)} {duration_text(one.seconds)}"
            for one in lane.spans
            if one.is_disruption
        )
        cells = [
            markdown(deployment_text(lane.name), 60),
            duration_text(lane.spans[0].began),
            *(_lasted(lane, name) for name in ("start", "talk")),
            disrupted or EN_DASH,
            _lasted(lane, "ask"),
        ]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _lasted(lane: Lane, name: str) -> str:
    spans = [one.seconds for one in lane.spans if one.name == name and not one.is_disruption]
    return duration_text(sum(spans)) if spans else EN_DASH


def _time(seconds: float) -> str:
    whole = round(seconds * 1000)
    hours, rest = divmod(whole, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"2001-01-01T{hours:02}:{minutes:02}:{rest // 1000:02}.{rest % 1000:03}"


def _label(text: str) -> str:
    return _NO_LABEL.sub(" ", text[:LABEL_LIMIT].replace("*", "×")).strip() or "unnamed"


def _moment(at: float) -> float:
    """A transcript from elsewhere may know times that no chart does."""
    return min(max(at, 0.0), LONGEST_SECONDS) if math.isfinite(at) else 0.0
