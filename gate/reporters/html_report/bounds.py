"""Limits on the texts in the page, since a bot may say anything at any length."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from gate.core.transcript import Event, ModelAsked, TurnEnded
from gate.reporters.sanitize import ELLIPSIS, sanitize_line

TURN_LIMIT = 10_000
"""Characters of a turn or of a fact; the longest facts have 8 KB."""

EXCERPT_LIMIT = 300
"""Characters of a text in the list of questions."""

MESSAGE_LIMIT = 2_000
PROMPT_LIMIT = 8_000
"""Characters of one message of a prompt, and of one prompt."""

LEADING_MESSAGES = 2
"""Messages kept at the start of a prompt that is too long: its instructions. Its end is kept too."""

REQUESTS_SHOWN = 4
"""Requests to the model that are shown of a turn."""

MOST_SECONDS = 1e9
"""Largest number of seconds that is drawn, positive or negative: three decades."""

CONVERSATIONS_BUDGET = 10_000_000
PROMPTS_BUDGET = 4_000_000
"""Characters in the whole page; each distinct text counts once."""

TURN_COST = 120
"""Characters of a turn besides its texts."""


def clamp_seconds(seconds: float) -> float:
    """Clamp seconds to what can be drawn. NaN and infinity, which a foreign transcript may hold, become 0."""
    return min(max(seconds, -MOST_SECONDS), MOST_SECONDS) if math.isfinite(seconds) else 0.0


def sanitize_lines(text: str, limit: int = TURN_LIMIT) -> str:
    """Return at most `limit` characters of `text`, with its line breaks but no other invisible characters."""
    lines = [sanitize_line(line, limit) for line in text[: limit + 1].splitlines()]
    whole = "\n".join(lines)
    return whole if len(whole) <= limit else whole[: limit - 1] + ELLIPSIS


def shorten_event(event: Event) -> Event:
    """Return `event` without the parts of its texts that the page cannot show."""
    if isinstance(event, ModelAsked):
        return replace(event, prompt=shorten_prompt(event.prompt), answer="")
    if isinstance(event, TurnEnded) and len(event.reply) > TURN_LIMIT:
        return replace(event, reply=event.reply[: TURN_LIMIT + 1])
    return event


def shorten_prompt(prompt: Sequence[str]) -> list[str]:
    """Return the start and the end of a prompt, with a line between them that counts what was left out."""
    messages = [_shorten(message) for message in prompt]
    if sum(map(len, messages)) <= PROMPT_LIMIT:
        return messages
    head = messages[:LEADING_MESSAGES]
    room = PROMPT_LIMIT - sum(map(len, head))
    end: list[str] = []
    for message in reversed(messages[LEADING_MESSAGES:]):
        room -= len(message)
        if room < 0:
            break
        end.insert(0, message)
    left = len(messages) - len(head) - len(end)
    return [*head, f"{ELLIPSIS} {left:,} messages left out", *end]


def _shorten(message: str) -> str:
    return message if len(message) <= MESSAGE_LIMIT else message[: MESSAGE_LIMIT - 1] + ELLIPSIS
