"""Timeline of the page: a lane per deployment, with its turns, questions and disruptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gate.analysis.formatting import plural
from gate.analysis.history import History, PlayedTurn
from gate.core.report import Outcome, Report
from gate.reporters.figures import duration_text
from gate.reporters.html_report.bounds import clamp_seconds
from gate.reporters.timeline import Lane, Span, Timeline

BINS = 120
HEIGHT = 40
LEAST_WIDTH = 3.0
"""Least width of a disruption, out of `WIDTH`, so that a short one can be seen."""
WIDTH = 1000
KINDS = ("talk", "kept", "lost")
LANES_SHOWN = 40

Mark = tuple[float, str]
"""Time of a turn, in seconds since its deployment began, and its kind, one of `KINDS`."""


@dataclass(frozen=True, kw_only=True)
class Bar:
    """Rectangle in a lane."""

    kind: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, kw_only=True)
class LaneDrawing:
    """Lane of a deployment as drawn."""

    name: str
    text: str
    """Description of the lane in words."""
    bars: Sequence[Bar]
    longest: str
    """Duration of the longest lane, which sets the scale of all."""
    width: int = WIDTH
    height: int = HEIGHT


def draw_lanes(report: Report, history: History) -> list[LaneDrawing]:
    """Draw all lanes on one scale, the longest as wide as the page. Lanes without turns are left out."""
    turns = _turns(history)
    lanes = {lane.deployment: lane for lane in _timeline(history).lanes if lane.deployment in turns}
    if not lanes:
        return []
    began = {deployment: lane.spans[0].began for deployment, lane in lanes.items()}
    outcomes = _outcomes(report)
    marks = {
        deployment: [
            (clamp_seconds(turn.started.at) - began[deployment], _kind(turn, outcomes))
            for turn in turns[deployment]
        ]
        for deployment in lanes
    }
    longest = max(
        0.001,
        *(
            clamp_seconds((turn.ended or turn.started).at) - began[deployment]
            for deployment in lanes
            for turn in turns[deployment]
        ),
    )
    binned = {deployment: _count_by_bin(marks[deployment], longest) for deployment in lanes}
    highest = max(sum(counts) for bins in binned.values() for counts in bins.values())
    rows = {
        conversation.deployment: history.row_of(conversation)
        for conversation in history.conversations.values()
    }
    return [
        LaneDrawing(
            name=rows[deployment],
            text=_text(lanes[deployment], marks[deployment]),
            bars=[*_disruption_bars(lanes[deployment], longest), *_turn_bars(binned[deployment], highest)],
            longest=duration_text(longest),
        )
        for deployment in list(lanes)[:LANES_SHOWN]
    ]


def _timeline(history: History) -> Timeline:
    """Build the timeline of the deployments that started."""
    most = max(
        (len(lifetime.completed_disruptions) for lifetime in history.deployment_histories.values()), default=0
    )
    timeline = Timeline(deployments=len(history.deployment_histories), spans=2 * most + 2)
    for lifetime in history.deployment_histories.values():
        if lifetime.started is not None:
            timeline.add(lifetime.started)
            for completed in lifetime.completed_disruptions:
                timeline.add(completed.ended)
    return timeline


def _turns(history: History) -> dict[str, list[PlayedTurn]]:
    """Group the turns by deployment."""
    turns: dict[str, list[PlayedTurn]] = {}
    for turn in history.turns.values():
        turns.setdefault(history.conversations[turn.started.conversation].deployment, []).append(turn)
    return turns


def _outcomes(report: Report) -> dict[tuple[str, int, int, str], Outcome]:
    return {
        (probe.conversation, probe.line, probe.column, probe.question): probe.outcome
        for probe in report.probes
    }


def _kind(turn: PlayedTurn, outcomes: Mapping[tuple[str, int, int, str], Outcome]) -> str:
    started = turn.started
    if started.checks is None or started.repeats:
        return "talk"
    outcome = outcomes.get((started.conversation, started.line, started.column, started.text))
    return {Outcome.REMEMBERED: "kept", Outcome.LOST: "lost", Outcome.ERROR: "lost"}.get(
        outcome or Outcome.UNSCORED, "talk"
    )


def _count_by_bin(marks: Sequence[Mark], longest: float) -> dict[int, list[int]]:
    """Count the turns of each kind per bin."""
    bins: dict[int, list[int]] = {}
    for at, kind in marks:
        place = min(BINS - 1, max(0, int(at / longest * BINS)))
        bins.setdefault(place, [0] * len(KINDS))[KINDS.index(kind)] += 1
    return bins


def _disruption_bars(lane: Lane, longest: float) -> list[Bar]:
    return [
        Bar(
            kind="disruption",
            x=_x((span.began - lane.spans[0].began) / longest),
            y=0,
            width=max(LEAST_WIDTH, _x(span.seconds / longest)),
            height=HEIGHT,
        )
        for span in _disruptions(lane)
    ]


def _turn_bars(bins: Mapping[int, Sequence[int]], highest: int) -> list[Bar]:
    """Stack the turns of each bin by kind."""
    step = WIDTH / BINS
    bars: list[Bar] = []
    for place, counts in sorted(bins.items()):
        top = float(HEIGHT)
        for kind, count in zip(KINDS, counts, strict=True):
            tall = count / highest * (HEIGHT - 4)
            top -= tall
            if count:
                bars.append(
                    Bar(
                        kind=kind,
                        x=round(place * step, 1),
                        y=round(top, 2),
                        width=round(step - 1, 1),
                        height=round(tall, 2),
                    )
                )
    return bars


def _text(lane: Lane, marks: Sequence[Mark]) -> str:
    when = "; ".join(
        f"at {duration_text(span.began - lane.spans[0].began)} for {duration_text(span.seconds)}"
        for span in _disruptions(lane)
    )
    asked = sum(kind != "talk" for _, kind in marks)
    return f"{when or 'not disrupted'}, {plural(len(marks), 'turn')}, {plural(asked, 'question')}"


def _disruptions(lane: Lane) -> list[Span]:
    return [span for span in lane.spans if span.is_disruption]


def _x(share: float) -> float:
    return round(min(1.0, max(0.0, share)) * WIDTH, 1)
