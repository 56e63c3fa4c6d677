"""Retention: facts are kept as long, and deleted as surely, as declared."""

from __future__ import annotations

from collections.abc import Iterable

from gate.analysis.checkers.anomaly import Anomaly, MissedProbe, Observed
from gate.analysis.history import History
from gate.analysis.reasons.anomalies import ExpiresEarly, Sign, SignSeen, ThrownOut, store_loss
from gate.analysis.store_findings import EarlyExpiry, early_expiries, loss_in
from gate.core.guarantees import GUARANTEES
from gate.core.report import Outcome
from gate.core.store_findings import StoreFinding

ZOMBIE = GUARANTEES["retention"].other_anomaly


def check(observed: Observed) -> Iterable[Anomaly]:
    """Find facts that should be forgotten and are known, and facts that expire or are evicted early."""
    history = observed.history
    for turn, result in observed.probes:
        if result.guarantee == "retention" and result.outcome is Outcome.LOST and not result.recall:
            yield Anomaly(
                guarantee="retention",
                turn=turn.started.turn,
                reason=SignSeen(sign=Sign.REPLY_HOLDS_FORGOTTEN),
                anomaly=ZOMBIE,
            )
    losses = {name: loss_in(findings) for name, findings in observed.store_findings.items()}
    for missed in observed.missed:
        loss = losses.get(missed.conversation.deployment)
        if loss is not None and _explains(loss, missed):
            yield Anomaly(guarantee="retention", turn=missed.identifier, reason=store_loss(loss))
        elif missed.result.guarantee == "retention" and missed.result.trace.stored is False:
            thrown_out = _thrown_out(missed)
            if thrown_out:
                yield Anomaly(guarantee="retention", turn=missed.identifier, reason=thrown_out)
    for name in history.deployment_histories:
        for expiry in early_expiries(history, name):
            yield from _told_with(history, name, expiry)


def _explains(loss: StoreFinding, missed: MissedProbe) -> bool:
    return loss.gives_up and loss.values.issuperset(missed.missing_values)


def _thrown_out(missed: MissedProbe) -> ThrownOut | None:
    """Return how the store gave keys up before the first look; None if it reports none."""
    for snapshot in reversed(missed.turn.deployment_history.snapshots):
        for count, what in ((snapshot.seen.evicted_keys, "evicted"), (snapshot.seen.expired_keys, "expired")):
            if count:
                return ThrownOut(how=what, keys=count)
    return None


def _told_with(history: History, deployment: str, expiry: EarlyExpiry) -> Iterable[Anomaly]:
    """Yield the expiry at the turn that told the fact."""
    for turn in history.turns.values():
        conversation = history.conversations[turn.started.conversation]
        if conversation.deployment != deployment or turn.started.repeats:
            continue
        if expiry.value in {conversation.facts[fact] for fact in turn.tells}:
            yield Anomaly(
                guarantee="retention",
                turn=turn.started.turn,
                reason=ExpiresEarly(ttl=expiry.ttl, declared=expiry.declared),
            )
            return
