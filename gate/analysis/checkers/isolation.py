"""Isolation: a session never sees another session's facts."""

from __future__ import annotations

from collections.abc import Iterable

from gate.analysis.checkers.anomaly import Anomaly, Observed
from gate.analysis.history import PlayedTurn
from gate.analysis.reasons.anomalies import LeakSeen
from gate.analysis.reasons.probes import ReplyAmiss
from gate.core.report import Outcome
from gate.core.statements import Reason
from gate.core.words import found_in


def check(observed: Observed) -> Iterable[Anomaly]:
    """Find replies and prompts with values of exactly one other session, and failed isolation probes."""
    leaking: dict[str, Reason] = {}
    for leak in observed.leaks:
        place = "reply" if leak.in_reply else "prompt"
        leaking[leak.turn] = LeakSeen(place=place, value=leak.value)
    for turn, result in observed.probes:
        if result.guarantee == "isolation" and result.outcome is Outcome.LOST and _is_held(observed, turn):
            leaking.setdefault(turn.started.turn, result.coded_reason or ReplyAmiss(checks=()))
    for identifier, reason in leaking.items():
        yield Anomaly(guarantee="isolation", turn=identifier, reason=reason)


def _is_held(observed: Observed, turn: PlayedTurn) -> bool:
    """Whether the reply holds the values asked for, rather than other plausible ones."""
    facts = observed.history.conversations[turn.started.conversation].facts
    reply = turn.ended.reply if turn.ended else ""
    return bool(found_in(reply, [facts[fact] for fact in turn.started.asks]))
