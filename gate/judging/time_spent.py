"""Where the time of a run went: to the bot, its model, the engine, the script or the gate.

Each moment is counted once, whatever happened side by side, so the parts add up to the whole:

* While the judge model is asked, it is the model's.
* Else, while turns are under way, it is the model's in the share of them that waits for an answer of the
  endpoint, and the bot's in the rest. Turns and requests of a deployment that is being disrupted do not
  count: how long those take is the disruption's doing.
* Else, while the networks are made or removed, or a deployment is started, disrupted or removed, it is the
  engine's.
* Else, while a conversation waits because its script says so, it is the script's.
* What is left is the gate's own.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from operator import itemgetter

from gate.core.transcript import (
    ConversationPlanned,
    DeploymentClosed,
    DeploymentFailed,
    DeploymentStarted,
    DisruptionEnded,
    DisruptionStarted,
    Event,
    FaultSeen,
    JudgeAnswered,
    JudgeAsked,
    ModelAsked,
    RunEnded,
    TurnEnded,
    TurnStarted,
    Waited,
)
from gate.core.verdict import TimeSpent


class _Of(IntEnum):
    """What is under way. Plain numbers where it is counted: there are some for every turn."""

    TURN = 0
    REQUEST = 1
    DISRUPTION = 2
    ENGINE = 3
    JUDGE = 4
    WAIT = 5


@dataclass(kw_only=True)
class Timekeeper:
    """Takes the events of a run in their order."""

    _edges: list[tuple[float, int, int, list[int]]] = field(default_factory=list)
    """Moment, how many more are under way from then on, of what, and the counts of its deployment."""
    _counts: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0] * len(_Of)))
    """Deployment → how many of each kind are under way in it, at the moment that is looked at."""
    _deployments: dict[str, str] = field(default_factory=dict)
    _turns: dict[str, tuple[str, float]] = field(default_factory=dict)
    """Turn under way → its deployment, and since when."""
    _disrupted: dict[str, float] = field(default_factory=dict)
    _judged_until: float | None = None
    _last_end: float | None = None
    _last: float = 0.0

    def take(self, event: Event) -> None:
        """To be called with every event."""
        if not math.isfinite(event.at):
            return
        if event.at > self._last:
            self._last = event.at
        match event:
            case TurnStarted():
                self._turns[event.turn] = self._deployments.get(event.conversation, ""), event.at
            case TurnEnded():
                under_way = self._turns.pop(event.turn, None)
                if under_way is not None:
                    deployment, began = under_way
                    self._span(_TURN, began, event.at, deployment)
            case ModelAsked():
                self._until(_REQUEST, event.at, event.seconds, event.deployment)
            case ConversationPlanned():
                if not self._deployments:
                    self._span(_Of.ENGINE, 0.0, event.at)
                self._deployments[event.conversation] = event.deployment
            case DeploymentStarted():
                self._until(_Of.ENGINE, event.at, event.seconds)
            case DeploymentFailed() | DeploymentClosed():
                self._until(_Of.ENGINE, event.at, event.seconds)
                self._end(event.deployment, event.at - event.seconds)
                self._last_end = event.at
            case DisruptionStarted():
                self._disrupted[event.deployment] = event.at
            case DisruptionEnded() | FaultSeen():
                self._end_disruption(event.deployment, event.at)
            case Waited():
                self._until(_Of.WAIT, event.at, event.seconds)
            case JudgeAsked():
                self._take_down(event.at)
                self._judged_until = event.at
            case JudgeAnswered():
                if self._judged_until is not None:
                    self._span(_Of.JUDGE, self._judged_until, event.at)
                    self._judged_until = event.at
            case RunEnded():
                self._take_down(event.at)
            case _:
                pass

    def spent(self) -> TimeSpent:
        """How the time until the last event was spent, in seconds."""
        for deployment in {*self._disrupted, *(place for place, _ in self._turns.values())}:
            self._end(deployment, self._last)
        moment, last = 0.0, self._last
        # Turns and requests of deployments that are being disrupted left out.
        everywhere = [0] * len(_Of)
        seconds: dict[str, float] = defaultdict(float)
        self._edges.sort(key=itemgetter(0))
        for at, by, kind, counts in self._edges:
            now = at if at < last else last
            if now > moment:
                for part, share in _shares(*everywhere):
                    seconds[part] += share * (now - moment)
                moment = now
            counts[kind] += by
            if kind == _DISRUPTION:
                # Begun or over: what happens in the deployment stops counting, or counts again.
                if counts[kind] == max(by, 0):
                    everywhere[_TURN] -= by * counts[_TURN]
                    everywhere[_REQUEST] -= by * counts[_REQUEST]
            elif kind < _DISRUPTION and counts[_DISRUPTION]:
                continue
            everywhere[kind] += by
        parts = {part: round(value, 6) for part, value in seconds.items() if part != "gate"}
        return TimeSpent(**parts, gate=max(0.0, round(self._last - sum(parts.values()), 6)))

    def _take_down(self, at: float) -> None:
        """From the end of the last deployment on the networks are removed."""
        if self._last_end is not None:
            self._span(_Of.ENGINE, self._last_end, at)
            self._last_end = None

    def _end(self, deployment: str, at: float) -> None:
        """What was under way there is over."""
        self._end_disruption(deployment, at)
        for turn in [turn for turn, (place, _) in self._turns.items() if place == deployment]:
            _, began = self._turns.pop(turn)
            self._span(_Of.TURN, began, at, deployment)

    def _end_disruption(self, deployment: str, at: float) -> None:
        began = self._disrupted.pop(deployment, None)
        if began is not None:
            self._span(_Of.DISRUPTION, began, at, deployment)

    def _until(self, kind: int, at: float, seconds: float, deployment: str = "") -> None:
        if math.isfinite(seconds):
            self._span(kind, at - seconds, at, deployment)

    def _span(self, kind: int, began: float, ended: float, deployment: str = "") -> None:
        if began < ended:
            counts = self._counts[deployment]
            self._edges.append((began, 1, kind, counts))
            self._edges.append((ended, -1, kind, counts))


@lru_cache(maxsize=1024)
def _shares(
    turns: int, requests: int, disruptions: int, engine: int, judge: int, waits: int
) -> Sequence[tuple[str, float]]:
    """The parts to which a moment goes while so many are under way, and how much of it to each; 1 in all."""
    if judge:
        return (("model", 1.0),)
    if turns:
        waiting = min(requests, turns) / turns
        return ("model", waiting), ("bot", 1.0 - waiting)
    if engine or disruptions:
        return (("engine", 1.0),)
    return (("script" if waits else "gate", 1.0),)


_TURN, _REQUEST, _DISRUPTION = int(_Of.TURN), int(_Of.REQUEST), int(_Of.DISRUPTION)
