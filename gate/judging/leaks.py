"""Leaks: a reply that holds a value which belongs to exactly one other session."""

from __future__ import annotations

from dataclasses import dataclass

from gate.core.transcript import ACKNOWLEDGED
from gate.core.words import WholeWords
from gate.judging.history import History, PlayedTurn


@dataclass(frozen=True, kw_only=True)
class Leak:
    """`value`, told in `owner` alone, came back in `session`."""

    turn: str
    session: str
    owner: str
    value: str


def find_leaks(history: History) -> tuple[Leak, ...]:
    """Every confirmed leak, in transcript order. A value with two owners confirms nothing."""
    owners: dict[str, set[str]] = {}
    for turn in history.turns.values():
        facts = history.conversations[turn.started.conversation].facts
        for fact in turn.started.tells:
            owners.setdefault(facts[fact], set()).add(turn.started.session)
    words = WholeWords(tuple(owners))
    return tuple(leak for turn in history.turns.values() for leak in _leaks_in(turn, words, owners, history))


def _leaks_in(
    turn: PlayedTurn, words: WholeWords, owners: dict[str, set[str]], history: History
) -> list[Leak]:
    if turn.ended is None or turn.ended.status != ACKNOWLEDGED:
        return []
    found = dict.fromkeys(one.value for one in words.occurrences(turn.ended.reply))
    own_deployment = history.conversations[turn.started.conversation].deployment
    if history.performances[own_deployment].faults:
        return []
    return [
        Leak(turn=turn.started.turn, session=turn.started.session, owner=owner, value=value)
        for value in found
        if len(owners[value]) == 1
        for owner in owners[value]
        if owner != turn.started.session
    ]
