"""The answers that one session got to one question, in the order in which it asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gate.analysis.history import PlayedTurn
from gate.analysis.reasons.anomalies import AnswersDiffer
from gate.core.report import Outcome, ProbeResult


@dataclass(frozen=True, kw_only=True)
class Read:
    """One answer. `knew` is whether it held all values asked for."""

    turn: PlayedTurn
    knew: bool


@dataclass(frozen=True, kw_only=True)
class Reads:
    """All answers to the same question about the same facts, with nothing told in between."""

    probe: ProbeResult
    answers: tuple[Read, ...]

    @property
    def mixed(self) -> bool:
        """Whether the bot knew the facts in one answer and not in another."""
        return len({answer.knew for answer in self.answers}) > 1

    @property
    def misses(self) -> tuple[str, ...]:
        """The turns whose answers did not hold the facts."""
        return tuple(answer.turn.started.turn for answer in self.answers if not answer.knew)

    @property
    def stale(self) -> bool:
        """Whether a replica lacked facts told to another one because each keeps its own memory.

        All replicas can read the store: one that lacks stored facts has an old state of it.
        """
        stored = self.probe.trace.stored
        return self.by_replicas and (stored is False or (stored is None and not self.answers[0].knew))

    @property
    def by_replicas(self) -> bool:
        """Whether different instances may have given the answers."""
        kinds = self.probe.disruptions
        completed_disruptions = self.answers[0].turn.deployment_history.completed_disruptions
        return any(
            completed.traits.several_answer
            for completed in completed_disruptions
            if completed.ended.disruption in kinds
        )

    def differing(self, *, by_replicas: bool) -> AnswersDiffer:
        """Say how the answers went."""
        knew = sum(answer.knew for answer in self.answers)
        return AnswersDiffer(asked=len(self.answers), knew=knew, by_replicas=by_replicas)


def reads_of(answers: Iterable[tuple[PlayedTurn, ProbeResult]]) -> Iterator[Reads]:
    """Yield every question that a session asked more than once on the same side of every disruption."""
    asked: dict[tuple[object, ...], list[tuple[PlayedTurn, ProbeResult]]] = {}
    for turn, result in answers:
        if result.outcome is Outcome.ERROR or not result.facts:
            continue
        side = len(
            [
                completed
                for completed in turn.deployment_history.completed_disruptions
                if completed.order < turn.order
            ]
        )
        place = (turn.started.conversation, turn.started.session, tuple(result.facts), result.expected, side)
        asked.setdefault(place, []).append((turn, result))
    for several in asked.values():
        if len(several) > 1:
            several.sort(key=lambda read: read[0].order)
            reads = (Read(turn=turn, knew=result.outcome is Outcome.REMEMBERED) for turn, result in several)
            yield Reads(probe=several[0][1], answers=tuple(reads))
