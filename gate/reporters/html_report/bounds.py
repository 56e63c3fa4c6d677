"""How much of what was said gets into the report: a bot may say anything, at any length."""

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
"""Of a prompt that is too long its instructions and its end are kept."""

REQUESTS_SHOWN = 4
"""Requests that one turn may have put to the model."""

MOST_SECONDS = 1e9
"""Three decades, either way."""

CONVERSATIONS_BUDGET = 10_000_000
PROMPTS_BUDGET = 4_000_000
"""Characters in the whole report, each distinct text counted once."""

TURN_COST = 120
"""Characters that a turn takes besides its texts."""


def finite(seconds: float) -> float:
    """Seconds that can be drawn, 0 for what is no number: a transcript from elsewhere may hold anything."""
    return min(max(seconds, -MOST_SECONDS), MOST_SECONDS) if math.isfinite(seconds) else 0.0


def several_lines(text: str, limit: int = TURN_LIMIT) -> str:
    """`text` with its line breaks and nothing else in it that cannot be seen, `limit` characters at most."""
    lines = [sanitize_line(line, limit) for line in text[: limit + 1].splitlines()]
    whole = "\n".join(lines)
    return whole if len(whole) <= limit else whole[: limit - 1] + ELLIPSIS


def bounded(event: Event) -> Event:
    """`event` with no more of the bot's texts in it than a report can show."""
    if isinstance(event, ModelAsked):
        return replace(event, prompt=bounded_prompt(event.prompt), answer="")
    if isinstance(event, TurnEnded) and len(event.reply) > TURN_LIMIT:
        return replace(event, reply=event.reply[: TURN_LIMIT + 1])
    return event


def bounded_prompt(prompt: Sequence[str]) -> list[str]:
    """The beginning and the end of a prompt, with a line in between that says what was left out."""
    messages = [one if len(one) <= MESSAGE_LIMIT else one[: MESSAGE_LIMIT - 1] + ELLIPSIS for one in prompt]
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
