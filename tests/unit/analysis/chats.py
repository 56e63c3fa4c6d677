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
    DeploymentClosed,
    DeploymentStarted,
    DisruptionEnded,
    DisruptionStarted,
    Event,
    ModelAsked,
    RunEnded,
    RunStarted,
    StoreSeen,
    TurnEnded,
    TurnStarted,
)
from gate.disruptions import traits_of
from gate.scorers import SCORERS
from gate.stores import recorded_stores

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
        events: list[Event] = [
            RunStarted(
                at=0.0,
                version="0.1.0",
                seed=7,
                bot="bot:1",
                runtime="process",
                disruptions=[self.disruption],
                trials=1,
                model="reader",
                policy={},
            )
        ]
        events += [self._planned(index, chat) for index, chat in enumerate(self.chats)]
        events.append(DeploymentStarted(at=1.0, deployment=DEPLOYMENT, seconds=1.0))
        for index, chat in enumerate(self.chats):
            events += _spoken(index, chat, chat.before, 0)
            if chat.arm == CONTROL:
                events += _spoken(index, chat, chat.after, 500)
        events += [
            self._seen(BEFORE, self.not_stored),
            DisruptionStarted(
                at=1.0,
                deployment=DEPLOYMENT,
                disruption=self.disruption,
                conversations=1,
                traits=traits_of(self.disruption),
            ),
        ]
        for index, chat in enumerate(self.chats):
            events += _spoken(index, chat, chat.during, 300)
        events += [
            DisruptionEnded(
                at=1.0,
                deployment=DEPLOYMENT,
                disruption=self.disruption,
                took_effect=True,
                recovered=True,
                sentence="done",
                seconds=1.0,
                observed=self.observed,
            ),
            self._seen(AFTER, self.not_stored),
        ]
        for index, chat in enumerate(self.chats):
            if chat.arm == TREATED:
                events += _spoken(index, chat, chat.after, 500)
        return [*events, DeploymentClosed(at=1.0, deployment=DEPLOYMENT), RunEnded(at=1.0)]

    def _seen(self, moment: str, missing: set[str]) -> StoreSeen:
        told = {chat.facts[fact] for chat in self.chats for turn in chat.turns for fact in turn.tells}
        fields = {"values": sorted(told - missing), "keys": 1, "bytes": 1, **self.figures.get(moment, {})}
        return StoreSeen(at=1.0, deployment=DEPLOYMENT, moment=moment, **fields)

    def _planned(self, index: int, chat: Chat) -> ConversationPlanned:
        told_by: dict[str, str] = {}
        for turn in chat.turns:
            for fact in turn.tells:
                told_by.setdefault(fact, turn.speaker)
        return ConversationPlanned(
            at=0.0,
            conversation=f"c{index}",
            deployment=DEPLOYMENT,
            scenario="chat",
            file="chat.yml",
            disruption=self.disruption,
            disruptions=self.disruption.split("+"),
            arm=chat.arm,
            trial=1,
            sessions={turn.speaker: f"{turn.speaker}-{index}" for turn in chat.turns},
            facts=chat.facts,
            told_by=told_by,
            decoys=chat.decoys,
            unguessable=list(chat.facts),
            turns=len(chat.turns),
            probes=sum(turn.checks is not None and turn.repeats is None for turn in chat.turns),
        )


def _spoken(index: int, chat: Chat, turns: Sequence[Spoken], line: int) -> list[Event]:
    """The events of some turns; those that overlap end in the order in which they began."""
    events: list[Event] = []
    open_turns: list[Event] = []
    names = {id(turn): f"c{index}.{number}" for number, turn in enumerate(turns, start=line)}
    for number, turn in enumerate(turns, start=line):
        identifier = names[id(turn)]
        events.append(
            TurnStarted(
                at=1.0,
                turn=identifier,
                conversation=f"c{index}",
                speaker=turn.speaker,
                session=f"{turn.speaker}-{index}",
                text=turn.text,
                line=number,
                tells=turn.tells,
                checks=turn.checks,
                asks=turn.asks,
                guarantee=turn.guarantee,
                repeats=names[id(turn.repeats)] if turn.repeats else "",
            )
        )
        events.append(
            ModelAsked(
                at=1.0,
                path="/v1/chat/completions",
                prompt=[*turn.messages, f"user: {turn.text}"],
                about=turn.text,
                answer=turn.reply,
            )
        )
        reply = turn.reply if turn.status == ACKNOWLEDGED else ""
        error = "" if turn.status == ACKNOWLEDGED else "no answer"
        open_turns.append(TurnEnded(at=1.0, turn=identifier, status=turn.status, reply=reply, error=error))
        if not turn.with_next:
            events += open_turns
            open_turns = []
    return [*events, *open_turns]
