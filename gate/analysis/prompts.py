"""Turns of a session in a request to the model: which, how often, in which order.

A turn counts only as a message of the user's own, or as a line that starts with the user's name in a
transcript. A summary or a profile may quote turns anywhere, and as often as it likes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from gate.analysis.history import History, PlayedTurn

USER_ROLES = frozenset({"user", "human"})
_LINE_OF_USER = re.compile(r"^[ \t]*(?:human|user|customer)[ \t]*:[ \t]*", re.IGNORECASE | re.MULTILINE)
SHORTEST_PIECE = 12
"""A shorter beginning of a turn may be a turn of its own."""


SaidTexts = Mapping[str, Sequence[PlayedTurn]]
"""Texts that one session has said until some moment → the turns that said each, mostly one."""


class Shown(NamedTuple):
    """Turns of a probe's session that its requests hold."""

    said: SaidTexts
    """Texts that the session said before the probe."""
    requests: Sequence[Sequence[str]]
    """For each request the texts of these turns that it holds, in its order."""


def shown_by(history: History, probe: PlayedTurn) -> Shown:
    """Return the texts said before the probe, and those that its requests hold as turns."""
    said = said_before(history, probe)
    return Shown(said=said, requests=[turn_texts_in(request, said) for request in probe.requests])


def shown_amiss(history: History, probe: PlayedTurn) -> Shown | None:
    """Return the same for a probe whose requests may repeat turns or hold them out of order.

    Return None for all others, which are nearly all.
    """
    said = enumerate(history.said_before(probe))
    places = {turn.started.text.strip(): place for place, turn in said}
    for request in probe.requests:
        order = [places[text] for text in turn_texts_in(request, places)]
        if order != sorted(set(order)):
            return shown_by(history, probe)
    return None


def said_before(history: History, probe: PlayedTurn) -> SaidTexts:
    """Return the texts that the probe's session said before the probe."""
    texts: dict[str, list[PlayedTurn]] = {}
    for turn in history.said_before(probe):
        texts.setdefault(turn.started.text.strip(), []).append(turn)
    return texts


def turn_texts_in(request: Sequence[str], texts: Collection[str]) -> list[str]:
    """Return each of `texts` that `request` holds as a turn, in the order of the request."""
    found: list[str] = []
    for message in request:
        role, _, body = message.partition(": ")
        if role in USER_ROLES and (text := body.strip()) in texts:
            found.append(text)
        elif ":" in body:
            found += _lines_of_user(body, texts)
    return found


def _lines_of_user(body: str, texts: Collection[str]) -> Iterator[str]:
    """Yield the turns that one message quotes, each led by the user's name."""
    first_lines: dict[str, list[str]] = {}
    for lead in _LINE_OF_USER.finditer(body):
        if not first_lines:
            for text in texts:
                first_lines.setdefault(text.partition("\n")[0], []).append(text)
        line = body[lead.end() :].partition("\n")[0].strip()
        for text in first_lines.get(line, ()):
            if body.startswith(text, lead.end()):
                yield text
                break


def followed_by(request: Sequence[str], texts: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield every one of `texts` that is a message of the user's, and the role of the message after it."""
    for message, follower in pairwise(request):
        role, _, body = message.partition(": ")
        if role in USER_ROLES and body.strip() in texts:
            yield body.strip(), follower.partition(": ")[0]


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
