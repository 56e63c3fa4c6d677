"""Conversations by hand for the checkers: what was said, what the model was sent, what came back.

The bot is honest: it sends the whole history as messages of a chat. A test changes what it likes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gate.analysis import analyse
from gate.analysis.checkers import CHECKERS, Checker
from gate.core.observations import Observations
from gate.core.report import Report
from gate.core.transcript import (
    ACKNOWLEDGED,
    AFTER,
    BEFORE,
    CONTROL,
    TREATED,
    ConversationPlanned,
    Event,
    RunEnded,
    StoreSeen,
)
from gate.scorers import SCORERS
from gate.stores import recorded_stores
from tests.transcripts.events import (
    NOON,
    conversation_planned,
    deployment_closed,
    deployment_started,
    disruption_ended,
    disruption_started,
    model_asked,
    run_started,
    store_seen,
    turn_ended,
    turn_started,
)

DEPLOYMENT = "wave"


@dataclass(kw_only=True)
class Spoken:
    """One turn. `messages` is the history that the bot sends with it, without the turn itself."""

    text: str
    speaker: str = "alice"
    tells: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    checks: Mapping[str, Sequence[str]] | None = None
    guarantee: str = ""
    reply: str = "All right."
    status: str = ACKNOWLEDGED
    messages: list[str] = field(default_factory=list)
    with_next: bool = False
    """Whether the next turn begins before this one ends."""
    repeats: Spoken | None = None
    """The question that this one puts again, from the same part of the chat."""


@dataclass(kw_only=True)
class Chat:
    """One conversation: `before` the disruption, `during` it, `after` it."""

    facts: dict[str, str]
    before: list[Spoken]
    after: list[Spoken]
    during: list[Spoken] = field(default_factory=list)
    arm: str = TREATED
    decoys: dict[str, list[str]] = field(default_factory=dict)

    @property
    def turns(self) -> list[Spoken]:
        return [*self.before, *self.during, *self.after]

    def remember(self) -> None:
        """Gives every turn the whole history of its speaker, as an honest bot would send it."""
        histories: dict[str, list[str]] = {}
        for turn in self.turns:
            history = histories.setdefault(turn.speaker, [])
            turn.messages = list(history)
            history += [f"user: {turn.text}", f"assistant: {turn.reply}"]


def tell(fact: str, value: str, **given: object) -> Spoken:
    return Spoken(text=f"Please note that my {fact} is {value}.", tells=(fact,), **given)  # type: ignore[arg-type]


def ask(fact: str, value: str, guarantee: str = "durability", **given: object) -> Spoken:
    fields: dict[str, object] = {
        "text": f"What is my {fact}?",
        "asks": (fact,),
        "checks": {"contains": [value]},
        "reply": f"It is {value}.",
    }
    return Spoken(guarantee=guarantee, **{**fields, **given})  # type: ignore[arg-type]


@dataclass(kw_only=True)
class ChatRun:
    """A run with one disruption."""

    chats: list[Chat]
    disruption: str = "restart"
    observed: Observations = field(default_factory=Observations)
    not_stored: set[str] = field(default_factory=set)
    figures: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What the looks into the store, by moment, show besides."""

    def analyse(self, checkers: Mapping[str, Checker] = CHECKERS) -> Report:
        return analyse(self.events(), SCORERS, checkers, recorded_stores())

    def events(self) -> list[Event]:
        chats = list(enumerate(self.chats))
        control = [(index, chat) for index, chat in chats if chat.arm == CONTROL]
        treated = [(index, chat) for index, chat in chats if chat.arm == TREATED]
        return [
            run_started(disruptions=[self.disruption]),
            *(self._planned(index, chat) for index, chat in chats),
            deployment_started(DEPLOYMENT),
            *(event for index, chat in chats for event in _spoken(index, chat.before, 0)),
            *(event for index, chat in control for event in _spoken(index, chat.after, 500)),
            self._seen(BEFORE, self.not_stored),
            disruption_started(DEPLOYMENT, self.disruption),
            *(event for index, chat in chats for event in _spoken(index, chat.during, 300)),
            disruption_ended(self.disruption, DEPLOYMENT, observed=self.observed),
            self._seen(AFTER, self.not_stored),
            *(event for index, chat in treated for event in _spoken(index, chat.after, 500)),
            deployment_closed(DEPLOYMENT),
            RunEnded(at=NOON),
        ]

    def _seen(self, moment: str, missing: set[str]) -> StoreSeen:
        told = {chat.facts[fact] for chat in self.chats for turn in chat.turns for fact in turn.tells}
        fields = {"values": told - missing, **self.figures.get(moment, {})}
        return store_seen(DEPLOYMENT, moment, **fields)

    def _planned(self, index: int, chat: Chat) -> ConversationPlanned:
        told_by: dict[str, str] = {}
        for turn in chat.turns:
            for fact in turn.tells:
                told_by.setdefault(fact, turn.speaker)
        return conversation_planned(
            f"c{index}",
            disruption=self.disruption,
            deployment=DEPLOYMENT,
            scenario="chat",
            file="chat.yml",
            arm=chat.arm,
            sessions={turn.speaker: f"{turn.speaker}-{index}" for turn in chat.turns},
            facts=chat.facts,
            told_by=told_by,
            decoys=chat.decoys,
            unguessable=list(chat.facts),
            turns=len(chat.turns),
            probes=sum(turn.checks is not None and turn.repeats is None for turn in chat.turns),
        )


def _spoken(index: int, turns: Sequence[Spoken], line: int) -> list[Event]:
    """The events of some turns; those that overlap end in the order in which they began."""
    events: list[Event] = []
    open_turns: list[Event] = []
    names = {id(turn): f"c{index}.{number}" for number, turn in enumerate(turns, start=line)}
    for number, turn in enumerate(turns, start=line):
        identifier = names[id(turn)]
        events += [
            turn_started(
                identifier,
                f"c{index}",
                speaker=turn.speaker,
                session=f"{turn.speaker}-{index}",
                text=turn.text,
                line=number,
                tells=turn.tells,
                checks=turn.checks,
                asks=turn.asks,
                guarantee=turn.guarantee,
                repeats=names[id(turn.repeats)] if turn.repeats else "",
            ),
            model_asked([*turn.messages, f"user: {turn.text}"], about=turn.text, answer=turn.reply),
        ]
        reply, error = (turn.reply, "") if turn.status == ACKNOWLEDGED else ("", "no answer")
        open_turns.append(turn_ended(identifier, status=turn.status, reply=reply, error=error))
        if not turn.with_next:
            events += open_turns
            open_turns = []
    return [*events, *open_turns]
