"""Input and output of a checker."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from gate.analysis.accuracy import place_of
from gate.analysis.checkers.repeated_reads import Reads, reads_of
from gate.analysis.fact_trace import disclosures, wanted_facts
from gate.analysis.history import CompletedDisruption, History, PlayedTurn
from gate.analysis.leaks import Leak
from gate.analysis.prompts import Shown, shown_amiss
from gate.analysis.store_findings import Findings
from gate.core.guarantees import GUARANTEES
from gate.core.report import Outcome, ProbeResult
from gate.core.statements import Reason
from gate.core.transcript import ACKNOWLEDGED, CONTROL, ConversationPlanned
from gate.core.words import found_in


@dataclass(frozen=True, kw_only=True)
class Anomaly:
    """A broken guarantee in one turn."""

    guarantee: str
    turn: str
    reason: Reason
    """The observation that shows it."""
    anomaly: str = ""
    """Its name; by default the guarantee's first anomaly."""
    is_certain: bool = True
    """Whether no honest bot does so. Otherwise the anomaly is only noted and blocks nothing."""

    @property
    def name(self) -> str:
        """The name of the anomaly."""
        return self.anomaly or GUARANTEES[self.guarantee].anomaly


@dataclass(frozen=True, kw_only=True)
class MissedProbe:
    """A probe that was acknowledged, or answered with an error, and whose facts did not come back."""

    turn: PlayedTurn
    conversation: ConversationPlanned
    result: ProbeResult
    missing: tuple[str, ...]
    """The facts that the reply should hold and does not."""
    told_in: Sequence[PlayedTurn]
    """The acknowledged turns that told the missing facts in the same session."""
    completed_disruptions: Sequence[CompletedDisruption]
    """The disruptions between the first of these turns and the probe."""

    @property
    def identifier(self) -> str:
        """The id of its turn."""
        return self.turn.started.turn

    @property
    def reply(self) -> str:
        """The bot's reply, "" where it was an error."""
        return self.turn.ended.reply if self.turn.ended and self.turn.status == ACKNOWLEDGED else ""

    @property
    def missing_values(self) -> tuple[str, ...]:
        """Values of the missing facts."""
        return tuple(self.conversation.facts[fact] for fact in self.missing)


@dataclass(frozen=True, kw_only=True)
class Observed:
    """Input of a checker: the history and the result of every probe."""

    history: History
    results: Mapping[str, ProbeResult]
    """Turn → its result, for probes and for the repeats of probes, in the order of the plan."""
    leaks: Sequence[Leak] = field(default_factory=tuple)
    store_findings: Findings = field(default_factory=dict)

    @cached_property
    def missed(self) -> tuple[MissedProbe, ...]:
        """Every recall probe that failed."""
        return tuple(self._missed())

    @cached_property
    def kept_undisturbed(self) -> frozenset[tuple[object, ...]]:
        """The places, by `place_of`, of the probes that the control arm remembered."""
        return frozenset(
            place_of(result)
            for result in self.results.values()
            if result.arm == CONTROL and result.outcome is Outcome.REMEMBERED
        )

    @cached_property
    def shown_amiss(self) -> Sequence[tuple[PlayedTurn, Shown]]:
        """The probes whose requests may repeat turns or hold them out of order."""
        seen = ((turn, shown_amiss(self.history, turn)) for turn, _ in self.probes)
        return tuple((turn, shown) for turn, shown in seen if shown is not None)

    @cached_property
    def answers(self) -> Sequence[tuple[PlayedTurn, ProbeResult]]:
        """Every answer that was scored, those to questions that were asked again included."""
        return tuple(
            (self.history.turns[identifier], result)
            for identifier, result in self.results.items()
            if result.outcome is not Outcome.UNSCORED
        )

    @cached_property
    def probes(self) -> Sequence[tuple[PlayedTurn, ProbeResult]]:
        """Every probe that was scored. A repeated question is no probe of its own."""
        return tuple(answer for answer in self.answers if not answer[0].started.repeats)

    @cached_property
    def reads(self) -> Sequence[Reads]:
        """Every question that a session asked more than once on the same side of every disruption."""
        return tuple(reads_of(self.answers))

    def _missed(self) -> Iterator[MissedProbe]:
        for turn, result in self.probes:
            if result.outcome is Outcome.REMEMBERED or not result.recall:
                continue
            conversation = self.history.conversations[turn.started.conversation]
            wanted = wanted_facts(conversation, turn)
            values = {fact: conversation.facts[fact] for fact in wanted}
            said = found_in(result.reply, tuple(values.values()))
            missing = tuple(fact for fact in wanted if values[fact] not in said)
            told_in = [
                disclosure
                for disclosure in disclosures(self.history, turn)
                if not set(missing).isdisjoint(disclosure.tells)
            ]
            since = min((disclosure.order for disclosure in told_in), default=turn.order)
            yield MissedProbe(
                turn=turn,
                conversation=conversation,
                result=result,
                missing=missing,
                told_in=told_in,
                completed_disruptions=[
                    completed
                    for completed in turn.deployment_history.completed_disruptions
                    if since < completed.order < turn.order
                ],
            )


Checker = Callable[[Observed], Iterable[Anomaly]]
"""Finds every anomaly of one guarantee in a transcript. Pure; one that raises leaves its guarantee open."""
