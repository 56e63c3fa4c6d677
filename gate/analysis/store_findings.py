"""Findings about the store of each deployment, asked of the kind of store that the transcript names.

Before a bot is blamed for a fact that is not stored, ask `loss_in`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gate.analysis.history import DeploymentHistory, History, StoreSnapshot
from gate.core.store_findings import StoreEvidence, StoreFinding, Topic
from gate.core.transcript import ACKNOWLEDGED
from gate.ports import StoreKind

CLOCK_SECONDS = 1.0
"""Seconds by which a TTL may seem too short, because it is read before the snapshot ends."""

Findings = Mapping[str, Sequence[StoreFinding]]
"""Deployment → the findings about its store."""


@dataclass(frozen=True, kw_only=True)
class EarlyExpiry:
    """A fact in a key whose TTL is certainly shorter than `store: {ttl: …}` declares."""

    value: str
    ttl: float
    """Seconds: upper bound of the TTL when it was set."""
    declared: float
    order: int
    """Position in the transcript of the snapshot that shows it."""


def diagnose_stores(history: History, kinds: Mapping[str, StoreKind]) -> Findings:
    """Return the findings in each deployment; none where `kinds` does not hold the run's kind of store."""
    kind = kinds.get(history.run.store)
    if kind is None:
        return {}
    return {name: tuple(kind.diagnose(_evidence(history, name))) for name in history.deployment_histories}


def loss_in(findings: Iterable[StoreFinding]) -> StoreFinding | None:
    """Return the surest reason why told values are not in the store; None where it shows none."""
    return next((finding for finding in findings if finding.topic is Topic.LOSS), None)


def early_expiries(history: History, deployment: str) -> tuple[EarlyExpiry, ...]:
    """Return the told facts that the bot lets expire early, each once.

    A TTL runs since it was set, and no fact was told before the deployment started. So the TTL left plus
    the time since then is the upper bound of the TTL.
    """
    deployment_history = history.deployment_histories[deployment]
    if deployment_history.started is None:
        return ()
    found: dict[str, EarlyExpiry] = {}
    for snapshot in deployment_history.snapshots:
        declared = snapshot.seen.declared_ttl
        if declared is None:
            continue
        for value, left in snapshot.seen.first_expiry.items():
            ttl = left + max(0.0, snapshot.seen.at - deployment_history.started.at)
            if ttl + CLOCK_SECONDS < declared:
                early = EarlyExpiry(value=value, ttl=ttl, declared=declared, order=snapshot.order)
                found.setdefault(value, early)
    return tuple(found.values())


def _evidence(history: History, deployment: str) -> StoreEvidence:
    deployment_history = history.deployment_histories[deployment]
    return StoreEvidence(
        looks=[snapshot.seen for snapshot in deployment_history.snapshots],
        never_stored=_never_stored(history, deployment_history),
        said=tuple(_said(history, deployment_history)),
    )


def _never_stored(history: History, deployment_history: DeploymentHistory) -> frozenset[str]:
    """Return the values in no snapshot; none if unreadable keys may hold them."""
    if not deployment_history.snapshots or deployment_history.snapshots[-1].seen.unreadable_keys:
        return frozenset()
    seen = {value for snapshot in deployment_history.snapshots for value in snapshot.seen.values}
    return _told(history, deployment_history.deployment, deployment_history.snapshots[-1]) - seen


def _told(history: History, deployment: str, look: StoreSnapshot) -> frozenset[str]:
    """Return the values that were acknowledged before the snapshot."""
    return frozenset(
        planned.facts[fact]
        for planned in history.conversations.values()
        if planned.deployment == deployment
        for turn in history.turns_of(planned.conversation)
        if turn.status == ACKNOWLEDGED and turn.ended_order < look.order
        for fact in turn.tells
    )


def _said(history: History, deployment_history: DeploymentHistory) -> Iterator[str]:
    """Yield the bot's log lines and the errors of its turns."""
    if deployment_history.failed is not None:
        yield from deployment_history.failed.log
        yield deployment_history.failed.sentence
    for completed in deployment_history.completed_disruptions:
        yield from completed.ended.log
    for planned in history.conversations.values():
        if planned.deployment == deployment_history.deployment:
            for turn in history.turns_of(planned.conversation):
                if turn.ended is not None and turn.ended.error:
                    yield turn.ended.error
