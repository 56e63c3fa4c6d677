"""Turns scenarios into waves of conversations, with every text, session id and fact decided beforehand.

A wave is one deployment, disrupted at most a few times, that serves all of its conversations: the
cost of a run grows with the number of disruptions, not with scenarios × disruptions.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gate.core.content import content_of
from gate.core.facts import FactSource
from gate.core.scenario import PLACEHOLDER, Disrupt, Expectation, Filler, Position, Say, Scenario, render
from gate.core.transcript import CONTROL, TREATED, ConversationPlanned
from gate.core.words import WholeWords, facts_in
from gate.runner.small_talk import SmallTalk

UNDISTURBED = "none"
"""The disruption of scenarios without a `disrupt` line."""


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One text to be put to the bot; a probe when it carries an expectation (rendered)."""

    identifier: str
    speaker: str
    session: str
    text: str
    position: Position
    tells: tuple[str, ...]
    expectation: Expectation | None = None
    asks: tuple[str, ...] = ()
    guarantee: str = ""


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """One performance of a scenario. `segments` are its turns, cut at each `disrupt` line."""

    identifier: str
    wave: str
    scenario: Scenario
    disruption: str
    arm: str
    trial: int
    sessions: Mapping[str, str]
    facts: Mapping[str, str]
    segments: tuple[tuple[Turn, ...], ...]

    @property
    def turns(self) -> tuple[Turn, ...]:
        """All turns in order."""
        return tuple(turn for segment in self.segments for turn in segment)

    def planned(self, at: float) -> ConversationPlanned:
        """The event that puts this conversation on record."""
        told_by: dict[str, str] = {}
        for turn in self.turns:
            for fact in turn.tells:
                told_by.setdefault(fact, turn.speaker)
        mine = {value.casefold() for value in self.facts.values()}
        return ConversationPlanned(
            at=at,
            conversation=self.identifier,
            deployment=self.wave,
            scenario=self.scenario.name,
            file=self.scenario.file,
            disruption=self.disruption,
            arm=self.arm,
            trial=self.trial,
            sessions=self.sessions,
            facts=self.facts,
            told_by=told_by,
            decoys={
                fact.name: [value for value in fact.pool if value.casefold() not in mine]
                for fact in self.scenario.facts
            },
            unguessable=[fact.name for fact in self.scenario.facts if not fact.guessable],
            turns=len(self.turns),
            probes=sum(turn.expectation is not None for turn in self.turns),
            content=content_of(self.scenario),
        )


@dataclass(frozen=True, kw_only=True)
class Wave:
    """One deployment and the conversations that share it. `kinds` are the disruptions, in order."""

    name: str
    kinds: tuple[str, ...]
    conversations: tuple[Conversation, ...]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything that a run will do, decided by scenarios, disruptions, trials and seed alone."""

    seed: int
    waves: tuple[Wave, ...]

    @property
    def conversations(self) -> tuple[Conversation, ...]:
        """All conversations of all waves."""
        return tuple(conversation for wave in self.waves for conversation in wave.conversations)


def plan_run(scenarios: Sequence[Scenario], disruptions: Sequence[str], trials: int, seed: int) -> Plan:
    """The plan of a run: each scenario in both arms, `trials` times, under each disruption."""
    playbill: dict[tuple[str, ...], list[Scenario]] = {}
    for scenario in scenarios:
        for disruption in dict.fromkeys(disruptions):
            kinds = tuple(kind or disruption for kind in scenario.disruptions) or (UNDISTURBED,)
            cast = playbill.setdefault(kinds, [])
            if scenario not in cast:
                cast.append(scenario)
    drafter = _Drafter(seed, scenarios)
    waves: list[tuple[str, ...]] = []
    # A script with the disruptions (restart,) can share the deployment of one with (restart, restart).
    for kinds in sorted(playbill, key=lambda one: -len(one)):
        if all(wave[: len(kinds)] != kinds for wave in waves):
            waves.append(kinds)
    waves.sort(key=lambda kinds: _rank(kinds, disruptions))
    return Plan(
        seed=seed,
        waves=tuple(
            Wave(
                name="+".join(kinds),
                kinds=kinds,
                conversations=tuple(
                    drafter.conversation(scenario, "+".join(kinds), "+".join(guest), arm, trial)
                    for guest, cast in playbill.items()
                    if _host(guest, waves) == kinds
                    for scenario in cast
                    for trial in range(1, trials + 1)
                    for arm in (CONTROL, TREATED)
                ),
            )
            for kinds in waves
        ),
    )


def _host(kinds: tuple[str, ...], waves: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    return next(wave for wave in waves if wave[: len(kinds)] == kinds)


def _rank(kinds: tuple[str, ...], disruptions: Sequence[str]) -> tuple[int, ...]:
    order = list(disruptions)
    return tuple(order.index(kind) if kind in order else len(order) for kind in kinds)


def _without_early_probes(segments: tuple[tuple[Turn, ...], ...]) -> tuple[tuple[Turn, ...], ...]:
    """Leaves out what is asked before the disruption: the reply would restate the fact and refresh it.

    A question that tells a fact as well is said, so that the fact is told, but it is no probe then.
    """
    if len(segments) == 1:
        return segments
    told = tuple(
        replace(turn, expectation=None, asks=(), guarantee="") if turn.expectation else turn
        for turn in segments[0]
        if turn.expectation is None or turn.tells
    )
    return (told, *segments[1:])


def _literal_texts(scenario: Scenario) -> list[str]:
    """What the conversation says whatever its facts are, and the names that session ids begin with."""
    said = [PLACEHOLDER.sub(" ", step.text) for step in scenario.script if isinstance(step, Say)]
    return [*said, *scenario.speakers]


class _Drafter:
    """Writes out conversations, drawing facts, session ids and small talk for the whole run."""

    def __init__(self, seed: int, scenarios: Sequence[Scenario]) -> None:
        self._seed = seed
        # Whoever says it, a value in the store would be taken for the fact of another conversation.
        self._pools = {value for one in scenarios for fact in one.facts for value in fact.pool}
        self._facts = FactSource(seed)
        self._small_talk = SmallTalk(seed)
        self._count = 0

    def conversation(
        self, scenario: Scenario, wave: str, disruption: str, arm: str, trial: int
    ) -> Conversation:
        self._count += 1
        identifier = f"c{self._count:04}"
        facts = self._facts.draw(scenario.facts, identifier, _literal_texts(scenario))
        # All speakers share the random part: ids that differ by case or by a prefix alone test
        # how the bot keys its sessions.
        suffix = f"{random.Random(f'{self._seed}/{identifier}/session').getrandbits(64):016x}"
        sessions = {speaker: f"{speaker}-{suffix}" for speaker in scenario.speakers}
        segments = self._segments(scenario, identifier, facts, sessions)
        return Conversation(
            identifier=identifier,
            wave=wave,
            scenario=scenario,
            disruption=disruption,
            arm=arm,
            trial=trial,
            sessions=sessions,
            facts=facts,
            segments=_without_early_probes(segments) if arm == TREATED else segments,
        )

    def _segments(
        self, scenario: Scenario, identifier: str, facts: Mapping[str, str], sessions: Mapping[str, str]
    ) -> tuple[tuple[Turn, ...], ...]:
        avoid = WholeWords({*facts.values(), *self._pools})
        segments: list[list[Turn]] = [[]]
        spoken: list[str] = []
        count = 0
        for step in scenario.script:
            if isinstance(step, Disrupt):
                segments.append([])
                continue
            for speaker, text, say in self._lines(step, spoken, avoid):
                count += 1
                # Bots strip turns: texts that differ by blanks around them alone would be taken for equal
                # in a request, yet be under way at once.
                rendered = render(text, facts).strip()
                named = {name: facts[name] for name in PLACEHOLDER.findall(text) if name in facts}
                expectation = say.expectation if say else None
                segments[-1].append(
                    Turn(
                        identifier=f"{identifier}.{count}",
                        speaker=speaker,
                        session=sessions[speaker],
                        text=rendered,
                        position=step.position,
                        tells=facts_in(rendered, named),
                        expectation=expectation.render(facts) if expectation else None,
                        # The braces of a regular expression name no fact.
                        asks=tuple(name for name in expectation.fact_names if name in facts)
                        if expectation
                        else (),
                        guarantee=say.guarantee if say and expectation else "",
                    )
                )
        return tuple(tuple(segment) for segment in segments)

    def _lines(
        self, step: Say | Filler, spoken: list[str], avoid: WholeWords
    ) -> list[tuple[str, str, Say | None]]:
        if isinstance(step, Say):
            if step.speaker not in spoken:
                spoken.append(step.speaker)
            return [(step.speaker, step.text, step)]
        return [
            (speaker, self._small_talk.draw(avoid), None) for _ in range(step.count) for speaker in spoken
        ]
