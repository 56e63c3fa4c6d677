"""Leaks: a value that belongs to exactly one other session, in a reply or in what a probe's model read."""

from __future__ import annotations

from dataclasses import dataclass

from gate.core.transcript import ACKNOWLEDGED
from gate.core.words import WholeWords, contains
from gate.judging.history import History, PlayedTurn


@dataclass(frozen=True, kw_only=True)
class Leak:
    """`value`, told in `owner` alone, came up in a turn of `session`."""

    turn: str
    session: str
    owner: str
    value: str
    in_reply: bool
    """Whether the user saw it; otherwise the bot's model did."""


def find_leaks(history: History) -> tuple[Leak, ...]:
    """Every confirmed leak. Nothing is confirmed by a value

    that two sessions own, that could be named by chance, or that the session's own user has said.
    """
    owners: dict[str, set[str]] = {}
    for turn in history.turns.values():
        conversation = history.conversations[turn.started.conversation]
        for fact in turn.tells:
            if fact in conversation.unguessable:
                owners.setdefault(conversation.facts[fact].casefold(), set()).add(turn.started.session)
    owner_of = {value: next(iter(sessions)) for value, sessions in owners.items() if len(sessions) == 1}
    words = WholeWords(owner_of)
    return tuple(
        leak
        for turn in history.turns.values()
        if not history.performance_of(turn).faults
        for leak in _leaks_in(turn, words, owner_of, history)
    )


def _leaks_in(turn: PlayedTurn, words: WholeWords, owner_of: dict[str, str], history: History) -> list[Leak]:
    in_reply: set[str] = set()
    if turn.ended is not None and turn.status == ACKNOWLEDGED:
        in_reply = _foreign(turn.ended.reply, turn, words, owner_of, history)
    in_prompt: set[str] = set()
    if turn.started.checks is not None:
        in_prompt = _foreign("\n".join(turn.prompts), turn, words, owner_of, history)
    return [
        Leak(
            # A question that was asked again is still one question.
            turn=turn.started.repeats or turn.started.turn,
            session=turn.started.session,
            owner=owner_of[value],
            value=value,
            in_reply=value in in_reply,
        )
        for value in sorted(in_reply | in_prompt)
    ]


def _foreign(
    text: str, turn: PlayedTurn, words: WholeWords, owner_of: dict[str, str], history: History
) -> set[str]:
    foreign = {value for value in words.found(text) if owner_of[value] != turn.started.session}
    if not foreign:
        return foreign
    said = "\n".join(
        one.started.text
        for one in history.turns_of(turn.started.conversation)
        if one.started.session == turn.started.session
    )
    return {value for value in foreign if not contains(said, value)}
