"""What the bot made of the store while one disruption was prepared."""

from __future__ import annotations

from gate.core.transcript import ACKNOWLEDGED
from gate.core.verdict import StoreUse
from gate.judging.history import History

EVERY_SECOND = (
    "appendfsync everysec: a power cut may lose what was acknowledged in the last second; no disruption of"
    " this gate tests that, as what ends a process leaves the operating system's cache alone"
)


def store_use(history: History, deployment: str) -> StoreUse | None:
    """Figures of the first look, which comes after all that was told; None when nobody looked."""
    sightings = history.performances[deployment].sightings
    if not sightings:
        return None
    look = sightings[0]
    turns = sum(
        turn.status == ACKNOWLEDGED and turn.ended_order < look.order
        for planned in history.conversations.values()
        if planned.deployment == deployment
        for turn in history.turns_of(planned.conversation)
    )
    seen = look.seen
    every_second = (seen.settings.get("appendonly"), seen.settings.get("appendfsync")) == ("yes", "everysec")
    return StoreUse(
        keys=seen.keys,
        bytes=seen.bytes,
        turns=turns,
        bytes_per_turn=_per_turn(seen.bytes, turns),
        commands_per_turn=_per_turn(seen.commands, turns),
        expiring_keys=seen.expiring_keys,
        shortest_ttl=seen.shortest_ttl,
        advice=(EVERY_SECOND,) if every_second else (),
    )


def _per_turn(total: int | None, turns: int) -> float | None:
    # A transcript from elsewhere may hold a number that no float can.
    return None if total is None or not turns or total.bit_length() > 1_000 else total / turns
