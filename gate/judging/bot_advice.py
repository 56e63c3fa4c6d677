"""Advice about the bot: what keeps it from being measured at all, which is mostly how it is spoken to."""

from __future__ import annotations

from collections.abc import Iterator

from gate.core.transcript import ACKNOWLEDGED, CONTROL, INDETERMINATE, REFUSED
from gate.judging.history import History, PlayedTurn
from gate.judging.sentences import plural

OWN_MODEL = "none"
"""The mode of a bot whose model requests do not come to the gate."""


def bot_advice(history: History) -> tuple[str, ...]:
    """One sentence for each thing worth knowing. It may quote what the bot answered: untrusted text."""
    return (*_remedies(history), *_unanswered(history), *_own_ways(history))


def _remedies(history: History) -> Iterator[str]:
    """What can be done about deployments that did not come up, each thing once."""
    failed = (one.failed for one in history.performances.values() if one.failed is not None)
    yield from dict.fromkeys(one.remedy for one in failed if one.remedy)


def _unanswered(history: History) -> Iterator[str]:
    """Turns that came to nothing although nobody disturbed the bot."""
    undisturbed = [
        turn
        for planned in history.conversations.values()
        if planned.arm == CONTROL
        for turn in history.turns_of(planned.conversation)
        if turn.status in (ACKNOWLEDGED, REFUSED, INDETERMINATE)
    ]
    if not undisturbed:
        return
    turns = plural(len(undisturbed), "turn")
    if all(turn.status != ACKNOWLEDGED for turn in undisturbed):
        yield (
            f"with nothing disturbed, the bot replied to none of {turns}{_example(undisturbed[0])};"
            " bot.request and bot.reply say how it is spoken to"
        )
        return
    # A single turn that broke off tells nothing about how the bot is spoken to.
    refused = [turn for turn in undisturbed if turn.status == REFUSED]
    if refused:
        yield (f"with nothing disturbed, the bot refused {len(refused):,} of {turns}{_example(refused[0])}")


def _example(turn: PlayedTurn) -> str:
    return f"; the first error: {turn.ended.error}" if turn.ended and turn.ended.error else ""


def _own_ways(history: History) -> Iterator[str]:
    """A bot that replies and whose model never hears of it."""
    replied = any(turn.status == ACKNOWLEDGED for turn in history.turns.values())
    asked = history.unattributed or any(one.model_asked for one in history.performances.values())
    if history.run.model != OWN_MODEL and replied and not asked:
        yield (
            "the bot replied and sent no request to the model endpoint that the gate told it of"
            " (OPENAI_BASE_URL), so what it loads from its memory could not be seen"
        )
