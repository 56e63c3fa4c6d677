"""No lost update: turns that a session sends at the same moment all survive."""

from __future__ import annotations

from collections.abc import Iterable

from gate.analysis.checkers.anomaly import Anomaly, MissedProbe, Observed
from gate.analysis.history import History, PlayedTurn
from gate.analysis.prompts import said_before, turn_texts_in
from gate.analysis.reasons.anomalies import Sign, SignSeen
from gate.core.transcript import ACKNOWLEDGED
from gate.core.words import found_in


def check(observed: Observed) -> Iterable[Anomaly]:
    """Find facts that are gone while a concurrent turn is still there."""
    for missed in observed.missed:
        for disclosure in missed.told_in:
            siblings = _under_way_with(observed.history, disclosure)
            if any(_is_there(observed.history, missed, sibling) for sibling in siblings):
                yield Anomaly(
                    guarantee="no-lost-update",
                    turn=missed.identifier,
                    reason=SignSeen(sign=Sign.TURN_OVERWRITTEN),
                )
                break


def _under_way_with(history: History, disclosure: PlayedTurn) -> list[PlayedTurn]:
    return [
        turn
        for turn in history.turns_of(disclosure.started.conversation)
        if turn is not disclosure
        and turn.started.session == disclosure.started.session
        and turn.status == ACKNOWLEDGED
        and turn.order < disclosure.ended_order
        and disclosure.order < turn.ended_order
    ]


def _is_there(history: History, missed: MissedProbe, sibling: PlayedTurn) -> bool:
    """Whether the sibling is in the prompt, or its facts in some later reply of the session."""
    said = said_before(history, missed.turn)
    text = sibling.started.text.strip()
    if any(text in turn_texts_in(request, said) for request in missed.turn.requests):
        return True
    values = [missed.conversation.facts[fact] for fact in sibling.tells]
    return any(
        found_in(turn.ended.reply, values)
        for turn in history.turns_of(missed.conversation.conversation)
        if turn.ended is not None
        and turn.started.session == sibling.started.session
        and turn.order > sibling.ended_order
        and turn.started.checks is not None
    )
