"""Correction: the last correction wins."""

from __future__ import annotations

from collections.abc import Iterable

from gate.analysis.checkers.anomaly import Anomaly, MissedProbe, Observed
from gate.analysis.fact_trace import disclosures
from gate.analysis.prompts import said_before
from gate.analysis.reasons.anomalies import Sign, SignSeen
from gate.core.words import found_in


def check(observed: Observed) -> Iterable[Anomaly]:
    """Find replies, and prompts of wrong replies, that hold a corrected value in place of the last one."""
    for missed in observed.missed:
        if missed.result.guarantee != "correction":
            continue
        old = _corrected(missed)
        if found_in(missed.reply, old):
            sign = Sign.REPLY_HOLDS_CORRECTED
        elif missed.result.trace.loaded is False and found_in(missed.turn.prompt_text, old):
            sign = Sign.PROMPT_HOLDS_CORRECTED
        elif missed.result.trace.loaded is False and _took_both(observed, missed):
            sign = Sign.PROMPT_BEFORE_CORRECTION
        else:
            continue
        yield Anomaly(guarantee="correction", turn=missed.identifier, reason=SignSeen(sign=sign))


def _took_both(observed: Observed, missed: MissedProbe) -> bool:
    """Whether only the two values are gone: the turns between them are still in the prompt."""
    asked = frozenset(missed.turn.started.asks)
    told = [
        disclosure
        for disclosure in disclosures(observed.history, missed.turn)
        if not asked.isdisjoint(disclosure.tells)
    ]
    if len(told) < 2:
        return False
    said = said_before(observed.history, missed.turn)
    between = [
        text
        for text, turns in said.items()
        if any(told[0].order < turn.order < told[-1].order and not turn.tells for turn in turns)
    ]
    return any(text in prompt for text in between for prompt in missed.turn.prompts)


def _corrected(missed: MissedProbe) -> list[str]:
    """Return the facts that the probe asks about and forbids."""
    facts = missed.conversation.facts
    wanted = {facts[fact] for fact in missed.missing}
    return [facts[fact] for fact in missed.turn.started.asks if facts[fact] not in wanted]
