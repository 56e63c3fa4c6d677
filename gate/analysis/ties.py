"""The replies that a judge has to be asked about: those in which no comparison finds anything wanting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gate.analysis.history_reading import read_history
from gate.analysis.probes import is_undisputed
from gate.analysis.tiebreak import unanswered
from gate.core.transcript import Event
from gate.ports import Scorer
from gate.scorers import SCORERS


@dataclass(frozen=True, kw_only=True)
class Tie:
    """A reply, and one criterion that a judge has yet to apply to it."""

    turn: str
    question: str
    """The question that the bot was asked."""
    reply: str
    """Untrusted text."""
    criterion: str


def find_ties(events: Iterable[Event], scorers: Mapping[str, Scorer] = SCORERS) -> tuple[Tie, ...]:
    """Find the replies of a played run that need a judge, in the order of its plan. Raises GateError."""
    history = read_history(events)
    return tuple(
        Tie(
            turn=turn.started.turn,
            question=turn.started.text,
            reply=turn.ended.reply if turn.ended else "",
            criterion=criterion,
        )
        for conversation in history.conversations
        for turn in history.turns_of(conversation)
        if (criteria := unanswered(turn, scorers)) and is_undisputed(history, turn, scorers)
        for criterion in criteria
    )
