"""Availability of the bot to background sessions during a disruption."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from gate.analysis.history import CompletedDisruption, History, PlayedTurn
from gate.core.report import Availability
from gate.core.transcript import ACKNOWLEDGED, INDETERMINATE, MEANWHILE, REFUSED


def availability(
    history: History, deployment: str, completed_disruptions: Iterable[CompletedDisruption]
) -> Availability:
    """Count the turns sent during these disruptions, and the seconds for which the bot was unavailable."""
    own = list(completed_disruptions)
    during = [
        turn
        for planned in history.conversations.values()
        if planned.arm == MEANWHILE and planned.deployment == deployment
        for turn in history.turns_of(planned.conversation)
        if any(completed.began < turn.order < completed.order for completed in own)
    ]
    counts = Counter(turn.status for turn in during)
    # While no instance runs the bot is away from the first moment to the last.
    away = sum(completed.ended.seconds for completed in own if completed.traits.bot_down)
    return Availability(
        acknowledged=counts[ACKNOWLEDGED],
        refused=counts[REFUSED],
        indeterminate=counts[INDETERMINATE],
        seconds=round(away or _seconds_of_failures(during), 6),
    )


def together(several: Iterable[Availability]) -> Availability:
    """Combine deployments that were disrupted alike: add up the turns, take the longest outage."""
    every = tuple(several)
    return Availability(
        acknowledged=sum(part.acknowledged for part in every),
        refused=sum(part.refused for part in every),
        indeterminate=sum(part.indeterminate for part in every),
        seconds=max((part.seconds for part in every), default=0.0),
    )


def _seconds_of_failures(turns: Iterable[PlayedTurn]) -> float:
    """Return the time during which at least one turn was failing."""
    spans = sorted(
        (turn.started.at, turn.ended.at)
        for turn in turns
        if turn.ended is not None and turn.status in (REFUSED, INDETERMINATE)
    )
    total = reached = 0.0
    for begin, end in spans:
        total += max(0.0, end - max(begin, reached))
        reached = max(reached, end)
    return total
