"""Advice about faults that keep the bot from being measured, mostly wrong request settings."""

from __future__ import annotations

from collections.abc import Iterator

from gate.analysis.findings import ModelNeverAsked, NeverReplied, RefusedTurns, Remedy
from gate.analysis.history import History, PlayedTurn
from gate.core.statements import Finding
from gate.core.transcript import ACKNOWLEDGED, CONTROL, INDETERMINATE, REFUSED

OWN_MODEL = "none"
"""The mode of a bot whose model requests do not come to the gate."""


def bot_advice(history: History) -> tuple[Finding, ...]:
    """Return the findings about the bot. They may quote its answers: untrusted text."""
    return (*_remedies(history), *_unanswered(history), *_own_ways(history))


def _remedies(history: History) -> Iterator[Finding]:
    """Yield the remedies for deployments that did not come up, each once."""
    failed = (
        deployment_history.failed
        for deployment_history in history.deployment_histories.values()
        if deployment_history.failed is not None
    )
    for remedy in dict.fromkeys(event.remedy for event in failed if event.remedy):
        yield Remedy(what=remedy)


def _unanswered(history: History) -> Iterator[Finding]:
    """Yield a finding if undisturbed turns got no reply."""
    undisturbed = [
        turn
        for planned in history.conversations.values()
        if planned.arm == CONTROL
        for turn in history.turns_of(planned.conversation)
        if turn.status in (ACKNOWLEDGED, REFUSED, INDETERMINATE)
    ]
    if not undisturbed:
        return
    if all(turn.status != ACKNOWLEDGED for turn in undisturbed):
        yield NeverReplied(turns=len(undisturbed), error=_error(undisturbed[0]))
        return
    # A single turn that broke off tells nothing about how the bot is spoken to.
    refused = [turn for turn in undisturbed if turn.status == REFUSED]
    if refused:
        yield RefusedTurns(refused=len(refused), turns=len(undisturbed), error=_error(refused[0]))


def _error(turn: PlayedTurn) -> str:
    return turn.ended.error if turn.ended else ""


def _own_ways(history: History) -> Iterator[Finding]:
    """Yield a finding if the bot replies and its model is never asked."""
    replied = any(turn.status == ACKNOWLEDGED for turn in history.turns.values())
    asked = history.unattributed or any(
        deployment_history.model_asked for deployment_history in history.deployment_histories.values()
    )
    if history.run.model != OWN_MODEL and replied and not asked:
        yield ModelNeverAsked()
