"""The plan of a run: waves of conversations, with every text, session id and fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gate.core.content import content_of
from gate.core.scenario import PLACEHOLDER, Expectation, Position, Say, Scenario, render
from gate.core.transcript import CONTROL, ConversationPlanned
from gate.core.words import facts_in
from gate.scorers.checks import rendered


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One text for the bot; a probe when it has an expectation, which is rendered.

    Turns of one conversation with the same `moment`, which counts from 1, are started together.
    """

    identifier: str
    moment: int
    speaker: str
    session: str
    text: str
    position: Position
    tells: tuple[str, ...]
    expectation: Expectation | None = None
    asks: tuple[str, ...] = ()
    guarantee: str = ""
    states: tuple[str, ...] = ()
    """The facts that the bot is asked to state in its reply."""
    answer: str = ""
    """The reply that states them, for the reference model; "" where none are stated."""
    written: Say | None = None
    """The turn as its author wrote it; None for filler."""

    def render(self, facts: Mapping[str, str]) -> Turn:
        """Return the turn with other values of the facts, in the text and in the expectation."""
        if self.written is None:
            return self
        text = render(self.written.text, facts).strip()
        expectation = self.written.expectation if self.expectation else None
        return replace(
            self,
            text=text,
            tells=facts_in(text, named_in(self.written.text, facts)),
            expectation=rendered(expectation, facts) if expectation else None,
        )


@dataclass(frozen=True, kw_only=True)
class Pause:
    """A pause of the conversation at `moment`, in seconds."""

    moment: int
    seconds: float


Moment = Pause | tuple[Turn, ...]
"""A pause, or turns that are started together."""


@dataclass(frozen=True, kw_only=True)
class PlannedConversation:
    """One conversation: a scenario in one arm and trial, with facts of its own.

    `segments` are its turns in order, split at each `disrupt` line; `pauses` are split likewise.
    """

    identifier: str
    wave: tuple[str, ...]
    """All disruptions of its deployment."""
    scenario: Scenario
    disruptions: tuple[str, ...]
    """The disruptions of its own script: all of `wave`, or the first ones."""
    arm: str
    trial: int
    sessions: Mapping[str, str]
    facts: Mapping[str, str]
    segments: tuple[tuple[Turn, ...], ...]
    pauses: tuple[tuple[Pause, ...], ...] = ()

    def moments(self, point: int) -> tuple[Moment, ...]:
        """Return the moments between disruption number `point` and the next one, in order.

        The control arm has all of its moments at point 0, before the first disruption.
        """
        if self.arm == CONTROL:
            turns = self.turns if point == 0 else ()
            pauses = tuple(pause for part in self.pauses for pause in part) if point == 0 else ()
        else:
            turns = self.segments[point] if point < len(self.segments) else ()
            pauses = self.pauses[point] if point < len(self.pauses) else ()
        together: dict[int, tuple[Turn, ...]] = {}
        for turn in turns:
            together[turn.moment] = (*together.get(turn.moment, ()), turn)
        happening: dict[int, Moment] = {**together, **{pause.moment: pause for pause in pauses}}
        return tuple(happening[moment] for moment in sorted(happening))

    @property
    def turns(self) -> tuple[Turn, ...]:
        """All turns in order."""
        return tuple(turn for segment in self.segments for turn in segment)

    def planned(self, at: float) -> ConversationPlanned:
        """Return the event that records the planned conversation."""
        told_by: dict[str, str] = {}
        for turn in self.turns:
            for fact in (*turn.tells, *turn.states):
                told_by.setdefault(fact, turn.speaker)
        mine = {value.casefold() for value in self.facts.values()}
        return ConversationPlanned(
            at=at,
            conversation=self.identifier,
            deployment=name_of(self.wave),
            scenario=self.scenario.name,
            file=self.scenario.file,
            disruption=name_of(self.disruptions),
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
            disruptions=self.disruptions,
            wave=self.wave,
        )


@dataclass(frozen=True, kw_only=True)
class Wave:
    """One deployment and the conversations that share it."""

    name: str
    kinds: tuple[str, ...]
    """The disruptions, in order."""
    conversations: tuple[PlannedConversation, ...]
    background_sessions: tuple[PlannedConversation, ...] = ()
    """The conversations that go on during the disruptions."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All waves of a run. Scenarios, disruptions, trials and seed alone determine it."""

    seed: int
    waves: tuple[Wave, ...]

    @property
    def scripted(self) -> tuple[PlannedConversation, ...]:
        """The conversations that play scenarios."""
        return tuple(conversation for wave in self.waves for conversation in wave.conversations)

    @property
    def conversations(self) -> tuple[PlannedConversation, ...]:
        """All conversations of all waves, background sessions included."""
        return tuple(
            conversation
            for wave in self.waves
            for conversation in (*wave.conversations, *wave.background_sessions)
        )


def name_of(disruptions: Sequence[str]) -> str:
    """Join the names of consecutive disruptions into one."""
    return "+".join(disruptions)


def named_in(text: str, facts: Mapping[str, str]) -> dict[str, str]:
    """Return the facts that an unrendered text names, with their values."""
    return {name: facts[name] for name in PLACEHOLDER.findall(text) if name in facts}
