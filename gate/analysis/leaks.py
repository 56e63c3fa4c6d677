"""Leaks: a value that belongs to exactly one other session, in a reply or in what a probe's model read."""

from __future__ import annotations

from dataclasses import dataclass

from gate.analysis.history import History, PlayedTurn
from gate.core.transcript import ACKNOWLEDGED
from gate.core.words import WholeWords, contains


@dataclass(frozen=True, kw_only=True)
class Leak:
    """Appearance of `value`, told in `owner` alone, in a turn of `session`."""

    turn: str
    session: str
    owner: str
    value: str
    in_reply: bool
    """Whether the user saw it; otherwise the bot's model did."""


def find_leaks(history: History) -> tuple[Leak, ...]:
    """Return every confirmed leak.

    A value confirms nothing if two sessions own it, if a bot could name it by chance, or if the session's own
    user has said it.
    """
    owner_of = _owners(history)
    own: dict[str, set[str]] = {}
    for value, session in owner_of.items():
        own.setdefault(session, set()).add(value)
    words = WholeWords(owner_of)
    found: list[Leak] = []
    for turn in history.turns.values():
        if turn.deployment_history.faults:
            continue
        ignored = own.get(turn.started.session, ())
        replied = turn.ended is not None and turn.status == ACKNOWLEDGED
        in_reply = words.found(turn.ended.reply, ignored) if turn.ended and replied else set()
        asked = turn.started.checks is not None
        in_prompt = words.found(turn.prompt_text, ignored) if asked else set()
        if in_reply or in_prompt:
            found += _leaks_in(turn, in_reply, in_prompt, owner_of, history)
    return tuple(found)


def _owners(history: History) -> dict[str, str]:
    """Map each value to its session, if told in one session only and not nameable by chance."""
    owners: dict[str, str] = {}
    shared: set[str] = set()
    for turn in history.turns.values():
        if not turn.tells:
            continue
        conversation, session = history.conversations[turn.started.conversation], turn.started.session
        for fact in turn.tells:
            if fact in conversation.unguessable:
                value = conversation.facts[fact].casefold()
                if owners.setdefault(value, session) != session:
                    shared.add(value)
    return {value: session for value, session in owners.items() if value not in shared}


def _leaks_in(
    turn: PlayedTurn, in_reply: set[str], in_prompt: set[str], owner_of: dict[str, str], history: History
) -> list[Leak]:
    """Return those of these values that the turn's own user has not said."""
    said = "\n".join(
        other.started.text
        for other in history.turns_of(turn.started.conversation)
        if other.started.session == turn.started.session
    )
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
        if not contains(said, value)
    ]
