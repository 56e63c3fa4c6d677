"""Timeline of a run by deployment, drawn as a chart on GitHub and as lanes on the page."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from gate.core.transcript import (
    ConversationPlanned,
    DeploymentClosed,
    DeploymentFailed,
    DeploymentStarted,
    DisruptionEnded,
    DisruptionStarted,
    Event,
    RunEnded,
)
from gate.reporters.messages import deployment_text

DEPLOYMENTS_SHOWN = 24
SPANS_SHOWN = 16
"""Spans of each deployment. The chart stays far below the limits of Mermaid."""

LONGEST_SECONDS = 86_399.0
"""A day, the most that the chart can show. No job lasts as long."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """Period of a run, in seconds since the run began."""

    name: str
    began: float
    ended: float
    is_disruption: bool = False

    @property
    def seconds(self) -> float:
        """Return the duration in seconds."""
        return self.ended - self.began


@dataclass(kw_only=True)
class Lane:
    """Spans of a deployment in their order."""

    deployment: str
    name: str
    """Name of the deployment for people."""
    failed: bool = False
    limit: int = SPANS_SHOWN
    """Number of spans that are kept."""
    spans: list[Span] = field(default_factory=list)
    last_end: float = 0.0
    """The end of the last span."""
    current: str = ""
    """Name of the span that began then."""

    def end_current(self, at: float) -> None:
        """End the current span."""
        if self.current:
            self.add(Span(name=self.current, began=self.last_end, ended=max(at, self.last_end)))
        self.last_end, self.current = at, ""

    def add(self, span: Span) -> None:
        """Append a span, up to the limit."""
        if len(self.spans) < self.limit:
            self.spans.append(span)


class Timeline:
    """Timeline built from the events of a run, without its turns. Its size is bounded."""

    def __init__(self, *, deployments: int = DEPLOYMENTS_SHOWN, spans: int = SPANS_SHOWN) -> None:
        self._deployments = deployments
        self._spans = spans
        self.lanes: list[Lane] = []
        self.left_out = 0
        """Number of deployments that are not shown."""
        self._open: dict[str, Lane] = {}
        self._names: dict[str, str] = {}
        """Deployment → its name for people."""

    def add(self, event: Event) -> None:
        """Record an event."""
        at = _moment(event.at)
        match event:
            case ConversationPlanned():
                self._names.setdefault(event.deployment, deployment_text(event.wave, event.part))
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

    def _begin(self, name: str, first: Span, next_state: str, *, failed: bool = False) -> None:
        if len(self.lanes) == self._deployments:
            self.left_out += 1
            return
        shown = self._names.get(name, name)
        lane = Lane(
            deployment=name,
            name=shown,
            failed=failed,
            limit=self._spans,
            spans=[first],
            last_end=first.ended,
            current=next_state,
        )
        self.lanes.append(lane)
        self._open[name] = lane

    def _move(self, name: str, at: float, next_state: str) -> None:
        lane = self._open.get(name)
        if lane is not None:
            lane.end_current(at)
            lane.current = next_state

    def _disrupt(self, event: DisruptionEnded, at: float) -> None:
        lane = self._open.get(event.deployment)
        if lane is None:
            return
        began = max(lane.last_end, _moment(event.at - event.seconds))
        lane.end_current(began)
        lane.add(
            Span(name=event.kind or event.disruption, began=began, ended=max(at, began), is_disruption=True)
        )
        lane.last_end, lane.current = at, "ask" if event.recovered else "did not come back"
        lane.failed = lane.failed or not event.recovered


def _moment(at: float) -> float:
    """Clamp a time to what the chart can show, since a foreign transcript may hold any number."""
    return min(max(at, 0.0), LONGEST_SECONDS) if math.isfinite(at) else 0.0
