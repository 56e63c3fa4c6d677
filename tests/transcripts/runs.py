"""Transcripts by hand: a run of an honest bot, in which a test plants whatever it is about.

Every conversation tells an order and a city (alice), says a filler, is disrupted if it is treated, and
asks for both; then bob asks for the order that he was never told, and for a pet that nobody has.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gate.analysis import analyse
from gate.core.report import ProbeResult, Report
from gate.core.transcript import (
    ACKNOWLEDGED,
    AFTER,
    BEFORE,
    CONTROL,
    TREATED,
    ConversationPlanned,
    DisruptionEnded,
    Event,
    RunEnded,
    StoreSeen,
    TurnEnded,
    TurnStarted,
)
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

CITIES = ("Lisbon", "Oslo", "Kyoto", "Quito", "Dublin", "Riga")
PETS = ("Rex", "Tom", "Ada")


@dataclass(kw_only=True)
class Exchange:
    """One turn and what came of it. Tests change the fields."""

    turn: str
    speaker: str
    session: str
    text: str
    line: int
    column: int = 1
    tells: Sequence[str] = ()
    checks: Mapping[str, Sequence[str]] | None = None
    asks: Sequence[str] = ()
    guarantee: str = ""
    status: str = ACKNOWLEDGED
    reply: str = "All right."
    error: str = ""
    prompts: list[str] = field(default_factory=list)
    """What the bot sent to its model for this turn."""
    about: str | None = None
    """What those requests are about, where it is not the turn's text."""
    is_ended: bool = True
    is_asked: bool = True

    def refuse(self, error: str = "the bot answered 500") -> None:
        self.status, self.reply, self.error = "refused", "", error

    def events(self, conversation: str) -> list[Event]:
        if not self.is_asked:
            return []
        started = turn_started(
            self.turn,
            conversation,
            speaker=self.speaker,
            session=self.session,
            text=self.text,
            line=self.line,
            column=self.column,
            tells=list(self.tells),
            checks=self.checks,
            asks=list(self.asks),
            guarantee=self.guarantee,
        )
        about = self.text if self.about is None else self.about
        asked = [model_asked([prompt], about=about, answer=self.reply) for prompt in self.prompts]
        ended = turn_ended(self.turn, status=self.status, reply=self.reply, error=self.error, seconds=0.04)
        return [started, *asked, *([ended] if self.is_ended else [])]


@dataclass(kw_only=True)
class Talk:
    """One conversation. `tellings` come before the disruption, `probes` after it in the treated arm."""

    identifier: str
    deployment: str
    disruption: str
    arm: str
    trial: int
    scenario: str
    facts: dict[str, str]
    tellings: list[Exchange]
    probes: list[Exchange]
    unguessable: list[str]

    @property
    def order(self) -> Exchange:
        """The question for the order."""
        return self.probes[0]

    @property
    def city(self) -> Exchange:
        """The question for the city, whose decoys are the other cities."""
        return self.probes[1]

    @property
    def isolation(self) -> Exchange:
        """Bob's question for alice's order."""
        return self.probes[2]

    @property
    def fabrication(self) -> Exchange:
        """Bob's question for a pet that nobody was told of."""
        return self.probes[3]

    @property
    def sessions(self) -> dict[str, str]:
        return {one.speaker: one.session for one in (*self.tellings, *self.probes)}

    def planned(self) -> ConversationPlanned:
        mine = set(self.facts.values())
        pools = {"order": (), "city": CITIES, "pet": PETS}
        turns = [*self.tellings, *self.probes]
        return conversation_planned(
            self.identifier,
            disruption=self.disruption,
            deployment=self.deployment,
            wave=self.deployment.split("+"),
            scenario=self.scenario,
            content=self.scenario,
            file=f"{self.scenario}.yml",
            arm=self.arm,
            trial=self.trial,
            sessions=self.sessions,
            facts=self.facts,
            told_by={"order": "alice", "city": "alice"},
            decoys={name: [value for value in pool if value not in mine] for name, pool in pools.items()},
            unguessable=self.unguessable,
            turns=len(turns),
            probes=sum(turn.checks is not None for turn in turns),
        )


def talk(
    number: int, *, disruption: str, arm: str, trial: int = 1, scenario: str = "s", deployment: str = ""
) -> Talk:
    """A conversation with an honest bot."""
    facts = {
        "order": f"ORD-{100_000 + 7 * number}",
        "city": CITIES[number % len(CITIES)],
        "pet": PETS[number % len(PETS)],
    }
    history: list[str] = []

    def exchange(index: int, speaker: str, text: str, **given: Any) -> Exchange:
        if speaker == "alice":
            history.append(text)
        prompt = "user: " + " / ".join(history if speaker == "alice" else [text])
        return Exchange(
            turn=f"c{number}.{index}",
            speaker=speaker,
            session=f"{speaker}-{number:08x}",
            text=text,
            line=10 + index,
            prompts=[prompt],
            **given,
        )

    def probe(index: int, speaker: str, text: str, reply: str, fact: str, **given: Any) -> Exchange:
        checks = {given.pop("check", "contains"): [facts[fact]]}
        given.setdefault("guarantee", "durability")
        return exchange(index, speaker, text, reply=reply, checks=checks, asks=[fact], **given)

    return Talk(
        identifier=f"c{number}",
        deployment=deployment or disruption,
        disruption=disruption,
        arm=arm,
        trial=trial,
        scenario=scenario,
        facts=facts,
        unguessable=["order"],
        tellings=[
            exchange(1, "alice", f"My order is {facts['order']}.", tells=["order"]),
            exchange(2, "alice", f"I live in {facts['city']}.", tells=["city"]),
            exchange(3, "alice", f"Filler number {number}."),
        ],
        probes=[
            probe(4, "alice", "What is my order?", f"It is {facts['order']}.", "order"),
            probe(5, "alice", "Where do I live?", f"In {facts['city']}.", "city"),
            probe(
                6, "bob", "And my order?", "I don't know.", "order", check="without", guarantee="isolation"
            ),
            probe(7, "bob", "My pet?", "I don't know.", "pet", check="without", guarantee="no-fabrication"),
        ],
    )


@dataclass(kw_only=True)
class Run:
    """A run of an honest bot. Tests change its talks, or what happens around them."""

    disruptions: Sequence[str]
    talks: list[Talk]
    policy: dict[str, Any] = field(default_factory=dict)
    ended: dict[str, list[DisruptionEnded]] = field(default_factory=dict)
    """Deployment → how its disruptions ended."""
    extra: dict[str, list[Event]] = field(default_factory=dict)
    """Deployment → events just before it is closed."""
    forgotten: set[str] = field(default_factory=set)
    """Values that are in the store before a disruption and not after it."""
    never_stored: set[str] = field(default_factory=set)
    instead: dict[str, list[Event]] = field(default_factory=dict)
    """Deployment → all that happens in it."""
    end: RunEnded | None = field(default_factory=lambda: RunEnded(at=NOON))

    def of(self, arm: str) -> list[Talk]:
        return [one for one in self.talks if one.arm == arm]

    def events(self, shuffle: random.Random | None = None) -> list[Event]:
        """The transcript. With `shuffle`, conversations overlap at random."""
        events: list[Event] = [
            run_started(disruptions=list(self.disruptions), policy=self.policy),
            *(one.planned() for one in self.talks),
        ]
        for deployment in dict.fromkeys(one.deployment for one in self.talks):
            events += self.instead.get(deployment) or self._wave(deployment, shuffle)
        return events if self.end is None else [*events, self.end]

    def analyse(self, shuffle: random.Random | None = None) -> Report:
        return analyse(self.events(shuffle), stores=recorded_stores())

    def _wave(self, deployment: str, shuffle: random.Random | None) -> list[Event]:
        talks = [one for one in self.talks if one.deployment == deployment]
        before = [(one, [*one.tellings, *(one.probes if one.arm == CONTROL else ())]) for one in talks]
        after = [(one, one.probes) for one in talks if one.arm == TREATED]
        events: list[Event] = [
            deployment_started(deployment, seconds=2.0, images={"bot": "sha256:1f0c"}),
            *interleaved(before, shuffle),
        ]
        for ended in self.ended[deployment]:
            events += [
                self._sighting(talks, deployment, BEFORE, self.never_stored),
                disruption_started(deployment, ended.disruption),
                ended,
                self._sighting(talks, deployment, AFTER, self.never_stored | self.forgotten),
            ]
        return [
            *events,
            *interleaved(after, shuffle),
            *self.extra.get(deployment, ()),
            deployment_closed(deployment),
        ]

    @staticmethod
    def _sighting(talks: Iterable[Talk], deployment: str, moment: str, missing: set[str]) -> StoreSeen:
        told = {one.facts[fact] for one in talks for turn in one.tellings for fact in turn.tells}
        return store_seen(deployment, moment, told - missing, keys=9, bytes=999)


def interleaved(
    talks: Iterable[tuple[Talk, Sequence[Exchange]]], shuffle: random.Random | None
) -> list[Event]:
    """The events of several conversations, each in its order, equal texts never at once."""
    queues = [
        [
            (event, turn.text if turn.is_ended else "")
            for turn in turns
            for event in turn.events(one.identifier)
        ]
        for one, turns in talks
    ]
    if shuffle is None:
        return [event for queue in queues for event, _ in queue]
    events: list[Event] = []
    under_way: set[str] = set()
    while any(queues):
        free = [
            queue
            for queue in queues
            if queue and not (isinstance(queue[0][0], TurnStarted) and queue[0][1] in under_way)
        ]
        event, text = shuffle.choice(free).pop(0)
        if isinstance(event, TurnStarted) and text:
            under_way.add(text)
        elif isinstance(event, TurnEnded):
            under_way.discard(text)
        events.append(event)
    return events


def honest_run(
    disruptions: Sequence[str] = ("restart",), *, scenarios: int = 1, trials: int = 1, **given: Any
) -> Run:
    """A run in which nothing goes wrong."""
    talks = [
        talk(number, disruption=disruption, arm=arm, trial=trial, scenario=f"s{scenario}")
        for number, (disruption, scenario, trial, arm) in enumerate(
            (disruption, scenario, trial, arm)
            for disruption in disruptions
            for scenario in range(scenarios)
            for trial in range(1, trials + 1)
            for arm in (CONTROL, TREATED)
        )
    ]
    ended = {
        name: [disruption_ended(kind, name) for kind in name.split("+")]
        for name in dict.fromkeys(disruptions)
    }
    return Run(disruptions=disruptions, talks=talks, ended=ended, **given)


def result_of(report: Report, one: Exchange) -> ProbeResult:
    """The result of one probe."""
    [found] = [probe for probe in report.probes if (probe.session, probe.line) == (one.session, one.line)]
    return found
