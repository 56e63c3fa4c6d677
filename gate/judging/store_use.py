"""What the bot made of the store while one disruption was prepared."""

from __future__ import annotations

from collections.abc import Collection

from gate.core.transcript import ACKNOWLEDGED, StoreSeen
from gate.core.verdict import StoreUse
from gate.judging.history import History

EVERY_SECOND = (
    "appendfsync everysec: a power cut may lose what was acknowledged in the last second; no disruption of"
    " this gate tests that, as what ends a process leaves the operating system's cache alone"
)


def store_use(history: History, deployments: Collection[str]) -> StoreUse | None:
    """Figures of the first look into each store, which comes after all that was told, taken together.

    None when nobody looked.
    """
    looks = {
        name: performance.sightings[0]
        for name in deployments
        if (performance := history.performances[name]).sightings
    }
    if not looks:
        return None
    turns = sum(
        turn.status == ACKNOWLEDGED and turn.ended_order < look.order
        for name, look in looks.items()
        for turn in history.turns_in(name)
    )
    seen = [look.seen for look in looks.values()]
    commands = [one.commands for one in seen if one.commands is not None]
    size = sum(one.bytes for one in seen)
    return StoreUse(
        keys=sum(one.keys for one in seen),
        bytes=size,
        turns=turns,
        bytes_per_turn=_per_turn(size, turns),
        commands_per_turn=_per_turn(sum(commands) if len(commands) == len(seen) else None, turns),
        expiring_keys=sum(one.expiring_keys for one in seen),
        shortest_ttl=min((one.shortest_ttl for one in seen if one.shortest_ttl is not None), default=None),
        advice=(EVERY_SECOND,) if any(map(_is_written_every_second, seen)) else (),
    )


def _is_written_every_second(seen: StoreSeen) -> bool:
    return (seen.settings.get("appendonly"), seen.settings.get("appendfsync")) == ("yes", "everysec")


def _per_turn(total: int | None, turns: int) -> float | None:
    # A transcript from elsewhere may hold a number that no float can.
    return None if total is None or not turns or total.bit_length() > 1_000 else total / turns
