"""What must come out, from the plan alone: it shares no code with what judges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gate.core.guarantees import GUARANTEES
from gate.core.report import ProbeResult, Report
from gate.runner.plan import Plan, PlannedConversation, Turn

WANTED_BY = ("contains", "all", "any", "number", "fuzzy")
"""The checks whose values a reply has to hold."""


@dataclass(frozen=True, kw_only=True)
class Probe:
    """A question of the plan. `segment` counts the disruptions before it in its script."""

    conversation: PlannedConversation
    turn: Turn
    segment: int

    @property
    def place(self) -> tuple[str, str, str]:
        """By which its result is found."""
        return self.conversation.identifier, self.turn.session, self.turn.text

    @property
    def recall(self) -> bool:
        """Whether it counts towards the accuracy."""
        return GUARANTEES[self.turn.guarantee].recall

    @property
    def wanted(self) -> dict[str, str]:
        """Fact → the value that the reply has to hold."""
        checks = self.turn.expectation.checks if self.turn.expectation else {}
        values = {value for name in WANTED_BY for value in checks.get(name, ())}
        facts = self.conversation.facts
        return {name: facts[name] for name in self.turn.asks if facts[name] in values}

    def told_in(self, fact: str) -> int:
        """The segment in which its session told the fact last, before it asked; -1 when it never did."""
        told = -1
        for number, segment in enumerate(self.conversation.segments):
            for turn in segment:
                if turn is self.turn:
                    return told
                if fact in turn.tells and turn.session == self.turn.session:
                    told = number
        return told

    def __str__(self) -> str:
        where = f"{self.turn.position.file}:{self.turn.position.line}"
        one = self.conversation
        return f"{where} {one.identifier} ({one.arm}, {'+'.join(one.disruptions)}) {self.turn.text!r}"


def probes_of(plan: Plan) -> Iterator[Probe]:
    """All questions that the scenarios ask."""
    for conversation in plan.scripted:
        for number, segment in enumerate(conversation.segments):
            for turn in segment:
                if turn.expectation is not None:
                    yield Probe(conversation=conversation, turn=turn, segment=number)


def results_of(report: Report) -> dict[tuple[str, str, str], ProbeResult]:
    """What became of each, by its place."""
    return {(one.conversation, one.session, one.question): one for one in report.probes}
