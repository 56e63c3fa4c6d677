"""Time of a run, split between the bot, its model, the engine, the script and the gate.

Each moment is counted once, even if things happen at the same time, so the parts add up to the whole:

* While the judge model is asked, it is the model's.
* Else, while turns are under way, it is the model's in the share of them that waits for an answer of the
  endpoint, and the bot's in the rest. Turns and requests of a deployment that is being disrupted do not
  count: the disruption determines how long those take.
* Else, while the networks are made or removed, or a deployment is started, disrupted or removed, it is the
  engine's.
* Else, while a conversation waits because its script says so, it is the script's.
* The rest is the gate's own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from math import inf
from operator import itemgetter
from typing import Any

from gate.core.report import TimeSpent
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

TURN, REQUEST, DISRUPTION, ENGINE, JUDGE, WAIT = KINDS = range(6)
"""Kinds of spans, in the order in which `_shares` takes their counts."""


class Timekeeper:
    """Collects the spans of a run from its events, in their order."""

    def __init__(self) -> None:
        self.last = 0.0
        """The moment of the last event."""
        # When something began and ended, and its kind. Three lists: a tuple for each span takes
        # noticeable time, as a run has very many.
        self._began: list[float] = []
        self._ended: list[float] = []
        self._kinds: list[int] = []
        self._deployments: dict[str, str] = {}
        # Turn under way → its deployment, and since when.
        self._turns: dict[str, tuple[str, float]] = {}
        # Deployment → when it was being disrupted, in order; without end while it is.
        self._disruptions: dict[str, list[tuple[float, float]]] = {}
        self._judged_until: float | None = None
        self._last_end: float | None = None

    def take(self, event: Event) -> None:
        """Process the next event."""
        if self.last < event.at < inf:
            self.last = event.at
        taking = _TAKINGS.get(type(event))
        if taking is not None:
            taking(self, event)

    def spent(self) -> TimeSpent:
        """Return the seconds until the last event, by what they were spent on."""
        for deployment in {*self._disruptions, *(place for place, _ in self._turns.values())}:
            self._end(deployment, self.last)
        parts = sweep(self._began, self._ended, self._kinds)
        rounded = {part: round(seconds, 6) for part, seconds in parts.items() if part != "gate"}
        return TimeSpent(**rounded, gate=max(0.0, round(self.last - sum(rounded.values()), 6)))

    def _plan(self, event: ConversationPlanned) -> None:
        if not self._deployments:
            # Until then the networks were made.
            self._span(ENGINE, 0.0, event.at)
        self._deployments[event.conversation] = event.deployment

    def _start_turn(self, event: TurnStarted) -> None:
        self._turns[event.turn] = self._deployments.get(event.conversation, ""), event.at

    def _end_turn(self, event: TurnEnded) -> None:
        under_way = self._turns.pop(event.turn, None)
        if under_way is not None:
            deployment, began = under_way
            self._undisturbed_span(TURN, began, event.at, deployment)

    def _ask_model(self, event: ModelAsked) -> None:
        self._undisturbed_span(REQUEST, event.at - event.seconds, event.at, event.deployment)

    def _start_deployment(self, event: DeploymentStarted) -> None:
        self._span(ENGINE, event.at - event.seconds, event.at)

    def _end_deployment(self, event: DeploymentFailed | DeploymentClosed) -> None:
        self._span(ENGINE, event.at - event.seconds, event.at)
        self._end(event.deployment, event.at - event.seconds)
        self._last_end = event.at

    def _start_disruption(self, event: DisruptionStarted) -> None:
        disruptions = self._disruptions.setdefault(event.deployment, [])
        if disruptions and disruptions[-1][1] == inf:
            disruptions.pop()
        disruptions.append((event.at, inf))

    def _end_disruption(self, event: DisruptionEnded | FaultSeen) -> None:
        self._recover(event.deployment, event.at)

    def _wait(self, event: Waited) -> None:
        self._span(WAIT, event.at - event.seconds, event.at)

    def _ask_judge(self, event: JudgeAsked) -> None:
        self._take_down(event.at)
        self._judged_until = event.at

    def _hear_judge(self, event: JudgeAnswered) -> None:
        if self._judged_until is not None:
            self._span(JUDGE, self._judged_until, event.at)
            self._judged_until = event.at

    def _end_run(self, event: RunEnded) -> None:
        self._take_down(event.at)

    def _take_down(self, at: float) -> None:
        """Add the removal of the networks, which starts when the last deployment ends."""
        if self._last_end is not None:
            self._span(ENGINE, self._last_end, at)
            self._last_end = None

    def _end(self, deployment: str, at: float) -> None:
        """End everything that is under way in a deployment."""
        self._recover(deployment, at)
        for turn in [turn for turn, (place, _) in self._turns.items() if place == deployment]:
            _, began = self._turns.pop(turn)
            self._undisturbed_span(TURN, began, at, deployment)

    def _recover(self, deployment: str, at: float) -> None:
        disruptions = self._disruptions.get(deployment)
        if disruptions and disruptions[-1][1] == inf:
            began, _ = disruptions.pop()
            disruptions.append((began, at))
            self._span(DISRUPTION, began, at)

    def _undisturbed_span(self, kind: int, began: float, ended: float, deployment: str) -> None:
        """Add the parts of a turn or request outside of its deployment's disruptions."""
        if deployment in self._disruptions:
            for start, end in _outside(self._disruptions[deployment], began, ended):
                self._span(kind, start, end)
        else:
            self._span(kind, began, ended)

    def _span(self, kind: int, began: float, ended: float) -> None:
        if -inf < began < ended < inf:
            self._began.append(began)
            self._ended.append(ended)
            self._kinds.append(kind)


_TAKINGS: dict[type[Event], Callable[[Timekeeper, Any], None]] = {
    ConversationPlanned: Timekeeper._plan,
    TurnStarted: Timekeeper._start_turn,
    TurnEnded: Timekeeper._end_turn,
    ModelAsked: Timekeeper._ask_model,
    DeploymentStarted: Timekeeper._start_deployment,
    DeploymentFailed: Timekeeper._end_deployment,
    DeploymentClosed: Timekeeper._end_deployment,
    DisruptionStarted: Timekeeper._start_disruption,
    DisruptionEnded: Timekeeper._end_disruption,
    FaultSeen: Timekeeper._end_disruption,
    Waited: Timekeeper._wait,
    JudgeAsked: Timekeeper._ask_judge,
    JudgeAnswered: Timekeeper._hear_judge,
    RunEnded: Timekeeper._end_run,
}
"""Kind of event → the method that begins or ends spans at it."""


def _outside(
    disruptions: Sequence[tuple[float, float]], began: float, ended: float
) -> Iterator[tuple[float, float]]:
    """Yield the pieces of a stretch of time that lie outside of these, which are in order."""
    for start, end in disruptions:
        if start < ended and end > began:
            yield began, start
            began = end
    yield began, ended


def sweep(began: Sequence[float], ended: Sequence[float], kinds: Sequence[int]) -> dict[str, float]:
    """Add up the seconds of each part, from one beginning or end of a span to the next."""
    # The counts of all kinds in one number, as its digits to this base: a tuple for each change is slower.
    base = len(kinds) + 1
    digits = [base**kind for kind in KINDS]
    changes = [*zip(began, (digits[kind] for kind in kinds), strict=True)]
    changes += zip(ended, (-digits[kind] for kind in kinds), strict=True)
    changes.sort(key=itemgetter(0))
    # What was under way → for how long.
    lasted: dict[int, float] = defaultdict(float)
    moment, under_way = 0.0, 0
    for at, change in changes:
        if at > moment:
            lasted[under_way] += at - moment
            moment = at
        under_way += change
    parts: dict[str, float] = defaultdict(float)
    for counts, seconds in lasted.items():
        for part, share in _shares(*(counts // digit % base for digit in digits)):
            parts[part] += share * seconds
    return parts


def _shares(
    turns: int, requests: int, disruptions: int, engine: int, judge: int, waits: int
) -> Sequence[tuple[str, float]]:
    """Return each part's share of a moment with so many spans under way. The shares add up to 1."""
    if judge:
        return (("model", 1.0),)
    if turns:
        waiting = min(requests, turns) / turns
        return ("model", waiting), ("bot", 1.0 - waiting)
    if engine or disruptions:
        return (("engine", 1.0),)
    return (("script" if waits else "gate", 1.0),)
