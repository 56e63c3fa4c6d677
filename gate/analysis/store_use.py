"""Use that the bot made of the store before one disruption."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from gate.analysis.history import History
from gate.analysis.store_findings import Findings
from gate.core.report import StoreUse
from gate.core.store_findings import Topic
from gate.core.transcript import ACKNOWLEDGED


def store_use(history: History, deployments: Collection[str], findings: Findings) -> StoreUse | None:
    """Return the combined figures of each store's first snapshot, which is taken after all facts are told.

    Return None without snapshots.
    """
    looks = {
        name: deployment_history.snapshots[0]
        for name in deployments
        if (deployment_history := history.deployment_histories[name]).snapshots
    }
    if not looks:
        return None
    turns = sum(
        turn.status == ACKNOWLEDGED and turn.ended_order < look.order
        for name, look in looks.items()
        for turn in history.turns_in(name)
    )
    seen = [look.seen for look in looks.values()]
    commands = [snapshot.commands for snapshot in seen if snapshot.commands is not None]
    size = sum(snapshot.bytes for snapshot in seen)
    return StoreUse(
        keys=sum(snapshot.keys for snapshot in seen),
        bytes=size,
        turns=turns,
        bytes_per_turn=_per_turn(size, turns),
        commands_per_turn=_per_turn(sum(commands) if len(commands) == len(seen) else None, turns),
        expiring_keys=sum(snapshot.expiring_keys for snapshot in seen),
        shortest_ttl=min(
            (snapshot.shortest_ttl for snapshot in seen if snapshot.shortest_ttl is not None), default=None
        ),
        advice=tuple(dict.fromkeys(_limits(findings, deployments))),
    )


def _limits(findings: Findings, deployments: Collection[str]) -> Iterator[str]:
    for deployment in deployments:
        for finding in findings.get(deployment, ()):
            if finding.topic is Topic.USE:
                yield finding.sentence


def _per_turn(total: int | None, turns: int) -> float | None:
    # A transcript from elsewhere may hold a number that no float can.
    return None if total is None or not turns or total.bit_length() > 1_000 else total / turns
