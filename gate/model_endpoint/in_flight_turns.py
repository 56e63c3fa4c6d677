"""Where the run stands when a request comes in, and what goes wrong there that is not the bot's fault."""

from __future__ import annotations

from collections.abc import Callable

from gate.core.transcript import ConversationPlanned, Event, FaultSeen, TurnEnded, TurnStarted
from gate.ports import Recorder

MAX_OPEN_FAULTS = 1000


class InFlightTurns:
    """Follows the events of a run."""

    def __init__(self) -> None:
        self._deployments: dict[str, str] = {}
        self._places: dict[str, tuple[str, str]] = {}
        self._turns: dict[tuple[str, str], list[str]] = {}

    def watch(self, event: Event) -> None:
        """To be called with every event."""
        match event:
            case ConversationPlanned():
                self._deployments[event.conversation] = event.deployment
            case TurnStarted():
                place = self._deployments.get(event.conversation, ""), event.text
                self._places[event.turn] = place
                self._turns.setdefault(place, []).append(event.turn)
            case TurnEnded():
                place = self._places.pop(event.turn, ("", ""))
                turns = self._turns.get(place, [])
                if event.turn in turns:
                    turns.remove(event.turn)
                if not turns:
                    self._turns.pop(place, None)

    def turn(self, deployment: str, text: str) -> str:
        """The one turn under way there with this text, "" when there is none or more than one."""
        turns = self._turns.get((deployment, text), ())
        return turns[0] if len(turns) == 1 else ""


class Faults:
    """Puts on record that a deployment cannot be judged, once for each."""

    def __init__(self, record: Recorder, clock: Callable[[], float]) -> None:
        self._record = record
        self._clock = clock
        self._seen: set[str] = set()
        self._open: dict[tuple[str, str], str] = {}

    def seen(self, deployment: str, sentence: str) -> None:
        """What nothing can make good."""
        self._put_on_record(deployment, sentence)

    def open(self, deployment: str, request: str, sentence: str) -> None:
        """What is made good when the same request is answered in the end: clients try again."""
        if len(self._open) < MAX_OPEN_FAULTS:
            self._open.setdefault((deployment, request), sentence)
        else:
            self.seen(deployment, sentence)

    def made_good(self, deployment: str, request: str) -> None:
        """The request was answered."""
        self._open.pop((deployment, request), None)

    def close(self) -> None:
        """Puts on record what was never made good. Safe to call twice."""
        for (deployment, _), sentence in self._open.items():
            self._put_on_record(deployment, sentence)
        self._open.clear()

    def _put_on_record(self, deployment: str, sentence: str) -> None:
        if deployment not in self._seen:
            self._seen.add(deployment)
            self._record(FaultSeen(at=self._clock(), deployment=deployment, cause="model", sentence=sentence))
