"""The turns of a session as they stand in a request to the model: which, how often, in which order.

Only what stands there as a turn counts: a message of the user's own, or a line that is led by the user's
name in a transcript. What a summary or a profile quotes may stand where and as often as it likes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gate.judging.history import History, PlayedTurn

USER_ROLES = frozenset({"user", "human"})
_LINE_OF_USER = re.compile(r"^[ \t]*(?:human|user|customer)[ \t]*:[ \t]*", re.IGNORECASE | re.MULTILINE)
SHORTEST_PIECE = 12
"""A shorter beginning of a turn may be a turn of its own."""


@dataclass(frozen=True, kw_only=True)
class TurnInPrompt:
    """A turn's text in a request. `follower` is the role of the message after it, "" where none is known."""

    text: str
    follower: str = ""


SaidTexts = Mapping[str, Sequence[PlayedTurn]]
"""What one session has said until some moment: text → the turns that said it, mostly one."""


def said_before(history: History, probe: PlayedTurn) -> SaidTexts:
    """What the probe's session had said when the probe was put, the probe itself left out."""
    texts: dict[str, list[PlayedTurn]] = {}
    for turn in history.turns_of(probe.started.conversation):
        if turn.started.session == probe.started.session and turn.order < probe.order:
            texts.setdefault(turn.started.text.strip(), []).append(turn)
    return texts


def standing_in(request: Sequence[str], texts: SaidTexts) -> Iterator[TurnInPrompt]:
    """Every one of `texts` that stands in `request` as a turn, in the order of the request."""
    first_lines: dict[str, list[str]] = {}
    for text in texts:
        first_lines.setdefault(text.partition("\n")[0], []).append(text)
    roles = [message.partition(": ")[0] for message in request]
    for index, message in enumerate(request):
        role, _, body = message.partition(": ")
        follower = roles[index + 1] if index + 1 < len(roles) else ""
        if role in USER_ROLES and body.strip() in texts:
            yield TurnInPrompt(text=body.strip(), follower=follower)
            continue
        for lead in _LINE_OF_USER.finditer(body):
            line = body[lead.end() :].partition("\n")[0].strip()
            for text in first_lines.get(line, ()):
                if body.startswith(text, lead.end()):
                    yield TurnInPrompt(text=text)
                    break


def pieces_in(request: Sequence[str], text: str) -> bool:
    """Whether a message of the user's is a beginning of `text` and not the whole."""
    whole = text.strip()
    bodies = (message.partition(": ") for message in request)
    return any(
        role in USER_ROLES
        and SHORTEST_PIECE <= len(body.strip()) < len(whole)
        and whole.startswith(body.strip())
        for role, _, body in bodies
    )
