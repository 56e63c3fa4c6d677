"""A run made by hand: two scenarios under two disruptions, with questions of every outcome."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gate.analysis import analyse
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
from gate.reporters.html_report import HtmlReporter

UNKNOWN = "I don't know."


@dataclass(frozen=True, kw_only=True)
class Words:
    """Texts of a run, which tests replace."""

    scenario: str = "An order number survives"
    file: str = "scenarios/order.yml"
    bot: str = "support-bot:pr-128"
    told: str = "My order is {order} and I live in {city}."
    noted: str = "Noted, thank you."
    lost: str = UNKNOWN
    proof: str = "container 3f2a91bc → 91bc3f2a"
    prompt: str = "system: You are a helpful shop assistant."
    facts: Mapping[str, str] = field(default_factory=dict)
    """Fact → its value in every conversation, where it is not drawn."""


def events(
    words: Words | None = None,
    *,
    scenarios: int = 2,
    trials: int = 1,
    disruptions: Sequence[str] = ("restart", "recreate"),
    losing: Sequence[str] = ("recreate",),
    fillers: int = 2,
    keeps_one: bool = False,
) -> Iterator[Event]:
    """All events of a run. After a disruption among `losing` nothing is known any more.

    With `keeps_one` the first scenario remembers all the same.
    """
    said = words or Words()
    yield RunStarted(
        at=0.0,
        version="0.1.0",
        seed=7,
        bot=said.bot,
        runtime="docker",
        disruptions=list(disruptions),
        trials=trials,
        model="reader",
        policy={"accuracy": 0.95},
        repeat="memory-gate run --image support-bot:pr-128 --seed 7",
    )
    for row, disruption in enumerate(disruptions):
        cast = [
            _planned(said, disruption, number, arm, trial)
            for number in range(scenarios)
            for trial in range(1, trials + 1)
            for arm in (CONTROL, TREATED)
        ]
        yield from cast
        yield from _wave(said, disruption, cast, 10.0 * row, fillers, disruption in losing, keeps_one)
    yield RunEnded(at=10.0 * len(disruptions))


def _planned(words: Words, disruption: str, number: int, arm: str, trial: int) -> ConversationPlanned:
    name = f"{disruption}-{number}-{trial}-{arm}"
    drawn = sum(name.encode()) * 7919 + number * 104729 + len(name) * 31 + trial * 1299709
    order = f"ORD-{drawn % 900_000 + 100_000}"
    facts = {"order": order, "city": ("Lisbon", "Oslo", "Kyoto", "Quito")[drawn % 4], **words.facts}
    return ConversationPlanned(
        at=0.0,
        conversation=name,
        deployment=disruption,
        scenario=words.scenario if number == 0 else f"{words.scenario} ({number + 1})",
        file=words.file,
        disruption=disruption,
        disruptions=disruption.split("+"),
        wave=disruption.split("+"),
        arm=arm,
        trial=trial,
        sessions={"alice": f"alice-{name}"},
        facts=facts,
        told_by={"order": "alice", "city": "alice"},
        decoys={},
        unguessable=[],
        turns=3,
        probes=2,
    )


def _wave(
    words: Words,
    disruption: str,
    cast: Sequence[ConversationPlanned],
    began: float,
    fillers: int,
    loses: bool,
    keeps_one: bool,
) -> Iterator[Event]:
    yield DeploymentStarted(
        at=began + 1.0, deployment=disruption, seconds=0.8, images={"bot": words.bot, "store": "redis:8"}
    )
    treated = [conversation for conversation in cast if conversation.arm == TREATED]
    step = 4.0 / len(cast)
    for place, conversation in enumerate(cast):
        at = began + 1.2 + place * step
        yield from _turn(
            words,
            conversation,
            0,
            words.told.format(**conversation.facts),
            words.noted,
            at,
            tells=conversation.facts,
        )
        for number in range(fillers):
            text = f"By the way, the weather is mild again, is it not? ({number + 1})"
            yield from _turn(words, conversation, 1 + number, text, "I see.", at + 0.1 * (number + 1))
        if conversation.arm == CONTROL:
            yield from _questions(words, conversation, fillers + 1, at + step / 2, known=True)
    yield _look(disruption, BEFORE, began + 5.3, cast, holds=not loses)
    yield DisruptionStarted(
        at=began + 5.4,
        deployment=disruption,
        disruption=disruption,
        conversations=len(treated),
        traits=traits_of(disruption),
    )
    yield DisruptionEnded(
        at=began + 7.0,
        deployment=disruption,
        disruption=disruption,
        took_effect=True,
        recovered=True,
        sentence=words.proof,
        seconds=1.6,
    )
    yield _look(disruption, AFTER, began + 7.1, cast, holds=not loses)
    for place, conversation in enumerate(treated):
        known = not loses or (keeps_one and conversation.scenario == words.scenario)
        at = began + 7.2 + place * 2.0 / len(treated)
        yield from _questions(words, conversation, fillers + 1, at, known=known)
    yield DeploymentClosed(at=began + 9.9, deployment=disruption)


def _look(
    deployment: str, moment: str, at: float, cast: Sequence[ConversationPlanned], *, holds: bool
) -> StoreSeen:
    values = (
        sorted({value for conversation in cast for value in conversation.facts.values()}) if holds else []
    )
    return StoreSeen(
        at=at, deployment=deployment, moment=moment, values=values, keys=len(cast) if holds else 0, bytes=9
    )


def _questions(
    words: Words, conversation: ConversationPlanned, number: int, at: float, *, known: bool
) -> Iterator[Event]:
    for place, (fact, question) in enumerate(
        (("order", "What is my order number?"), ("city", "Which city do I live in?"))
    ):
        value = conversation.facts[fact]
        reply = f"It is {value}." if known else words.lost
        history = [f"user: {words.told.format(**conversation.facts)}", f"assistant: {words.noted}"]
        prompt = [words.prompt, *(history if known else ()), f"user: {question}"]
        yield from _turn(
            words,
            conversation,
            number + place,
            question,
            reply,
            at + 0.05 * place,
            asks=[fact],
            checks={"contains": [value]},
            guarantee="durability",
            prompt=prompt,
        )


def _turn(
    words: Words,
    conversation: ConversationPlanned,
    number: int,
    text: str,
    reply: str,
    at: float,
    *,
    prompt: Sequence[str] | None = None,
    **started: Any,
) -> Iterator[Event]:
    turn = f"{conversation.conversation}.{number}"
    tells = started.pop("tells", ())
    yield TurnStarted(
        at=at,
        turn=turn,
        conversation=conversation.conversation,
        speaker="alice",
        session=conversation.sessions["alice"],
        text=text,
        line=10 + number,
        column=5,
        tells=list(tells),
        moment=number + 1,
        **started,
    )
    if prompt is not None:
        yield ModelAsked(at=at, path="/v1/chat/completions", prompt=list(prompt), about=text, answer=reply)
    yield TurnEnded(at=at + 0.04, turn=turn, status=ACKNOWLEDGED, reply=reply, seconds=0.04)


def write_report(directory: Path, run: Iterator[Event] | Sequence[Event]) -> Path:
    """Write report.html for these events and return its path."""
    every = list(run)
    reporter = HtmlReporter(directory)
    for event in every:
        reporter.show(event)
    reporter.finish(analyse(every))
    return directory / HtmlReporter.file
