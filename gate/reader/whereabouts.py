"""Where the run stands when a request comes in, and what goes wrong there that is not the bot's fault."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gate.core.transcript import (
    DeploymentClosed,
    DeploymentFailed,
    DeploymentStarted,
    Event,
    FaultSeen,
    TurnEnded,
    TurnStarted,
)
from gate.interfaces import Recorder

MAX_OPEN_FAULTS = 1000


class Whereabouts:
    """Follows the events of a run whose deployments come one after the other, in the given order."""

    def __init__(self, deployments: Sequence[str]) -> None:
        self._deployments = tuple(deployments)
        self._texts: dict[str, str] = {}
        self._turns: dict[str, list[str]] = {}
        self.deployment = deployments[0] if deployments else ""

    def watch(self, event: Event) -> None:
        """To be called with every event."""
        match event:
            case TurnStarted():
                self._texts[event.turn] = event.text
                self._turns.setdefault(event.text, []).append(event.turn)
            case TurnEnded():
                turns = self._turns.get(self._texts.pop(event.turn, ""), [])
                if event.turn in turns:
                    turns.remove(event.turn)
            case DeploymentStarted():
                self.deployment = event.deployment
            case DeploymentClosed() | DeploymentFailed():
                # A bot may ask its model before it is ready, and so before its deployment is on record.
                following = self._deployments.index(event.deployment) + 1
                self.deployment = self._deployments[min(following, len(self._deployments) - 1)]

    def turn(self, text: str) -> str:
        """The one turn under way with this text, "" when there is none or more than one."""
        turns = self._turns.get(text, ())
        return turns[0] if len(turns) == 1 else ""


class Faults:
    """Puts on record that a deployment cannot be judged, once for each."""

    def __init__(self, record: Recorder, clock: Callable[[], float], whereabouts: Whereabouts) -> None:
        self._record = record
        self._clock = clock
        self._whereabouts = whereabouts
        self._seen: set[str] = set()
        self._open: dict[str, tuple[str, str]] = {}

    def seen(self, sentence: str) -> None:
        """What nothing can make good."""
        self._put_on_record(self._whereabouts.deployment, sentence)

    def open(self, request: str, sentence: str) -> None:
        """What is made good when the same request is answered in the end: clients try again."""
        if len(self._open) < MAX_OPEN_FAULTS:
            self._open.setdefault(request, (self._whereabouts.deployment, sentence))
        else:
            self.seen(sentence)

    def made_good(self, request: str) -> None:
        """The request was answered."""
        self._open.pop(request, None)

    def close(self) -> None:
        """Puts on record what was never made good. Safe to call twice."""
        for deployment, sentence in self._open.values():
            self._put_on_record(deployment, sentence)
        self._open.clear()

    def _put_on_record(self, deployment: str, sentence: str) -> None:
        if deployment not in self._seen:
            self._seen.add(deployment)
            self._record(FaultSeen(at=self._clock(), deployment=deployment, cause="model", sentence=sentence))
