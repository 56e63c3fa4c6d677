"""The transcript, arranged for looking things up: who said what, what came back, what was seen when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from gate.core.transcript import (
    ConversationPlanned,
    DeploymentFailed,
    DeploymentStarted,
    DisruptionEnded,
    Event,
    FaultSeen,
    ModelAsked,
    RunEnded,
    RunStarted,
    StoreSeen,
    TurnEnded,
    TurnStarted,
)
from gate.errors import GateError


@dataclass(kw_only=True)
class PlayedTurn:
    """One turn: how it began, how it ended (None while it had not) and what the model was asked for it.

    `order` is the position of its beginning in the transcript.
    """

    order: int
    started: TurnStarted
    ended: TurnEnded | None = None
    prompts: list[str] = field(default_factory=list)


@dataclass(kw_only=True)
class Sighting:
    """A look into the store and its position in the transcript."""

    order: int
    seen: StoreSeen


@dataclass(kw_only=True)
class Performance:
    """Everything that happened in one deployment."""

    started: DeploymentStarted | None = None
    failed: DeploymentFailed | None = None
    disruptions: list[DisruptionEnded] = field(default_factory=list)
    sightings: list[Sighting] = field(default_factory=list)
    faults: list[FaultSeen] = field(default_factory=list)
    model_asked: bool = False


@dataclass(kw_only=True)
class History:
    """One run. Built by `read_history`; only read afterwards."""

    run: RunStarted
    conversations: dict[str, ConversationPlanned] = field(default_factory=dict)
    turns: dict[str, PlayedTurn] = field(default_factory=dict)
    performances: dict[str, Performance] = field(default_factory=dict)
    end: RunEnded | None = None
    seconds: float = 0.0

    def turns_of(self, conversation: str) -> list[PlayedTurn]:
        """The turns of a conversation in the order in which they began."""
        return self._by_conversation.get(conversation, [])

    _by_conversation: dict[str, list[PlayedTurn]] = field(default_factory=dict)

    def add_turn(self, turn: PlayedTurn) -> None:
        """Files a turn under its id and its conversation."""
        self.turns[turn.started.turn] = turn
        self._by_conversation.setdefault(turn.started.conversation, []).append(turn)


def read_history(events: Iterable[Event]) -> History:
    """Arranges the events. Raises GateError when they do not begin with the start of a run."""
    stream = iter(events)
    first = next(stream, None)
    if not isinstance(first, RunStarted):
        raise GateError(
            "this is no transcript of a run",
            why="its first event is not run-started",
            remedy="judge the transcript.jsonl that memory-gate wrote",
        )
    history = History(run=first)
    # A model request belongs to the one turn under way with the text that it is about.
    under_way: dict[str, PlayedTurn] = {}
    for order, event in enumerate(stream, start=1):
        history.seconds = max(history.seconds, event.at)
        _file(history, event, order, under_way)
    return history


def _file(history: History, event: Event, order: int, under_way: dict[str, PlayedTurn]) -> None:
    match event:
        case ConversationPlanned():
            history.conversations[event.conversation] = event
            history.performances.setdefault(event.deployment, Performance())
        case TurnStarted():
            turn = PlayedTurn(order=order, started=event)
            history.add_turn(turn)
            under_way[event.text] = turn
        case TurnEnded():
            ended = history.turns[event.turn]
            ended.ended = event
            if under_way.get(ended.started.text) is ended:
                del under_way[ended.started.text]
        case ModelAsked():
            asking = under_way.get(event.about)
            if asking is not None:
                asking.prompts.append("\n".join(event.prompt))
                deployment = history.conversations[asking.started.conversation].deployment
                history.performances[deployment].model_asked = True
        case DeploymentStarted():
            history.performances.setdefault(event.deployment, Performance()).started = event
        case DeploymentFailed():
            history.performances.setdefault(event.deployment, Performance()).failed = event
        case DisruptionEnded():
            history.performances.setdefault(event.deployment, Performance()).disruptions.append(event)
        case StoreSeen():
            sightings = history.performances.setdefault(event.deployment, Performance()).sightings
            sightings.append(Sighting(order=order, seen=event))
        case FaultSeen():
            history.performances.setdefault(event.deployment, Performance()).faults.append(event)
        case RunEnded():
            history.end = event
        case _:
            pass
